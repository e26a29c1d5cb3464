"""The late fee: published and computed examples, peers' wrong results, and the closed form against each single day."""

import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.core.calendar import add_months, parse_date
from billing.core.late_fee import Cap, Paid, Rate, Terms, late_fee
from billing.core.money import MICRO, parse_yuan, yuan

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "late_fee.json").read_text())
}
DUE = date(2026, 3, 31)


def ppm(rate: str) -> int:
    return int(Fraction(rate) * 1_000_000)


@pytest.mark.parametrize("name", ["L1", "L2", "L3"])
def test_it_replays_published_examples_by_days(name):
    case = CASES[name]
    terms = Terms((Rate(date.min, ppm(case["rate"])),))
    fee = late_fee(parse_yuan(case["principal"]), DUE, DUE + timedelta(days=case["days"]), terms)
    assert yuan(fee.amount) == case["expect"]


def test_it_counts_from_the_day_after_the_due_day_to_the_last_day_included():
    case = CASES["S1"]
    fee = late_fee(parse_yuan(case["principal"]), parse_date(case["due"]), parse_date(case["asof"]))
    assert sum(part.days for part in fee.segments) == case["days"]
    assert yuan(fee.amount) == case["expect"]


def test_it_lowers_the_principal_from_the_day_after_a_payment():
    case = CASES["S2"]
    paid = [Paid(parse_date(on), parse_yuan(amount)) for on, amount, _ in case["pay"]]
    fee = late_fee(
        parse_yuan(case["principal"]), parse_date(case["due"]), parse_date(case["asof"]), paid=paid
    )
    assert [yuan(part.amount) for part in fee.segments] == case["seg"]
    assert yuan(fee.amount) == case["expect"]


def test_it_stops_growing_at_the_cap_on_the_day_the_cap_is_reached():
    case = CASES["S4"]
    terms = Terms(cap=Cap(percent_ppm=1_000_000))
    reached = parse_date(case["cap_reached"])
    principal, due = parse_yuan(case["principal"]), parse_date(case["due"])
    assert yuan(late_fee(principal, due, reached, terms).amount) == case["expect"]
    assert late_fee(principal, due, reached - timedelta(days=1), terms).amount < principal
    ten_years_on = late_fee(principal, due, reached + timedelta(days=3650), terms)
    assert yuan(ten_years_on.amount) == case["expect"]
    assert ten_years_on.capped and ten_years_on.segments[-1].last == reached


@pytest.mark.parametrize(("percent", "expect"), [("18.25%(5bp/d)", 500), ("36.5%(1permille/d)", 1000)])
def test_it_agrees_with_the_yearly_rates_of_the_same_days(percent, expect):
    fee = late_fee(parse_yuan("1200"), DUE, DUE + timedelta(days=91), Terms((Rate(date.min, expect),)))
    assert yuan(fee.amount) == CASES["S5"]["base365"][percent]


def monthly(unpaid_from: date, as_of: date) -> int:
    """200 a month, due on the first day of its month, grace 10 counted from its end."""
    terms = Terms(grace_days=10, grace_from="end")
    total, due = 0, unpaid_from
    while due <= as_of:
        total += late_fee(20_000, due, as_of, terms).amount
        due = add_months(due, 1)
    return total


def test_a_month_still_in_its_grace_adds_nothing_where_peers_count_negative_days():
    assert yuan(monthly(date(2026, 1, 1), date(2026, 3, 5))) == "15.00"  # not 13.80


def test_months_paid_before_leave_the_others_count_alone_where_peers_count_one_month_too_early():
    assert yuan(monthly(date(2026, 3, 1), date(2026, 6, 20))) == "44.00"  # not 68.00


def test_it_rounds_once_where_peers_round_each_day():
    assert yuan(late_fee(3333, DUE, DUE + timedelta(days=30)).amount) == "1.00"  # not 0.90


def test_it_rounds_half_a_fen_up():
    assert late_fee(500, DUE, DUE + timedelta(days=1)).amount == 1
    assert late_fee(499, DUE, DUE + timedelta(days=1)).amount == 0


def test_late_fee_accrued_stays_once_the_principal_is_paid():
    paid = [Paid(DUE + timedelta(days=30), 100_000)]
    assert yuan(late_fee(100_000, DUE, DUE + timedelta(days=400), paid=paid).amount) == "30.00"


def test_nothing_is_due_on_the_due_day_itself():
    assert late_fee(100_000, DUE, DUE).amount == 0
    assert late_fee(100_000, DUE, DUE - timedelta(days=9)).amount == 0


