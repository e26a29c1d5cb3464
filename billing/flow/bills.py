"""Payment notices of a fee period: who gets one, who is left out and why, and the numbered papers.

A payment notice says what was charged and until when to pay; it presses nobody, so a hold does not keep it back.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.core import dunning
from billing.core.calendar import Period, RestDay, roll_forward
from billing.core.policy import Policies
from billing.core.problem import Refused
from billing.core.statement import Line, totals
from billing.flow import papers
from billing.flow.calendar import rest_days
from billing.flow.entry import fingerprint, latest, record, token
from billing.flow.estate import policies
from billing.flow.ownership import Holders
from billing.flow.printing import BILLS, LeftOut
from billing.store import bills
from billing.store.collection import Bill, BillRun
from billing.store.estate import Unit
from billing.store.standing import Account, accounts
from billing.translations import N_
from notices import content, figures
from notices.record import freeze

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
    charged = _charged(session, community_id, period, today)
    if not charged:
        raise Refused(N_("Nothing is charged for %(period)s: issue the period first."), period=period.name)
    known = {
        (row.Bill.unit_id, row.Bill.debtor_id): row
        for row in bills.newest(session, community_id, period.name)
    }
    left_out = [
        LeftOut(row.Unit.label, row.debtor, REVERSED, row.Bill.total_fen, row.Bill.number)
        for key, row in known.items()
        if key not in charged
    ]
    wanted: dict[tuple[int, int], int] = {}
    for key, one in charged.items():
        before = known[key].Bill if key in known else None
        reason = _reason(one, before)
        if reason:
            left_out.append(one.left_out(reason, before.number if before and reason == PRINTED else ""))
        else:
            wanted[key] = before.revision + 1 if before else 0
    planned = list(_planned(session, community_id, today, charged, wanted))
    left_out += [charged[one.key].left_out(dunning.COVERED) for one in planned if not one.total]
    return BillPlan(period, today, [one for one in planned if one.total], left_out)


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


def _reason(one: _Charged, before: Bill | None) -> str:
    """Why there is no notice for it, if so."""
    if one.kind == "developer":
        return DEVELOPER
    if not one.open:
        return PAID
    return PRINTED if before and sorted(before.charges) == one.ids else ""


def _planned(
    session: Session,
    community_id: int,
    today: date,
    charged: Mapping[tuple[int, int], _Charged],
    wanted: Mapping[tuple[int, int], int],
) -> Iterator[PlannedBill]:
    if not wanted:
        return
    rest_day = rest_days(session)
    for account in accounts(session, community_id, policies(session, community_id)):
        key = (account.unit_id, account.debtor_id)
        if key in wanted:
            ids = set(charged[key].ids)
            every = account.lines(today)
            lines = [row for row in every if row.charge.id in ids]
            yield PlannedBill(
                unit=charged[key].unit,
                account=account,
                lines=lines,
                carried=_carried(every, lines),
                prepayment=account.prepayment(today),
                deadline=_deadline(lines, today, rest_day),
                revision=wanted[key],
            )


def _carried(every: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """What is unpaid of other periods and was due before anything of this one."""
    first = min(row.charge.due for row in lines)
    return [row for row in every if row.charge.due < first and row.total > 0]


def _deadline(lines: Sequence[Line], today: date, rest_day: RestDay) -> date:
    """The next due date of what is open: a later day would promise what the contract does not."""
    ahead = [row.charge.due for row in lines if row.open and row.charge.due > today]
    return min(ahead) if ahead else roll_forward(today + _RESPITE, rest_day)


def issue_bills(
    session: Session, actor: str, community_id: int, plan: BillPlan, expected: str | None = None
) -> BillRun | None:
    """Number and record every notice of the plan in one go; None when there is nothing to print.

    `expected` is the digest of the plan a person saw. Refused while the profile lacks what a paper needs.
    """
    if expected is not None and expected != plan.digest:
        raise Refused(N_("The books changed since this preview was made: look at it again before you print."))
    head = papers.Letterhead(session, community_id, plan.issued_on)
    if not plan.bills:
        return None
    asked = {
        "period": plan.period.name,
        "bills": len(plan.bills),
        "total_fen": plan.total,
        "digest": plan.digest,
    }
    key = f"bill:{plan.period.name}:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "bill", key, actor, asked)
    run = BillRun(community_id=community_id, entry=entry, period=plan.period.name, issued_on=plan.issued_on)
    session.add(run)
    session.flush()
    holders = Holders(session, community_id, plan.issued_on)
    rules = policies(session, community_id)
    for serial, one in enumerate(plan.bills, start=BILLS.next_serial(session, community_id)):
        bill = _bill(run, serial, one)
        facts = head.unit(one.unit, one.account.debtor, holders.beside(one.unit.id, one.account.debtor_id))
        bill.paper = freeze(_paper(head, plan, one, bill, facts, rules))
        session.add(bill)
    session.flush()
    return run


def _bill(run: BillRun, serial: int, one: PlannedBill) -> Bill:
    return Bill(
        community_id=run.community_id,
        entry=run.entry,
        run_id=run.id,
        serial=serial,
        unit_id=one.unit.id,
        debtor_id=one.account.debtor_id,
        period=run.period,
        revision=one.revision,
        issued_on=run.issued_on,
        deadline=one.deadline,
        total_fen=one.total,
        charges=one.charges,
        verify_token=token(),
    )


def _paper(
    head: papers.Letterhead,
    plan: BillPlan,
    one: PlannedBill,
    bill: Bill,
    unit: content.UnitFacts,
    rules: Policies,
) -> content.PaymentNotice:
    return content.PaymentNotice(
        number=bill.number,
        issued=plan.issued_on,
        office=head.office,
        community=head.community,
        unit=unit,
        verify_url=head.verify_url(bill.verify_token),
        period=figures.period(plan.period.first, plan.period.months),
        as_of=plan.issued_on,
        deadline=one.deadline,
        lines=papers.charge_lines(one.account, one.lines),
        carried=papers.charge_lines(one.account, one.carried),
        segments=papers.segments([*one.carried, *one.lines]),
        prepayment=one.prepayment,
        rate_ppm=rules.on(plan.issued_on).rate_ppm,
        objection_until=one.deadline,
    )
