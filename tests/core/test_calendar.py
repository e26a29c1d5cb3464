"""Days, periods and due dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.calendar import Period, add_months, parse_date, parse_period, period_around, roll_forward
from billing.core.problem import Refused


@pytest.mark.parametrize(
    "text", ["2023-02-29", "20240209", "2024-W05-1", "1999-12-31", "2101-01-01", "٢٠٢٤-01-01", "x", ""]
)
def test_it_refuses_what_is_no_date(text):
    with pytest.raises(Refused):
        parse_date(text)


def test_full_width_forms_are_read():
    """A Chinese keyboard types them, into a page, an address or a terminal."""
    assert parse_date("２０２６－０３－３１") == date(2026, 3, 31)
    assert [parse_period(text).name for text in ("２０２６Ｑ４", "２０２６－１１", "２０２６ｈ２")] == [
        "2026Q4",
        "2026-11",
        "2026H2",
    ]


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_it_reads_every_day_it_knows(day):
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_it_knows_fee_periods_by_name(name, first, last):
    period = parse_period(name)
    assert (period.first, period.last, period.name) == (first, last, name)


@pytest.mark.parametrize("text", ["2026Q5", "2026-13", "2026-00", "26Q1", "2026H3", "", "2026 Q1"])
def test_it_refuses_what_is_no_period(text):
    with pytest.raises(Refused):
        parse_period(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from([1, 3, 6, 12]))
def test_periods_follow_each_other_without_gap(day, months):
    period = period_around(day, months)
    assert period.first <= day <= period.last
    assert period.next.first == period.last + timedelta(days=1)
    assert parse_period(period.name) == period


def test_a_month_without_the_day_ends_on_its_last():
    assert add_months(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 31), 2) == date(2027, 2, 28)


def test_a_due_date_on_a_rest_day_goes_to_the_next_working_day():
    weekend = lambda day: day.weekday() >= 5  # noqa: E731
    assert roll_forward(date(2026, 10, 31), weekend) == date(2026, 11, 2)
    assert roll_forward(date(2026, 10, 30), weekend) == date(2026, 10, 30)


def test_periods_sort_by_their_first_day():
    assert sorted([parse_period("2026Q2"), Period(date(2025, 1, 1), 12)])[0].name == "2025"
