"""What each unit owes of a listed item: read from lines as people paste or type them, planned, then entered."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.money import fold_digits, parse_positive_yuan, yuan
from billing.core.problem import Problem, Refused
from billing.flow.entry import latest, record
from billing.flow.tariffs import set_unit_fee
from billing.sheets.book import open_book
from billing.store.estate import FeeItem, TariffRow, Unit, UnitFee
from billing.translations import N_

_NO_UNIT = N_("There is no unit %(unit)s: write building-entrance-room, such as 1-1-101.")
_TWICE = N_("Unit %(unit)s stands here twice: keep one line.")
_NO_AMOUNT = N_("The amount a month is missing.")

_LINE = re.compile(r"\s*([^\s,]+)[\s,]*(.*)")


@dataclass(frozen=True)
class Line:
    """A line of somebody's list: its number, a unit's label, and the amount as written ("" for none)."""

    number: int
    unit: str
    amount: str


@dataclass(frozen=True)
class AmountsPlan:
    """Which units get which amount a month (fen; None where the item is not given by unit), and what is wrong."""

    item: FeeItem
    amounts: Mapping[int, int | None]
    units: Mapping[int, Unit]
    problems: Sequence[Problem]


def split_lines(text: str) -> list[Line]:
    """Two columns pasted from a spreadsheet, or typed with a blank or comma between; blank lines are skipped."""
    rows = enumerate(map(_LINE.match, fold_digits(text).splitlines()), 1)
    return [Line(number, row[1], row[2].strip()) for number, row in rows if row]


def read_lines(data: bytes, filename: str) -> list[Line]:
    """The first and the last cell of each row of a file's first sheet. Raises Unusable for what is no table."""
    rows = [
        (row.number, [cell for cell in row.cells if cell]) for row in open_book(data, filename).sheets[0].rows
    ]
    return [Line(number, cells[0], cells[-1] if len(cells) > 1 else "") for number, cells in rows]


def needs_amount(session: Session, item: FeeItem) -> bool:
    """Whether each unit has its own amount: the item's newest tariff is "as given"."""
    newest = select(TariffRow.basis).where(TariffRow.item_id == item.id)
    return session.scalar(newest.order_by(TariffRow.since.desc(), TariffRow.id.desc()).limit(1)) == "given"


def plan_amounts(session: Session, item: FeeItem, lines: Iterable[Line]) -> AmountsPlan:
    """Compare the lines with the units; nothing is written. Words above the first unit are headings."""
    given = needs_amount(session, item)
    units = {
        unit.label: unit
        for unit in session.scalars(select(Unit).where(Unit.community_id == item.community_id))
    }
    amounts: dict[int, int | None] = {}
    problems = []
    for line in lines:
        unit = units.get(line.unit)
        if unit is None:
            if amounts or "-" in line.unit:
                problems.append(_problem(line, _NO_UNIT, unit=line.unit[:40]))
        elif unit.id in amounts:
            problems.append(_problem(line, _TWICE, unit=line.unit))
        elif given:
            try:
                amounts[unit.id] = _amount(line)
            except Refused as refused:
                problems.append(_problem(line, refused.message, **refused.params))
        else:
            amounts[unit.id] = None
    return AmountsPlan(item, amounts, {unit.id: unit for unit in units.values()}, problems)


def _amount(line: Line) -> int:
    if not line.amount:
        raise Refused(_NO_AMOUNT)
    return parse_positive_yuan(line.amount)


def _problem(line: Line, reason: str, **params: object) -> Problem:
    return Problem("", line.number, "", f"{line.unit} {line.amount}".strip(), reason, params)


def apply_amounts(session: Session, actor: str, plan: AmountsPlan, cleared: Iterable[int] = ()) -> int:
    """Enter the plan, and that the `cleared` units do not owe the item; how many units changed."""
    wanted = {unit_id: (True, fen) for unit_id, fen in plan.amounts.items()}
    wanted |= {unit_id: (False, None) for unit_id in cleared if unit_id not in wanted}
    changed = {
        plan.units[unit_id].label: yuan(fen) if fen else "yes" if owed else "no"
        for unit_id, (owed, fen) in wanted.items()
        if set_unit_fee(session, plan.item, plan.units[unit_id], owed, fen)
    }
    if changed:
        key = f"unit-fee:{latest(session, plan.item.community_id) + 1}"
        content = {"item": plan.item.name, "units": changed}
        record(session, plan.item.community_id, "unit-fee", key, actor, content)
    return len(changed)


def amounts(session: Session, item: FeeItem) -> dict[int, UnitFee]:
    """Unit -> its own fee, of the units that owe the item."""
    return {fee.unit_id: fee for fee in session.scalars(select(UnitFee).where(UnitFee.item_id == item.id))}
