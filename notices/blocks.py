"""Parts that papers share: letterhead, facts, sums, quotes, account, signature, foot."""

from collections.abc import Sequence

from billing.core.money import capital
from notices import content, figures
from notices.content import ChargeLine
from notices.layout import FOOT, LEFT, RIGHT, TOP, WIDTH, Flow, fit
from notices.press import Press
from notices.sheet import MM, PAGE_WIDTH, Style
from notices.table import Column, Row, Table

TITLE = Style(20, "bold")
TIMES = Style(12, "bold")
COMPANY = Style(10, "bold", leading=13)
TEXT = Style(9.5, leading=14.6)
DEAR = Style(10, "bold", leading=16)
HEADING = Style(9.5, "bold", leading=13)
NOTE = Style(8, leading=11.6)
NOTE_LABEL = Style(8, "bold", leading=11.6)
LABEL = Style(8, leading=11, grey=0.3)
VALUE = Style(8.8, leading=11.6)
SMALL = Style(6.8, leading=9, grey=0.3)
SUM = Style(11.5, "bold")
GREAT_SUM = Style(14, "bold")

_QR = 18 * MM


def letterhead(flow: Flow, press: Press, title: str, subtitle: str = "") -> None:
    """Company and community on the left, the title in the middle, the verification code on the right."""
    sheet, paper = flow.sheet, press.paper
    x = LEFT
    if press.logo:
        height = 9 * MM
        width = min(height * press.logo.aspect, 32 * MM)
        sheet.picture(LEFT, TOP, width, width / press.logo.aspect, press.logo)
        x += width + 3 * MM
    room = RIGHT - _QR - 6 * MM - x
    flow.block(paper.office.company, COMPANY, x, TOP - 1.2 * MM, room)
    below = flow.height(paper.office.company, COMPANY, room)
    flow.block(paper.community.name, SMALL, x, TOP - 0.4 * MM + below, room)
    verification_code(flow, press)
    middle = max(TOP + 15.5 * MM, TOP + below + 12 * MM)
    if subtitle:
        whole = sheet.width(title, TITLE) + sheet.width(subtitle, TIMES)
        sheet.text(PAGE_WIDTH / 2 - whole / 2, middle, title, TITLE)
        sheet.text(PAGE_WIDTH / 2 + whole / 2, middle, subtitle, TIMES, "right")
    else:
        sheet.text(PAGE_WIDTH / 2, middle, title, TITLE, "center")
    number = f"{press.say('label.number')} {paper.number}"
    style = fit(number, sheet.font(VALUE), VALUE, WIDTH - 2 * _QR - 12 * MM, 0.4)
    sheet.text(PAGE_WIDTH / 2, middle + 6 * MM, number, style, "center")
    flow.y = middle + 9 * MM
    sheet.rule(LEFT, flow.y, RIGHT, flow.y, 1.2)
    flow.gap(2 * MM)


def verification_code(flow: Flow, press: Press) -> None:
    flow.sheet.qr(RIGHT - _QR, TOP - 1 * MM, _QR, press.paper.verify_url)
    caption = press.say("label.verify")
    flow.sheet.text(RIGHT - _QR / 2, TOP + _QR + 2.2 * MM, caption, SMALL, "center")


def running_head(press: Press, title: str) -> "callable":
    """What stands at the top of every further page."""

    def draw(flow: Flow) -> None:
        line = f"{title}{press.say('label.continued')}　{press.say('label.number')} {press.paper.number}"
        unit = clipped(flow, press.paper.unit.label, LABEL, 50 * MM)
        flow.sheet.text(LEFT, flow.y, clipped(flow, line, LABEL, WIDTH - 55 * MM), LABEL)
        flow.sheet.text(RIGHT, flow.y, unit, LABEL, "right")
        flow.gap(1.6 * MM)
        flow.sheet.rule(LEFT, flow.y, RIGHT, flow.y, 0.6)
        flow.gap(4 * MM)

    return draw


def clipped(flow: Flow, text: str, style: Style, width: float) -> str:
    """The text, cut with … where it is too long: only for what stands in full elsewhere on the paper."""
    if flow.sheet.width(text, style) <= width:
        return text
    return flow.lines(text, style, width - style.size)[0] + "…"


def facts(flow: Flow, press: Press, pairs: Sequence[tuple[str, str]]) -> None:
    """Labels and values, two pairs a row."""
    label, half = 19 * MM, WIDTH / 2
    columns = [Column(label), Column(half - label)] * 2
    padded = [*pairs, ("", "")] if len(pairs) % 2 else list(pairs)
    cells = [([(name, LABEL)], [(value, VALUE)]) for name, value in padded]
    rows = [Row([*cells[at], *cells[at + 1]]) for at in range(0, len(cells), 2)]
    Table(flow, columns, plain=True).draw(rows)
    flow.gap(2.6 * MM)


