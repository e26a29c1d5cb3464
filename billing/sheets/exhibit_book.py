"""The workbook beside an exhibit: the same rows with figures that can be added up, made the same every time."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "money", "number", "day"]
#: Money is whole fen; an empty cell is None.
Value = str | int | date | None

_WIDTHS: dict[Kind, int] = {"text": 14, "money": 13, "number": 9, "day": 12}
_FORMATS: dict[Kind, dict[str, Any]] = {
    "text": {"num_format": "@", "text_wrap": True},
    "money": {"num_format": "#,##0.00"},
    "number": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
}
_LONGEST_CELL = 32_000
# What an owner wrote as =HYPERLINK(...) stays a text.
_AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


@dataclass(frozen=True)
class BookColumn:
    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class BookSheet:
    """`above` stands over the table, `below` under it; the last `sums` rows are set bold."""

    name: str
    above: Sequence[str]
    columns: Sequence[BookColumn]
    rows: Sequence[Sequence[Value]]
    sums: int = 0
    below: Sequence[str] = ()


def write_exhibit_book(title: str, author: str, made: date, sheets: Sequence[BookSheet]) -> bytes:
    """An xlsx of the sheets; `made` is the only day in it, so that the same rows give the same bytes."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _AS_TEXT)
    book.set_properties({"title": title, "author": author, "created": datetime.combine(made, time())})
    for sheet in sheets:
        _Writer(book, sheet).write()
    book.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, sheet: BookSheet) -> None:
        self.told = sheet
        self.sheet: Worksheet = book.add_worksheet(sheet.name)
        top = {"valign": "top"}
        self.head: Format = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#EEF2F7", "text_wrap": True, **top}
        )
        self.heading: Format = book.add_format({"bold": True, "num_format": "@"})
        self.plain: Format = book.add_format({"num_format": "@"})
        self.note: Format = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        self.cells = {kind: book.add_format({**form, **top}) for kind, form in _FORMATS.items()}
        self.sums = {
            kind: book.add_format({**form, **top, "bold": True, "top": 1}) for kind, form in _FORMATS.items()
        }

    def write(self) -> None:
        told, sheet = self.told, self.sheet
        for line, text in enumerate(told.above):
            _text(sheet, line, 0, text, self.plain if line else self.heading)
        head = len(told.above)
        for place, column in enumerate(told.columns):
            _text(sheet, head, place, column.title, self.head)
            sheet.set_column(place, place, _WIDTHS[column.kind])
        for number, row in enumerate(told.rows):
            summed = number >= len(told.rows) - told.sums
            for place, (column, value) in enumerate(zip(told.columns, row, strict=True)):
                form = (self.sums if summed else self.cells)[column.kind]
                self._cell(head + 1 + number, place, value, column.kind, form)
        self._notes(head + 2 + len(told.rows))
        sheet.freeze_panes(head + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _notes(self, first: int) -> None:
        """Each over the table's whole width, in as many lines as it takes: a Chinese character is two wide."""
        last = len(self.told.columns) - 1
        width = sum(_WIDTHS[column.kind] for column in self.told.columns)
        for line, text in enumerate(self.told.below, first):
            self.sheet.merge_range(line, 0, line, last, "", self.note)
            _text(self.sheet, line, 0, text, self.note)
            self.sheet.set_row(line, 15 * (1 + 2 * len(text) // width))

    def _cell(self, line: int, place: int, value: Value, kind: Kind, form: Format) -> None:
        if isinstance(value, str):
            _text(self.sheet, line, place, value, form)
        elif isinstance(value, date):
            self.sheet.write_datetime(line, place, datetime.combine(value, time()), form)
        elif value is not None:
            self.sheet.write_number(line, place, value / 100 if kind == "money" else value, form)


def _text(sheet: Worksheet, line: int, column: int, text: str, form: Format) -> None:
    if text:
        sheet.write_string(line, column, text[:_LONGEST_CELL], form)
