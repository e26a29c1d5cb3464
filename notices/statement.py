"""对账单: charges, payments and late fee with its working, as of a day and as known at an entry."""

from billing.core.money import grouped
from notices import content, figures
from notices.account import account_and_signature
from notices.blocks import Sum, clause, facts, price_and_period, sums, unit_facts
from notices.charges import charge_table, issued_table, settled_table, working
from notices.content import PaymentLine, Statement
from notices.layout import WIDTH, Flow
from notices.letterhead import letterhead, running_head
from notices.press import Press, debt_places
from notices.sheet import MM
from notices.styles import BODY, DEAR, FINE, GREAT_SUM, HEADING, INDENT, NOTE, STRONG, TEXT
from notices.table import Cell, Column, Row, Table
from notices.waivers import waiver_table


def compose(paper: Statement, press: Press) -> Flow:
    press.places |= debt_places(paper.overdue, paper.as_of, paper.rate_ppm)
    title = press.say("heading.statement")
    flow = Flow(press.fonts, press.typecase(), head=running_head(press, title))
    letterhead(flow, press, title)
    facts(flow, _facts(paper, press))
    flow.paragraph(press.say("heading.dear"), DEAR)
    flow.paragraph(press.say("statement.opening"), TEXT, indent=INDENT)
    flow.gap(1.6 * MM)
    _sums(flow, paper, press)
    _charges(flow, paper, press)
    waiver_table(flow, press, paper.waivers)
    _payments(flow, paper, press)
    if paper.segments or paper.suspensions:
        heading = press.say("heading.working")
        working(flow, press, paper.lines, paper.segments, heading, paper.suspensions)
    clause(flow, press)
    account_and_signature(flow, press)
    return flow


def _facts(paper: Statement, press: Press) -> list[tuple[str, str]]:
    known = [(press.say("label.known_at"), str(paper.known_at))] if paper.known_at is not None else []
    return [
        *unit_facts(press),
        *price_and_period(press, paper.lines),
        (press.say("label.as_of_account"), figures.day(paper.as_of)),
        *known,
    ]


def _sums(flow: Flow, paper: Statement, press: Press) -> None:
    """欠费本金, 违约金, 欠费合计; apart from them what is not due yet, and what is prepaid."""
    overdue, coming = paper.overdue, content.total(paper.coming)
    owed = content.total(overdue)
    late = figures.money(content.late_fee_due(overdue))
    cells = [
        Sum(press.say("heading.principal"), figures.money(content.principal(overdue)), 0.18),
        Sum(press.say("heading.late_fee"), late, 0.2, press.say("label.until_day")),
        Sum(press.say("heading.owed_total"), figures.money(owed), 0.26, style=GREAT_SUM),
        Sum(press.say("heading.not_due"), figures.money(coming), 0.19, press.say("label.not_owed")),
        Sum(press.say("heading.prepaid_left"), figures.money(paper.prepayment), 0.17),
    ]
    sums(flow, press, cells, owed, "label.capital_owed", bold=2)
    flow.paragraph(press.say("statement.arrears"), NOTE)
    flow.gap(1.6 * MM)


def _charges(flow: Flow, paper: Statement, press: Press) -> None:
    """Three groups with a sum each: overdue, not due yet, settled."""
    if not paper.lines:
        flow.paragraph(press.say("statement.no_charges"), TEXT)
    for lines, draw, heading in (
        (paper.overdue, charge_table, "heading.charges"),
        (paper.coming, issued_table, "heading.not_due"),
        (paper.settled, settled_table, "heading.settled"),
    ):
        if lines:
            draw(flow, press, lines, press.say(heading))


def _payments(flow: Flow, paper: Statement, press: Press) -> None:
    if not paper.payments:
        flow.paragraph(press.say("statement.no_payments"), TEXT)
        flow.gap(2 * MM)
        return
    flow.need(HEADING.line + 15 * MM)
    flow.paragraph(press.say("heading.payments"), HEADING)
    shares = {"on": 0.13, "number": 0.25, "channel": 0.16}
    shares |= {"received": 0.13, "principal": 0.13, "late_fee": 0.1, "prepaid": 0.1}
    columns = [
        Column(share * WIDTH, press.say(f"column.{name}"), "left" if at < 3 else "right")
        for at, (name, share) in enumerate(shares.items())
    ]
    Table(flow, columns).draw(
        [*(_payment_row(press, line) for line in paper.payments), _payment_sums(paper, press)]
    )
    flow.gap(2 * MM)


def _payment_row(press: Press, line: PaymentLine) -> Row:
    number: Cell = [(line.number, BODY), *([(line.note, FINE)] if line.note else [])]
    figures_ = (line.amount, line.principal, line.late_fee, line.prepaid)
    amounts = ([(grouped(fen), BODY)] for fen in figures_)
    return Row([[(line.on.isoformat(), BODY)], number, [(press.channel(line.channel), BODY)], *amounts])


def _payment_sums(paper: Statement, press: Press) -> Row:
    names = ("amount", "principal", "late_fee", "prepaid")
    sums_ = (sum(getattr(line, name) for line in paper.payments) for name in names)
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None]
    return Row([*cells, *([(grouped(fen), STRONG)] for fen in sums_)], ground=0.93, bound=True)
