"""违约金减免申请审批表: what is asked for and why, what was decided, and blanks for whoever signs by hand (forms 7)."""

from collections.abc import Iterable
from datetime import date

from billing.core.money import grouped
from billing.core.waiver_policy import KINDS
from notices import figures
from notices.blocks import Sum, entry, facts, sums
from notices.layout import LEFT, WIDTH, Flow
from notices.letterhead import letterhead, running_head
from notices.parts import WaiverTerms
from notices.press import Press
from notices.sheet import MM, Style
from notices.styles import BODY, FINE, GREAT_SUM, HEADING, NOTE, NOTE_LABEL, SMALL, STRONG, VALUE
from notices.table import Cell, Column, Row, Table
from notices.waiver_request import AskedLine, Attachment, WaiverForm
from notices.waivers import condition, gives

_WIDTHS = {"item": 25, "period": 30, "due": 17, "principal": 19, "late_fee": 19}
_WIDTHS |= {"asked": 20, "approved": 20, "left": 24}
_STEPS = {"step": 22, "opinion": 88, "signature": 38, "on": 26}
_HASH = 12
_BOX, _TICK = "□", "✓"
#: A line as high as a signature needs.
_PEN = Style(8, leading=28)
_TICKED = Style(8.6, "bold")


def compose(paper: WaiverForm, press: Press) -> Flow:
    title = press.title
    flow = Flow(press.fonts, press.typecase(), head=running_head(press, title))
    letterhead(flow, press, title)
    facts(flow, _facts(paper, press))
    _sums(flow, paper, press)
    _kinds(flow, paper, press)
    entry(flow, _say(press, "asks"), f"{gives(press, paper.asked)}。{_promise(press, paper.asked)}")
    entry(flow, _say(press, "reason"), paper.reason)
    flow.gap(1 * MM)
    _lines(flow, paper, press)
    _papers(flow, paper, press)
    _steps(flow, paper, press)
    return flow


def _say(press: Press, key: str, **places: str) -> str:
    return press.say(f"waiver_form.{key}", **places)


def _facts(paper: WaiverForm, press: Press) -> list[tuple[str, str]]:
    lines = paper.lines
    period = (
        figures.span(min(line.first for line in lines), max(line.last for line in lines)) if lines else ""
    )
    handler = _say(press, "by_owner") if paper.by_owner else paper.handler
    return [
        (_say(press, "applicant"), paper.unit.owner),
        (press.say("receipt.unit"), paper.unit.label),
        (press.say("label.premises"), paper.unit.address),
        (press.say("label.co_owners"), "、".join(paper.unit.co_owners) or press.say("label.none")),
        (_say(press, "debt_period"), period or press.say("label.none")),
        (press.say("label.area"), figures.area(paper.unit.area_e2) or press.say("label.none")),
        (_say(press, "asked_on"), figures.day(paper.asked_on)),
        (_say(press, "handler"), handler),
        (_say(press, "policy"), paper.policy),
        (_say(press, "standing"), _standing(paper, press)),
    ]


def _standing(paper: WaiverForm, press: Press) -> str:
    own = f"waiver_form.{paper.standing}"
    said = press.say(own if paper.standing in ("open", "refused", "dropped") else f"waived.{paper.standing}")
    return f"{said}（{figures.day(paper.ended)}）" if paper.ended else said


def _sums(flow: Flow, paper: WaiverForm, press: Press) -> None:
    """欠费本金, 违约金应收, 申请减免, 减免后应付, 付款期限."""
    terms = paper.terms
    by = figures.day(terms.pay_by) if terms.pay_by else _say(press, "no_day")
    until = _say(press, "counted_to", 日期=figures.day(paper.full_on))
    left, lapses = _say(press, "left"), _say(press, "lapses") if terms.pay_by else ""
    if paper.standing in ("refused", "dropped"):
        left, by, lapses = _say(press, "left_unwaived"), press.say("label.none"), ""
    cells = [
        Sum(press.say("heading.principal"), figures.money(sum(line.principal for line in paper.lines)), 0.18),
        Sum(_say(press, "late_fee"), figures.money(sum(line.late_fee for line in paper.lines)), 0.19, until),
        _given_up(paper, press),
        Sum(left, figures.money(paper.left), 0.24, style=GREAT_SUM),
        Sum(_say(press, "pay_by"), by, 0.21, lapses),
    ]
    sums(flow, press, cells, paper.left, bold=3)


