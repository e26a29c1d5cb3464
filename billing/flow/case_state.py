"""How cases stand as of a day: what is overdue, which stage that calls for, and what keeps the office from pressing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.core.ageing import oldest_days
from billing.core.case import Facts, State, state
from billing.core.collection_rules import CollectionRules
from billing.core.dunning import Step, stage
from billing.core.promise import Judged
from billing.core.statement import totals
from billing.flow.collection_rules import rules_on
from billing.flow.debtors import plain_terms
from billing.flow.estate import policies
from billing.flow.holds import holds_on
from billing.flow.promises import holding, of_debtors
from billing.flow.tariffs import ladder
from billing.store import case_list
from billing.store.case_list import Look, Row
from billing.store.estate import Unit
from billing.store.standing import Account, accounts


@dataclass(frozen=True)
class Situation:
    """A debtor as of a day, over all his units (fen). `held_until`: his promises keep letters back until then."""

    accounts: Sequence[Account]
    open: int
    total: int
    days: int
    step: Step | None
    state: State
    promises: Sequence[Judged] = ()
    held_until: date | None = None

    @property
    def late_fee(self) -> int:
        return self.total - self.open

    @property
    def promised(self) -> Judged | None:
        """The open promise that is due first."""
        still = [one for one in self.promises if one.state == "open"]
        return min(still, key=lambda one: one.promise.due, default=None)


def situations(
    session: Session, community_id: int, debtor_ids: Sequence[int], day: date
) -> Mapping[int, Situation]:
    """Debtor -> how he stands; the same few queries for any number of them."""
    steps, held = ladder(session, community_id, day), holds_on(session, community_id, day)
    rules = rules_on(session, community_id, day)
    judged = of_debtors(session, community_id, debtor_ids, day)
    his: dict[int, list[Account]] = defaultdict(list)
    for account in accounts(session, community_id, policies(session, community_id), debtor_ids=debtor_ids):
        his[account.debtor_id].append(account)
    return {
        debtor: _situation(his[debtor], day, steps, held, rules, judged.get(debtor, ()))
        for debtor in debtor_ids
    }


def _situation(
    his: Sequence[Account],
    day: date,
    steps: Sequence[Step],
    held: Mapping[tuple[int, int], str],
    rules: CollectionRules,
    judged: Sequence[Judged],
) -> Situation:
    overdue = [[row for row in one.lines(day) if row.state == "overdue"] for one in his]
    lines = [row for rows in overdue for row in rows]
    sums = totals(lines)
    owing = [one for one, rows in zip(his, overdue, strict=True) if rows]
    kinds = {held.get((one.unit_id, one.debtor_id)) for one in owing}
    debtor = his[0].debtor_id if his else 0
    until = holding(rules, {debtor: judged}, {debtor: sums.total}, day).get(debtor)
    facts = Facts(
        overdue=sums.total,
        disputed=kinds == {"disputed"},
        held=bool(kinds) and None not in kinds,
        waived=bool(owing) and all(one.is_given_time(day) for one in owing),
        promised=until is not None,
    )
    ages = [(row.overdue_days, row.open) for row in lines]
    return Situation(
        accounts=his,
        open=sums.open,
        total=sums.total,
        days=oldest_days(ages),
        step=stage(steps, ages) if lines else None,
        state=state(facts),
        promises=judged,
        held_until=until,
    )


@dataclass(frozen=True)
class Listed:
    """A row of a work list and how its debtor stands."""

    row: Row
    situation: Situation
    homes: Sequence[Unit]

    @property
    def units(self) -> list[str]:
        return [unit.label for unit in self.homes]


def look_at(session: Session, community_id: int, day: date, **chosen: str | int | None) -> Look:
    """What a list looks at, by the late fee's rate and the rules of that day."""
    rate = plain_terms(policies(session, community_id), day).rate_ppm
    quiet = rules_on(session, community_id, day).quiet_days
    return Look(day, rate, day - timedelta(days=quiet), **chosen)  # type: ignore[arg-type]


def listed(
    session: Session, community_id: int, look: Look, largest: bool, limit: int, offset: int = 0
) -> list[Listed]:
    """A page of a work list."""
    rows = case_list.page(session, community_id, look, largest, limit, offset)
    debtors = [row.debtor_id for row in rows]
    found = situations(session, community_id, debtors, look.day) if rows else {}
    units = case_list.units_of(session, community_id, debtors) if rows else {}
    return [Listed(row, found[row.debtor_id], units[row.debtor_id]) for row in rows]
