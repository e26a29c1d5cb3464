"""Rows that each name a unit: what the roster and the arrears read alike, and what a whole file of them holds."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from billing.core.problem import Problem
from billing.sheets.book import Row
from billing.sheets.labels import UnitLabel
from billing.sheets.line import Line
from billing.sheets.place import FILLED, unit_lines
from billing.sheets.survey import Note, Survey
from billing.sheets.table import Table


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Where the row stands, and which unit it is about."""

    sheet: str
    row: int
    building: str
    entrance: str
    room: str

    @property
    def label(self) -> str:
        return f"{self.building}-{self.entrance}-{self.room}"


R = TypeVar("R", bound=UnitRow)

#: What a UnitRow is made of: sheet, row, building, entrance, room.
Place = tuple[str, int, str, str, str]


class UnitRows(Generic[R]):
    """Reads tables one after the other; what may stand in all of them only once is told where it stands again."""

    #: Fields in which a subtotal may stand, and those that a cell merged downwards gives to the rows beneath it.
    keys: ClassVar[tuple[str, ...]] = ("building", "entrance", "room", "owner")
    filled: ClassVar[tuple[str, ...]] = FILLED
    #: The entrance of units whose file knows none.
    entrance: ClassVar[str] = ""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        #: (sheet, row number) to the heading row that a bad row leans on.
        self.headings: dict[tuple[str, int], Row] = {}
        self._first: dict[Hashable, tuple[str, int]] = {}

    def read(self, table: Table) -> Iterator[R]:
        """The good rows; the problems of the others are added to `problems`."""
        for placed in unit_lines(table, self.filled, self.keys, self.entrance):
            line = placed.line
            row = self._read_row(line, placed.label) if line.text("room") else None
            if row:
                yield row
                continue
            self.problems += line.problems
            if placed.heading:
                self.headings[table.sheet.name, line.row.number] = placed.heading

    def _read_row(self, line: Line, label: UnitLabel | None) -> R | None:
        """The row, or None with its problems told to the line."""
        raise NotImplementedError

    def _check_new(self, line: Line, name: str, key: Hashable, reason: str, **params: str) -> None:
        here = (line.table.sheet.name, line.row.number)
        sheet, row = self._first.setdefault(key, here)
        if (sheet, row) != here:
            line.tell(name, reason, sheet=sheet, first=row, **params)


def place_of(line: Line, label: UnitLabel) -> Place:
    return line.table.sheet.name, line.row.number, label.building, label.entrance, label.room


@dataclass(frozen=True)
class Reading(Generic[R]):
    """What a file holds. A row with any problem is in `problems` alone, never in `rows`.

    `headings` are the building rows that bad rows lean on, for the workbook of bad rows.
    """

    survey: Survey
    rows: tuple[R, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    headings: Mapping[tuple[str, int], Row]

    @property
    def bad_rows(self) -> int:
        return len({(problem.sheet, problem.row) for problem in self.problems})

    def problem(self, row: R, fields: Sequence[str], value: str, reason: str, **params: Any) -> Problem:
        """What only the books can tell of a row, under the heading of the first of these fields it has."""
        table = next(table for table in self.survey.main if table.sheet.name == row.sheet)
        heading = next(filter(None, map(table.heading, fields)), "")
        return Problem(row.sheet, row.row, heading, value, reason, params)
