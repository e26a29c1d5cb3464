"""A period in which a unit changed hands: every day is somebody's, and the parts are the whole to the fen."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.calendar import Period, parse_period
from billing.core.ownership import SPLITS, Held, Stretch, holder, stretches
from billing.core.tariff import Tariff, charge_amount, part_amounts

SELLER, BUYER = 1, 2
SOLD = [Held(SELLER, None, date(2026, 5, 16)), Held(BUYER, date(2026, 5, 16), None)]
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)

days = st.dates(date(2025, 12, 1), date(2026, 12, 31))
periods = st.sampled_from([parse_period(name) for name in ("2026-05", "2026Q2", "2026H1", "2026")])
tariffs = st.lists(
    st.builds(
        Tariff,
        days,
        st.sampled_from(("area", "fixed")),
        st.integers(0, 500_000),
        st.sampled_from(("bill", "month")),
    ),
    max_size=3,
).map(lambda found: sorted(found, key=lambda one: one.since))


@pytest.mark.parametrize(
    ("split", "found"),
    [
        ("first-day", [Stretch(SELLER, FIRST, LAST)]),
        ("last-day", [Stretch(BUYER, FIRST, LAST)]),
        ("days", [Stretch(SELLER, FIRST, date(2026, 5, 15)), Stretch(BUYER, date(2026, 5, 16), LAST)]),
    ],
)
def test_a_sale_within_the_period(split, found):
    assert stretches(SOLD, FIRST, LAST, split) == found


def test_a_sale_on_its_first_day_leaves_the_seller_nothing():
    for split in SPLITS:
        assert [one.party for one in stretches(SOLD, date(2026, 5, 16), LAST, split)] == [BUYER]


def test_before_the_hand_over_nothing_is_charged_so_nobody_is_asked():
    assert stretches(SOLD, FIRST, LAST, "first-day", start=date(2026, 6, 1)) == [Stretch(BUYER, FIRST, LAST)]
    assert stretches(SOLD, FIRST, LAST, "days", start=date(2026, 6, 1)) == [Stretch(BUYER, FIRST, LAST)]


def test_days_without_an_owner_are_told():
    gap = [Held(SELLER, None, date(2026, 5, 1)), Held(BUYER, date(2026, 5, 16), None)]
    assert [one.party for one in stretches(gap, FIRST, LAST, "days")] == [SELLER, None, BUYER]


def test_a_name_corrected_by_a_new_time_of_the_same_party_splits_nothing():
    same = [Held(SELLER, None, date(2026, 5, 16)), Held(SELLER, date(2026, 5, 16), None)]
    assert stretches(same, FIRST, LAST, "days") == [Stretch(SELLER, FIRST, LAST)]


@given(st.lists(days, max_size=4, unique=True), periods, st.none() | days)
def test_by_days_every_day_is_its_owners(sales, period, start):
    ends = [None, *sorted(sales), None]
    held = [Held(n, since, until) for n, (since, until) in enumerate(itertools.pairwise(ends))]
    found = stretches(held, period.first, period.last, "days", start)
    assert (found[0].first, found[-1].last) == (period.first, period.last)
    for before, after in itertools.pairwise(found):
        assert after.first == before.last + timedelta(days=1)
    for one in found:
        day = max(one.first, start or one.first)
        while day <= one.last:
            assert one.party == holder(held, day)
            day += timedelta(days=1)


@given(
    tariffs,
    periods,
    st.lists(days, max_size=4),
    st.none() | days,
    st.integers(1, 50_000),
    st.integers(0, 10**7),
)
def test_the_parts_sum_to_the_whole(found, period, cuts, start, area, other):
    ends = [*sorted({day for day in cuts if period.first <= day < period.last}), period.last]
    for total in (charge_amount(found, period, area_e2=area, start=start), other):
        if start and start > period.last:
            continue
        parts = part_amounts(total, found, period, ends, area_e2=area, start=start)
        assert sum(parts) == total and min(parts) >= 0 and len(parts) == len(ends)


def test_a_part_costs_what_its_own_days_cost():
    """A price that rises on the day of the sale is the buyer's alone."""
    prices = [Tariff(date(2000, 1, 1), "fixed", 100_000), Tariff(date(2026, 12, 1), "fixed", 200_000)]
    period = parse_period("2026Q4")
    assert part_amounts(4_000, prices, period, [date(2026, 11, 30), period.last]) == [2_000, 2_000]
    assert part_amounts(8_000, prices, period, [date(2026, 11, 30), period.last]) == [4_000, 4_000]


def test_without_a_tariff_the_days_decide():
    assert part_amounts(900, [], Period(date(2026, 4, 1), 1), [date(2026, 4, 10), date(2026, 4, 30)]) == [
        300,
        600,
    ]
