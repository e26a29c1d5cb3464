"""A picture made small enough to look at on a page: decoded, drawn anew, and nothing but its pixels kept."""

import io
import threading
from pathlib import Path

from PIL import Image, ImageOps

from billing.core.problem import Unusable
from billing.translations import N_

SIDE = 1600

#: As at filing (see billing.flow.evidence): A3 at 600 dpi has 70 million.
_MOST_PIXELS = 80_000_000

#: A large scan takes some hundred megabytes while it is decoded: one at a time.
_ONE_AT_A_TIME = threading.Lock()


def shrink(data: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 px a side, upright, without EXIF (place, camera, owner's name)."""
    try:
        with _ONE_AT_A_TIME, Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Unusable(N_("The picture has too many pixels to be shown: download it."))
            opened.draft("RGB", (SIDE, SIDE))
            opened.thumbnail((SIDE, SIDE))
            return _as_jpeg(ImageOps.exif_transpose(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Unusable(N_("The picture cannot be shown: download it.")) from None


def _as_jpeg(picture: Image.Image) -> bytes:
    """On white where it is transparent."""
    plain = Image.new("RGB", picture.size, "white")
    layer = picture.convert("RGBA")
    plain.paste(layer, mask=layer.getchannel("A"))
    target = io.BytesIO()
    plain.save(target, "JPEG", quality=82, optimize=True)
    return target.getvalue()


def cached(folder: Path, sha256: str, data: bytes) -> bytes:
    """`shrink`, made once: kept in the folder under the original's hash."""
    kept = folder / f"{sha256}.jpg"
    if kept.is_file():
        return kept.read_bytes()
    small = shrink(data)
    folder.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{threading.get_ident()}.part")
    part.write_bytes(small)
    part.replace(kept)
    return small