def _given_up(paper: WaiverForm, press: Press) -> Sum:
    """申请减免 with its share; once there is a decision 批准减免, and beside it what was asked for."""
    asked = sum(line.asked for line in paper.lines)
    if paper.standing != "open":
        note = _say(press, "asked_sum", 金额=grouped(asked))
        return Sum(_say(press, "approved"), figures.money(paper.approved), 0.18, note)
    ppm = paper.asked.share_ppm
    note = press.say("waived.share", 减免比例=figures.percent(ppm)) if ppm else ""
    return Sum(_say(press, "asked"), figures.money(asked), 0.18, note)


def _kinds(flow: Flow, paper: WaiverForm, press: Press) -> None:
    """原因类别, ticked as on the paper form."""
    flow.need(NOTE_LABEL.line)
    sheet, y = flow.sheet, flow.y + VALUE.size
    sheet.text(LEFT, y, _say(press, "kind"), NOTE_LABEL)
    x = LEFT + 21 * MM
    for kind in (*KINDS, "negotiated"):
        sheet.text(x, y, _BOX, VALUE)
        chosen = kind == paper.kind
        if chosen:
            sheet.text(x + 0.2 * MM, y, _TICK, _TICKED)
        said, style = _say(press, f"kind_{kind}"), _TICKED if chosen else VALUE
        sheet.text(x + 3.6 * MM, y, said, style)
        x += 3.6 * MM + sheet.width(said, style) + 5 * MM
    flow.gap(NOTE.line + 1.6 * MM)


def _promise(press: Press, terms: WaiverTerms) -> str:
    """The condition, and what becomes of the waiver if it fails."""
    if terms.condition == "none":
        return _say(press, "unconditional")
    return _say(press, "conditional", 条件=condition(press, terms))


def _lines(flow: Flow, paper: WaiverForm, press: Press) -> None:
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(_say(press, "lines"), HEADING)
    scale = WIDTH / sum(_WIDTHS.values())
    columns = [
        Column(width * scale, _say(press, f"column_{name}"), "left" if at < 3 else "right")
        for at, (name, width) in enumerate(_WIDTHS.items())
    ]
    rows = [_row(press, line) for line in paper.lines]
    Table(flow, columns).draw([*rows, _total(paper, press)])
    if paper.full_on > paper.as_of:
        flow.gap(0.6 * MM)
        flow.paragraph(_say(press, "counted", 日期=figures.day(paper.full_on)), SMALL)
    flow.gap(2 * MM)


def _row(press: Press, line: AskedLine) -> Row:
    return Row(
        [
            [(line.item, BODY)],
            [(line.period, BODY), (figures.span(line.first, line.last), FINE)],
            [(line.due.isoformat(), BODY)],
            [(grouped(line.principal), BODY)],
            [(grouped(line.late_fee), BODY)],
            _given(press, line.asked, line.asked_principal, BODY),
            _given(press, line.approved, line.approved_principal, BODY),
            [(grouped(line.left), STRONG)],
        ]
    )


def _given(press: Press, fen: int | None, principal: int, style: Style) -> Cell:
    """What is given up, and what of it is principal; room for the pen where nothing is decided."""
    if fen is None:
        return [("", style)]
    part = [(_say(press, "of_principal", 金额=grouped(principal)), FINE)] if principal else []
    return [(grouped(fen), style), *part]


def _total(paper: WaiverForm, press: Press) -> Row:
    lines = paper.lines
    approved = None if paper.standing == "open" else paper.approved
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None]
    cells += [[(grouped(sum(line.principal for line in lines)), STRONG)]]
    cells += [[(grouped(sum(line.late_fee for line in lines)), STRONG)]]
    cells += [
        _given(press, sum(line.asked for line in lines), sum(line.asked_principal for line in lines), STRONG),
        _given(press, approved, sum(line.approved_principal for line in lines), STRONG),
        [(grouped(paper.left), STRONG)],
    ]
    return Row(cells, ground=0.93, bound=True)


