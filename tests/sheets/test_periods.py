"""Fee periods in the spellings of offices."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.calendar import period_around
from billing.core.problem import Refused
from billing.sheets.periods import parse_fee_period
from tests.sheets.making import attempt

SPELLINGS = {
    "2023Q2": """2023Q2 2023q2 2023-Q2 ２０２３Ｑ２ 2023年第二季度 2023年2季度 2023二季度 2023年4-6月 2023年4月-6月
        2023年4月至6月 2023.04-2023.06 2023/4~2023/6 2023-04-01至2023-06-30""",
    "2023-05": "2023-05 2023/5 2023.05 2023年5月 2023年05月份 202305 2023-05-01 2023年5月1日-2023年5月31日 45047",
    "2023H1": "2023H1 2023年上半年 2023年1-6月 2023上半年",
    "2023H2": "2023H2 2023年下半年 2023.7-2023.12",
    "2023": "2023 2023年 2023年度 2023全年 2023年1-12月 2023.01.01-2023.12.31",
    "2024-02": "2024-02-01至2024-02-29",
}


@pytest.mark.parametrize(
    ("text", "name"), [(text, name) for name, texts in SPELLINGS.items() for text in texts.split()]
)
def test_one_period_in_many_spellings(text: str, name: str) -> None:
    assert parse_fee_period(text).name == name


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2023年4-5月", "one row for each"),
        ("2023年2-4月", "one row for each"),
        ("2023-04-02至2023-06-30", "one row for each"),
        ("2023-04-01至2023-06-29", "one row for each"),
        ("2022年7月-2023年6月", "one row for each"),
        ("2023.1", "January or October"),
        ("2023-05-02", "is not a fee period"),
        ("2023Q5", "is not a fee period"),
        ("2023-13", "is not a fee period"),
        ("1999", "is not a fee period"),
        ("2100", "is not a fee period"),
        ("23Q2", "is not a fee period"),
        ("2023年6月-4月", "is not a fee period"),
        ("去年", "is not a fee period"),
    ],
)
def test_what_is_no_period_is_told_so(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        parse_fee_period(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from((1, 3, 6, 12)))
def test_a_periods_own_name_and_its_two_ends_are_read_back(day: date, months: int) -> None:
    period = period_around(day, months)
    assert parse_fee_period(period.name) == period
    assert parse_fee_period(f"{period.first}至{period.last}") == period


@given(st.text(alphabet="0123456789QH年月日季度第上下半一二-./至~ ", max_size=24))
def test_any_text_is_a_whole_period_or_refused(text: str) -> None:
    period = attempt(parse_fee_period, text)
    if isinstance(period, Refused):
        assert period.sentence().endswith(".")
    else:
        assert period == period_around(period.first, period.months)
