"""Old charges carried over (欠费台账): a row for a unit's fee item and period, what was paid of it, when."""

from collections.abc import Iterable, Iterator, Sequence

from billing.core.problem import Unusable
from billing.sheets.book import open_book
from billing.sheets.headings import (
    AMOUNT,
    ARREARS_FIELDS,
    BUILDING,
    PERIOD,
    ROOM,
    Field,
    unit_of,
)
from billing.sheets.kinds import ARREARS, other_kind
from billing.sheets.old_charges import DEFAULT_ITEM, ArrearsRow, ChargeReader
from billing.sheets.place import names_buildings
from billing.sheets.survey import Note, Survey, check_choice, notes_on_unread
from billing.sheets.table import Choice, Table, find_table, likely_table
from billing.sheets.unit_rows import Reading
from billing.translations import N_

_MONEY = ("amount", "paid", "open", "price")
_NOT_YUAN = ("分", "角", "百元", "千元", "万元")

_WRONG_UNIT = N_(
    "The column %(heading)s is not in yuan: convert it to yuan in the spreadsheet and try again."
)
_DUE_ASSUMED = N_("Rows without a due date, %(count)s of them: the last day of their fee period is taken.")
_ITEM_ASSUMED = N_("Sheet %(sheet)s has no column for the fee item: every charge is taken for %(item)s.")


class Arrears(Reading[ArrearsRow]):
    """What a file of arrears holds."""


def survey_arrears(data: bytes, filename: str, mapping: Choice | None = None) -> Survey:
    """How a file of arrears would be understood; `mapping` corrects it. Raises Unusable alone."""
    book = open_book(data, filename)
    sheets = [sheet for sheet in book.sheets if sheet.rows]
    found = [table for table in (find_table(sheet, ARREARS_FIELDS, mapping) for sheet in sheets) if table]
    main: Sequence[Table] = [table for table in found if not any(_missing([table]))]
    if not main:
        guesses = found or [likely_table(sheet) for sheet in sheets]
        main = sorted(guesses, key=lambda table: -len(table.columns))[:1]
    check_choice(mapping, ARREARS_FIELDS, main)
    missing = tuple(_missing(main))
    other = other_kind(book, ARREARS) if missing and not mapping else None
    notes = (*notes_on_unread(book, main), *_notes_on_items(main))
    return Survey(book, ARREARS_FIELDS, tuple(main), missing=missing, notes=notes, other=other)


def read_arrears(data: bytes, filename: str, mapping: Choice | None = None) -> Arrears:
    """Old charges of a file, and one problem for each defect. Raises Unusable alone."""
    survey = survey_arrears(data, filename, mapping)
    survey.demand_complete()
    _demand_yuan(survey.main)
    reader = ChargeReader()
    rows = tuple(row for table in survey.main for row in reader.read(table))
    assumed = sum(row.due_assumed for row in rows)
    notes = (*survey.notes, Note(_DUE_ASSUMED, {"count": assumed})) if assumed else survey.notes
    return Arrears(survey, rows, tuple(reader.problems), notes, reader.headings)


def _missing(tables: Iterable[Table]) -> Iterator[Field]:
    for table in tables:
        if ROOM.name not in table.columns:
            yield ROOM
        elif BUILDING.name not in table.columns and not names_buildings(table):
            yield BUILDING
        if PERIOD.name not in table.columns:
            yield PERIOD
        if AMOUNT.name not in table.columns and "open" not in table.columns:
            yield AMOUNT


def _demand_yuan(tables: Iterable[Table]) -> None:
    """A column headed 应收(分) read as yuan would charge everybody a hundredfold."""
    for table in tables:
        for name in _MONEY:
            heading = table.heading(name)
            if unit_of(heading) in _NOT_YUAN:
                raise Unusable(_WRONG_UNIT, heading=heading)


def _notes_on_items(tables: Iterable[Table]) -> Iterator[Note]:
    for table in tables:
        if "item" not in table.columns:
            yield Note(_ITEM_ASSUMED, {"sheet": table.sheet.name, "item": DEFAULT_ITEM})
