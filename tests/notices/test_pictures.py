"""Seal and logo: the picture the paper names, checked before it is trusted."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from billing.core.problem import Refused
from notices.content import Demand
from notices.pictures import picture, reference
from notices.render import render
from tests.notices import papers, reading

SEAL = papers.seal_png()


def _sealed() -> Demand:
    paper = papers.demand(1)
    return replace(paper, office=replace(paper.office, seal=reference(SEAL), logo=reference(SEAL)))


def _png(width: int, height: int, mode: str = "L") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return out.getvalue()


def test_the_seal_is_in_the_file_once_and_the_text_can_still_be_read() -> None:
    pdf = render(_sealed(), seal=SEAL, logo=SEAL)
    with pikepdf.open(BytesIO(pdf)) as document:
        pictures = [stream for page in document.pages for stream in page.get_images().values()]
    assert len({str(each.objgen) for each in pictures}) == 1
    assert papers.OFFICE.company in reading.joined(pdf)
    assert "（盖章）" not in reading.joined(pdf)
    assert "（盖章）" in reading.joined(render(papers.demand(1)))


def test_sealed_papers_are_the_same_bytes_too() -> None:
    assert render(_sealed(), seal=SEAL, logo=SEAL) == render(_sealed(), seal=SEAL, logo=SEAL)


@pytest.mark.parametrize("seal", [None, b"", _png(10, 10)])
def test_another_picture_than_the_papers_own_is_refused(seal: bytes | None) -> None:
    with pytest.raises(Refused, match="not the one this paper was made with"):
        render(_sealed(), seal=seal, logo=SEAL)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_any_png_will_do(mode: str) -> None:
    assert picture(_png(30, 20, mode)).aspect == 1.5


@pytest.mark.parametrize(
    ("png", "why"),
    [
        (b"", "not a PNG"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "not a PNG"),
        (SEAL[:400], "not a PNG"),
        (b"GIF89a" + bytes(100), "not a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG"),
        (_png(6_001, 1), "wider or higher"),
        (SEAL + bytes(4_000_000), "larger than 4 MB"),
    ],
)
def test_what_is_no_fit_picture_is_refused(png: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        picture(png)


def test_a_large_picture_is_made_small_enough_for_print() -> None:
    small = picture(_png(4_000, 2_000))
    assert (small.width, small.height) == (945, 473)
