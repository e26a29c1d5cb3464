"""Promises are judged by the money that came, each fen once; nobody ticks "kept"."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.collection_rules import USUAL
from billing.core.promise import Promise, Received, broken_lately, holds_until, judge

GIVEN = date(2026, 11, 2)
DUE = date(2026, 11, 16)


def promise(number=1, amount=50_000, due=DUE, given_on=GIVEN, replaces=None):
    return Promise(number, number * 10, given_on, due, amount, replaces)


def paid(amount, on, entry=1_000):
    return Received(entry, on, amount)


def states(promises, received, as_of):
    return [one.state for one in judge(promises, received, as_of)]


@pytest.mark.parametrize(
    ("received", "as_of", "state"),
    [
        ([], DUE, "open"),
        ([], DUE + timedelta(1), "broken"),
        ([paid(50_000, DUE)], DUE, "kept"),
        ([paid(20_000, GIVEN), paid(30_000, DUE)], DUE + timedelta(9), "kept"),
        ([paid(20_000, DUE)], DUE, "open"),
        ([paid(20_000, DUE)], DUE + timedelta(1), "partly"),
        ([paid(50_000, DUE + timedelta(1))], DUE + timedelta(1), "broken"),
        ([paid(50_000, GIVEN - timedelta(1))], DUE + timedelta(1), "broken"),
    ],
)
def test_what_came_of_it_is_found_by_the_ledger(received, as_of, state):
    assert states([promise()], received, as_of) == [state]


def test_money_booked_before_the_promise_was_made_keeps_nothing():
    """On one day: he pays in the morning, and promises the rest in the afternoon."""
    assert states([promise()], [paid(50_000, GIVEN, entry=5)], DUE + timedelta(1)) == ["broken"]


def test_two_promises_want_twice_the_money():
    """One payment of 500 keeps the one that is due first, and not the other one as well."""
    promises = [promise(1, due=DUE + timedelta(9)), promise(2, due=DUE)]
    judged = judge(promises, [paid(50_000, DUE)], DUE + timedelta(30))
    assert [(one.promise.id, one.paid, one.state) for one in judged] == [
        (1, 0, "broken"),
        (2, 50_000, "kept"),
    ]


def test_a_promise_that_takes_anothers_place_says_so_and_the_old_one_is_postponed_not_kept():
    first = promise(1)
    second = promise(2, due=DUE + timedelta(10), given_on=DUE - timedelta(2), replaces=1)
    assert states([first, second], [], DUE + timedelta(1)) == ["postponed", "open"]
    assert states([first, second], [paid(50_000, DUE + timedelta(5))], DUE + timedelta(20)) == [
        "postponed",
        "kept",
    ]


def test_what_was_broken_already_stays_broken_whatever_is_promised_next():
    late = promise(2, due=DUE + timedelta(20), given_on=DUE + timedelta(1), replaces=1)
    assert states([promise(1), late], [], DUE + timedelta(2)) == ["broken", "open"]


def test_a_fresh_promise_holds_the_letter_until_its_day():
    judged = judge([promise()], [], GIVEN)
    assert holds_until(USUAL, judged, 50_000, GIVEN) == DUE
    assert holds_until(USUAL, judge([promise()], [], DUE), 50_000, DUE) == DUE
    assert holds_until(USUAL, judge([promise()], [], DUE + timedelta(1)), 50_000, DUE + timedelta(1)) is None


def test_a_promise_of_next_to_nothing_holds_nothing():
    judged = judge([promise(amount=1)], [], GIVEN)
    assert holds_until(USUAL, judged, 50_000, GIVEN) is None
    assert holds_until(USUAL, judge([promise(amount=15_000)], [], GIVEN), 50_000, GIVEN) == DUE


def test_after_two_broken_ones_a_third_holds_nothing():
    broken = [promise(1), promise(2)]
    third = promise(3, given_on=DUE + timedelta(1), due=DUE + timedelta(9))
    judged = judge([*broken, third], [], DUE + timedelta(1))
    assert broken_lately(judged, DUE + timedelta(1)) == 2
    assert holds_until(USUAL, judged, 50_000, DUE + timedelta(1)) is None


def test_postponing_does_not_hold_letters_for_months():
    """Each new day is promised before the old one is past; thirty days after the first promise the letter goes."""
    chain = [promise(1, due=GIVEN + timedelta(10))]
    for number in range(2, 9):
        day = chain[-1].due
        chain.append(promise(number, due=day + timedelta(10), given_on=day, replaces=number - 1))
    held = [
        holds_until(USUAL, judge(chain, [], GIVEN + timedelta(days)), 50_000, GIVEN + timedelta(days))
        for days in (0, 15, 25, 30, 31, 60)
    ]
    limit = GIVEN + timedelta(30)
    assert held == [GIVEN + timedelta(10), GIVEN + timedelta(20), limit, limit, None, None]


def test_a_promise_for_next_year_holds_a_month():
    far = promise(due=GIVEN + timedelta(300))
    assert holds_until(USUAL, judge([far], [], GIVEN), 50_000, GIVEN) == GIVEN + timedelta(30)
    assert holds_until(replace(USUAL, promise_days=0), judge([far], [], GIVEN), 50_000, GIVEN) == GIVEN


days = st.integers(0, 60).map(lambda number: GIVEN + timedelta(number))


@st.composite
def promises(draw):
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        given_on = draw(days)
        due = given_on + timedelta(draw(st.integers(0, 40)))
        replaces = draw(st.sampled_from([None, *range(1, number)]))
        found.append(promise(number, draw(st.integers(1, 1_000)), due, given_on, replaces))
    return found


money = st.lists(st.builds(paid, st.integers(1, 1_500), days, st.integers(1, 99)), max_size=6)


@given(promises(), money, days)
def test_no_fen_keeps_two_promises_and_none_more_than_was_promised(given_ones, received, as_of):
    judged = judge(given_ones, received, as_of)
    came = sum(one.amount for one in received if one.on <= as_of)
    assert sum(one.paid for one in judged) <= came
    assert all(0 <= one.paid <= one.promise.amount for one in judged)
    assert all((one.state == "kept") == (one.paid == one.promise.amount) for one in judged)


@given(promises(), money, days)
def test_the_order_in_which_rows_come_changes_nothing(given_ones, received, as_of):
    assert judge(given_ones[::-1], received[::-1], as_of) == judge(given_ones, received, as_of)


@given(promises(), money, days, st.integers(1, 1_500))
def test_more_money_never_keeps_fewer(given_ones, received, as_of, more):
    kept = sum(one.state == "kept" for one in judge(given_ones, received, as_of))
    with_more = [*received, paid(more, as_of, entry=100)]
    assert sum(one.state == "kept" for one in judge(given_ones, with_more, as_of)) >= kept
