"""The words are data: versioned, and filled from a whitelist alone."""

from hashlib import sha256

import pytest

from billing.core.dunning import TONES
from billing.core.problem import Refused
from notices.render import render
from notices.wording import LATEST, PLACES, fill, places_in, wording
from tests.notices import papers


def test_the_latest_version_is_there() -> None:
    words = wording(LATEST)
    assert words("heading.formal") == "催告函"
    assert all(f"demand.{tone}.opening" in words for tone in TONES if tone != "formal")


def test_a_version_holds_what_it_says_differently_from_its_base() -> None:
    """And its base says what it said: papers that were sent keep their words."""
    older, newer = wording("2026-11"), wording("2026-11.1")
    assert newer("heading.formal") == older("heading.formal")
    assert "heading.not_due" in newer and "heading.not_due" not in older
    assert "{{最早逾期}}" in newer.texts["demand.firm.opening"]
    assert "最早一笔已逾期{{逾期天数}}天" in older.texts["demand.firm.opening"]
    assert older.texts.keys() < newer.texts.keys()


@pytest.mark.parametrize(
    ("version", "regular", "bold"),
    [
        ("2026-11", "5922a9edcc6dd9a8", "7bd309759a87a014"),
        ("2026-11.1", "46eef44429da33f7", "dd06487ba66e4af0"),
    ],
)
def test_the_words_that_papers_share_are_not_added_to(version: str, regular: str, bold: str) -> None:
    """Every paper's font is cut to their characters: one more, and no reprint is what was sent."""
    words = wording(version)
    shared = ("charset.regular", "label.", "column.", "common.", "channel."), ("charset.bold", "heading.")
    hashes = [sha256(words.characters(*sections).encode()).hexdigest()[:16] for sections in shared]
    assert hashes == [regular, bold]


@pytest.mark.parametrize("version", ["1999-01", "../2026-11", "2026-11.toml", "", "２０２６-11"])
def test_an_unknown_version_is_refused(version: str) -> None:
    with pytest.raises(Refused, match="There is no wording"):
        wording(version)
    with pytest.raises(Refused, match="There is no wording"):
        render(papers.demand(1, template=version))


@pytest.mark.parametrize("template", ["{{密码}}", "{{ 业主 }}", "{{业主.password}}", "{{}}", "{{config}}"])
def test_an_unknown_placeholder_is_refused(template: str) -> None:
    with pytest.raises(Refused, match="is not a placeholder"):
        fill(template, {})


def test_values_are_not_read_again() -> None:
    assert fill("{{业主}}欠{{合计}}元", {"业主": "{{合计}}", "合计": "1.00"}) == "{{合计}}欠1.00元"


def test_single_braces_and_other_engines_marks_are_text() -> None:
    text = "{业主} {% if %} ${x} %(name)s {{业主}}"
    assert fill(text, {"业主": "王"}) == "{业主} {% if %} ${x} %(name)s 王"


def test_every_place_on_the_whitelist_is_used_by_some_text() -> None:
    words = wording(LATEST)
    used = {name for text in words.texts.values() for name in places_in(text)}
    assert used <= PLACES
    assert PLACES - used <= {"公司", "付款人", "小区", "本金", "违约金"}
