"""The roster of units and owners (业主台账): one sheet, one for each building, or sheets joined by code."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from billing.sheets.book import Book, Sheet, open_book
from billing.sheets.headings import (
    AREA,
    BUILDING,
    CUSTOMER_FIELDS,
    OWNER,
    ROOM,
    ROSTER_FIELDS,
    TARIFF_FIELDS,
    Field,
)
from billing.sheets.kinds import ARREARS, ROSTER, Kind, holds, other_kind
from billing.sheets.place import names_buildings
from billing.sheets.related import CustomerRow, TariffRow, read_customers, read_tariffs
from billing.sheets.survey import Note, Survey, check_choice, notes_on_unread
from billing.sheets.table import Choice, Table, find_table, likely_table
from billing.sheets.unit_rows import Reading
from billing.sheets.units import RosterRow, UnitReader
from billing.translations import N_

_ONE_ENTRANCE = N_(
    "Sheet %(sheet)s has no column for the entrance: units whose row names none are in entrance 1."
)
_ARREARS_TOO = N_(
    "The file has fee periods and amounts as well: if it is a list of old arrears, import it as one."
)


@dataclass(frozen=True)
class Roster(Reading[RosterRow]):
    """What a roster's file holds, with the customers and tariffs of its related sheets."""

    customers: tuple[CustomerRow, ...]
    tariffs: tuple[TariffRow, ...]


def survey_roster(data: bytes, filename: str, mapping: Choice | None = None) -> Survey:
    """How a roster would be understood; `mapping` is a person's correction. Raises Unusable alone."""
    book = open_book(data, filename)
    sheets = [sheet for sheet in book.sheets if sheet.rows]
    main, others = _unit_tables(sheets, mapping)
    related = dict(_related_tables(others))
    if not main:
        guesses = (find_table(sheet, ROSTER_FIELDS, mapping) or likely_table(sheet) for sheet in sheets)
        main = sorted(guesses, key=lambda table: -len(table.columns))[:1]
    check_choice(mapping, ROSTER_FIELDS, main)
    missing = tuple(dict.fromkeys(_missing(main, "customers" in related)))
    other = _other_kind(book, missing) if not mapping else None
    notes = (
        *notes_on_unread(book, [*main, *related.values()]),
        *_notes_on_entrances(main),
        *([Note(_ARREARS_TOO)] if other and not missing else []),
    )
    return Survey(book, ROSTER_FIELDS, tuple(main), related, missing, notes, other)


def _other_kind(book: Book, missing: tuple[Field, ...]) -> Kind | None:
    """A list of arrears often names areas and owners, all that a roster needs, and is none for that."""
    return other_kind(book, ROSTER) if missing else ARREARS if holds(book, ARREARS) else None


def read_roster(data: bytes, filename: str, mapping: Choice | None = None) -> Roster:
    """Units, owners and tariffs of a file, and one problem for each defect. Raises Unusable alone."""
    survey = survey_roster(data, filename, mapping)
    survey.demand_complete()
    customers = read_customers(survey.related["customers"]) if "customers" in survey.related else None
    tariffs = read_tariffs(survey.related["tariffs"]) if "tariffs" in survey.related else None
    reader = UnitReader(customers, tariffs)
    rows = [row for table in survey.main for row in reader.read(table)]
    problems = (
        *reader.problems,
        *(customers.problems if customers else ()),
        *(tariffs.problems if tariffs else ()),
    )
    return Roster(
        survey=survey,
        rows=tuple(rows),
        customers=tuple(customers.good.values()) if customers else (),
        tariffs=tuple(tariffs.good.values()) if tariffs else (),
        problems=problems,
        notes=survey.notes,
        headings=reader.headings,
    )


def _unit_tables(sheets: Iterable[Sheet], mapping: Choice | None) -> tuple[list[Table], list[Sheet]]:
    """The tables of units, and the other sheets.

    Beside a full table one of rooms without areas or owners (parking, keys) is not taken for a roster.
    """
    sheets = list(sheets)
    found = filter(None, (find_table(sheet, ROSTER_FIELDS, mapping) for sheet in sheets))
    with_rooms = [table for table in found if ROOM.name in table.columns]
    full = [
        table
        for table in with_rooms
        if "area" in table.columns and {"owner", "owner_code"} & table.columns.keys()
    ]
    main = full or with_rooms
    taken = {table.sheet.name for table in main}
    return main, [sheet for sheet in sheets if sheet.name not in taken]


def _related_tables(sheets: Iterable[Sheet]) -> Iterator[tuple[str, Table]]:
    """The sheets of tariffs and of customers among these, the first of each coming last."""
    for sheet in reversed(list(sheets)):
        tariffs = find_table(sheet, TARIFF_FIELDS)
        customers = find_table(sheet, CUSTOMER_FIELDS)
        if tariffs and {"fee_codes", "price"} <= tariffs.columns.keys():
            yield "tariffs", tariffs
        elif customers and {"owner_code", "owner"} <= customers.columns.keys():
            yield "customers", customers


def _missing(tables: Iterable[Table], has_customers: bool) -> Iterator[Field]:
    for table in tables:
        columns = table.columns
        if ROOM.name not in columns:
            yield ROOM
        elif BUILDING.name not in columns and not names_buildings(table):
            yield BUILDING
        if AREA.name not in columns:
            yield AREA
        if OWNER.name not in columns and not ("owner_code" in columns and has_customers):
            yield OWNER


def _notes_on_entrances(tables: Iterable[Table]) -> Iterator[Note]:
    for table in tables:
        if "entrance" not in table.columns:
            yield Note(_ONE_ENTRANCE, {"sheet": table.sheet.name})