def _papers(flow: Flow, paper: WaiverForm, press: Press) -> None:
    """附件: two a row, with the first figures of their hashes."""
    if not paper.papers:
        entry(flow, _say(press, "papers"), _say(press, "no_papers"))
        flow.gap(1 * MM)
        return
    flow.need(HEADING.line + 8 * MM)
    flow.paragraph(_say(press, "papers"), HEADING)
    cells = [_paper(number, one) for number, one in enumerate(paper.papers, 1)]
    if len(cells) % 2:
        cells.append([("", BODY)])
    columns = [Column(WIDTH / 2), Column(WIDTH / 2)]
    Table(flow, columns, plain=True).draw([Row(cells[at : at + 2]) for at in range(0, len(cells), 2)])
    flow.gap(2 * MM)


def _paper(number: int, one: Attachment) -> Cell:
    return [(f"{number}. {one.name}", BODY), (f"SHA-256 {one.sha256[:_HASH]}…", FINE)]


def _steps(flow: Flow, paper: WaiverForm, press: Press) -> None:
    """经办, 项目经理, 财务, 法务意见, 批准人: as recorded, blank for the pen where nothing is."""
    flow.need(HEADING.line + 30 * MM)
    flow.paragraph(_say(press, "steps"), HEADING)
    scale = WIDTH / sum(_STEPS.values())
    columns = [Column(width * scale, _say(press, f"column_{name}")) for name, width in _STEPS.items()]
    Table(flow, columns).draw(list(_step_rows(paper, press)))
    flow.gap(0.6 * MM)
    flow.paragraph(_say(press, "signed"), SMALL)


def _step_rows(paper: WaiverForm, press: Press) -> Iterable[Row]:
    decision = paper.decision
    by_manager = decision is not None and decision.role == "manager"
    yield _step(press, "applicant")
    if paper.by_owner:
        yield _step(press, "handler")
    else:
        yield _step(press, "handler", _say(press, "filed"), paper.handler, paper.asked_on)
    if decision and by_manager:
        yield _step(press, "manager", _say(press, "as_approver"), decision.by, decision.on)
    else:
        yield _step(press, "manager")
    yield _step(press, "finance")
    yield _step(press, "legal")
    if decision is None:
        yield _step(press, "approver")
        yield Row([[(_say(press, "limit"), STRONG)], [("", _PEN)], None, None])
        return
    yield _step(press, "approver", _verdict(paper, press), decision.by, decision.on)
    yield Row([[(_say(press, "limit"), STRONG)], [(_limit(paper, press), BODY)], None, None])


def _step(press: Press, step: str, opinion: str = "", by: str = "", on: date | None = None) -> Row:
    signed = figures.day(on) if on else ""
    cells: list[Cell] = [[(text, BODY if text else _PEN)] for text in (opinion, by, signed)]
    return Row([[(_say(press, step), STRONG)], *cells])


def _verdict(paper: WaiverForm, press: Press) -> str:
    """What was decided, on which terms, in whose words."""
    decision = paper.decision
    assert decision
    if decision.terms is None:
        return f"{_say(press, 'refused')}。{_say(press, 'opinion')}{decision.opinion}"
    granted = f"{_say(press, 'granted')}：{gives(press, decision.terms)}。"
    return f"{granted}{_promise(press, decision.terms)}{_say(press, 'opinion')}{decision.opinion}"


def _limit(paper: WaiverForm, press: Press) -> str:
    decision = paper.decision
    assert decision
    role = f"waiver_form.role_{decision.role}"
    limit = _say(press, "any_sum")
    if decision.limit is not None:
        limit = _say(press, "up_to", 金额=grouped(decision.limit))
    said = f"{press.say(role) if role in press.words else decision.role}：{limit}"
    value = _say(press, "value", 金额=grouped(decision.value)) if decision.terms else ""
    return f"{said}{value}"