def test_what_was_paid_early_bears_nothing():
    fee = late_fee(100_000, date(2026, 1, 31), date(2026, 2, 10), paid=[Paid(date(2026, 1, 15), 40_000)])
    assert yuan(fee.amount) == "6.00"


def test_what_was_paid_within_the_grace_bears_nothing_and_the_rest_counts_from_the_due_date():
    terms = Terms(grace_days=7)
    fee = late_fee(100_000, DUE, date(2026, 4, 10), terms, [Paid(date(2026, 4, 5), 40_000)])
    assert yuan(fee.amount) == "6.00"
    assert late_fee(100_000, DUE, DUE + timedelta(days=7), terms).amount == 0


def test_a_change_of_rate_counts_from_its_own_day():
    terms = Terms((Rate(date.min, 1000), Rate(date(2026, 4, 11), 500)))
    fee = late_fee(100_000, DUE, date(2026, 4, 20), terms)
    assert [(part.days, part.rate_ppm, part.amount) for part in fee.segments] == [
        (10, 1000, 1000),
        (10, 500, 500),
    ]


def test_suspended_days_bear_nothing_though_they_overlap():
    spans = [(date(2026, 4, 3), date(2026, 4, 6)), (date(2026, 4, 5), date(2026, 4, 8))]
    assert yuan(late_fee(100_000, DUE, date(2026, 4, 10), suspended=spans).amount) == "4.00"


days = st.integers(-40, 500).map(lambda offset: DUE + timedelta(days=offset))
histories = st.fixed_dictionaries(
    {
        "amount": st.integers(1, 2_000_000),
        "paid": st.lists(st.tuples(days, st.integers(1, 400_000)), max_size=5),
        "as_of": days,
        "rates": st.lists(st.tuples(days, st.integers(0, 3000)), max_size=3),
        "grace": st.integers(0, 40),
        "grace_from": st.sampled_from(["due", "end"]),
        "cap": st.one_of(
            st.just(Cap()),
            st.integers(0, 2_000_000).map(lambda share: Cap(percent_ppm=share)),
            st.integers(0, 500_000).map(lambda fen: Cap(fixed_fen=fen)),
        ),
        "suspended": st.lists(st.tuples(days, st.integers(0, 90)), max_size=3),
    }
)


def affordable(history) -> list[Paid]:
    """Payments that together do not exceed the charge."""
    left, paid = history["amount"], []
    for on, principal in sorted(history["paid"]):
        principal = min(principal, left)
        left -= principal
        if principal:
            paid.append(Paid(on, principal))
    return paid


def day_by_day(amount, due, as_of, terms, paid, suspended) -> Fraction:
    """The rule said as slowly as possible, in fen: every day by itself."""
    grace_ends = due + timedelta(days=terms.grace_days)
    if as_of <= grace_ends:
        return Fraction(0)
    start = grace_ends if terms.grace_from == "end" else due
    total, day = Fraction(0), start + timedelta(days=1)
    cap = terms.cap.micro(amount)
    while day <= as_of:
        gone = sum(part.principal for part in paid if part.on < day or part.on <= grace_ends)
        rates = [rate.ppm for rate in terms.rates if rate.since <= day]
        if rates and not any(first <= day <= last for first, last in suspended):
            total += Fraction((amount - gone) * rates[-1], MICRO)
        if cap is not None and total >= Fraction(cap, MICRO):
            return Fraction(cap, MICRO)
        day += timedelta(days=1)
    return total


@settings(max_examples=10_000)
@given(histories)
def test_the_closed_form_is_the_sum_of_the_days(history):
    rates = sorted(dict(history["rates"]).items())
    terms = Terms(
        (Rate(date.min, 1000), *(Rate(since, rate) for since, rate in rates)),
        history["grace"],
        history["grace_from"],
        history["cap"],
    )
    paid = [part for part in affordable(history) if part.on <= history["as_of"]]
    suspended = [(first, first + timedelta(days=length)) for first, length in history["suspended"]]
    fee = late_fee(history["amount"], DUE, history["as_of"], terms, paid, suspended)
    slow = day_by_day(history["amount"], DUE, history["as_of"], terms, paid, suspended)
    assert Fraction(fee.micro, MICRO) == slow
    assert sum(part.micro for part in fee.segments) == fee.micro
    assert fee.amount == (2 * slow.numerator + slow.denominator) // (2 * slow.denominator)