def unit_facts(press: Press) -> list[tuple[str, str]]:
    """房屋坐落, 业主, 共有人, 建筑面积, 服务合同."""
    unit, community, none = press.paper.unit, press.paper.community, press.say("label.none")
    contract = f"《{community.contract_name.strip('《》')}》{press.say('label.contract_number')}"
    if community.contract_from:
        contract += f"，{press.say('label.contract_from', 日期=figures.day(community.contract_from))}"
    where = f"{community.district} {unit.address}" if community.district not in unit.address else unit.address
    return [
        (press.say("label.premises"), f"{where}（{unit.label}）"),
        (press.say("label.owner"), unit.owner),
        (press.say("label.area"), figures.area(unit.area_e2) or none),
        (press.say("label.co_owners"), "、".join(unit.co_owners) or none),
        (press.say("label.contract"), contract),
    ]


def price_and_period(press: Press, lines: Sequence[ChargeLine]) -> list[tuple[str, str]]:
    prices = dict.fromkeys(line.price for line in lines if line.price)
    first = min((line.first for line in lines), default=press.paper.issued)
    last = max((line.last for line in lines), default=press.paper.issued)
    return [
        (press.say("label.price"), "；".join(prices) or press.say("label.none")),
        (press.say("label.period"), figures.span(first, last)),
    ]


def sums(
    flow: Flow, press: Press, cells: Sequence[tuple[str, str, Style, str, float]], owed: int, *, deadline: bool = True
) -> None:
    """The framed sums: (label, figure, style, note, share of the width) side by side, the total in words below."""
    tall, low = 16 * MM, 6.4 * MM
    flow.need(tall + low + 3 * MM)
    sheet, top = flow.sheet, flow.y
    sheet.box(LEFT, top, WIDTH, tall + low, line=1)
    sheet.rule(LEFT, top + tall, RIGHT, top + tall, 0.4)
    x = LEFT
    for number, (label, figure, style, note, share) in enumerate(cells):
        width = share * WIDTH
        if number:
            sheet.rule(x, top, x, top + tall, 0.4)
        last = deadline and number == len(cells) - 1
        if last:
            sheet.box(x, top, width, tall, line=1.6)
        sized = fit(figure, sheet.font(style), style, width - 3 * MM, 0.3)
        sheet.text(x + width / 2, top + 4.2 * MM, label, LABEL, "center")
        sheet.text(x + width / 2, top + 10 * MM, figure, sized, "center")
        sheet.text(x + width / 2, top + 14 * MM, note, fit(note, sheet.font(SMALL), SMALL, width - 2 * MM, 0.5), "center")
        x += width
    words = f"{press.say('label.capital')}　人民币{capital(owed)}"
    sized = fit(words, sheet.font(VALUE), VALUE, WIDTH - 4 * MM, 0.5)
    sheet.text(LEFT + 2 * MM, top + tall + 4.3 * MM, words, sized)
    flow.gap(tall + low + 3 * MM)


def owed_sums(flow: Flow, press: Press, lines: Sequence[ChargeLine], until: str) -> None:
    """欠费本金, 违约金, 合计, 缴费期限."""
    owed = content.total(lines)
    days = (press.paper.deadline - press.paper.issued).days
    left = press.say("label.days_left", 期限天数=str(days)) if days > 0 else ""
    cells = [
        (press.say("heading.principal"), figures.money(content.principal(lines)), SUM, "", 0.2),
        (press.say("heading.late_fee"), figures.money(content.late_fee_due(lines)), SUM, press.say("label.until_day"), 0.23),
        (press.say("heading.owed_total"), figures.money(owed), GREAT_SUM, "", 0.27),
        (press.say("heading.deadline"), until, SUM, left, 0.3),
    ]
    sums(flow, press, cells, owed)


def entry(flow: Flow, label: str, text: str) -> None:
    """A small bold label on the left, its text beside it."""
    indent = 21 * MM
    flow.need(NOTE.line * 2)
    flow.sheet.text(LEFT, flow.y + NOTE.size, label, NOTE_LABEL)
    flow.paragraph(text, NOTE, LEFT + indent, WIDTH - indent)
    flow.gap(1.1 * MM)


