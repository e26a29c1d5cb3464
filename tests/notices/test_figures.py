"""How figures stand on paper."""

from datetime import date

import pytest

from billing.core.calendar import parse_period
from notices import figures


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026-11", "2026年11月"),
        ("2026-12", "2026年12月"),
        ("2026Q1", "2026年第一季度"),
        ("2026Q4", "2026年第四季度"),
        ("2026H1", "2026年上半年"),
        ("2026H2", "2026年下半年"),
        ("2026", "2026年度"),
    ],
)
def test_a_period_is_named_in_words(name: str, words: str) -> None:
    period = parse_period(name)
    assert figures.period(period.first, period.months) == words


def test_a_day_is_written_without_zeros() -> None:
    assert figures.day(date(2026, 3, 1)) == "2026年3月1日"
