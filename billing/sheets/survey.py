"""How a file would be understood, before a row of it is read: for a person to see and to correct."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.core.problem import Unusable
from billing.sheets.book import Book
from billing.sheets.headings import Field
from billing.sheets.kinds import Kind, OtherKind
from billing.sheets.table import Choice, Table
from billing.translations import N_

_NO_HEADING = N_("No column is headed “%(heading)s”: choose one of the file's own headings.")
_NO_FIELD = N_("“%(field)s” is not something a column can mean here: choose one of the fields offered.")
_UNREAD_COLUMNS = N_("Columns of sheet %(sheet)s that were not read: %(columns)s.")
_NO_TABLE = N_(
    "The file holds no table: choose the spreadsheet with one row for each unit under a row of headings."
)


@dataclass(frozen=True)
class Note:
    """Something a person should know that is no defect, such as a sheet that was not read."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return translate(self.message) % self.params if self.params else translate(self.message)


@dataclass(frozen=True)
class Survey:
    """The tables to read (`main`), those they refer to by code (`related`, by role), and what is missing.

    `fields` are those a person may map; the headings to choose from are in `main[n].headers`.
    `other`: the kind that the file looks like instead, or as well.
    """

    book: Book
    fields: tuple[Field, ...]
    main: tuple[Table, ...]
    related: Mapping[str, Table] = field(default_factory=dict)
    missing: tuple[Field, ...] = ()
    notes: tuple[Note, ...] = ()
    other: Kind | None = None

    def demand_complete(self) -> None:
        """Raise Unusable: what the file is instead, or the first missing column's own sentence."""
        if self.missing and self.other:
            raise OtherKind(self.other)
        if self.missing:
            raise Unusable(self.missing[0].missing)


def check_choice(choice: Choice | None, fields: Iterable[Field], tables: Sequence[Table]) -> None:
    """Refuse a person's mapping that names no field or no heading of the file."""
    if not tables:
        raise Unusable(_NO_TABLE)
    known = {one.name for one in fields}
    headings = {header for table in tables for header in table.headers}
    for name, wanted in (choice or {}).items():
        if name not in known:
            raise Unusable(_NO_FIELD, field=name)
        for heading in [wanted] if isinstance(wanted, str) else wanted or ():
            if " ".join(heading.split()) not in headings:
                raise Unusable(_NO_HEADING, heading=heading)


def notes_on_unread(book: Book, tables: Iterable[Table]) -> tuple[Note, ...]:
    """Which sheets, hidden or without a table, and which columns were left out."""
    tables = list(tables)
    read = {table.sheet.name for table in tables}
    unread = [sheet.name for sheet in book.sheets if sheet.rows and sheet.name not in read]
    notes = []
    if book.hidden:
        notes.append(
            Note(
                N_("Hidden sheets were not read: %(sheets)s."),
                {"sheets": ", ".join(book.hidden)},
            )
        )
    if unread:
        notes.append(
            Note(
                N_("Sheets without such a table were not read: %(sheets)s."),
                {"sheets": ", ".join(unread)},
            )
        )
    for table in tables:
        if table.unmapped:
            params = {"sheet": table.sheet.name, "columns": ", ".join(table.unmapped)}
            notes.append(Note(_UNREAD_COLUMNS, params))
    return tuple(notes)
