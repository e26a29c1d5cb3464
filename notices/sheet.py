"""A page being drawn, and the document that binds pages into a PDF.

Lengths are points. `y` counts down from the top edge, as a paper is read; text stands on it. Only
operators for plain marks are written: no markup is ever parsed, and no file or address opened.
"""

from dataclasses import dataclass, field
from typing import Literal

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from notices import qr
from notices.fonts import Font, Fonts, Weight
from notices.pictures import Picture
from notices.typecase import Typecase

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM

Align = Literal["left", "center", "right"]

# Binary streams: ASCII85 costs a quarter more bytes and most of a page's time.
rl_config.useA85 = 0
# Nothing here opens files or addresses; should a later hand use reportlab's paragraphs, they may not either.
rl_config.trustedSchemes = ["data"]
rl_config.trustedHosts = []


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set; `grey` is 0 for black."""

    size: float
    weight: Weight = "regular"
    leading: float = 0.0
    grey: float = 0.0

    @property
    def line(self) -> float:
        return self.leading or self.size * 1.45


@dataclass(slots=True)
class Sheet:
    """One page's marks. Pictures lie under the text."""

    fonts: Fonts
    case: Typecase
    marks: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    _under: list[str] = field(default_factory=list)
    _grey: float = 0.0

    def text(
        self, x: float, y: float, text: str, style: Style, align: Align = "left", spread: float = 0.0
    ) -> None:
        """One line; `spread` is added after every character. Raises MissingGlyph."""
        if not text:
            return
        if align != "left":
            width = self.width(text, style)
            x -= width if align == "right" else width / 2
        if style.grey != self._grey:
            self._grey = style.grey
            self.marks.append(f"{style.grey:g} g")
        spacing = f"{spread:.3f} Tc " if spread else ""
        show = self.case.show(style.weight, style.size, text)
        self.marks.append(
            f"BT {spacing}{x:.2f} {PAGE_HEIGHT - y:.2f} Td {show} ET{' 0 Tc' if spread else ''}"
        )

    def width(self, text: str, style: Style) -> float:
        return self.font(style).width(text, style.size)

    def font(self, style: Style) -> Font:
        return self.fonts.bold if style.weight == "bold" else self.fonts.regular

    def rule(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        width: float = 0.4,
        grey: float = 0.0,
        dash: str = "",
    ) -> None:
        """A straight line; `dash` is a PDF dash array such as "3 2"."""
        dashed = f"[{dash}] 0 d " if dash else ""
        line = f"{x1:.2f} {PAGE_HEIGHT - y1:.2f} m {x2:.2f} {PAGE_HEIGHT - y2:.2f} l S"
        self.marks.append(f"q {width:g} w {grey:g} G {dashed}{line} Q")

    def box(
        self, x: float, y: float, width: float, height: float, line: float = 0.6, fill: float = 1.0
    ) -> None:
        """A rectangle hanging from (x, y); without outline if `line` is 0, on a grey ground if `fill` is below 1."""
        paint = ("B" if line else "f") if fill < 1 else "S"
        area = f"{x:.2f} {PAGE_HEIGHT - y - height:.2f} {width:.2f} {height:.2f} re {paint}"
        self.marks.append(f"q {line:g} w {fill:g} g {area} Q")

    def qr(self, x: float, y: float, size: float, content: str) -> None:
        """A code hanging from (x, y); leave four modules free around it."""
        side, path = qr.modules(content)
        scale = size / side
        place = f"{scale:.5f} 0 0 {scale:.5f} {x:.2f} {PAGE_HEIGHT - y - size:.2f} cm"
        self.marks.append(f"q 0 g {place} {path} f Q")

    def picture(self, x: float, y: float, width: float, height: float, picture: Picture) -> None:
        """Hanging from (x, y), stretched to the size given."""
        self.pictures.append(picture)
        place = f"{width:.2f} 0 0 {height:.2f} {x:.2f} {PAGE_HEIGHT - y - height:.2f} cm"
        self._under.append(f"q {place} /{picture.name} Do Q")

    @property
    def operators(self) -> str:
        return "\n".join((*self._under, *self.marks))


class _Canvas(Canvas):  # type: ignore[misc]
    """reportlab's canvas without the Helvetica that it sets, unembedded, at the head of every page."""

    def _make_preamble(self) -> None:
        self._preamble = ""


@dataclass(slots=True)
class Binding:
    """What a document says about itself. No personal data: titles show in mail programs and print queues."""

    title: str
    author: str
    generator: str
    fingerprint: str


def bind(sheets: list[Sheet], case: Typecase, binding: Binding) -> bytes:
    """The PDF of these pages; the same pages always give the same bytes."""
    canvas = _Canvas("", pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1, lang="zh-CN")
    document = canvas._doc
    document.updateSignature(binding.fingerprint)
    canvas.setTitle(binding.title)
    canvas.setAuthor(binding.author)
    canvas.setSubject(binding.title)
    canvas.setCreator(binding.generator)
    for sheet in sheets:
        canvas.addLiteral(sheet.operators)
        for picture in sheet.pictures:
            picture.embed(document)
        canvas._formsinuse.extend(dict.fromkeys(picture.key for picture in sheet.pictures))
        canvas.showPage()
    case.embed(document)
    data: bytes = canvas.getpdfdata()
    return data
