"""Reads one workbook in a process of its own: standard input to JSON on standard output.

A workbook is a stranger's file and its parser is native code: one cell at XFD1048576 makes it build a
dense table of 17 thousand million cells. Here it can exhaust or abort only a child held to limits.
Run by path, alone (`python -I workbook_child.py ROWS`): imports nothing of this package.
"""

import datetime
import io
import json
import sys
from typing import Any

import python_calamine as calamine

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
MOST_CELLS = 3_000_000
#: Of the rectangle around everything, blank cells included: a stray cell far to the right widens every row.
WIDEST_AREA = 20_000_000
MOST_TEXT = 64_000_000
MOST_COVERED = 200_000


class TooBig(Exception):
    """More rows, cells or text than the caller takes."""


def hold_to_limits() -> None:
    try:
        import resource
    except ImportError:  # Windows has none: the caller's time limit alone holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def exact_text(value: Any) -> str:
    """A cell as text without loss: 13800003517.0 is "13800003517", a day is "2019-03-11".

    A number is given with the fifteen digits a spreadsheet holds, so that 0.1 + 0.2 is "0.3"; from
    10^15 on its last digits are lost in the file already, and it is given as the spreadsheet shows
    it, "9.90101197111184E+17", which no reader here takes for an ID number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(value, ".15g").upper()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value)


def read_rows(sheet: calamine.CalamineSheet, most_rows: int) -> dict[int, list[str]]:
    """Rows by the spreadsheet's own number; blank rows and blank cells at a row's end are left out."""
    end = sheet.end
    if end is None:
        return {}
    if (end[0] + 1) * (end[1] + 1) > WIDEST_AREA:
        raise TooBig
    rows: dict[int, list[str]] = {}
    cells = length = 0
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
        row = [exact_text(value) for value in values]
        while row and not row[-1].strip():
            row.pop()
        if row:
            rows[number] = row
            cells += len(row)
            length += sum(map(len, row))
        if len(rows) > most_rows or cells > MOST_CELLS or length > MOST_TEXT:
            raise TooBig
    return rows


def read_covered(sheet: calamine.CalamineSheet, rows: dict[int, list[str]]) -> list[tuple[int, int, str]]:
    """(row number, column from 0, text) of the cells under the first cell of each merged range."""
    covered: list[tuple[int, int, str]] = []
    last = max(rows, default=0)
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        source = rows.get(top + 1, [])
        text = source[left] if left < len(source) else ""
        if not text:
            continue
        beneath = range(top + 2, min(bottom + 1, last) + 1)
        if len(covered) + len(beneath) > MOST_COVERED:
            raise TooBig
        covered.extend((number, left, text) for number in beneath if number in rows)
    return covered


def read_book(data: bytes, most_rows: int) -> dict[str, Any]:
    book = calamine.load_workbook(io.BytesIO(data))
    sheets, hidden = [], []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(meta.name)
            continue
        sheet = book.get_sheet_by_name(meta.name)
        rows = read_rows(sheet, most_rows)
        most_rows -= len(rows)
        sheets.append(
            {
                "name": meta.name,
                "rows": list(rows.items()),
                "covered": read_covered(sheet, rows),
            }
        )
    return {"sheets": sheets, "hidden": hidden}


def main() -> None:
    hold_to_limits()
    try:
        answer = read_book(sys.stdin.buffer.read(), int(sys.argv[1]))
    except TooBig:
        answer = {"refused": "too big"}
    except calamine.PasswordError:
        answer = {"refused": "password"}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
