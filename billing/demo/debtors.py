"""How households pay, and the quarters they lived through: each issued on its day, the money in order of its days."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.calendar import Period
from billing.demo.estate import ACTOR
from billing.flow.charges import issue_period, plan_period
from billing.flow.payments import CHANNELS, Money, take_payment
from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.ledger import Charge


@dataclass(frozen=True)
class Habit:
    """How a household pays: in how many of a hundred, and on which days it pays which part of a bill."""

    name: str
    share: int
    pays: Callable[[Random, int, int], Iterator[tuple[int, int]]]


def _prompt(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield -random.randrange(2, 60), amount


def _late(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    days = random.randrange(3, 75)
    yield days, amount + amount * days // 1000 * random.randrange(2)  # half of them with their late fee


def _forgetful(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if random.random() < 0.7:
        yield random.randrange(-30, 25), amount


def _in_parts(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield random.randrange(-20, 20), amount // 2
    if random.random() < 0.5:
        yield random.randrange(30, 120), amount // 4


def _stopped(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if quarter < 3:
        yield -random.randrange(2, 40), amount


def _never(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield from ()


def _yearly(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if quarter % 4 == 0:
        yield -random.randrange(40, 85), amount * 4


HABITS = (
    Habit("prompt", 68, _prompt),
    Habit("yearly in advance", 6, _yearly),
    Habit("late", 10, _late),
    Habit("forgetful", 6, _forgetful),
    Habit("in parts", 4, _in_parts),
    Habit("stopped", 4, _stopped),
    Habit("never", 2, _never),
)
#: Of so many homes one pays on time but once, so that the rules of good faith have somebody to speak for.
_ONE_SLIPPED_IN = 40


def run_the_years(
    session: Session, random: Random, today: date, community_id: int, periods: list[Period]
) -> None:
    """Issue each quarter on its first day and take what comes in, in the order of the days."""
    habits = _habits(session, random, community_id)
    slipped = set(list(habits)[::_ONE_SLIPPED_IN])
    plans = [plan_period(session, community_id, period) for period in periods[-2:]]
    last_due = max(one.rule.due for plan in plans for one in plan.uniform if one.rule.due < today)
    coming: list[tuple[date, int, int]] = []
    for quarter, period in enumerate(periods):
        coming = _take(session, random, community_id, coming, until=period.first)
        plan = plan_period(session, community_id, period)
        issue_period(session, ACTOR, period.first, community_id, plan)
        for unit_id, amount, due in _billed(session, community_id, period, Charge.due):
            if unit_id in slipped and due <= last_due:
                coming.append((due + timedelta(days=6 if due == last_due else -2), unit_id, amount))
        for unit_id, amount, due in _billed(session, community_id, period):
            if unit_id in slipped:
                continue
            for days, part in habits[unit_id].pays(random, quarter, amount):
                coming.append((max(period.first, due + timedelta(days=days)), unit_id, part))
    _take(session, random, community_id, coming, until=today)


def _billed(session: Session, community_id: int, period: Period, *by: Any) -> Sequence[Any]:
    """(unit, fen, first due date) of the period, in walking order; apart by what else is named."""
    return session.execute(
        select(Charge.unit_id, summed(Charge.amount_fen), func.min(Charge.due))
        .join(Unit, Unit.id == Charge.unit_id)
        .where(Charge.community_id == community_id, Charge.period == period.name)
        .group_by(Charge.unit_id, Unit.position, *by)
        .order_by(Unit.position)
    ).all()


def _habits(session: Session, random: Random, community_id: int) -> dict[int, Habit]:
    weights = [habit.share for habit in HABITS]
    units = session.scalars(select(Unit).where(Unit.community_id == community_id).order_by(Unit.position))
    return {unit.id: random.choices(HABITS, weights)[0] for unit in units}


def _take(
    session: Session, random: Random, community_id: int, coming: list[tuple[date, int, int]], until: date
) -> list[tuple[date, int, int]]:
    """Take every payment that comes by that day; those still to come."""
    for number, (on, unit_id, amount) in enumerate(sorted(coming)):
        if on > until:
            return sorted(coming)[number:]
        unit = session.get_one(Unit, unit_id)
        channel = random.choice(CHANNELS[:5])
        take_payment(session, ACTOR, on, unit, Money(amount, on, channel, f"demo:{on}:{unit_id}:{amount}"))
    return []
