"""Who is served which stage, and who is left out: the ladder of the practice, day by day."""

from datetime import date, timedelta

import pytest

from billing.core.dunning import (
    COVERED,
    DISPUTED,
    HELD,
    NOT_OVERDUE,
    PAID_SINCE,
    SERVED,
    TOO_SMALL,
    USUAL_LADDER,
    WITHIN_GRACE,
    Standing,
    Step,
    decide,
    episode_start,
)
from billing.core.late_fee import Terms
from billing.core.statement import Charge, Settled, line

DUE = date(2026, 3, 31)


def charge(number=1, due=DUE, amount=60_000, terms=Terms()):
    return Charge(number, "张三", "物业费", "2026Q1", due, amount, terms)


def standing(as_of, *charges, settled=(), **more):
    lines = [line(one, settled, as_of) for one in charges or (charge(),)]
    return Standing(lines, as_of, **more)


@pytest.mark.parametrize(
    ("days", "stage"), [(1, 1), (5, 1), (6, 2), (18, 2), (19, 3), (28, 3), (29, 4), (1000, 4)]
)
def test_the_oldest_unpaid_charge_decides_the_stage(days, stage):
    decided = decide(standing(DUE + timedelta(days=days)), USUAL_LADDER, [])
    assert isinstance(decided, Step) and decided.stage == stage


def test_a_bill_is_not_dunned_on_its_due_day():
    assert decide(standing(DUE), USUAL_LADDER, []) == NOT_OVERDUE


def test_a_charge_within_its_grace_is_left_alone():
    with_grace = charge(terms=Terms(grace_days=10))
    assert decide(standing(DUE + timedelta(days=10), with_grace), USUAL_LADDER, []) == WITHIN_GRACE


def test_money_not_yet_allocated_that_covers_the_debt_stops_the_notice():
    assert decide(standing(DUE + timedelta(days=9), prepayment=70_000), USUAL_LADDER, []) == COVERED
    assert isinstance(decide(standing(DUE + timedelta(days=9), prepayment=60_000), USUAL_LADDER, []), Step)


@pytest.mark.parametrize(("hold", "reason"), [("disputed", DISPUTED), ("held", HELD)])
def test_a_dispute_or_a_hold_stops_the_notice(hold, reason):
    assert decide(standing(DUE + timedelta(days=9), hold=hold), USUAL_LADDER, []) == reason


def test_a_small_debt_is_left_out():
    ladder = [Step(1, 1, "courteous", 15, minimum=1_000_00)]
    assert decide(standing(DUE + timedelta(days=9)), ladder, []) == TOO_SMALL


def test_a_stage_is_served_once_per_episode():
    day = DUE + timedelta(days=8)
    assert decide(standing(day), USUAL_LADDER, [(2, day)]) == SERVED
    assert decide(standing(day + timedelta(days=3)), USUAL_LADDER, [(2, day)]) == SERVED
    later = decide(standing(day + timedelta(days=12)), USUAL_LADDER, [(2, day)])
    assert isinstance(later, Step) and later.stage == 3


def test_a_new_episode_begins_when_everything_was_paid():
    first, second = charge(1), charge(2, due=date(2026, 6, 30))
    paid_late = [Settled(date(2026, 4, 30), 60_000, 1_800)]
    as_of = date(2026, 7, 3)
    lines = [line(first, paid_late, as_of), line(second, [], as_of)]
    assert episode_start(lines, as_of) == date(2026, 7, 1)
    decided = decide(Standing(lines, as_of), USUAL_LADDER, [(1, date(2026, 4, 2)), (2, date(2026, 4, 10))])
    assert isinstance(decided, Step) and decided.stage == 1


def test_an_episode_goes_on_while_anything_overdue_is_owed():
    first, second = charge(1), charge(2, due=date(2026, 6, 30))
    as_of = date(2026, 8, 15)
    lines = [line(first, [Settled(date(2026, 7, 20), 60_000, 6_660)], as_of), line(second, [], as_of)]
    assert episode_start(lines, as_of) == date(2026, 4, 1)


def test_late_fee_alone_is_still_owed_and_reminded_of_courteously():
    as_of = date(2026, 5, 30)
    row = line(charge(), [Settled(date(2026, 4, 30), 60_000)], as_of)
    assert row.open == 0 and row.total == 1_800
    decided = decide(Standing([row], as_of), USUAL_LADDER, [])
    assert isinstance(decided, Step) and decided.stage == 1


def test_late_fee_left_of_an_old_charge_does_not_raise_the_stage_of_a_new_one():
    as_of = date(2026, 7, 10)
    old = line(charge(1), [Settled(date(2026, 4, 30), 60_000)], as_of)
    new = line(charge(2, due=date(2026, 6, 30)), [], as_of)
    decided = decide(Standing([old, new], as_of), USUAL_LADDER, [])
    assert isinstance(decided, Step) and decided.stage == 2


def test_what_was_paid_after_the_day_is_not_demanded_again():
    late = standing(DUE + timedelta(days=9), paid_since=True)
    assert decide(late, USUAL_LADDER, []) == PAID_SINCE
