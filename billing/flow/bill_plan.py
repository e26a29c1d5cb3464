"""The payment notices to be printed for a fee period: who gets one and what it says, who is left out and why.

A payment notice says what was charged and until when to pay; it presses nobody, so a hold does not keep it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.core import dunning
from billing.core.calendar import Period, RestDay, roll_forward
from billing.core.problem import Refused
from billing.core.statement import Line, totals
from billing.flow.calendar import rest_days
from billing.flow.entry import fingerprint
from billing.flow.estate import policies
from billing.flow.printing import LeftOut
from billing.store import bills
from billing.store.collection import Bill
from billing.store.estate import Unit
from billing.store.standing import Account, accounts
from billing.translations import N_

DEVELOPER = N_("not sold or handed over: the developer gets no single notices")
PAID = N_("paid already")
PRINTED = N_("has it already")
REVERSED = N_("nothing it charges counts any more")

#: How long a debtor is given where everything was due already.
_RESPITE = timedelta(days=15)


@dataclass(frozen=True)
class PlannedBill:
    """A payment notice as it would go out: the period's charges, what is unpaid from before, money left over."""

    unit: Unit
    account: Account
    lines: Sequence[Line]
    carried: Sequence[Line]
    prepayment: int
    deadline: date
    revision: int

    @property
    def key(self) -> tuple[int, int]:
        return self.account.unit_id, self.account.debtor_id

    @property
    def charges(self) -> list[int]:
        return sorted(row.charge.id for row in self.lines)

    @property
    def total(self) -> int:
        owed = totals([*self.lines, *self.carried]).total
        return max(0, owed - self.prepayment)


@dataclass(frozen=True)
class BillPlan:
    """What a run would print now, in delivery order; `digest` names this very plan."""

    period: Period
    issued_on: date
    bills: Sequence[PlannedBill]
    left_out: Sequence[LeftOut]

    @property
    def total(self) -> int:
        return sum(one.total for one in self.bills)

    def by_building(self) -> dict[str, tuple[int, int]]:
        """Building -> (number of notices, total fen), as a person walks."""
        sums: dict[str, tuple[int, int]] = {}
        for one in self.bills:
            count, total = sums.get(one.unit.building, (0, 0))
            sums[one.unit.building] = (count + 1, total + one.total)
        return sums

    @property
    def digest(self) -> str:
        lines = [[*one.key, one.charges, one.total] for one in self.bills]
        return fingerprint({"period": self.period.name, "issued_on": self.issued_on, "bills": lines})


@dataclass
class _Charged:
    """What one debtor is charged for the period on one unit."""

    unit: Unit
    debtor: str
    kind: str
    ids: list[int]
    open: int = 0

    def left_out(self, reason: str, number: str = "") -> LeftOut:
        return LeftOut(self.unit.label, self.debtor, reason, self.open, number)


def plan_bills(session: Session, community_id: int, period: Period, today: date) -> BillPlan:
    """Whoever has something of the period open and no notice of just these charges; nothing is written."""
    unprinted = _Unprinted(session, community_id, period, today)
    planned = list(_planned(session, community_id, today, unprinted))
    covered = [unprinted.charged[one.key].left_out(dunning.COVERED) for one in planned if not one.total]
    return BillPlan(period, today, [one for one in planned if one.total], [*unprinted.left_out, *covered])


def count_unprinted(session: Session, community_id: int, period: Period, today: date) -> int:
    """How many a run would print at most, without working out whom money paid in advance covers."""
    return len(_Unprinted(session, community_id, period, today).wanted)


class _Unprinted:
    """What is charged for a period beside what was printed for it: `wanted` is unit and debtor -> the revision due."""

    def __init__(self, session: Session, community_id: int, period: Period, today: date) -> None:
        self.charged = _charged(session, community_id, period, today)
        if not self.charged:
            raise Refused(
                N_("Nothing is charged for %(period)s: issue the period first."), period=period.name
            )
        self.left_out: list[LeftOut] = []
        self.wanted: dict[tuple[int, int], int] = {}
        before: dict[tuple[int, int], Bill] = {}
        for row in bills.newest(session, community_id, period.name):
            before[row.Bill.unit_id, row.Bill.debtor_id] = row.Bill
            if (row.Bill.unit_id, row.Bill.debtor_id) not in self.charged:
                total, number = row.Bill.total_fen, row.Bill.number
                self.left_out.append(LeftOut(row.Unit.label, row.debtor, REVERSED, total, number))
        for key, one in self.charged.items():
            self._decide(key, one, before.get(key))

    def _decide(self, key: tuple[int, int], one: _Charged, before: Bill | None) -> None:
        if one.kind == "developer":
            self.left_out.append(one.left_out(DEVELOPER))
        elif not one.open:
            self.left_out.append(one.left_out(PAID))
        elif before and sorted(before.charges) == one.ids:
            self.left_out.append(one.left_out(PRINTED, before.number))
        else:
            self.wanted[key] = before.revision + 1 if before else 0


def _charged(
    session: Session, community_id: int, period: Period, today: date
) -> Mapping[tuple[int, int], _Charged]:
    """Unit and debtor -> what is charged, in walking order."""
    found: dict[tuple[int, int], _Charged] = {}
    for row in bills.charged(session, community_id, period.name, today):
        one = found.setdefault((row.Unit.id, row.debtor_id), _Charged(row.Unit, row.debtor, row.kind, []))
        one.ids.append(row.id)
        one.open += row.open_fen
    return found


def _planned(
    session: Session, community_id: int, today: date, unprinted: _Unprinted
) -> Iterator[PlannedBill]:
    if not unprinted.wanted:
        return
    rest_day = rest_days(session)
    debtors = sorted({debtor for _, debtor in unprinted.wanted})
    rules = policies(session, community_id)
    for account in accounts(session, community_id, rules, debtor_ids=debtors):
        key = (account.unit_id, account.debtor_id)
        if key in unprinted.wanted:
            charged = unprinted.charged[key]
            every = account.lines(today)
            lines = [row for row in every if row.charge.id in charged.ids]
            carried = _carried(every, lines)
            yield PlannedBill(
                unit=charged.unit,
                account=account,
                lines=lines,
                carried=carried,
                prepayment=account.prepayment(today),
                deadline=_deadline([*lines, *carried], today, rest_day),
                revision=unprinted.wanted[key],
            )


def _carried(every: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """What is unpaid of other periods and was due before anything of this one."""
    first = min(row.charge.due for row in lines)
    return [row for row in every if row.charge.due < first and row.total > 0]


def _deadline(lines: Sequence[Line], today: date, rest_day: RestDay) -> date:
    """The next due date of what is open, today's too: a later day would promise what the contract does not."""
    ahead = [row.charge.due for row in lines if row.open and row.charge.due >= today]
    return min(ahead) if ahead else roll_forward(today + _RESPITE, rest_day)
