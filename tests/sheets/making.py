"""Files made in the test that reads them: what stands in a cell is seen beside what is expected of it."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from billing.core.problem import Refused

SAMPLES = Path(__file__).parents[1] / "samples"

Grid = Sequence[Sequence[Any]]


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def grid(picture: str) -> list[list[str]]:
    """Rows from lines and cells from words; `_` is a blank cell and `~` a blank inside one."""
    lines = (line.split() for line in picture.strip().splitlines())
    return [["" if word == "_" else word.replace("~", " ") for word in words] for words in lines]


def make_csv(rows: Grid | str, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(grid(rows) if isinstance(rows, str) else rows)
    return stream.getvalue().encode(encoding)


def make_xlsx(
    sheets: Mapping[str, Grid | str], merged: Sequence[str] = (), hidden: Sequence[str] = ()
) -> bytes:
    """Sheets by name; `merged` are ranges such as "A2:A4" of the first sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        if name in hidden:
            sheet.hide()
        for place in merged if sheet.index == 0 else ():
            sheet.merge_range(place, "")
        for number, row in enumerate(grid(rows) if isinstance(rows, str) else rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)
    book.close()
    return stream.getvalue()


def attempt(parse: Callable[[str], Any], text: str) -> Any:
    """What is read from the text, or the Refused itself; any other exception is the test's failure."""
    try:
        return parse(text)
    except Refused as refused:
        return refused