def clause_and_law(flow: Flow, press: Press) -> None:
    """The late fee's clause in the contract's own words, and Civil Code art. 944."""
    if press.paper.community.late_fee_clause:
        entry(flow, press.say("heading.clause"), press.say("common.clause"))
    entry(flow, press.say("heading.legal"), press.say("common.legal"))


def objection(flow: Flow, press: Press) -> None:
    until = press.paper.objection_until
    text = (
        press.say("common.objection", 异议期限=figures.day(until)) if until else press.say("common.objection_open")
    )
    entry(flow, press.say("heading.objection"), text + press.say("common.discretion"))


def account_and_signature(flow: Flow, press: Press, pay_url: str = "") -> None:
    """Where to pay on the left, who signs on the right; the seal lies over the company's name."""
    office = press.paper.office
    remark = f"{press.paper.unit.label} {press.paper.unit.owner}"
    pairs = [
        (press.say("label.account_name"), office.bank_account_name),
        (press.say("label.bank"), office.bank_name),
        (press.say("label.account"), office.bank_account),
        (press.say("label.remark"), remark),
        (press.say("label.channels"), press.say("label.channels_text")),
        (press.say("label.office"), office.address),
        (press.say("label.contact"), "　".join(part for part in (office.contact, office.phone) if part)),
    ]
    _signed_table(flow, press, press.say("heading.how_to_pay"), pairs, pay_url)


def _signed_table(
    flow: Flow, press: Press, heading: str, pairs: Sequence[tuple[str, str]], pay_url: str = ""
) -> None:
    code = 22 * MM if pay_url else 0.0
    width = 106 * MM - code
    style = Style(8.4, leading=10.8)
    columns = [Column(17 * MM), Column(width - 17 * MM)]
    needed = HEADING.line + sum(
        flow.height(value, style, columns[1].width - 3 * MM) + 2.3 * MM for _, value in pairs
    )
    flow.need(min(needed, flow.next_room))
    sheet, top = flow.sheet, flow.y
    flow.paragraph(heading, HEADING)
    if pay_url:
        sheet.qr(LEFT + width + 3 * MM, flow.y + 1 * MM, code - 4 * MM, pay_url)
        caption = press.say("label.pay")
        sheet.text(LEFT + width + 1 * MM + code / 2, flow.y + code, caption, SMALL, "center")
    Table(flow, columns, plain=True).draw([Row([[(name, LABEL)], [(value, style)]]) for name, value in pairs])
    if flow.sheet is sheet:
        signature(flow, press, LEFT + 110 * MM, top + 6 * MM, WIDTH - 110 * MM)
    else:
        signature(flow, press, LEFT + 110 * MM, TOP + 10 * MM, WIDTH - 110 * MM)
    flow.gap(2 * MM)


def signature(flow: Flow, press: Press, x: float, y: float, width: float) -> None:
    """Company, place for the seal, day; the picture of the seal under them if there is one."""
    sheet, office = flow.sheet, press.paper.office
    if press.seal:
        side = 38 * MM
        sheet.picture(x + width / 2 - side / 2, y - 6 * MM, side, side / press.seal.aspect, press.seal)
    name = fit(office.company, sheet.font(COMPANY), COMPANY, width, 0.8)
    flow.block(office.company, name, x, y + 6 * MM, width, "center")
    below = y + 6 * MM + flow.height(office.company, name, width)
    if not press.seal:
        sheet.text(x + width / 2, below + 4 * MM, press.say("label.seal"), LABEL, "center")
    sheet.text(x + width / 2, below + 10 * MM, figures.day(press.paper.issued), TEXT, "center")


def feet(flow: Flow, press: Press) -> None:
    """Under every page: what made it, and which page of how many it is."""
    paper = press.paper
    made = press.say("label.footer", 模板=paper.template, 程序=paper.generator)
    if paper.ledger_mark:
        made += f" · {press.say('label.ledger_mark', 校验码=paper.ledger_mark)}"
    for number, sheet in enumerate(flow.sheets):
        y = FOOT - flow.reserve(number)
        sheet.rule(LEFT, y + 1 * MM, RIGHT, y + 1 * MM, 0.3, grey=0.6)
        sheet.text(LEFT, y + 4 * MM, press.say("label.machine"), SMALL)
        sized = fit(made, sheet.font(SMALL), SMALL, WIDTH - 4 * MM, 0.6)
        sheet.text(LEFT, y + 7 * MM, made, sized)
        page = press.say("label.page", 页=str(number + 1), 页数=str(len(flow.sheets)))
        sheet.text(RIGHT, y + 4 * MM, page, LABEL, "right")
