"""What is owed on a charge as of a day, from facts alone: the line of a statement and its totals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from billing.core import ageing
from billing.core.late_fee import LateFee, Paid, Terms, late_fee


@dataclass(frozen=True)
class Charge:
    """One debt: one fee item, one period, one due date, one debtor (amount in fen)."""

    id: int
    debtor: str
    item: str
    period: str
    due: date
    amount: int
    terms: Terms


@dataclass(frozen=True)
class Settled:
    """A part of a payment that went to a charge, on the day from which it counts (fen)."""

    on: date
    principal: int
    late_fee: int = 0


@dataclass(frozen=True)
class Waived:
    """Late fee given up by an approved waiver, from that day on (fen)."""

    on: date
    late_fee: int


@dataclass(frozen=True)
class Line:
    """A charge as of a day. `total` = open + late fee - waived - late fee paid (all fen)."""

    charge: Charge
    as_of: date
    paid: int
    late_fee: LateFee
    late_fee_waived: int
    late_fee_paid: int
    settled: Sequence[Settled] = field(default=())

    @property
    def open(self) -> int:
        return self.charge.amount - self.paid

    @property
    def late_fee_due(self) -> int:
        return self.late_fee.amount - self.late_fee_waived - self.late_fee_paid

    @property
    def total(self) -> int:
        return self.open + self.late_fee_due

    @property
    def state(self) -> ageing.State:
        return ageing.state(self.charge.due, self.total, self.as_of)

    @property
    def overdue_days(self) -> int:
        """Days late while anything is owed (Civil Code art. 201: the due day is not counted).

        Where only late fee is left they end on the day on which the last of the principal was paid.
        """
        if self.total <= 0:
            return 0
        until = self.as_of if self.open > 0 else max(part.on for part in self.settled if part.principal)
        return max(0, (until - self.charge.due).days)


def line(
    charge: Charge,
    settled: Iterable[Settled],
    as_of: date,
    waived: Iterable[Waived] = (),
    suspended: Sequence[tuple[date, date]] = (),
) -> Line:
    """The charge as it stood at the end of `as_of`; what came later is not seen."""
    seen = tuple(part for part in settled if part.on <= as_of)
    fee = late_fee(
        charge.amount,
        charge.due,
        as_of,
        charge.terms,
        [Paid(part.on, part.principal) for part in seen if part.principal],
        suspended,
    )
    return Line(
        charge=charge,
        as_of=as_of,
        paid=sum(part.principal for part in seen),
        late_fee=fee,
        late_fee_waived=sum(waiver.late_fee for waiver in waived if waiver.on <= as_of),
        late_fee_paid=sum(part.late_fee for part in seen),
        settled=seen,
    )


@dataclass(frozen=True)
class Totals:
    open: int
    late_fee: int
    late_fee_waived: int
    late_fee_paid: int
    total: int


def totals(lines: Iterable[Line]) -> Totals:
    """Sums of rounded figures: what a paper adds up is what it shows."""
    rows = list(lines)
    return Totals(
        open=sum(row.open for row in rows),
        late_fee=sum(row.late_fee.amount for row in rows),
        late_fee_waived=sum(row.late_fee_waived for row in rows),
        late_fee_paid=sum(row.late_fee_paid for row in rows),
        total=sum(row.total for row in rows),
    )
