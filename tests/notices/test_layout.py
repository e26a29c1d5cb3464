"""Lines are broken as Chinese is read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices.fonts import fonts
from notices.layout import Flow, clipped, fit, wrap
from notices.press import Press
from notices.sheet import Style
from tests.notices import papers

SIZE = 10.0
CLOSING, OPENING = "，。；：、！？）》", "（《“"
WORDS = st.text(alphabet="物业费王小明（），。《》“”：123.45abc- ", max_size=60)


def _wrap(text: str, width: float) -> tuple[str, ...]:
    return wrap(text, fonts().regular, SIZE, width)


@given(WORDS, st.floats(min_value=40, max_value=300))
@settings(max_examples=200)
def test_no_character_is_lost_and_no_line_is_too_wide(text: str, width: float) -> None:
    lines = _wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(fonts().regular.width(line, SIZE) <= width + 0.01 for line in lines)


@given(
    st.lists(st.tuples(st.text("物业费用明细", min_size=1, max_size=8), st.sampled_from(CLOSING))),
    st.booleans(),
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(
    words: list[tuple[str, str]], quoted: bool
) -> None:
    text = "".join(f"《{word}》{mark}" if quoted else f"{word}{mark}" for word, mark in words)
    lines = _wrap(text, 75)
    assert not any(line.startswith(tuple(CLOSING)) for line in lines)
    assert not any(line.endswith(tuple(OPENING)) for line in lines)


def test_a_number_is_not_broken() -> None:
    assert _wrap("合计人民币1,234,567.89元", 75) == ("合计人民币", "1,234,567.89元")


def test_what_is_longer_than_a_line_is_broken_anyway() -> None:
    assert len(_wrap("W" * 50, 60)) > 5


@pytest.mark.parametrize(("width", "size"), [(100, 10.0), (45, 9.0), (10, 10.0)])
def test_a_text_shrinks_only_if_that_is_enough(width: float, size: float) -> None:
    assert fit("物业服务费", fonts().regular, Style(SIZE), width).size == size


def test_a_clipped_text_says_so() -> None:
    press = Press(papers.demand(1), fonts())
    flow = Flow(press.fonts, press.typecase())
    assert clipped(flow, "物业服务费", Style(SIZE), 100) == "物业服务费"
    assert clipped(flow, "物业服务费", Style(SIZE), 35) == "物业…"
