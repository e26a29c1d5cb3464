"""The workbook of just the bad rows, each with what is wrong: to be corrected and uploaded again."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from billing.sheets.book import Row
from billing.sheets.table import Table
from billing.sheets.unit_rows import Reading
from billing.translations import N_

#: The heading of the last column.
WHAT_TO_DO = N_("What is wrong, and what to do")

_LONGEST_CELL = 32_000
_SHEET_NAME_LIMIT = 31
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
# Every cell is text: what an owner wrote as =HYPERLINK(...) stays a text, and 0101 keeps its zero.
AS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def write_problem_book(reading: Reading[Any], translate: Callable[[str], str] = str) -> bytes:
    """An xlsx of the bad rows. Sheets they refer to by code are whole, so that it reads by itself."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for problem in reading.problems:
        sentence = (
            f"{problem.column}: {problem.sentence(translate)}"
            if problem.column
            else problem.sentence(translate)
        )
        reasons.setdefault((problem.sheet, problem.row), []).append(sentence)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, AS_TEXT)
    writer = _SheetWriter(book, reasons, translate(WHAT_TO_DO))
    for table in reading.survey.main:
        bad = [row for row in table.rows if (table.sheet.name, row.number) in reasons]
        if bad:
            writer.write(table, list(_with_headings(table, bad, reading.headings)))
    for table in reading.survey.related.values():
        writer.write(table, list(table.rows))
    if not book.worksheets():
        book.add_worksheet()
    book.close()
    return stream.getvalue()


def _with_headings(
    table: Table, rows: Sequence[Row], headings: Mapping[tuple[str, int], Row]
) -> Iterator[Row]:
    """Rows that lean on a heading row come after it, as they did in the file."""
    above: Row | None = None
    for row in rows:
        heading = headings.get((table.sheet.name, row.number))
        if heading and heading is not above:
            yield heading
        above = heading
        yield row


class _SheetWriter:
    def __init__(
        self,
        book: xlsxwriter.Workbook,
        reasons: Mapping[tuple[str, int], list[str]],
        title: str,
    ) -> None:
        self.book = book
        self.reasons = reasons
        self.title = title
        self.text: Format = book.add_format({"num_format": "@", "valign": "top"})
        self.head: Format = book.add_format(
            {"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#EEF2F7"}
        )
        self.told: Format = book.add_format(
            {
                "num_format": "@",
                "valign": "top",
                "text_wrap": True,
                "font_color": "#B42318",
            }
        )

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        # A workbook of bad rows that comes back with new ones loses its old last column.
        columns = [index for index, header in enumerate(table.headers) if header != self.title]
        sheet = self.book.add_worksheet(self._free_name(table.sheet.name))
        last = len(columns)
        for place, index in enumerate(columns):
            write_text(sheet, 0, place, table.headers[index], self.head)
        write_text(sheet, 0, last, self.title, self.head)
        for line, row in enumerate(rows, 1):
            for place, index in enumerate(columns):
                write_text(sheet, line, place, table.sheet.text(row, index), self.text)
            reasons = self.reasons.get((table.sheet.name, row.number), ())
            write_text(sheet, line, last, "\n".join(reasons), self.told)
        sheet.set_column(0, last - 1, 14, self.text)
        sheet.set_column(last, last, 60, self.told)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rows) + 1}"})

    def _free_name(self, name: str) -> str:
        """The sheet's name as a workbook allows it, once."""
        plain = _NOT_IN_SHEET_NAME.sub(" ", name).strip(" '")[:_SHEET_NAME_LIMIT] or "Sheet"
        taken = {sheet.get_name().casefold() for sheet in self.book.worksheets()} | {"history"}
        number = 2
        unique = plain
        while unique.casefold() in taken:
            unique = f"{plain[: _SHEET_NAME_LIMIT - 5]} ({number})"
            number += 1
        return unique


def write_text(sheet: Worksheet, line: int, column: int, text: str, form: Format) -> None:
    if text:
        sheet.write_string(line, column, text[:_LONGEST_CELL], form)
