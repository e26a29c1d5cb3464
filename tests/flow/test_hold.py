"""A hold keeps notices back from a day to a day; lifting it is a new entry, and the past stays as it was."""

from datetime import date

import pytest

from billing.core.dunning import DISPUTED
from billing.core.problem import Refused
from billing.flow.dunning import plan_run
from billing.flow.holds import hold_on, lift_hold, place_hold
from billing.store.base import writing
from billing.store.collection import Hold
from tests.flow.town import Town, day


@pytest.fixture
def disputed(town: Town) -> Town:
    """张伟's debt is disputed from 2026-11-01 on."""
    town.issue("2026Q3")
    place(town, "2026-11-01")
    return town


def place(town: Town, since: str, until: str | None = None, key: str = "dispute") -> Hold:
    unit, debtor = town.unit("1-1-101"), town.charges("1-1-101")[0].debtor_id
    with writing(town.session, town.community_id):
        return place_hold(
            town.session,
            "legal",
            unit,
            debtor,
            "disputed",
            day(since),
            day(until) if until else None,
            "漏水",
            key,
        )


def lift(town: Town, on: str, key: str = "lift") -> Hold:
    unit, debtor = town.unit("1-1-101"), town.charges("1-1-101")[0].debtor_id
    with writing(town.session, town.community_id):
        return lift_hold(town.session, "legal", unit, debtor, day(on), "已修好", key)


def left_out(town: Town, as_of: str) -> list[str]:
    plan = plan_run(town.session, town.community_id, day(as_of), town.today)
    return [one.reason for one in plan.left_out if one.unit == "1-1-101"]


def test_lifted_from_a_day_it_held_until_the_day_before(disputed: Town) -> None:
    lift(disputed, "2026-11-20")
    assert left_out(disputed, "2026-11-19") == [DISPUTED]
    assert left_out(disputed, "2026-11-20") == []
    assert [hold.until for hold in disputed.all(Hold)] == [None, date(2026, 11, 19)]


def test_lifted_twice_with_one_key_is_lifted_once(disputed: Town) -> None:
    assert lift(disputed, "2026-11-20").id == lift(disputed, "2026-11-20").id
    assert len(disputed.all(Hold)) == 2


def test_what_does_not_hold_cannot_be_lifted(disputed: Town) -> None:
    lift(disputed, "2026-11-20")
    with pytest.raises(Refused):
        lift(disputed, "2026-11-21", key="again")


def test_placed_twice_with_one_key_is_placed_once_and_with_other_words_refused(disputed: Town) -> None:
    assert place(disputed, "2026-11-01").id == disputed.all(Hold)[0].id
    with pytest.raises(Refused):
        place(disputed, "2026-11-02")
    assert len(disputed.all(Hold)) == 1


def test_it_can_be_placed_again_after_it_was_lifted(disputed: Town) -> None:
    lift(disputed, "2026-11-20")
    place(disputed, "2026-11-22", "2026-11-30", key="once more")
    unit, debtor = disputed.unit("1-1-101"), disputed.charges("1-1-101")[0].debtor_id
    assert hold_on(disputed.session, unit, debtor, day("2026-11-30")) is not None
    assert hold_on(disputed.session, unit, debtor, day("2026-12-01")) is None


def test_it_cannot_end_before_it_begins(disputed: Town) -> None:
    with pytest.raises(Refused):
        place(disputed, "2026-11-10", "2026-11-09", key="backwards")
