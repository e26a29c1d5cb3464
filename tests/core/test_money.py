"""Money in and out: what is read, what is refused, and the capitals that papers carry."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.money import LARGEST, capital, grouped, parse_positive_yuan, parse_yuan, round_half_up, yuan
from billing.core.problem import Refused


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("￥１２３４．５０", 123450),
        ("-0.01", -1),
        (" 98元 ", 9800),
        ("0.100", 10),
    ],
)
def test_it_reads_amounts_as_people_write_them(text, fen):
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "Infinity",
        "1e5",
        "1_000",
        "1.005",
        "12,34.5",
        "①",
        "١٢",
        "0x10",
        "1e999999",
        "999999999999.99",
        "--1",
    ],
)
def test_it_refuses_what_is_no_amount_in_one_sentence(text):
    with pytest.raises(Refused) as refused:
        parse_yuan(text)
    assert refused.value.sentence().endswith((".", ")."))


def test_it_refuses_nothing_where_something_must_be_paid():
    with pytest.raises(Refused):
        parse_positive_yuan("0.00")


@given(st.integers(-LARGEST, LARGEST))
def test_what_it_writes_it_reads_back(fen):
    assert parse_yuan(yuan(fen)) == fen
    assert parse_yuan(grouped(fen)) == fen


@pytest.mark.parametrize(
    ("exact", "fen"),
    [(Fraction(1005, 1000), 1), (Fraction(5, 2), 3), (Fraction(-5, 2), -3), (Fraction(149, 100), 1)],
)
def test_it_rounds_half_away_from_zero(exact, fen):
    assert round_half_up(exact) == fen


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("100000000.00", "壹亿元整"),
        ("10010000.00", "壹仟零壹万元整"),
        ("10000001.05", "壹仟万零壹元零伍分"),
        ("0.00", "零元整"),
        ("0.05", "伍分"),
        ("-3.20", "负叁元贰角整"),
    ],
)
def test_it_writes_capitals_as_the_central_bank_does(amount, words):
    assert capital(parse_yuan(amount)) == words


_VALUES = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_capital(words: str) -> int:
    """The other way round, written without looking at how it is made: for the property below."""
    total = group = digit = fen = 0
    for character in words.removesuffix("整"):
        if character in _VALUES:
            digit = _VALUES[character]
        elif character in _PLACES:
            group, digit = group + digit * _PLACES[character], 0
        elif character in "万亿":
            total = (total + group + digit) * (10_000 if character == "万" else 100_000_000)
            group = digit = 0
        elif character == "元":
            fen, group, digit, total = (total + group + digit) * 100, 0, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[character], 0
    return fen


@given(st.integers(0, LARGEST - 1))
def test_capitals_say_the_same_number(fen):
    assert read_capital(capital(fen)) == fen
    assert "零零" not in capital(fen)
