"""One row of a table under its mapping, and which rows say nothing about a unit."""

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from billing.core.problem import Problem, Refused
from billing.sheets.book import Row
from billing.sheets.cells import meant
from billing.sheets.table import Table

T = TypeVar("T")
D = TypeVar("D")

_TOTAL = re.compile(
    r".{0,12}(?:小计|合计|总计|累计|共计)(?:金额|面积|户数)?(?:[:：(（].*)?\Z|(?:sub|grand)?total:?\Z",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[^:：]{1,12}[:：]")

#: Where a problem of a field without a column is shown.
_NEIGHBOURS = ("room", "owner_code", "fee_codes")


class Line:
    """Reads fields of a row; what cannot be read is kept in `problems`, one for each defect.

    `filled` names the fields that a cell merged downwards gives to the rows beneath it. For anything
    else (an area merged over two rooms) that would count one value twice.
    """

    def __init__(self, table: Table, row: Row, filled: Collection[str] = ()) -> None:
        self.table = table
        self.row = row
        self.problems: list[Problem] = []
        self._texts = {name: self._cell(indices, name in filled) for name, indices in table.columns.items()}

    def _cell(self, indices: Sequence[int], filled: bool) -> str:
        if len(indices) > 1:
            return "/".join(filter(None, (meant(self.row.cell(index)) for index in indices)))
        text = self.row.cell(indices[0])
        if not text and filled:
            text = self.table.sheet.text(self.row, indices[0])
        return meant(text)

    def text(self, name: str) -> str:
        """The cell's text; "" where the field has no column, the cell is blank or says 无."""
        return self._texts.get(name, "")

    def take(self, name: str, parse: Callable[[str], T], default: D) -> T | D:
        """The field's value, `default` where it is blank or unreadable; the latter is a problem."""
        text = self.text(name)
        if not text:
            return default
        try:
            return parse(text)
        except Refused as refused:
            self.tell(name, refused.message, **refused.params)
            return default

    def need(self, name: str, parse: Callable[[str], T], default: D, missing: str) -> T | D:
        """Like take, but a blank is a problem as well."""
        if not self.text(name):
            self.tell(name, missing)
            return default
        return self.take(name, parse, default)

    def tell(self, name: str, reason: str, /, **params: Any) -> None:
        """Keep a problem under the field's heading, or a neighbour's where the field has no column."""
        columns = self.table.columns
        place = next((other for other in (name, *_NEIGHBOURS) if other in columns), name)
        sheet, value = self.table.sheet.name, self.text(place)[:200]
        heading = self.table.heading(place)
        self.problems.append(Problem(sheet, self.row.number, heading, value, reason, params))

    def says_only(self, names: Collection[str]) -> bool:
        """Whether all that stands in the table's columns stands in these."""
        return not any(text and name not in names for name, text in self._texts.items())

    @property
    def first_text(self) -> str:
        return next(filter(None, self.row.cells), "")


def is_total(line: Line, keys: Collection[str]) -> bool:
    """A subtotal or a total; `keys` are the fields in which a 小计 may stand."""
    words = ("".join(text.split()) for text in (line.first_text, *map(line.text, keys)))
    return any(_TOTAL.match(word) for word in words if word)


def is_beside_the_point(line: Line) -> bool:
    """Blank in the table's columns, or the header printed once more on a new page."""
    indices = [index for group in line.table.columns.values() for index in group]
    return (
        line.says_only(()) or sum(line.row.cell(index) == line.table.headers[index] for index in indices) >= 2
    )


def is_remark(line: Line) -> bool:
    """A signature or note below a table: "制表人：张三", "注：面积以产权证为准"."""
    return _REMARK.match(line.first_text) is not None
