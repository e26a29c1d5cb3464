"""Single cells: what people write, what it means, and what is refused rather than guessed."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.calendar import EARLIEST, LATEST
from billing.core.problem import Refused
from billing.core.width import fold
from billing.sheets.cells import (
    meant,
    parse_area,
    parse_day,
    parse_emails,
    parse_id_number,
    parse_phones,
    parse_price_e4,
)
from tests.sheets.making import attempt

DAYS = st.dates(EARLIEST, LATEST)


# `~` is a blank.
SPELLINGS = """
2019年6月30日 2019.6.30 2019/6/30 2019-06-30 20190630 2019~年~6~月~30~日 ２０１９－０６－３０ 2019年6月30号 2019。6。30
43646 43646.5 43646.0 2019-06-30~00:00:00 2019-06-30T08:15:00
"""


@pytest.mark.parametrize("text", SPELLINGS.split())
def test_one_day_in_many_spellings(text: str) -> None:
    assert parse_day(text.replace("~", " ")) == date(2019, 6, 30)


@given(DAYS)
def test_every_day_in_every_spelling(day: date) -> None:
    year, month, number = day.year, day.month, day.day
    for text in (
        f"{year}年{month}月{number}日",
        f"{year}.{month}.{number}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
    ):
        assert parse_day(text) == day
    assert parse_day(str((day - date(1899, 12, 30)).days)) == day


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2019-02-30", "There is no day"),
        ("2019-13-01", "There is no day"),
        ("0000-01-01", "There is no day"),
        ("1999-12-31", "outside the years"),
        ("2101-01-01", "outside the years"),
        ("99999", "outside the years"),
        ("19/6/30", "is not a date"),
        ("2019年6月", "is not a date"),
        ("2024-W05-1", "is not a date"),
        ("٢٠١٩-٠٦-٣٠", "is not a date"),
        ("2019-06-30x", "is not a date"),
        ("4364", "is not a date"),
    ],
)
def test_what_is_no_day_is_told_so(text: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        parse_day(text)


@pytest.mark.parametrize(
    ("text", "area_e2"),
    [
        ("98.5", 9850),
        ("９８．５０", 9850),
        ("98.50㎡", 9850),
        ("98.5000", 9850),
        ("1,098.5 平方米", 109850),
        ("98.5m²", 9850),
        ("98.5 M2", 9850),
        ("0.01", 1),
        ("99999.99", 9999999),
    ],
)
def test_areas(text: str, area_e2: int) -> None:
    assert parse_area(text) == area_e2


@pytest.mark.parametrize(
    "text",
    ["0", "-5", "－5", "0.00", "100000", "1e2", "九十八", "98.505", "NaN", "Infinity", "9_8", "①", "٩٨", "98.5.0", "",
     "1,09", "98㎡㎡㎡x", "9" * 50],
)  # fmt: skip
def test_what_is_no_area(text: str) -> None:
    with pytest.raises(Refused):
        parse_area(text)


@given(st.text(max_size=12))
def test_no_text_becomes_another_number_than_decimal_reads(text: str) -> None:
    """A second reader: whatever is accepted, Decimal reads the same from its plain digits."""
    area_e2 = attempt(parse_area, text)
    if isinstance(area_e2, Refused):
        return
    digits = re.sub(r"[^0-9.]", "", re.sub(r"(?i)m[2²]\Z", "", fold(text)))
    assert Decimal(area_e2) == Decimal(digits) * 100


@pytest.mark.parametrize(
    ("text", "price_e4"),
    [("1.85", 18500), ("￥1.8500", 18500), ("1.8537元/㎡·月", 18537), ("6", 60000), ("6 元", 60000)],
)
def test_prices(text: str, price_e4: int) -> None:
    assert parse_price_e4(text) == price_e4


@pytest.mark.parametrize("text", ["1.85371", "-1.85", "1e2", "两块", "1.85/2"])
def test_what_is_no_price(text: str) -> None:
    with pytest.raises(Refused):
        parse_price_e4(text)


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("138 0000 3517", ("13800003517",)),
        ("13800003036/13800005071", ("13800003036", "13800005071")),
        ("13800003036、13800005071", ("13800003036", "13800005071")),
        ("13800003036；13800005071\n13800005072", ("13800003036", "13800005071", "13800005072")),
        ("13800003036 13800005071", ("13800003036", "13800005071")),
        ("１３８００００３５１７", ("13800003517",)),
        ("+86 138-0000-3517", ("13800003517",)),
        ("13800003517（王先生）", ("13800003517",)),
        ("王先生:13800003517", ("13800003517",)),
        ("0571-88001234", ("0571-88001234",)),
        ("(0571)88001234转801", ("0571-88001234转801",)),
        ("13800003517/13800003517", ("13800003517",)),
    ],
)
def test_phones(text: str, phones: tuple[str, ...]) -> None:
    assert parse_phones(text) == phones


@pytest.mark.parametrize("text", ["1.38E+10", "不记得", "12", "13800003517abc", "13800003517/忘了"])
def test_what_is_no_phone(text: str) -> None:
    with pytest.raises(Refused):
        parse_phones(text)


def test_emails() -> None:
    assert parse_emails("a.b@example.com； c@d-e.cn") == ("a.b@example.com", "c@d-e.cn")
    for text in ("a@b", "a b@example.com", "@example.com", "a@example..com", "a@example.com\r\nBcc: x@y.cn"):
        with pytest.raises(Refused):
            parse_emails(text)


def test_id_numbers_are_kept_as_written() -> None:
    assert parse_id_number(" 99010119840317023x ") == "99010119840317023X"
    assert parse_id_number("Ｈ1234567（0）") == "H1234567(0)"
    for text in ("9.90101197111184E+17", "9.90101E+17"):
        with pytest.raises(Refused, match="lost its last digits"):
            parse_id_number(text)


@pytest.mark.parametrize("text", ["-", "－", "——", "/", "无", "暂无", "N/A", "None", "　/　"])
def test_words_for_nothing(text: str) -> None:
    assert meant(text) == ""


def test_words_that_only_look_like_nothing() -> None:
    assert [meant(text) for text in ("无名", "1", "-1")] == ["无名", "1", "-1"]


PARSERS = (parse_day, parse_area, parse_price_e4, parse_phones, parse_emails, parse_id_number)


@given(st.text(max_size=60))
def test_a_cell_is_read_or_refused_in_one_sentence(text: str) -> None:
    for parse in (parse_day, parse_area, parse_price_e4, parse_phones, parse_emails, parse_id_number):
        answer = attempt(parse, text)
        if isinstance(answer, Refused):
            assert answer.sentence().endswith(".")
            assert len(answer.sentence()) < 250


@given(DAYS, st.text(alphabet="0123456789-/.年月日 　:T", max_size=10))
def test_a_day_with_anything_behind_it_is_that_day_or_refused(day: date, rest: str) -> None:
    answer = attempt(parse_day, f"{day}{rest}")
    assert answer == day or isinstance(answer, Refused)
