"""违约金计算表 (forms 12): every stretch of days with its principal and rate, exact, and what came in between.

A charge's late fee is the exact sum of its stretches, rounded once; the stretches' own rounded figures stand beside
them for whoever checks by hand, and are never added up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from billing.core.late_fee import Segment
from billing.core.money import grouped
from billing.core.statement import Line, Relief, Settled
from billing.flow import papers
from billing.flow.estate import policies
from billing.flow.pack.exhibit import Cells, Layout, book, paper, piece, row, say, table
from billing.flow.pack.piece import Piece
from billing.flow.pack.subject import Subject
from billing.sheets.exhibit_book import Kind, Value
from notices import figures
from notices.exhibit_tables import ExhibitRow

KEY = "working"
_DAY = timedelta(days=1)
_YEAR = 365

_LAYOUT: Layout = (
    ("number", 8, ""),
    ("period", 33, ""),
    ("due", 18, ""),
    ("principal", 18, "right"),
    ("from_to", 37, ""),
    ("days", 10, "right"),
    ("daily_rate", 13, "right"),
    ("exact", 22, "right"),
    ("rounded", 19, "right"),
)
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("number", "number"),
    ("unit", "text"),
    ("item", "text"),
    ("period", "text"),
    ("due", "day"),
    ("principal", "money"),
    ("from", "day"),
    ("to", "day"),
    ("days", "number"),
    ("daily_rate", "text"),
    ("annual_rate", "text"),
    ("exact", "text"),
    ("rounded", "money"),
    ("result", "money"),
    ("note", "text"),
)


@dataclass(frozen=True)
class Pause:
    """Days after the due day on which nothing accrued though principal was open."""

    first: date
    last: date


Step = Segment | Settled | Relief | Pause


@dataclass(frozen=True)
class Charge:
    """A charge that bore late fee, and how it came about, day by day."""

    unit: str
    line: Line

    @property
    def steps(self) -> list[Step]:
        """Stretches, pauses, payments and principal given up in the order of their days."""
        fee = self.line.late_fee
        steps: list[tuple[date, int, Step]] = [(part.first, 0, part) for part in fee.segments]
        steps += [(pause.first, 0, pause) for pause in self._pauses()]
        steps += [(part.on + _DAY, -1, part) for part in self.line.settled]
        steps += [(one.since + _DAY, -1, one) for one in self.line.reliefs if one.principal]
        return [step for _, _, step in sorted(steps, key=lambda each: each[:2])]

    def _pauses(self) -> Iterator[Pause]:
        """Gaps between stretches: suspended days, or days without a rate. Past the cap nothing is a gap."""
        parts, due, terms = self.line.late_fee.segments, self.line.charge.due, self.line.charge.terms
        last = due + _DAY * terms.grace_days if terms.grace_from == "end" else due
        for part in parts:
            if last + _DAY < part.first:
                yield Pause(last + _DAY, part.first - _DAY)
            last = part.last
        if last < self.line.as_of and self.line.open and not self.line.late_fee.capped:
            yield Pause(last + _DAY, self.line.as_of)

    @property
    def outcome(self) -> str:
        """The exact sum, rounded once; what of it was paid and waived, and what is due."""
        line, fee = self.line, self.line.late_fee
        exact, rounded = figures.exact(fee.micro, figures.exact_decimals(fee.micro)), grouped(fee.amount)
        parts = [say("subtotal_exact" if exact == rounded else "subtotal", 合计=exact, 金额=rounded)]
        if line.late_fee_paid:
            parts.append(say("fee_paid", 金额=grouped(line.late_fee_paid)))
        if line.late_fee_waived:
            parts.append(say("fee_waived", 金额=grouped(line.late_fee_waived)))
        if fee.capped:
            parts.append(f"；{say('capped')}")
        parts.append(say("fee_due", 金额=grouped(line.late_fee_due)))
        return "".join(parts)


def working(subject: Subject) -> Iterator[Piece]:
    charges = [
        Charge(account.unit, line)
        for account, lines in subject.lines
        for line in lines
        if line.late_fee.micro or line.late_fee_paid
    ]
    notes = (say("working_note"), say("annual"))
    rate = policies(subject.session, subject.community_id, subject.known_at).on(subject.as_of).rate_ppm
    terms = papers.late_fee_terms([charge.line for charge in charges])
    tables = [table("", _LAYOUT, list(_rows(charges)))]
    data = paper(subject, "03", KEY, tables, notes, rate_ppm=rate, terms=terms)
    yield piece("03 " + say(f"title.{KEY}"), KEY, data)
    values = list(_values(charges))
    clause = subject.head.community.late_fee_clause
    workbook = book(subject, KEY, _COLUMNS, values, (*notes, clause), sums=int(bool(values)))
    yield Piece(f"03 {say(f'title.{KEY}')}.xlsx", say(f"title.{KEY}"), say(f"proves.{KEY}"), workbook)


def _rows(charges: Sequence[Charge]) -> Iterator[ExhibitRow]:
    for number, charge in enumerate(charges, 1):
        head = (str(number), f"{charge.line.charge.item} {charge.line.charge.period}\n{charge.unit}")
        for step in charge.steps:
            yield row([*head, *_cells(charge.line, step)])
        yield row([charge.outcome, *[None] * 7, grouped(charge.line.late_fee.amount)], sums=True)
    if charges:
        due = grouped(sum(charge.line.late_fee_due for charge in charges))
        total = grouped(sum(charge.line.late_fee.amount for charge in charges))
        yield row([say("total_due", 金额=due), *[None] * 7, total], sums=True)


def _cells(line: Line, step: Step) -> Cells:
    due = line.charge.due.isoformat()
    match step:
        case Segment():
            rate = f"{figures.rate(step.rate_ppm)}\n{figures.percent(step.rate_ppm * _YEAR)}"
            exact = figures.exact(step.micro, figures.exact_decimals(step.micro))
            days = figures.span(step.first, step.last)
            return [due, grouped(step.principal), days, str(step.days), rate, exact, grouped(step.amount)]
        case Pause():
            return [due, "", f"{figures.span(step.first, step.last)}\n{say('pause_row')}", *[""] * 4]
        case Settled():
            return [_paid(step), *[None] * 6]
        case Relief():
            return [_given_up(step), *[None] * 6]


def _paid(step: Settled) -> str:
    told = {"本金": grouped(step.principal), "违约金": grouped(step.late_fee)}
    return say("paid_row", 日期=step.on.isoformat(), **told)


def _given_up(step: Relief) -> str:
    return say("given_up_row", 日期=step.since.isoformat(), 本金=grouped(step.principal))


def _values(charges: Sequence[Charge]) -> Iterator[list[Value]]:
    """The workbook's rows; each charge's figure stands once, in the row of its sum."""
    for number, charge in enumerate(charges, 1):
        line = charge.line
        about: list[Value] = [number, charge.unit, line.charge.item, line.charge.period, line.charge.due]
        for step in charge.steps:
            yield [*about, *_step_values(step)]
        yield [*about, *[None] * 8, line.late_fee.amount, charge.outcome]
    if charges:
        total = sum(charge.line.late_fee.amount for charge in charges)
        yield [None, say("sum"), *[None] * 11, total, None]


def _step_values(step: Step) -> list[Value]:
    match step:
        case Segment():
            exact = figures.exact(step.micro, figures.exact_decimals(step.micro))
            rates = [figures.rate(step.rate_ppm), figures.percent(step.rate_ppm * _YEAR)]
            return [step.principal, step.first, step.last, step.days, *rates, exact, step.amount, None, None]
        case Pause():
            return [None, step.first, step.last, *[None] * 6, say("pause_row")]
        case Settled():
            return [None, None, step.on, *[None] * 6, _paid(step)]
        case Relief():
            return [None, None, step.since, *[None] * 6, _given_up(step)]
