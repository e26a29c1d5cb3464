"""The tables of a debt: charge by charge, and how each late fee was worked out."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from billing.core.money import grouped
from notices import content, figures
from notices.blocks import HEADING, NOTE
from notices.content import ChargeLine, LateFeeSegment
from notices.layout import WIDTH, Flow
from notices.press import Press
from notices.sheet import MM
from notices.table import BODY, FINE, STRONG, Cell, Column, Row, Table

_DETAIL_WIDTHS = (28, 31, 17, 16, 15, 12, 16.5, 8.5, 14, 16)
_WORKING_WIDTHS = (56, 46, 12, 21, 13, 26)


def _columns(press: Press, names: str, widths: Sequence[float], left: int) -> list[Column]:
    """Columns titled from the wording, the first `left` aligned left and the rest right."""
    scale = WIDTH / sum(widths)
    return [
        Column(width * scale, press.say(f"column.{name}"), "left" if number < left else "right")
        for number, (name, width) in enumerate(zip(names.split(), widths, strict=True))
    ]


def charge_table(flow: Flow, press: Press, lines: Sequence[ChargeLine], heading: str) -> None:
    """欠费明细: principal as charged, paid, waived and open, days late, late fee due, sum; totals in the last row."""
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(heading, HEADING)
    names = "item period due amount paid waived open days late_fee total"
    rows = [_charge_row(line) for line in lines]
    Table(flow, _columns(press, names, _DETAIL_WIDTHS, 3)).draw([*rows, _sum_row(press, lines)])
    flow.gap(2.6 * MM)


def _charge_row(line: ChargeLine) -> Row:
    figures_ = (line.amount, line.paid, line.waived, line.open)
    return Row(
        [
            [(line.item, BODY), *([(line.price, FINE)] if line.price else [])],
            [(line.period, BODY), (figures.span(line.first, line.last), FINE)],
            [(line.due.isoformat(), BODY)],
            *([(grouped(fen), BODY)] for fen in figures_),
            [(str(line.overdue_days), BODY)],
            [(grouped(line.late_fee_due), BODY)],
            [(grouped(line.total), STRONG)],
        ]
    )


def _sum_row(press: Press, lines: Sequence[ChargeLine]) -> Row:
    sums = (
        sum(line.amount for line in lines),
        sum(line.paid for line in lines),
        sum(line.waived for line in lines),
        content.principal(lines),
    )
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None]
    cells += [[(grouped(fen), STRONG)] for fen in sums]
    cells += [[("", BODY)], *([(grouped(f(lines)), STRONG)] for f in (content.late_fee_due, content.total))]
    return Row(cells, ground=0.93, bound=True)


def working(
    flow: Flow, press: Press, lines: Sequence[ChargeLine], segments: Sequence[LateFeeSegment], heading: str
) -> None:
    """违约金计算明细: principal x days x rate for every stretch of days, exact; rounded once for each charge."""
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(heading, HEADING)
    columns = _columns(press, "item from_to number_of_days base rate exact", _WORKING_WIDTHS, 2)
    Table(flow, columns).draw(list(_working_rows(press, lines, segments)))
    flow.gap(1 * MM)
    flow.paragraph(press.say("common.rule"), NOTE)
    flow.gap(2 * MM)


def _working_rows(
    press: Press, lines: Sequence[ChargeLine], segments: Sequence[LateFeeSegment]
) -> Iterator[Row]:
    decimals = max((figures.exact_decimals(segment.micro) for segment in segments), default=2)
    ordered = sorted(segments, key=lambda segment: (segment.line, segment.first))
    for number, group in groupby(ordered, key=lambda segment: segment.line):
        line, parts = lines[number], list(group)
        for part in parts:
            yield _segment_row(press, line, part, decimals)
        yield _result_row(press, line, sum(part.micro for part in parts), decimals)


def _segment_row(press: Press, line: ChargeLine, part: LateFeeSegment, decimals: int) -> Row:
    amount: Cell = [(figures.exact(part.micro, decimals), BODY)]
    if part.capped:
        amount = [*amount, (press.say("label.capped"), FINE)]
    return Row(
        [
            [(f"{line.item} {line.period}", BODY)],
            [(figures.span(part.first, part.last), BODY)],
            [(str(part.days), BODY)],
            [(grouped(part.principal), BODY)],
            [(figures.rate(part.rate_ppm), BODY)],
            amount,
        ]
    )


def _result_row(press: Press, line: ChargeLine, micro: int, decimals: int) -> Row:
    """The charge's own figure, rounded once, and what of it is still due."""
    parts = [f"{figures.exact(micro, decimals)} ≈ {grouped(line.late_fee)}"]
    if line.late_fee_paid:
        parts.append(f"{press.say('column.paid')} {grouped(line.late_fee_paid)}")
    if line.late_fee_waived:
        parts.append(f"{press.say('column.waived')} {grouped(line.late_fee_waived)}")
    cells: list[Cell] = [[(f"{press.say('heading.subtotal')}　{'，'.join(parts)}", BODY)], None, None, None, None]
    return Row([*cells, [(grouped(line.late_fee_due), STRONG)]], ground=0.95, bound=True)
