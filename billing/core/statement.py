"""What is owed on a charge as of a day, from facts alone: the line of a statement and its totals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from billing.core import ageing
from billing.core.late_fee import LateFee, Paid, Terms, late_fee
from billing.core.money import round_micro


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
class Relief:
    """What an approved waiver gives up on a charge, seen from `since` on (fen).

    Of the late fee that accrues until `until`, what of it was not paid by `since`: a share (ppm) or a sum; of the
    principal a sum, as if it were paid on `since`. On the `suspended` days (both included) nothing accrues.
    """

    since: date
    until: date
    share_ppm: int = 0
    late_fee: int = 0
    principal: int = 0
    suspended: tuple[date, date] | None = None


@dataclass(frozen=True)
class Line:
    """A charge as of a day. `total` = open + late fee - late fee waived - late fee paid (all fen).

    `open` is the principal neither paid nor waived; `given` the late fee each relief gives up, in their order.
    """

    charge: Charge
    as_of: date
    paid: int
    late_fee: LateFee
    late_fee_paid: int
    settled: Sequence[Settled] = field(default=())
    reliefs: Sequence[Relief] = field(default=())
    given: Sequence[int] = field(default=())

    @property
    def waived(self) -> int:
        """Principal given up."""
        return sum(relief.principal for relief in self.reliefs)

    @property
    def late_fee_waived(self) -> int:
        return sum(self.given)

    @property
    def open(self) -> int:
        return self.charge.amount - self.paid - self.waived

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
        return max(0, (self.open_until - self.charge.due).days)

    @property
    def open_until(self) -> date:
        """The last day on which any principal was open: the present one, or that on which the last of it went."""
        if self.open > 0:
            return self.as_of
        return max((part.on for part in _lowered(self.settled, self.reliefs)), default=self.as_of)

    @property
    def settled_on(self) -> date | None:
        """The last day on which anything was paid on it or waived."""
        return max([*(part.on for part in self.settled), *(one.since for one in self.reliefs)], default=None)


def line(charge: Charge, settled: Iterable[Settled], as_of: date, reliefs: Iterable[Relief] = ()) -> Line:
    """The charge as it stood at the end of `as_of`; what came later is not seen.

    `reliefs` are those of the waivers that stand on that day, in the order of their approval.
    """
    seen = tuple(part for part in settled if part.on <= as_of)
    granted = tuple(relief for relief in reliefs if relief.since <= as_of)
    lowered = _lowered(seen, granted)
    suspended = [relief.suspended for relief in granted if relief.suspended]

    def accrued(day: date) -> LateFee:
        return late_fee(charge.amount, charge.due, day, charge.terms, lowered, suspended)

    fee = accrued(as_of)
    return Line(
        charge=charge,
        as_of=as_of,
        paid=sum(part.principal for part in seen),
        late_fee=fee,
        late_fee_paid=sum(part.late_fee for part in seen),
        settled=seen,
        reliefs=granted,
        given=_given(
            granted, seen, fee.amount, lambda day: accrued(day).amount if day < as_of else fee.amount
        ),
    )


def _lowered(settled: Iterable[Settled], reliefs: Iterable[Relief]) -> list[Paid]:
    """The days on which the principal that bears late fee went down, and by how much."""
    paid = [Paid(part.on, part.principal) for part in settled if part.principal]
    return paid + [Paid(relief.since, relief.principal) for relief in reliefs if relief.principal]


def _given(
    reliefs: Sequence[Relief], settled: Sequence[Settled], accrued: int, accrued_by: Callable[[date], int]
) -> tuple[int, ...]:
    """The late fee that each relief gives up, one after another; never more than is owed."""
    owed = accrued - sum(part.late_fee for part in settled)
    given: list[int] = []
    for relief in reliefs:
        paid_before = sum(part.late_fee for part in settled if part.on <= relief.since)
        base = max(0, accrued_by(relief.until) - paid_before - sum(given))
        wanted = share(base, relief.share_ppm) if relief.share_ppm else relief.late_fee
        given.append(max(0, min(wanted, base, owed - sum(given))))
    return tuple(given)


def share(fen: int, ppm: int) -> int:
    """That share (ppm) of an amount, rounded half up to the fen."""
    return round_micro(fen * ppm)


@dataclass(frozen=True)
class Totals:
    open: int
    waived: int
    late_fee: int
    late_fee_waived: int
    late_fee_paid: int
    total: int


def totals(lines: Iterable[Line]) -> Totals:
    """Sums of rounded figures: what a paper adds up is what it shows."""
    rows = list(lines)
    return Totals(
        open=sum(row.open for row in rows),
        waived=sum(row.waived for row in rows),
        late_fee=sum(row.late_fee.amount for row in rows),
        late_fee_waived=sum(row.late_fee_waived for row in rows),
        late_fee_paid=sum(row.late_fee_paid for row in rows),
        total=sum(row.total for row in rows),
    )
