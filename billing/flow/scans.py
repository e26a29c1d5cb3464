"""A scan or photo that somebody brings: known by its content, whole, and no larger than a scan is."""

import io

import pikepdf
from PIL import Image

from billing.core.problem import Unusable
from billing.translations import N_

LARGEST_FILE = 20 * 1024 * 1024

#: Above this many pixels a picture is a bomb, not a scan (A3 at 600 dpi has 70 million).
_MOST_PIXELS = 80_000_000

_SIGNS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


def media_type(data: bytes) -> str:
    """What the file is by its content: JPEG, PNG or PDF; anything else cannot be used."""
    if not data:
        raise Unusable(N_("The file is empty: choose the scan again."))
    if len(data) > LARGEST_FILE:
        raise Unusable(N_("The file is larger than 20 MB: scan at 300 dpi or less."))
    kind = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), None)
    if kind is None:
        raise Unusable(
            N_("This is neither a photo (JPEG, PNG) nor a PDF: choose a photo or a scan of the paper.")
        )
    if kind.startswith("image/"):
        _check_picture(data)
    else:
        _check_pdf(data)
    return kind


def plain_name(name: str) -> str:
    """A file's own name without folders or control characters; it is shown, never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:120]


def _check_pdf(data: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages):
                return
    except pikepdf.PdfError:  # a PasswordError too: nobody could show it in court
        pass
    raise Unusable(N_("The PDF is damaged, locked or empty: scan the paper again."))


def _check_picture(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height <= _MOST_PIXELS:
                picture.load()
                return
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except (OSError, ValueError, SyntaxError):
        raise Unusable(N_("The picture is damaged or cut off: take or scan it again.")) from None
    raise Unusable(N_("The picture has too many pixels: scan at 300 dpi or less."))
