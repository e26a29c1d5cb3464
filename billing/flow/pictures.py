"""Seal and logo: a photo or drawing made a plain PNG, small enough for print, and kept in the vault."""

import io

from PIL import Image, ImageChops, ImageOps
from sqlalchemy.orm import Session

from billing.core.problem import Refused, Unusable
from billing.store.vault import Vault, keep
from billing.translations import N_

LARGEST_FILE = 10 * 1024 * 1024

#: Above this many pixels a picture is a bomb, not a seal.
_MOST_PIXELS = 40_000_000
#: Forty millimetres at 600 dots an inch: more shows on no printer.
_SIDE = 945
#: Paper is never quite white: what is this close to it lets the text beneath through.
_PAPER = 24


def keep_picture(session: Session, vault: Vault, data: bytes, *, drop_paper: bool = False) -> str:
    """The SHA-256 of the picture as a fresh PNG: nothing that came with the file but its pixels is kept.

    `drop_paper` makes white paper transparent, so that a scanned seal does not hide what it is set on.
    Raises Unusable for what is neither PNG nor JPEG, damaged, or far too large.
    """
    if not data:
        raise Unusable(N_("The file is empty: choose the picture again."))
    if len(data) > LARGEST_FILE:
        raise Unusable(N_("The picture is larger than 10 MB."))
    return keep(session, vault, _as_png(data, drop_paper), "image/png")


def _as_png(data: bytes, drop_paper: bool) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Refused(N_("The picture has too many pixels: 2,000 on a side are plenty."))
            pixels = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unusable(
            N_("This is no PNG or JPEG picture that can be read: save it anew and try again.")
        ) from None
    pixels.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    if drop_paper and pixels.getchannel("A").getextrema() == (255, 255):
        pixels.putalpha(_ink(pixels))
    target = io.BytesIO()
    pixels.save(target, "PNG", optimize=True)
    return target.getvalue()


def _ink(pixels: Image.Image) -> Image.Image:
    """How much ink lies on each point: none on white paper, all on red or black."""
    red, green, blue, _ = pixels.split()
    lightest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return ImageChops.invert(lightest).point(lambda ink: 0 if ink < _PAPER else min(255, ink * 2))
