"""Calls and visits: what decent conduct has against one, and that a quota can be filled only with work."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.attempt import KNOWN_WRONG, NOTHING_NEW, WITHOUT_OUTCOME, Attempt, objections, uncounted
from billing.core.collection_rules import USUAL, check_rules, in_force
from billing.core.problem import Refused

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
CALL = Attempt("call", NOON, "talked", "contact:1")
VISIT = Attempt("visit", NOON, "talked", "unit:1", companion="保安小李", note="答应月底交")


def codes(attempt, *earlier, disputed=False, rules=USUAL):
    return [one.code for one in objections(rules, attempt, earlier, disputed)]


def ago(attempt, days=0, hours=0, **changes):
    return replace(attempt, at=attempt.at - timedelta(days=days, hours=hours), **changes)


@pytest.mark.parametrize(
    ("hour", "minute", "allowed"), [(8, 59, False), (9, 0, True), (19, 59, True), (20, 0, False)]
)
def test_nobody_is_called_early_or_late(hour, minute, allowed):
    at = NOON.replace(hour=hour, minute=minute)
    assert (codes(replace(CALL, at=at)) == []) is allowed
    assert (codes(replace(VISIT, at=at)) == []) is allowed


def test_one_connected_call_a_day_and_three_a_week():
    assert codes(CALL, ago(CALL, hours=2)) == ["day"]
    assert codes(CALL, ago(CALL, days=1), ago(CALL, days=3)) == []
    assert codes(CALL, ago(CALL, days=1), ago(CALL, days=3), ago(CALL, days=6)) == ["week"]
    assert codes(CALL, ago(CALL, days=1), ago(CALL, days=3), ago(CALL, days=7)) == []


def test_a_call_that_nobody_answered_pesters_nobody():
    assert codes(CALL, ago(CALL, hours=2, outcome="nobody"), ago(CALL, hours=1, outcome="wrong")) == []


def test_whoever_would_not_talk_was_reached():
    assert codes(CALL, ago(CALL, hours=2, outcome="refused")) == ["day"]


def test_what_the_debtor_begins_himself_is_never_limited_nor_counted_against_him():
    late = replace(CALL, at=NOON.replace(hour=22), incoming=True)
    assert codes(late, ago(CALL, hours=2), disputed=True) == []
    assert codes(CALL, ago(CALL, hours=2, incoming=True)) == []


def test_a_visit_is_made_by_two():
    assert codes(replace(VISIT, companion=" ")) == ["alone"]
    assert codes(replace(VISIT, companion=""), rules=replace(USUAL, visitors=1)) == []


def test_while_he_contests_the_debt_nobody_is_pressed():
    assert codes(CALL, disputed=True) == ["disputed"]


def why(visit, *earlier, news=()):
    return uncounted(USUAL, visit, earlier, news)


def test_a_visit_that_says_nothing_does_not_count():
    assert why(replace(VISIT, outcome="nobody", note="")) == WITHOUT_OUTCOME
    assert why(replace(VISIT, outcome="nobody", note="灯黑，邻居说上夜班")) is None


def test_a_visit_to_an_address_known_to_be_wrong_does_not_count():
    """The trick of the trade: all dead addresses in one afternoon."""
    wrong = ago(VISIT, days=40, outcome="wrong")
    assert why(replace(VISIT, outcome="wrong"), wrong) == KNOWN_WRONG
    assert why(replace(VISIT, outcome="nobody"), wrong) == KNOWN_WRONG
    assert why(replace(VISIT, outcome="nobody"), wrong, news=[NOON.date() - timedelta(3)]) is None
    assert why(VISIT, wrong) is None  # he was met there after all
    assert why(replace(VISIT, outcome="nobody", place="unit:2"), wrong) is None


def test_a_repeat_before_anything_new_is_known_does_not_count():
    before = ago(VISIT, days=2)
    assert why(VISIT, before) == NOTHING_NEW
    assert why(replace(VISIT, learnt=True), before) is None
    assert why(VISIT, before, news=[NOON.date() - timedelta(1)]) is None
    assert why(VISIT, before, news=[before.at.date()]) == NOTHING_NEW
    assert why(VISIT, ago(VISIT, days=7)) is None
    assert why(VISIT, ago(VISIT, days=2, outcome="nobody")) is None
    assert why(replace(VISIT, outcome="nobody"), ago(VISIT, days=2, outcome="nobody")) == NOTHING_NEW


outcomes = st.sampled_from(["talked", "other", "refused", "nobody", "wrong"])


@given(st.lists(st.tuples(st.integers(0, 30), outcomes), min_size=1, max_size=40))
def test_no_number_of_visits_without_news_counts_more_than_one_a_span(visits):
    """However often a collector walks the same stairs with nothing to tell, a span of days holds one counted visit."""
    made = sorted(
        (
            replace(VISIT, at=NOON + timedelta(days=day, minutes=number), outcome=outcome)
            for number, (day, outcome) in enumerate(visits)
        ),
        key=lambda one: one.at,
    )
    counted = [one for number, one in enumerate(made) if why(one, *made[:number]) is None]
    met = [one for one in counted if one.outcome == "talked"]
    others = [one for one in counted if one.outcome != "talked"]
    for one, following in pairwise(others):
        between = [visit for visit in made if one.at < visit.at < following.at]
        assert (following.at.date() - (between or [one])[-1].at.date()).days >= USUAL.repeat_days
    assert len(met) <= len(made)


def test_rules_hold_from_their_day_and_the_later_entry_of_one_day_counts():
    first = replace(USUAL, since=date(2026, 1, 1), calls_a_day=2)
    second = replace(USUAL, since=date(2026, 6, 1), calls_a_day=3)
    corrected = replace(second, calls_a_day=1)
    assert in_force([], date(2026, 1, 1)) == USUAL
    assert in_force([second, first, corrected], date(2026, 3, 1)) == first
    assert in_force([second, first, corrected], date(2026, 6, 1)) == corrected


@pytest.mark.parametrize(
    "changes",
    [
        {"opens": "9:00"},
        {"opens": "20:00", "closes": "09:00"},
        {"closes": "24:00"},
        {"calls_a_day": 0},
        {"visitors": 9},
        {"promise_share_ppm": 1_000_001},
    ],
)
def test_rules_that_cannot_be_meant_are_refused(changes):
    with pytest.raises(Refused):
        check_rules(replace(USUAL, **changes))
