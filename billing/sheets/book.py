"""A file opened: sheets of rows of text, numbered as the spreadsheet numbers them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from typing import Any

from billing.core.problem import Unusable
from billing.sheets.delimited import read_delimited
from billing.sheets.workbook import read_workbook
from billing.translations import N_

LARGEST_FILE = 20_000_000
MOST_ROWS = 100_000

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|meta|table|\?xml)", re.IGNORECASE)

# Control and invisible format characters: they cannot be seen, so nobody could correct them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1 as the spreadsheet shows it; a cell is its text without outer blanks."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows that hold anything; `covered`: (row, column) under a merged cell to its text."""

    name: str
    rows: tuple[Row, ...]
    covered: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def text(self, row: Row, column: int) -> str:
        """The cell's text, or that of the merged cell lying over it."""
        return row.cell(column) or self.covered.get((row.number, column), "")


@dataclass(frozen=True)
class Book:
    """The visible sheets of a file. `hidden` names the sheets that were not read."""

    filename: str
    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...] = ()


def open_book(data: bytes, filename: str) -> Book:
    """Open xlsx, xls, csv or txt, told apart by content: names lie. Raises Unusable, and nothing else."""
    if not data.strip():
        raise Unusable(N_("The file is empty: save the spreadsheet once more and choose that file."))
    if len(data) > LARGEST_FILE:
        raise Unusable(
            N_("The file is larger than %(size)s MB: split it and import the parts."),
            size=LARGEST_FILE // 10**6,
        )
    if data.startswith((_ZIP, _OLE)):
        return _from_workbook(read_workbook(data, MOST_ROWS), filename)
    if _MARKUP.match(data[:200].removeprefix(b"\xef\xbb\xbf")):
        raise Unusable(
            N_("The file is a web page named as a spreadsheet: open it in Excel or WPS and save it as .xlsx.")
        )
    rows = _rows(read_delimited(data, MOST_ROWS))
    return Book(filename, (Sheet(clean(PureWindowsPath(filename).stem) or "csv", rows),))


def clean(text: str) -> str:
    """Without invisible characters and outer blanks; line breaks inside a cell stay."""
    if text.isalnum() or (text.isascii() and text.isprintable()):
        return text.strip()
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _from_workbook(answer: dict[str, Any], filename: str) -> Book:
    sheets = tuple(
        Sheet(
            clean(sheet["name"]),
            _rows(sheet["rows"]),
            {(number, column): clean(text) for number, column, text in sheet["covered"]},
        )
        for sheet in answer["sheets"]
    )
    return Book(filename, sheets, tuple(answer["hidden"]))


def _rows(rows: Iterable[tuple[int, list[str]]]) -> tuple[Row, ...]:
    cleaned = ((number, tuple(map(clean, cells))) for number, cells in rows)
    return tuple(Row(number, cells) for number, cells in cleaned if any(cells))
