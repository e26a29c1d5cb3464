"""欠费明细表 (forms 11): every overdue charge with the columns a claim needs, as a paper and as a workbook."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from billing.core.calendar import add_months
from billing.core.money import grouped
from billing.core.statement import Line
from billing.flow import papers
from billing.flow.pack.exhibit import Layout, book, paper, piece, row, say, table
from billing.flow.pack.piece import Piece
from billing.flow.pack.subject import Subject
from billing.sheets.exhibit_book import Kind, Value
from billing.store.estate import Unit
from notices import figures
from notices.content import ChargeLine

KEY = "arrears"
_DAY = timedelta(days=1)

#: The columns of forms 11, in their order; limitation and interruption stay blank: that is for a lawyer to say.
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("number", "number"),
    ("community", "text"),
    ("unit", "text"),
    ("owner", "text"),
    ("area", "money"),
    ("item", "text"),
    ("price", "text"),
    ("first", "day"),
    ("last", "day"),
    ("length", "text"),
    ("amount", "money"),
    ("paid", "money"),
    ("waived", "money"),
    ("open", "money"),
    ("due", "day"),
    ("late_from", "day"),
    ("days_late", "number"),
    ("rate", "text"),
    ("late_fee", "money"),
    ("total", "money"),
    ("limitation", "text"),
    ("interruption", "text"),
    ("note", "text"),
)
_SUMMED = ("amount", "paid", "waived", "open", "late_fee", "total")

_LAYOUT: Layout = (
    ("number", 8, ""),
    ("unit", 17, ""),
    ("item", 24, ""),
    ("period", 20, ""),
    ("amount", 17, "right"),
    ("paid", 17, "right"),
    ("open", 17, "right"),
    ("due", 19, ""),
    ("days_late", 12, "right"),
    ("waived", 13, "right"),
    ("late_fee", 16, "right"),
    ("total", 18, "right"),
)


@dataclass(frozen=True)
class Debt:
    """An overdue charge with all that a row says of it."""

    unit: Unit
    owner: str
    area_e2: int
    line: Line
    told: ChargeLine

    @property
    def late_from(self) -> date:
        """The first day that bears late fee."""
        segments = self.line.late_fee.segments
        return segments[0].first if segments else self.line.charge.due + _DAY

    @property
    def rates(self) -> str:
        rates = dict.fromkeys(part.rate_ppm for part in self.line.late_fee.segments)
        return "、".join(map(figures.rate, rates))


def debts(subject: Subject) -> Iterator[Debt]:
    for account, lines in subject.lines:
        unit = subject.units[account.unit_id]
        owner = subject.head.addressee(account.debtor, account.debtor_kind)
        for line, told in zip(lines, papers.charge_lines(account, lines), strict=True):
            if line.state == "overdue":
                area = account.rows[line.charge.id].area_e2
                yield Debt(unit, owner, unit.area_e2 if area is None else area, line, told)


def arrears(subject: Subject) -> Iterator[Piece]:
    found = list(debts(subject))
    notes = (say("arrears_note"), say("length_note"))
    rows = [row(_cells(number, debt)) for number, debt in enumerate(found, 1)]
    if rows:
        rows.append(row(_sum_cells(found), sums=True))
    yield piece(
        "02 " + say(f"title.{KEY}"),
        KEY,
        paper(subject, "02", KEY, [table("", _LAYOUT, rows)], (*notes, say("in_workbook"))),
    )
    full: list[list[Value]] = [_values(subject, number, debt) for number, debt in enumerate(found, 1)]
    if full:
        full.append(_sums(full))
    data = book(subject, KEY, _COLUMNS, full, (*notes, say("blank")), sums=int(bool(full)))
    yield Piece(f"02 {say(f'title.{KEY}')}.xlsx", say(f"title.{KEY}"), say(f"proves.{KEY}"), data)


def length(first: date, last: date) -> str:
    """Whole months, else days."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and add_months(first, months) == last + _DAY
    return f"{months}个月" if whole else f"{(last - first).days + 1}天"


def _cells(number: int, debt: Debt) -> tuple[str, ...]:
    told, line = debt.told, debt.line
    return (
        str(number),
        f"{debt.unit.label}\n{figures.area(debt.area_e2)}",
        f"{told.item}\n{told.price}" if told.price else told.item,
        f"{told.first}\n{told.last}\n{length(told.first, told.last)}",
        grouped(told.amount),
        grouped(told.paid),
        grouped(told.open),
        f"{told.due}\n{say('column.late_from')}\n{debt.late_from}",
        str(line.overdue_days),
        grouped(told.late_fee_waived),
        f"{grouped(told.late_fee_due)}\n{debt.rates}",
        grouped(told.total),
    )


def _sum_cells(found: list[Debt]) -> list[str | None]:
    def total(name: str) -> str:
        return grouped(sum(getattr(debt.told, name) for debt in found))

    sums = (total("amount"), total("paid"), total("open"), "", "", total("late_fee_waived"))
    return [say("sum"), None, None, None, *sums, total("late_fee_due"), total("total")]


def _values(subject: Subject, number: int, debt: Debt) -> list[Value]:
    told = debt.told
    return [
        number,
        subject.head.community.name,
        debt.unit.label,
        debt.owner,
        debt.area_e2,
        told.item,
        told.price,
        told.first,
        told.last,
        length(told.first, told.last),
        told.amount,
        told.paid,
        told.late_fee_waived,
        told.open,
        told.due,
        debt.late_from,
        told.overdue_days,
        debt.rates,
        told.late_fee_due,
        told.total,
        None,
        None,
        None,
    ]


def _sums(rows: list[list[Value]]) -> list[Value]:
    sums: list[Value] = [say("sum")]
    for place, (name, _) in enumerate(_COLUMNS[1:], 1):
        values = (row[place] for row in rows)
        sums.append(sum(one for one in values if isinstance(one, int)) if name in _SUMMED else None)
    return sums
