"""Where a unit is: told by columns, by one label, by a heading row above, or by the sheet's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from billing.core.problem import Refused
from billing.sheets.book import Row
from billing.sheets.labels import (
    UnitLabel,
    heading_of,
    parse_building,
    parse_entrance,
    parse_room,
    parse_unit,
)
from billing.sheets.line import Line, is_beside_the_point, is_remark, is_total
from billing.sheets.table import Table
from billing.translations import N_

#: Fields that a cell merged downwards gives to all the rows beneath it.
FILLED = ("building", "entrance")
_ADDRESS = ("building", "entrance", "note")
_ROWS_LOOKED_AT = 200

_NO_ROOM = N_("The room number is missing: write it, or delete the row if it names no unit.")
_NO_BUILDING = N_("The building is missing: write it, such as 1号楼.")
_NO_ENTRANCE = N_("The entrance is missing: write it, or 1 where the building has only one.")
_DISAGREES = N_(
    "The room says %(unit)s, the row says building %(building)s, entrance %(entrance)s: correct one."
)


@dataclass
class Heading:
    """The building, and perhaps the entrance, that rows stand under; `row` is the heading row itself."""

    building: str = ""
    entrance: str = ""
    row: Row | None = None


@dataclass(frozen=True)
class PlacedLine:
    """A row that should be a unit's; `heading` only if the row leans on it for its building or entrance."""

    line: Line
    label: UnitLabel | None
    heading: Row | None


def unit_lines(
    table: Table, filled: tuple[str, ...], keys: tuple[str, ...], entrance: str
) -> Iterator[PlacedLine]:
    """The table's rows that name, or ought to name, a unit: subtotals, notes and building rows are left out.

    `entrance` is that of units where the file has no such column. A row without a readable place comes
    with its problems and without a label.
    """
    heading = outermost = _sheet_heading(table)
    for row in table.rows:
        line = Line(table, row, filled)
        if is_total(line, keys):
            heading = outermost
            continue
        if is_beside_the_point(line) or _is_heading(line):
            heading = _next_heading(line, heading)
            continue
        if not line.text("room"):
            if not is_remark(line):
                line.tell("room", _NO_ROOM)
                yield PlacedLine(line, None, None)
            continue
        label = _read_label(line, heading, entrance)
        yield PlacedLine(line, label, heading.row if _leans(line) else None)


def names_buildings(table: Table) -> bool:
    """Whether units can be placed without a column for the building."""
    if _sheet_heading(table).building:
        return True
    for row in islice(table.rows, _ROWS_LOOKED_AT):
        line = Line(table, row)
        if heading_of(line.first_text) or _whole(line.text("room"), any_parts=True):
            return True
    return False


def _sheet_heading(table: Table) -> Heading:
    found = heading_of(table.sheet.name) if "building" not in table.columns else None
    return Heading(*found) if found else Heading()


def _is_heading(line: Line) -> bool:
    """Only an address and no room; or a building's name, alone, in whatever column comes first."""
    if line.says_only(_ADDRESS):
        return True
    return (
        line.says_only((*_ADDRESS, "room"))
        and line.text("room") == line.first_text
        and bool(heading_of(line.first_text))
    )


def _next_heading(line: Line, heading: Heading) -> Heading:
    found = heading_of(line.first_text)
    return Heading(*found, row=line.row) if found else heading


def _leans(line: Line) -> bool:
    return not line.text("building") or ("entrance" in line.table.columns and not line.text("entrance"))


def _read_label(line: Line, heading: Heading, default_entrance: str) -> UnitLabel | None:
    """The row's unit; None with at least one problem told."""
    before = len(line.problems)
    knows_building = "building" in line.table.columns or bool(heading.building)
    whole = _whole(line.text("room"), any_parts=not knows_building)
    room = whole.room if whole else line.take("room", parse_room, "")
    building = line.take("building", parse_building, "") or heading.building
    entrance = line.take("entrance", parse_entrance, "") or heading.entrance
    if whole and len(line.problems) == before:
        return _agreed(line, whole, UnitLabel(building, entrance or whole.entrance or default_entrance, room))
    if not building and not line.text("building") and (room or knows_building):
        line.tell("building", _NO_BUILDING)
    if not entrance and "entrance" in line.table.columns and not line.text("entrance"):
        line.tell("entrance", _NO_ENTRANCE)
    label = UnitLabel(building, entrance or default_entrance, room)
    return label if len(line.problems) == before else None


def _agreed(line: Line, whole: UnitLabel, told: UnitLabel) -> UnitLabel | None:
    """The one place that the room's cell and the row's other cells mean, if it is one."""
    if told.building in ("", whole.building) and told.entrance == (whole.entrance or told.entrance):
        return UnitLabel(whole.building, told.entrance, told.room)
    line.tell(
        "room",
        _DISAGREES,
        unit=line.text("room"),
        building=told.building or whole.building,
        entrance=told.entrance,
    )
    return None


def _whole(text: str, any_parts: bool) -> UnitLabel | None:
    """The label if the room's cell holds a whole one; of two parts (1-301) only where no column says more."""
    if not text or (text.isalnum() and text.isascii()):
        return None
    try:
        label = parse_unit(text)
    except Refused:
        return None
    return label if label.entrance or any_parts else None
