"""What each debtor has to pay, charge by charge, as of a day.

The late fee of a charge is a closed form over the two integers kept beside it: open principal x days late, plus what
was settled late, all at one rate. Where the contract says more (grace, a cap, a rate that changed meanwhile) or a
waiver does, the charge goes through the pure rule over its entries; a test holds both to the same fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.core.ageing import State, state
from billing.core.late_fee import Cap
from billing.core.money import round_micro
from billing.core.policy import Policies
from billing.flow.estate import policies
from billing.store import debts as rows
from billing.store.debts import EVERY, Which
from billing.store.estate import label
from billing.store.standing import accounts


@dataclass(frozen=True)
class Debt:
    """What is left on one charge as of the day (fen); `late_fee` is what accrued and is neither paid nor waived."""

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

    @property
    def total(self) -> int:
        return self.open + self.late_fee


@dataclass(frozen=True)
class Plain:
    """From which due date on the contract knows one rate and nothing else, and that rate (ppm)."""

    since: date
    rate_ppm: int


def debts(session: Session, community_id: int, as_of: date, which: Which = EVERY) -> list[Debt]:
    """Every charge on which something is left, overdue or not, in walking order."""
    rules = policies(session, community_id)
    return [debt for debt in reckoned(session, community_id, as_of, rules, which) if debt.total > 0]


def reckoned(
    session: Session, community_id: int, as_of: date, rules: Policies, which: Which = EVERY
) -> list[Debt]:
    """Every charge that is open or was paid late, by these rules; its late fee may be nothing, or less than nothing
    where more was paid than the rules give.
    """
    found = rows.debts(session, community_id, as_of, which)
    plain = plain_terms(rules, as_of)
    hard = {row.debtor_id for row in found if not _is_plain(row, plain, as_of)}
    worked_out = _by_the_rule(session, community_id, rules, as_of, sorted(hard))
    owed = []
    for row in found:
        by_form = _is_plain(row, plain, as_of)
        figures = _from_integers(row, plain.rate_ppm, as_of) if by_form else worked_out[row.id]
        owed.append(_debt(row, *figures, as_of))
    return owed


def plain_terms(rules: Policies, as_of: date) -> Plain:
    """The due dates whose whole lateness was under one rate, without grace or cap; none: since the end of time."""
    since, ppm = date.max, 0
    for policy in reversed([policy for policy in rules.dated if policy.since <= as_of]):
        if policy.grace_days or policy.cap != Cap() or (since != date.max and policy.rate_ppm != ppm):
            break
        since, ppm = policy.since, policy.rate_ppm
    return Plain(since, ppm)


def _is_plain(row: Any, plain: Plain, as_of: date) -> bool:
    """Whether the closed form says it; before its due date a charge owes no late fee, whatever the contract."""
    return not (row.moved or row.relieved) and (row.due >= plain.since or row.due >= as_of)


def _from_integers(row: Any, ppm: int, as_of: date) -> tuple[int, int]:
    """(open, late fee) by the closed form, rounded once as the rule does."""
    fen_days = row.open_fen * max(0, (as_of - row.due).days) + row.settled_fen_days
    return row.open_fen, round_micro(fen_days * ppm) - row.late_fee_paid_fen


def _by_the_rule(
    session: Session, community_id: int, rules: Policies, as_of: date, debtor_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Charge -> (open, late fee), from the entries."""
    if not debtor_ids:
        return {}
    return {
        line.charge.id: (line.open, line.late_fee_due)
        for account in accounts(session, community_id, rules, debtor_ids=debtor_ids)
        for line in account.lines(as_of)
    }


def _debt(row: Any, left: int, late_fee: int, as_of: date) -> Debt:
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
    )
