"""缴费通知单: what is due this period, what earlier periods left, and until when to pay (forms 1)."""

from collections.abc import Sequence

from billing.core.money import grouped
from notices import content, figures, slip
from notices.account import account_and_signature
from notices.blocks import (
    Sum,
    clause_and_law,
    entry,
    facts,
    late_fee_rate,
    late_fee_terms,
    objection,
    price_and_period,
    sums,
    unit_facts,
)
from notices.charges import best_place, charge_table, issued_table, working
from notices.content import ChargeLine, PaymentNotice, in_state
from notices.layout import Flow
from notices.letterhead import letterhead, running_head
from notices.press import Press, debt_places
from notices.sheet import MM
from notices.styles import DEAR, GREAT_SUM, HEADING, INDENT, TEXT
from notices.waivers import waiver_table, waivers_on_annex


def compose(paper: PaymentNotice, press: Press) -> Flow:
    press.places |= debt_places(paper.carried, paper.as_of, paper.rate_ppm)
    press.places |= {"缴费期限": figures.day(paper.deadline), "计费期": paper.period}
    return best_place(lambda annex: _compose(paper, press, annex), _has_working(paper))


def _has_working(paper: PaymentNotice) -> bool:
    return bool(paper.segments or paper.suspensions)


def _compose(paper: PaymentNotice, press: Press, annex: bool) -> Flow:
    title = press.say("heading.payment_notice")
    reserve = slip.reserved if paper.slip_url else (lambda page: 0.0)
    flow = Flow(press.fonts, press.typecase(), reserve, running_head(press, title))
    letterhead(flow, press, title)
    facts(flow, _facts(paper, press))
    _body(flow, paper, press, annex)
    if annex:
        flow.turn()
        _working(flow, paper, press, "heading.annex")
        waiver_table(flow, press, paper.waivers)
    if paper.slip_url:
        slip.draw(flow, press, title, paper.total, paper.slip_url)
    return flow


def _facts(paper: PaymentNotice, press: Press) -> list[tuple[str, str]]:
    pairs = [*unit_facts(press), *price_and_period(press, paper.lines)]
    if paper.community.late_fee_clause:
        pairs.append(late_fee_rate(press, paper.segments, paper.rate_ppm, paper.terms))
    return pairs


def _body(flow: Flow, paper: PaymentNotice, press: Press, annex: bool) -> None:
    flow.paragraph(press.say("heading.dear"), DEAR)
    flow.paragraph(press.say("payment_notice.opening"), TEXT, indent=INDENT)
    flow.gap(1.6 * MM)
    _sums(flow, paper, press)
    late = any(line.overdue_days or line.late_fee for line in paper.lines)
    table = charge_table if late else issued_table
    table(flow, press, paper.lines, press.say("heading.current_charges"))
    if paper.carried:
        _carried(flow, paper, press)
    _late_fee(flow, paper, press, annex)
    if paper.community.late_fee_clause:
        said = press.say("payment_notice.late", 宽限与上限=late_fee_terms(press, paper.terms))
        flow.paragraph(said, TEXT, indent=INDENT)
        flow.gap(1.6 * MM)
    clause_and_law(flow, press, "common.legal_short")
    objection(flow, press, paper.objection_until)
    account_and_signature(flow, press, paper.pay_url)


def _late_fee(flow: Flow, paper: PaymentNotice, press: Press, annex: bool) -> None:
    """What is waived, and the working of the late fee: here or on the annex."""
    if annex:
        waivers_on_annex(flow, press, paper.waivers)
        entry(flow, press.say("heading.working"), press.say("label.annex_note"))
        return
    waiver_table(flow, press, paper.waivers)
    if _has_working(paper):
        _working(flow, paper, press, "heading.working")


def _working(flow: Flow, paper: PaymentNotice, press: Press, heading: str) -> None:
    working(flow, press, paper.late_lines, paper.segments, press.say(heading), paper.suspensions)


def _carried(flow: Flow, paper: PaymentNotice, press: Press) -> None:
    flow.need(HEADING.line + TEXT.line + 20 * MM)
    flow.paragraph(press.say("payment_notice.carried"), TEXT, indent=INDENT)
    if overdue := in_state(paper.carried, "overdue", paper.as_of):
        charge_table(flow, press, overdue, press.say("heading.carried"))
    if coming := in_state(paper.carried, "coming", paper.as_of):
        issued_table(flow, press, coming, press.say("heading.carried_not_due"))


def _sums(flow: Flow, paper: PaymentNotice, press: Press) -> None:
    """本期, 往期结余, 预收, 合计, 缴费截止日."""
    cells = [
        _sum(paper.lines, press, "heading.current", 0.17),
        _sum(paper.carried, press, "heading.carried_sum", 0.185),
        Sum(press.say("heading.prepaid"), figures.money(-paper.prepayment), 0.155),
        Sum(press.say("heading.total"), figures.money(paper.total), 0.22, style=GREAT_SUM),
        Sum(press.say("heading.deadline"), press.say("heading.until"), 0.27),
    ]
    sums(flow, press, cells, paper.total)


def _sum(lines: Sequence[ChargeLine], press: Press, label: str, share: float) -> Sum:
    late_fee = content.late_fee_due(lines)
    note = f"{press.say('heading.late_fee')}{grouped(late_fee)}" if late_fee else ""
    return Sum(press.say(label), figures.money(content.total(lines)), share, note)
