"""The brackets in which arrears are reported: no day belongs to none, and none to two."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from billing.core.ageing import BRACKETS, NOT_DUE, bracket, oldest_days, state

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (-90, "0"),
        (0, "0"),  # the due day itself is not counted
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-90"),
        (90, "31-90"),
        (91, "91-180"),
        (180, "91-180"),
        (181, "181-365"),
        (365, "181-365"),
        (366, "1-2y"),
        (730, "1-2y"),
        (731, "2-3y"),
        (1095, "2-3y"),
        (1096, "3y"),
        (9000, "3y"),
    ],
)
def test_a_debt_falls_into_one_bracket(days: int, code: str) -> None:
    assert bracket(TODAY - timedelta(days=days), TODAY).code == code


def test_the_brackets_meet() -> None:
    for younger, older in pairwise(BRACKETS):
        assert younger.last is not None and older.first == younger.last + 1
    assert BRACKETS[-1].last is None


@pytest.mark.parametrize(
    ("days", "found"), [(-30, "coming"), (0, "coming"), (1, "overdue"), (400, "overdue")]
)
def test_arrears_begin_on_the_day_after_the_due_date(days: int, found: str) -> None:
    due = TODAY - timedelta(days=days)
    assert state(due, 1, TODAY) == found
    assert (bracket(due, TODAY) is NOT_DUE) == (found == "coming")
    assert state(due, 0, TODAY) == "settled"


@pytest.mark.parametrize(
    ("overdue", "days"),
    [
        ([], 0),
        ([(300, 0), (54, 120_000), (10, 5)], 54),  # of the oldest, late fee alone is left
        ([(300, 0), (54, 0)], 300),
        ([(5, 1)], 5),
    ],
)
def test_the_oldest_debt_is_the_oldest_open_principal(overdue: list[tuple[int, int]], days: int) -> None:
    assert oldest_days(iter(overdue)) == days
