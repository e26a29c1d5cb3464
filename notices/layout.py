"""Breaking text into lines, and lines into pages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from notices.fonts import Font, Fonts
from notices.sheet import MM, PAGE_HEIGHT, PAGE_WIDTH, Align, Sheet, Style
from notices.typecase import Typecase

LEFT, RIGHT = 18 * MM, PAGE_WIDTH - 18 * MM
WIDTH = RIGHT - LEFT
TOP = 13 * MM
FOOT = PAGE_HEIGHT - 12 * MM

# What must not stand alone: opening marks keep to what follows, closing marks to what precedes (避头尾),
# a word or figure in ASCII holds together.
_CLUSTER = re.compile(
    "[（《〈「『【“‘]*(?:[!-~]+|.)[，。；：、！？）》〉」』】”’％‰…—～㎡·]*",
    re.DOTALL,
)
# At most this much of the type size is added between characters to make a line reach the margin.
_STRETCH = 0.12


@lru_cache(maxsize=8192)
def wrap(text: str, font: Font, size: float, width: float, indent: float = 0.0) -> tuple[str, ...]:
    """Lines no wider than `width`, the first less `indent`; what cannot be broken well is broken anyway."""
    lines: list[str] = []
    line, room = "", width - indent
    for piece in _pieces(text, font, size, width):
        needed = font.width(piece, size)
        if needed > room and line.strip():
            lines.append(line.rstrip())
            line, room = piece.lstrip(), width
        else:
            line += piece
        room -= needed
    return (*lines, line.rstrip()) if line.strip() or not lines else tuple(lines)


def _pieces(text: str, font: Font, size: float, width: float) -> Iterator[str]:
    """What holds together on a line, as long as a line can hold it."""
    for cluster in _CLUSTER.findall(text):
        if font.width(cluster, size) <= width:
            yield cluster
        else:
            yield from cluster


def fit(text: str, font: Font, style: Style, width: float, smallest: float = 0.8) -> Style:
    """The style, made smaller (to `smallest` of itself at most) if that lets the text stand on one line."""
    needed = font.width(text, style.size)
    if needed <= width or needed * smallest > width:
        return style
    size = int(style.size * width / needed * 20) / 20
    return Style(size, style.weight, style.leading or style.line, style.grey)


def clipped(flow: "Flow", text: str, style: Style, width: float) -> str:
    """The text, cut with … where it is wider: only for what stands in full elsewhere on the paper."""
    if flow.sheet.width(text, style) <= width:
        return text
    kept, room = "", width - flow.sheet.width("…", style)
    for character in text:
        room -= flow.sheet.width(character, style)
        if room < 0:
            break
        kept += character
    return kept + "…"


@dataclass
class Flow:
    """The column that text runs down, opening pages as it needs them.

    `reserve` is what the foot of a page keeps free, by its number counted from 0; `head` draws the top of
    every page but the first and leaves `y` below it.
    """

    fonts: Fonts
    case: Typecase
    reserve: Callable[[int], float] = lambda page: 0.0
    head: Callable[["Flow"], None] = lambda flow: None
    sheets: list[Sheet] = field(default_factory=list)
    y: float = 0.0

    def __post_init__(self) -> None:
        self._open()

    def _open(self) -> None:
        self.sheets.append(Sheet(self.fonts, self.case))
        self.y = TOP

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    @property
    def room(self) -> float:
        return FOOT - self.reserve(len(self.sheets) - 1) - self.y

    @property
    def next_room(self) -> float:
        """What a fresh page surely holds below a head."""
        return FOOT - self.reserve(len(self.sheets)) - TOP - 20 * MM

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self._open()
        self.head(self)

    def need(self, height: float) -> bool:
        """Make room for what must stay together; True if that took a new page."""
        if height <= self.room:
            return False
        self.turn()
        return True

    def gap(self, height: float) -> None:
        self.y += height

    def lines(self, text: str, style: Style, width: float, indent: float = 0.0) -> tuple[str, ...]:
        return wrap(text, self.sheet.font(style), style.size, width, indent)

    def height(self, text: str, style: Style, width: float = WIDTH, indent: float = 0.0) -> float:
        return len(self.lines(text, style, width, indent)) * style.line

    def paragraph(
        self, text: str, style: Style, x: float = LEFT, width: float = WIDTH, indent: float = 0.0
    ) -> None:
        """Running text, its lines stretched to the margin; breaks over pages where it must."""
        lines = self.lines(text, style, width, indent)
        for number, line in enumerate(lines):
            self.need(style.line)
            first = indent if number == 0 else 0.0
            last = number == len(lines) - 1
            spread = 0.0 if last else self._spread(line, style, width - first)
            self.sheet.text(x + first, self.y + style.size, line, style, spread=spread)
            self.y += style.line

    def _spread(self, line: str, style: Style, width: float) -> float:
        spread = (width - self.sheet.width(line, style)) / max(1, len(line) - 1)
        return spread if 0 < spread < _STRETCH * style.size else 0.0

    def block(self, text: str, style: Style, x: float, y: float, width: float, align: Align = "left") -> None:
        """Lines at a place of their own (a cell, a column), not moving the flow."""
        at = {"left": x, "center": x + width / 2, "right": x + width}[align]
        for number, line in enumerate(self.lines(text, style, width)):
            self.sheet.text(at, y + number * style.line + style.size, line, style, align)
