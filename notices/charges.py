"""The tables of a debt: charge by charge, and how each late fee was worked out."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from billing.core.money import grouped
from notices import content, figures
from notices.content import ChargeLine, LateFeeSegment, Suspension
from notices.layout import LEFT, RIGHT, WIDTH, Flow, fit
from notices.press import Press
from notices.sheet import MM
from notices.styles import BODY, FINE, HEADING, SMALL, STRONG
from notices.table import Cell, Column, Line, Row, Table

_DETAIL_WIDTHS = (26.5, 29.5, 16.8, 15.3, 15.3, 12, 15.8, 13.3, 13.8, 15.8)
_ISSUED_WIDTHS = (40, 40, 20, 19, 18, 17, 20)
_WORKING_WIDTHS = (50, 41, 11, 19, 12, 24, 17)


def _columns(press: Press, names: str, widths: Sequence[float], left: int) -> list[Column]:
    """Columns titled from the wording, the first `left` aligned left and the rest right."""
    scale = WIDTH / sum(widths)
    return [
        Column(width * scale, press.say(f"column.{name}"), "left" if number < left else "right")
        for number, (name, width) in enumerate(zip(names.split(), widths, strict=True))
    ]


def charge_table(flow: Flow, press: Press, lines: Sequence[ChargeLine], heading: str) -> None:
    """欠费明细: principal charged, paid, waived, open; days late, late fee due, sum; totals at the end."""
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(heading, HEADING)
    names = "item period due amount paid waived open days late_fee total"
    rows = [_charge_row(press, line) for line in lines]
    Table(flow, _columns(press, names, _DETAIL_WIDTHS, 3)).draw([*rows, _sum_row(press, lines)])
    flow.gap(2 * MM)


def issued_table(flow: Flow, press: Press, lines: Sequence[ChargeLine], heading: str) -> None:
    """本期应收, 未到期应缴: charges not yet late, so without days and late fee."""
    _short_table(flow, press, lines, heading, "payable", _principal)


def settled_table(flow: Flow, press: Press, lines: Sequence[ChargeLine], heading: str) -> None:
    """已缴清: nothing is left of them, so their last column is the late fee that was paid."""
    _short_table(
        flow, press, lines, heading, "late_fee_paid", lambda line: (*_principal(line)[:3], line.late_fee_paid)
    )


def _short_table(
    flow: Flow,
    press: Press,
    lines: Sequence[ChargeLine],
    heading: str,
    last: str,
    amounts: Callable[[ChargeLine], tuple[int, ...]],
) -> None:
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(heading, HEADING)
    columns = _columns(press, f"item period due amount paid waived {last}", _ISSUED_WIDTHS, 3)
    sums = [sum(values) for values in zip(*map(amounts, lines), strict=True)] or [0] * 4
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None]
    total = Row([*cells, *([(grouped(fen), STRONG)] for fen in sums)], ground=0.93, bound=True)
    rows = (Row([*_about(line), *([(grouped(fen), BODY)] for fen in amounts(line))]) for line in lines)
    Table(flow, columns).draw([*rows, total])
    flow.gap(2 * MM)


def _principal(line: ChargeLine) -> tuple[int, int, int, int]:
    return line.amount, line.paid, line.waived, line.open


def _about(line: ChargeLine) -> list[Cell]:
    return [
        [(line.item, BODY), *([(line.price, FINE)] if line.price else [])],
        [(line.period, BODY), (figures.span(line.first, line.last), FINE)],
        [(line.due.isoformat(), BODY)],
    ]


def _charge_row(press: Press, line: ChargeLine) -> Row:
    return Row(
        [
            *_about(line),
            *([(grouped(fen), BODY)] for fen in _principal(line)),
            [(str(line.overdue_days), BODY)],
            [(grouped(line.late_fee_due), BODY), *_late_fee_waived(press, [line])],
            [(grouped(line.total), STRONG)],
        ]
    )


def _sum_row(press: Press, lines: Sequence[ChargeLine]) -> Row:
    sums = [sum(values) for values in zip(*(_principal(line) for line in lines), strict=True)]
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None]
    cells += [[(grouped(fen), STRONG)] for fen in sums]
    late_fee: Cell = [(grouped(content.late_fee_due(lines)), STRONG), *_late_fee_waived(press, lines)]
    cells += [[("", BODY)], late_fee, [(grouped(content.total(lines)), STRONG)]]
    return Row(cells, ground=0.93, bound=True)


def _late_fee_waived(press: Press, lines: Sequence[ChargeLine]) -> list[Line]:
    """What a waiver took off the late fee above it."""
    fen = sum(line.late_fee_waived for line in lines)
    return [(press.say("waived.less", 金额=grouped(fen)), FINE)] if fen else []


def working(
    flow: Flow,
    press: Press,
    lines: Sequence[ChargeLine],
    segments: Sequence[LateFeeSegment],
    heading: str,
    suspensions: Sequence[Suspension] = (),
) -> None:
    """违约金计算明细: principal x days x rate for every stretch of days, exact; rounded once a charge.

    Days on which nothing accrued under a waiver have a row that says so.
    """
    flow.need(HEADING.line + 20 * MM)
    x = LEFT + flow.sheet.width(heading, HEADING) + 3 * MM
    rule = press.say("common.rule")
    flow.sheet.text(x, flow.y + HEADING.size, rule, fit(rule, flow.sheet.font(SMALL), SMALL, RIGHT - x, 0.5))
    flow.paragraph(heading, HEADING)
    columns = _columns(press, "item from_to number_of_days base rate exact rounded", _WORKING_WIDTHS, 2)
    Table(flow, columns).draw(list(_working_rows(press, lines, segments, suspensions)))
    flow.gap(2 * MM)


def best_place(compose: Callable[[bool], Flow], has_working: bool) -> Flow:
    """One page if everything fits, else the working of the late fee on an annex, else as many as it takes.

    `compose(annex)` makes the paper either way.
    """
    flow = compose(False)
    if len(flow.sheets) > 1 and has_working:
        with_annex = compose(True)
        return with_annex if len(with_annex.sheets) <= len(flow.sheets) else flow
    return flow


def _working_rows(
    press: Press,
    lines: Sequence[ChargeLine],
    segments: Sequence[LateFeeSegment],
    suspensions: Sequence[Suspension],
) -> Iterator[Row]:
    decimals = max((figures.exact_decimals(segment.micro) for segment in segments), default=2)
    days: list[LateFeeSegment | Suspension] = [*segments, *suspensions]
    ordered = sorted(days, key=lambda part: (part.line, part.first))
    for number, group in groupby(ordered, key=lambda part: part.line):
        line, parts = lines[number], list(group)
        plain = len(parts) == 1 and not (line.late_fee_paid or line.late_fee_waived)
        for part in parts:
            if isinstance(part, Suspension):
                yield _suspension_row(press, line, part, grouped(0) if plain else "")
            else:
                yield _segment_row(press, line, part, decimals, grouped(line.late_fee) if plain else "")
        if not plain:
            exact = sum(part.micro for part in parts if isinstance(part, LateFeeSegment))
            yield _result_row(press, line, exact, decimals)


def _segment_row(press: Press, line: ChargeLine, part: LateFeeSegment, decimals: int, rounded: str) -> Row:
    amount = [(figures.exact(part.micro, decimals), BODY)]
    if part.capped:
        amount.append((press.say("label.capped"), FINE))
    return Row(
        [
            [(f"{line.item} {line.period}", BODY)],
            [(figures.span(part.first, part.last), BODY)],
            [(str(part.days), BODY)],
            [(grouped(part.principal), BODY)],
            [(figures.rate(part.rate_ppm), BODY)],
            amount,
            [(rounded, STRONG)],
        ]
    )


def _suspension_row(press: Press, line: ChargeLine, part: Suspension, rounded: str) -> Row:
    return Row(
        [
            [(f"{line.item} {line.period}", BODY)],
            [(figures.span(part.first, part.last), BODY)],
            [(str(part.days), BODY)],
            [(press.say("waived.suspended", 减免编号=part.number), BODY)],
            None,
            None,
            [(rounded, STRONG)],
        ]
    )


def _result_row(press: Press, line: ChargeLine, micro: int, decimals: int) -> Row:
    """The charge's own figure, rounded once, and what of it is still due."""
    parts = [f"{figures.exact(micro, decimals)} ≈ {grouped(line.late_fee)}"]
    if line.late_fee_paid:
        parts.append(f"{press.say('column.paid')} {grouped(line.late_fee_paid)}")
    if line.late_fee_waived:
        parts.append(f"{press.say('column.waived')} {grouped(line.late_fee_waived)}")
    cells: list[Cell] = [[(f"{press.say('heading.subtotal')}　{'，'.join(parts)}", BODY)], *([None] * 5)]
    return Row([*cells, [(grouped(line.late_fee_due), STRONG)]], ground=0.95, bound=True)
