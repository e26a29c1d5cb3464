"""A community at a glance as of a day: charged, collected, overdue, not yet due; by age, by stage, by building.

The late fee of a charge is a closed form over the two integers kept beside it: open principal x days late, plus what
was settled late, all at one rate. Where the contract says more (grace, a cap, a rate that changed meanwhile) or a
waiver does, the charge goes through the pure rule over its entries; a test holds both to the same fen.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.core.ageing import BRACKETS, NOT_DUE, Bracket, State, bracket, state
from billing.core.dunning import Step, stage
from billing.core.late_fee import Cap
from billing.core.money import round_micro
from billing.core.policy import Policies
from billing.flow.estate import policies
from billing.flow.tariffs import ladder
from billing.store import debts as rows
from billing.store.estate import label
from billing.store.standing import accounts


@dataclass(frozen=True)
class Debt:
    """What is left on one charge as of the day (fen); `late_fee` accrued and is not paid, `waived` is principal."""

    charge_id: int
    unit_id: int
    unit: str
    building: str
    debtor_id: int
    debtor: str
    due: date
    period_first: date
    open: int
    late_fee: int
    state: State
    waived: int = 0

    @property
    def total(self) -> int:
        return self.open + self.late_fee


@dataclass(frozen=True)
class Debtor:
    """What one debtor has to pay on one unit; `step` is the stage his oldest overdue charge calls for."""

    debts: Sequence[Debt]
    as_of: date
    step: Step | None

    @property
    def first(self) -> Debt:
        return self.debts[0]

    def of(self, wanted: State) -> list[Debt]:
        return [debt for debt in self.debts if debt.state == wanted]

    @property
    def days(self) -> int:
        """Days late of the oldest charge whose principal is open; 0 where late fee alone is left."""
        return max((max(0, (self.as_of - debt.due).days) for debt in self.debts if debt.open), default=0)

    @property
    def open(self) -> int:
        return sum(debt.open for debt in self.debts)

    @property
    def late_fee(self) -> int:
        return sum(debt.late_fee for debt in self.debts)

    @property
    def total(self) -> int:
        return self.open + self.late_fee


@dataclass(frozen=True)
class Part:
    """A share of it: of an age, a stage or a building. `name` stands in addresses.

    `debtors` are those in arrears, `overdue` is their principal; what is billed and not yet due is `coming`. What was
    `waived` of the principal was not collected.
    """

    name: str
    label: str
    debtors: int
    overdue: int
    late_fee: int
    coming: int
    charged: int = 0
    waived: int = 0

    @property
    def total(self) -> int:
        """All arrears (欠费合计)."""
        return self.overdue + self.late_fee

    @property
    def collected(self) -> int:
        return self.charged - self.waived - self.overdue - self.coming

    @property
    def rate_ppm(self) -> int | None:
        """收缴率: collected of what was charged."""
        return self.collected * 1_000_000 // self.charged if self.charged else None


@dataclass(frozen=True)
class Overview:
    as_of: date
    whole: Part
    this_year: Part
    by_age: Sequence[Part]
    by_stage: Sequence[Part]
    by_building: Sequence[Part]


def overview(session: Session, community_id: int, as_of: date) -> Overview:
    """Four queries, however many units."""
    everything = reckoned(session, community_id, as_of, policies(session, community_id))
    found = [debt for debt in everything if debt.total > 0]
    relieved = [debt for debt in everything if debt.waived]
    charged = rows.charged(session, community_id, as_of)
    steps = ladder(session, community_id, as_of)
    year = [debt for debt in found if debt.period_first.year >= as_of.year]
    return Overview(
        as_of,
        _part("", "", found, sum(row.charged for row in charged), relieved),
        _part(
            str(as_of.year),
            "",
            year,
            sum(row.this_year for row in charged),
            [debt for debt in relieved if debt.period_first.year >= as_of.year],
        ),
        [_part(one.code, one.label, _of_age(found, one, as_of)) for one in BRACKETS if one is not NOT_DUE],
        _by_stage(debtors(found, steps, as_of), steps),
        [
            _part(
                row.building,
                row.building,
                [one for one in found if one.building == row.building],
                row.charged,
                [one for one in relieved if one.building == row.building],
            )
            for row in charged
        ],
    )


def debts(session: Session, community_id: int, as_of: date) -> list[Debt]:
    """Every charge on which something is left, overdue or not, in walking order."""
    rules = policies(session, community_id)
    return [debt for debt in reckoned(session, community_id, as_of, rules) if debt.total > 0]


def reckoned(session: Session, community_id: int, as_of: date, rules: Policies) -> list[Debt]:
    """Every charge that is open or was paid late, by these rules; its late fee may be nothing, or less than nothing
    where more was paid than the rules give.
    """
    found = rows.debts(session, community_id, as_of)
    plain = _plain_rate(rules, as_of)
    rates = [None if row.moved or row.relieved else plain(row.due) for row in found]
    hard = {row.debtor_id for row, rate in zip(found, rates, strict=True) if rate is None}
    worked_out = _by_the_rule(session, community_id, rules, as_of, sorted(hard))
    owed = []
    for row, rate in zip(found, rates, strict=True):
        figures = worked_out[row.id] if rate is None else _from_integers(row, rate, as_of)
        owed.append(_debt(row, *figures, as_of))
    return owed


def debtors(found: Iterable[Debt], steps: Sequence[Step], as_of: date) -> list[Debtor]:
    """The debts gathered by unit and debtor, in walking order."""
    gathered: dict[tuple[int, int], list[Debt]] = {}
    for debt in found:
        gathered.setdefault((debt.unit_id, debt.debtor_id), []).append(debt)
    return [
        Debtor(
            each,
            as_of,
            stage(steps, [((as_of - debt.due).days, debt.open) for debt in each if debt.state == "overdue"]),
        )
        for each in gathered.values()
    ]


def _plain_rate(rules: Policies, as_of: date) -> Callable[[date], int | None]:
    """Due date -> the one rate (ppm) that its whole lateness was under; None where the contract says more."""
    seen = [policy for policy in rules.dated if policy.since <= as_of]
    since, ppm = None, 0
    for policy in reversed(seen):
        if policy.grace_days or policy.cap != Cap() or (since is not None and policy.rate_ppm != ppm):
            break
        since, ppm = policy.since, policy.rate_ppm

    def rate(due: date) -> int | None:
        if due >= as_of:
            return 0
        return ppm if since is not None and due >= since else None

    return rate


def _from_integers(row: Any, ppm: int, as_of: date) -> tuple[int, int, int]:
    """(open, late fee, principal waived) by the closed form, rounded once as the rule does."""
    fen_days = row.open_fen * max(0, (as_of - row.due).days) + row.settled_fen_days
    return row.open_fen, round_micro(fen_days * ppm) - row.late_fee_paid, 0


def _by_the_rule(
    session: Session, community_id: int, rules: Policies, as_of: date, debtor_ids: Sequence[int]
) -> dict[int, tuple[int, int, int]]:
    """Charge -> (open, late fee, principal waived), from the entries."""
    if not debtor_ids:
        return {}
    return {
        line.charge.id: (line.open, line.late_fee_due, line.waived)
        for account in accounts(session, community_id, rules, debtor_ids=debtor_ids)
        for line in account.lines(as_of)
    }


def _debt(row: Any, left: int, late_fee: int, waived: int, as_of: date) -> Debt:
    return Debt(
        charge_id=row.id,
        unit_id=row.unit_id,
        unit=label(row.building, row.entrance, row.room),
        building=row.building,
        debtor_id=row.debtor_id,
        debtor=row.debtor,
        due=row.due,
        period_first=row.period_first,
        open=left,
        late_fee=late_fee,
        state=state(row.due, left + late_fee, as_of),
        waived=waived,
    )


def _of_age(found: Iterable[Debt], one: Bracket, as_of: date) -> list[Debt]:
    return [debt for debt in found if bracket(debt.due, as_of) is one]


def _by_stage(found: Sequence[Debtor], steps: Sequence[Step]) -> list[Part]:
    """Overdue debts only: what is not due yet is nobody's stage."""
    return [
        _part(
            str(step.stage),
            step.tone,
            [debt for one in found if one.step == step for debt in one.of("overdue")],
        )
        for step in sorted(steps, key=lambda step: step.from_days)
    ]


def _part(
    name: str, shown: str, found: Sequence[Debt], charged: int = 0, relieved: Sequence[Debt] = ()
) -> Part:
    overdue = [debt for debt in found if debt.state == "overdue"]
    return Part(
        name=name,
        label=shown,
        debtors=len({(debt.unit_id, debt.debtor_id) for debt in overdue}),
        overdue=sum(debt.open for debt in overdue),
        late_fee=sum(debt.late_fee for debt in overdue),
        coming=sum(debt.total for debt in found if debt.state == "coming"),
        charged=charged,
        waived=sum(debt.waived for debt in relieved),
    )
