"""收据: what was received, what it settled, and what stays unpaid (forms 14); or its mark of reversal (红冲)."""

from billing.core.money import capital, grouped
from notices import figures
from notices.account import signature
from notices.blocks import Sum, facts, sums
from notices.charges import charge_table, issued_table
from notices.content import Receipt, in_state
from notices.layout import LEFT, RIGHT, WIDTH, Flow
from notices.letterhead import letterhead, running_head
from notices.press import Press
from notices.sheet import MM, Style
from notices.styles import BODY, GREAT_SUM, HEADING, INDENT, NOTE, SMALL, STRONG, TEXT
from notices.table import Column, Row, Table
from notices.waivers import waiver_table

_VOID = Style(17, "bold")


def compose(paper: Receipt, press: Press) -> Flow:
    press.places |= _places(paper)
    title = press.say("heading.receipt")
    flow = Flow(press.fonts, press.typecase(), head=running_head(press, title))
    letterhead(flow, press, title)
    facts(flow, _facts(paper, press))
    if paper.reversal:
        _void(flow, press)
    flow.paragraph(press.say("receipt.opening"), TEXT, indent=INDENT)
    flow.gap(1.6 * MM)
    _sums(flow, paper, press)
    _shares(flow, paper, press)
    if not paper.reversal:
        _remaining(flow, paper, press)
        waiver_table(flow, press, paper.waivers)
    _signed(flow, press)
    return flow


def _places(paper: Receipt) -> dict[str, str]:
    places = {
        "付款人": paper.payer,
        "金额": grouped(paper.amount),
        "大写": capital(paper.amount),
        "收款日": figures.day(paper.received),
        "截算日": figures.day(paper.received),
        "预收": grouped(paper.prepayment),
    }
    if paper.reversal:
        places |= {
            "红冲日": figures.day(paper.reversal.on),
            "红冲编号": paper.reversal.number,
            "红冲原因": paper.reversal.reason,
        }
    return places


def _facts(paper: Receipt, press: Press) -> list[tuple[str, str]]:
    return [
        (press.say("label.premises"), paper.unit.address),
        (press.say("receipt.unit"), paper.unit.label),
        (press.say("receipt.payer"), paper.payer),
        (press.say("label.owner"), press.places["业主"]),
        (press.say("receipt.channel"), press.channel(paper.channel)),
        (press.say("receipt.received"), figures.day(paper.received)),
        (press.say("label.company"), paper.office.company),
        (press.say("receipt.cashier"), paper.cashier),
    ]


def _void(flow: Flow, press: Press) -> None:
    """The mark that no copy can be mistaken without: framed, before the amount."""
    text = press.say("receipt.void")
    room = WIDTH - 46 * MM
    height = max(14 * MM, flow.height(text, TEXT, room) + 5 * MM)
    flow.need(height + 3 * MM)
    sheet, top = flow.sheet, flow.y
    sheet.box(LEFT, top, WIDTH, height, line=1.6)
    sheet.box(LEFT + 1 * MM, top + 1 * MM, WIDTH - 2 * MM, height - 2 * MM, line=0.5)
    middle = top + height / 2 + _VOID.size * 0.38
    sheet.text(LEFT + 20 * MM, middle, press.say("heading.void"), _VOID, "center")
    flow.block(text, TEXT, LEFT + 40 * MM, top + (height - flow.height(text, TEXT, room)) / 2, room)
    flow.gap(height + 3 * MM)


def _sums(flow: Flow, paper: Receipt, press: Press) -> None:
    settled = sum(share.principal for share in paper.shares)
    late = sum(share.late_fee for share in paper.shares)
    cells = [
        Sum(press.say("column.principal"), figures.money(settled), 0.23),
        Sum(press.say("heading.late_fee"), figures.money(late), 0.23),
        Sum(press.say("column.prepaid"), figures.money(paper.prepayment), 0.23),
        Sum(press.say("heading.received_amount"), figures.money(paper.amount), 0.31, style=GREAT_SUM),
    ]
    sums(flow, press, cells, paper.amount)


def _shares(flow: Flow, paper: Receipt, press: Press) -> None:
    """冲抵明细, and the order in which it came about."""
    if paper.shares:
        _share_table(flow, paper, press)
    order = press.say(f"receipt.{paper.order}")
    flow.paragraph(press.say("receipt.designated") + order if paper.designated else order, NOTE)
    if paper.prepayment:
        flow.paragraph(press.say("receipt.prepaid"), NOTE)
    flow.gap(2.4 * MM)


def _share_table(flow: Flow, paper: Receipt, press: Press) -> None:
    flow.need(HEADING.line + 15 * MM)
    flow.paragraph(press.say("heading.shares"), HEADING)
    shares = {"item": 0.3, "period": 0.25, "principal": 0.15, "late_fee": 0.15, "total": 0.15}
    columns = [
        Column(share * WIDTH, press.say(f"column.{name}"), "left" if name in ("item", "period") else "right")
        for name, share in shares.items()
    ]
    rows = [_share_row(each.item, each.period, each.principal, each.late_fee, BODY) for each in paper.shares]
    principal = sum(share.principal for share in paper.shares)
    late = sum(share.late_fee for share in paper.shares)
    total = _share_row(press.say("heading.sum"), "", principal, late, STRONG)
    Table(flow, columns).draw([*rows, Row(total.cells, ground=0.93, bound=True)])
    flow.gap(1.2 * MM)


def _share_row(item: str, period: str, principal: int, late: int, style: Style) -> Row:
    amounts = ([(grouped(fen), style)] for fen in (principal, late))
    return Row([[(item, style)], [(period, style)], *amounts, [(grouped(principal + late), STRONG)]])


def _remaining(flow: Flow, paper: Receipt, press: Press) -> None:
    """余欠: silence about older debts would let a court presume them paid. What is not due yet is no debt."""
    overdue, coming = (in_state(paper.remaining, state, paper.received) for state in ("overdue", "coming"))
    if overdue:
        flow.need(TEXT.line + HEADING.line + 20 * MM)
        flow.paragraph(press.say("receipt.remaining"), TEXT)
        charge_table(flow, press, overdue, press.say("heading.remaining"))
    elif not coming:
        flow.paragraph(press.say("receipt.nothing"), TEXT)
    if coming:
        flow.need(TEXT.line + HEADING.line + 20 * MM)
        alone = "" if overdue else press.say("receipt.nothing_overdue")
        flow.paragraph(alone + press.say("receipt.not_due"), TEXT)
        issued_table(flow, press, coming, press.say("heading.not_due"))


def _signed(flow: Flow, press: Press) -> None:
    flow.need(34 * MM)
    flow.gap(2 * MM)
    flow.block(press.say("receipt.invoice"), SMALL, LEFT, flow.y + 24 * MM, 90 * MM)
    signature(flow, press, RIGHT - 62 * MM, flow.y, 62 * MM)
    flow.gap(32 * MM)
