"""QR codes as vector modules: sharp at any size, and small."""

from functools import lru_cache
from math import isqrt

import zxingcpp

from billing.core.problem import Refused
from billing.translations import N_


@lru_cache(maxsize=1024)
def modules(content: str) -> tuple[int, str]:
    """(side in modules, path of dark runs one unit high, the first row at the top) at error level M, no quiet zone.

    Raises Refused for content that no code can hold.
    """
    try:
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    except ValueError as error:
        raise Refused(N_("“%(content)s...” is too long for a QR code."), content=content[:40]) from error
    # The image speaks the buffer protocol, which its type stub does not say.
    pixels = memoryview(code.to_image(scale=1, add_quiet_zones=False)).tobytes()  # type: ignore[arg-type]
    side = isqrt(len(pixels))
    rows = (pixels[row * side : (row + 1) * side] for row in range(side))
    return side, " ".join(run for number, row in enumerate(rows) for run in _runs(row, side - 1 - number))


def _runs(row: bytes, y: int) -> list[str]:
    """Rectangles of the row's dark stretches; 0 is dark."""
    runs, start = [], -1
    while (start := row.find(b"\x00", start + 1)) >= 0:
        end = row.find(b"\xff", start)
        end = len(row) if end < 0 else end
        runs.append(f"{start} {y} {end - start} 1 re")
        start = end
    return runs
