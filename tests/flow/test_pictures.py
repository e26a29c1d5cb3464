"""Seal and logo: only the pixels are kept, and a picture that is none is told so."""

import io

import pytest
from PIL import Image, ImageDraw

from billing.core.problem import Refused, Unusable
from billing.flow.pictures import keep_picture
from billing.store.base import writing
from billing.store.evidence import StoredFile
from tests.support.databases import on_sqlite

pytestmark = on_sqlite


def drawn(kind: str, size: tuple[int, int] = (400, 300), **options: object) -> bytes:
    """A red ring on white paper."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).ellipse((60, 20, 320, 280), outline=(200, 30, 30), width=20)
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def kept(session, vault, data, **options) -> Image.Image:
    with writing(session):
        sha256 = keep_picture(session, vault, data, **options)
    assert session.get_one(StoredFile, sha256).media_type == "image/png"
    return Image.open(io.BytesIO(vault.get(sha256)))


def test_a_photo_becomes_a_png_without_its_metadata(session, vault):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    exif[0x010E] = "where it was taken"
    picture = kept(session, vault, drawn("JPEG", exif=exif))
    assert picture.format == "PNG" and picture.size == (300, 400)
    assert not picture.getexif() and not picture.info


def test_paper_behind_a_seal_lets_the_text_through(session, vault):
    ink = kept(session, vault, drawn("JPEG"), drop_paper=True).getchannel("A")
    assert (ink.getpixel((5, 5)), ink.getpixel((190, 150)), ink.getpixel((190, 28))) == (0, 0, 255)
    assert kept(session, vault, drawn("PNG")).getpixel((5, 5)) == (255, 255, 255, 255)


def test_a_large_picture_is_made_small_enough_for_print(session, vault):
    assert max(kept(session, vault, drawn("PNG", (3000, 1500))).size) == 945


@pytest.mark.parametrize(
    "data",
    [b"", b"<svg onload='alert(1)'/>", b"%PDF-1.7", drawn("GIF"), drawn("PNG")[:500], drawn("BMP")],
    ids=["empty", "svg", "pdf", "gif", "cut off", "bmp"],
)
def test_what_is_no_picture_is_refused(session, vault, data):
    with pytest.raises(Unusable), writing(session):
        keep_picture(session, vault, data)


def test_a_bomb_is_refused_before_it_is_unpacked(session, vault):
    with pytest.raises(Refused), writing(session):
        keep_picture(session, vault, drawn("PNG", (9000, 9000)))
