"""Tables that run over pages: the head repeated, rows kept whole, cells wrapped or shrunk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from notices.layout import LEFT, Flow, fit
from notices.sheet import MM, Align, Style
from notices.styles import COLUMN_HEAD

_PAD = 1.2 * MM
_ABOVE = 0.62 * MM
# An amount in two lines would be read as two.
_SMALLEST_FIGURE = 0.4
_SMALLEST_TITLE = 0.9

Line = tuple[str, Style]
#: Texts under one another; None is a place covered by the cell before it.
Cell = Sequence[Line] | None


@dataclass(frozen=True, slots=True)
class Column:
    width: float
    title: str = ""
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Row:
    """`ground` shades it, `bound` keeps it on one page with the row before."""

    cells: Sequence[Cell]
    ground: float = 1.0
    bound: bool = False


@dataclass(slots=True)
class _Set:
    """A cell's lines, sized and broken to its width."""

    x: float
    width: float
    align: Align
    lines: list[Line]

    @property
    def height(self) -> float:
        return sum(style.line for _, style in self.lines)


@dataclass
class Table:
    """Columns of fixed width from `x` on; `plain` leaves out the head.

    Text shrinks to `smallest` of its size before it is wrapped; figures (on the right) shrink further.
    """

    flow: Flow
    columns: Sequence[Column]
    x: float = LEFT
    plain: bool = False
    smallest: float = 0.72

    @property
    def width(self) -> float:
        return sum(column.width for column in self.columns)

    @cached_property
    def _titles(self) -> list[_Set]:
        cells = [[(column.title, COLUMN_HEAD)] for column in self.columns]
        return list(self._place(cells, _SMALLEST_TITLE, _SMALLEST_TITLE))

    def draw(self, rows: Sequence[Row]) -> None:
        """All rows from the flow's place on."""
        placed = [(row, list(self._place(row.cells, self.smallest, _SMALLEST_FIGURE))) for row in rows]
        if not self.plain:
            first = _height(placed[0][1]) if placed else 0.0
            self.flow.need(_height(self._titles) + first)
            self._draw_head()
        for number, (row, cells) in enumerate(placed):
            following = placed[number + 1] if number + 1 < len(placed) else None
            bound = _height(following[1]) if following and following[0].bound else 0.0
            self._draw_row(row, cells, bound)
        self._rule(0.8 if not self.plain else 0.4)

    def _place(self, cells: Sequence[Cell], smallest: float, smallest_figure: float) -> Iterator[_Set]:
        x = self.x
        for number, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            if cell is not None:
                width = column.width
                for following, covered in zip(self.columns[number + 1 :], cells[number + 1 :], strict=True):
                    if covered is not None:
                        break
                    width += following.width
                least = smallest_figure if column.align == "right" else smallest
                yield _Set(x, width, column.align, self._broken(cell, width - 2 * _PAD, least))
            x += column.width

    def _broken(self, cell: Sequence[Line], width: float, smallest: float) -> list[Line]:
        lines: list[Line] = []
        for text, style in cell:
            sized = fit(text, self.flow.sheet.font(style), style, width, smallest)
            lines.extend((line, sized) for line in self.flow.lines(text, sized, width))
        return lines

    def _draw_head(self) -> None:
        self._rule(0.8)
        self._draw_cells(self._titles, ground=0.93)
        self._rule(0.5)

    def _draw_row(self, row: Row, cells: list[_Set], bound: float) -> None:
        height = _height(cells)
        if height + bound > self.flow.room:
            if height + bound <= self.flow.next_room:
                self._turn()
            else:
                cells = self._draw_beginnings(row, cells)
        self._draw_cells(cells, row.ground)
        self._rule(0.3, grey=0.6)

    def _draw_beginnings(self, row: Row, cells: list[_Set]) -> list[_Set]:
        """A row higher than a page: as many lines as there is room for, page by page; what is left of it."""
        while _height(cells) > self.flow.room:
            room = self.flow.room - 2 * _ABOVE
            heads, tails = [], []
            for cell in cells:
                kept = _fitting(cell.lines, room)
                heads.append(_Set(cell.x, cell.width, cell.align, cell.lines[:kept]))
                tails.append(_Set(cell.x, cell.width, cell.align, cell.lines[kept:]))
            if any(cell.lines for cell in heads):
                self._draw_cells(heads, row.ground)
            cells = tails
            self._turn()
        return cells

    def _turn(self) -> None:
        self.flow.turn()
        if not self.plain:
            self._draw_head()

    def _draw_cells(self, cells: list[_Set], ground: float = 1.0) -> None:
        flow, height = self.flow, _height(cells)
        if ground < 1:
            flow.sheet.box(self.x, flow.y, self.width, height, line=0, fill=ground)
        for cell in cells:
            y = flow.y + (height - cell.height) / 2
            at = {
                "left": cell.x + _PAD,
                "center": cell.x + cell.width / 2,
                "right": cell.x + cell.width - _PAD,
            }[cell.align]
            for text, style in cell.lines:
                flow.sheet.text(at, y + (style.line + style.size * 0.76) / 2, text, style, cell.align)
                y += style.line
        flow.y += height

    def _rule(self, width: float, grey: float = 0.0) -> None:
        self.flow.sheet.rule(self.x, self.flow.y, self.x + self.width, self.flow.y, width, grey)


def _height(cells: Sequence[_Set]) -> float:
    return max((cell.height for cell in cells), default=0.0) + 2 * _ABOVE


def _fitting(lines: Sequence[Line], room: float) -> int:
    """How many of the lines, from the first on, are no higher than `room` together."""
    for number, (_, style) in enumerate(lines):
        room -= style.line
        if room < 0:
            return number
    return len(lines)
