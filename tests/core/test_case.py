"""A case has no state of its own, and work is given out fairly; the playbook has a page for every reason."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.case import REASONS, Facts, spread, state
from billing.core.playbook import PARTS, USUAL, in_force, write
from billing.core.problem import Refused


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(0, disputed=True, promised=True), "settled"),
        (Facts(1), "pressed"),
        (Facts(1, promised=True), "promised"),
        (Facts(1, promised=True, waived=True), "waived"),
        (Facts(1, promised=True, waived=True, held=True), "held"),
        (Facts(1, promised=True, waived=True, held=True, disputed=True), "disputed"),
    ],
)
def test_the_strongest_reason_not_to_press_is_the_state(facts, expected):
    assert state(facts) == expected


def test_a_building_stays_with_whoever_has_most_there():
    areas = {"1": {"amei": 3, "bao": 1}, "2": {"bao": 4}}
    given_out = spread([(7, "1"), (8, "2"), (9, "3")], {"amei": 3, "bao": 5}, areas)
    assert given_out == {7: "amei", 8: "bao", 9: "amei"}


def test_nobody_gets_half_as_many_again_as_the_others():
    given_out = spread([(number, "1") for number in range(40)], {"amei": 10, "bao": 0}, {"1": {"amei": 10}})
    assert Counter(given_out.values()) == {"amei": 27, "bao": 13}


def test_without_collectors_nothing_is_given_out():
    assert spread([(1, "1")], {}, {}) == {}


@given(
    st.lists(st.sampled_from("12345"), max_size=60),
    st.dictionaries(st.sampled_from(["amei", "bao", "chen"]), st.integers(0, 30), min_size=1),
)
def test_every_case_is_given_to_somebody_and_the_same_way_each_time(buildings, load):
    cases = list(enumerate(buildings))
    given_out = spread(cases, load, {})
    assert given_out.keys() == {number for number, _ in cases}
    assert set(given_out.values()) <= load.keys()
    assert given_out == spread(cases, load, {})


def test_every_reason_has_a_page_that_says_what_to_do_and_what_never_to_do():
    assert USUAL.keys() == REASONS.keys()
    for page in USUAL.values():
        assert page.ask and page.say and page.do and page.never
        assert any("credit records" in line for line in page.never)
        assert any("employer" in line for line in page.never)


def test_the_offices_own_page_holds_from_its_day():
    parts = {"ask": "在哪里上班？\n几点回家？", "say": "", "do": "晚上再打", "never": "不找单位"}
    own = write("unreachable", date(2026, 12, 1), parts)
    assert own.ask == ("在哪里上班？", "几点回家？")
    assert in_force([own], date(2026, 11, 30))["unreachable"] == USUAL["unreachable"]
    assert in_force([own], date(2026, 12, 1))["unreachable"] == own
    assert in_force([own], date(2026, 12, 1))["forgot"] == USUAL["forgot"]


@pytest.mark.parametrize(
    ("reason", "parts"),
    [
        ("lazy", dict.fromkeys(PARTS, "x")),
        ("forgot", {"do": "打电话", "never": " \n "}),
        ("forgot", dict.fromkeys(PARTS, "x" * 4_001)),
    ],
)
def test_a_page_without_a_never_or_without_end_is_refused(reason, parts):
    with pytest.raises(Refused):
        write(reason, date(2026, 12, 1), parts)
