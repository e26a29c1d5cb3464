"""A workbook of plain tables for people's eyes: every cell is text, so that a name like =1+1 stays a name."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter

from billing.sheets.problem_book import AS_TEXT, write_text


@dataclass(frozen=True)
class TextTable:
    """A sheet: its name (31 characters at most), its headings, its rows."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


def write_text_book(tables: Sequence[TextTable]) -> bytes:
    """An xlsx, a sheet a table."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, AS_TEXT)
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    head = book.add_format({"num_format": "@", "bold": True, "bottom": 1, "bg_color": "#EEF2F7"})
    for table in tables:
        sheet = book.add_worksheet(table.name)
        for line, row in enumerate([table.headings, *table.rows]):
            for column, cell in enumerate(row):
                write_text(sheet, line, column, cell, text if line else head)
        sheet.set_column(0, len(table.headings) - 1, 16, text)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(table.rows) + 1}"})
    book.close()
    return stream.getvalue()
