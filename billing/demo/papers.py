"""Papers as a family brings them: a sheet with a few lines, photographed. Each says that it is an example."""

import io

from PIL import Image, ImageDraw, ImageFont

from notices.fonts import fonts

_SIZE = (1240, 1754)
_MARGIN, _LINE = 150, 74
_DARK, _PALE = (40, 40, 46), (176, 60, 60)


def sheet(title: str, *lines: str) -> bytes:
    """JPEG."""
    page = Image.new("RGB", _SIZE, (250, 249, 245))
    draw = ImageDraw.Draw(page)
    source = str(fonts().regular.path())
    draw.text((_SIZE[0] / 2, 230), title, _DARK, ImageFont.truetype(source, 58), anchor="mm")
    text = ImageFont.truetype(source, 34)
    for number, line in enumerate(lines):
        draw.text((_MARGIN, 360 + number * _LINE), line, _DARK, text)
    draw.text((_SIZE[0] - _MARGIN, _SIZE[1] - 160), "示例材料，人物与单位均为虚构", _PALE, text, anchor="rm")
    target = io.BytesIO()
    page.save(target, "JPEG", quality=80)
    return target.getvalue()
