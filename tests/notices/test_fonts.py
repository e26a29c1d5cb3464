"""Every character is printed, embedded and copied out as itself, or named."""

import multiprocessing
import os
from importlib.resources import files
from pathlib import Path

import pytest

from billing.core.problem import Refused
from notices.fonts import Fonts, MissingGlyph, fonts, pinned
from notices.proofing import unprintable
from notices.render import render
from tests.notices import papers, reading

RARE = "㛃䶮㐱𬱟𫘜喆堃垚昇镕"
#: Only the second face has it; only a font beyond the packed chain has it.
TRADITIONAL, ELSEWHERE = "𠝹", "𩸽"
OWN_FONT = Path(str(files("justmytype_intl_cjk") / "fonts" / "ofl" / "notosansjp" / "NotoSansJP[wght].ttf"))


@pytest.mark.parametrize("name", papers.SAMPLES)
def test_every_font_is_embedded_and_none_is_helvetica(name: str) -> None:
    found = reading.fonts(render(papers.SAMPLES[name]))
    assert found
    assert all(found.values())
    assert all("+NotoSans" in font for font in found)


def test_rare_name_characters_print_and_copy_out() -> None:
    found = reading.text(render(papers.named(RARE)))
    assert RARE in found.replace("\n", "")


@pytest.mark.parametrize("character", RARE)
def test_each_alone(character: str) -> None:
    """A name of its own: surname and rare character copy out side by side, beyond the BMP too."""
    assert f"王{character}" in reading.text(render(papers.named(f"王{character}")))


def test_a_character_of_the_second_face_is_drawn_with_it() -> None:
    pdf = render(papers.named(f"王{TRADITIONAL}"))
    assert f"王{TRADITIONAL}" in reading.text(pdf)
    assert any("NotoSansTC" in name for name in reading.fonts(pdf))


def test_a_missing_glyph_is_named() -> None:
    with pytest.raises(MissingGlyph, match=r"𠮷 U\+20BB7, 🦄 U\+1F984") as caught:
        render(papers.named("王𠮷🦄"))
    assert caught.value.characters == "𠮷🦄"
    assert isinstance(caught.value, Refused)


def test_missing_glyphs_can_be_asked_for_before_printing() -> None:
    assert unprintable(papers.named("王𠮷小明🦄\t\n"), fonts()) == "𠮷🦄"
    assert unprintable(papers.demand(1), fonts()) == ""


@pytest.mark.parametrize("blank", ["\n", "\t", "\r\n", " ", "\u2028", "\u3000"])
def test_blanks_of_any_kind_are_printed_as_a_space(blank: str) -> None:
    assert "王小明" in reading.joined(render(papers.named(f"王{blank}小明")))


def test_an_extra_font_is_asked_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office's own font brings the character that the packed ones lack."""
    paper = papers.named(f"王{ELSEWHERE}")
    with pytest.raises(MissingGlyph):
        render(paper)
    pdf = render(paper, using=fonts(extra=[OWN_FONT]))
    assert f"王{ELSEWHERE}" in reading.text(pdf)
    monkeypatch.setenv("PERMILLE_FONT", str(OWN_FONT))
    assert render(paper) == pdf


def test_a_font_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no font file"):
        render(papers.named("王𠮷"), using=Fonts([tmp_path / "none.ttf"], tmp_path))


def _pin(folder: str) -> int:
    chain = fonts(Path(folder))
    return chain.bold.main.glyph("王") + chain.regular.main.glyph("王")


def test_several_processes_may_make_the_cache_at_once(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_pin, [str(tmp_path)] * 4)
    assert len(set(found)) == 1
    made = sorted((tmp_path / "fonts").iterdir())
    assert [path.suffix for path in made] == [".ttf", ".ttf"], "no half-written file is left"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="disk full"):
        fonts(tmp_path).regular.main  # noqa: B018 - opening it is the act
    assert list((tmp_path / "fonts").iterdir()) == []


def test_bold_is_bolder(tmp_path: Path) -> None:
    """A variable font left alone draws its thinnest weight."""
    regular, bold = (pinned(OWN_FONT, weight, tmp_path) for weight in (400, 700))
    assert regular.read_bytes() != bold.read_bytes()
