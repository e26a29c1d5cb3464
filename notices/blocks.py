"""Parts that papers share: facts, framed sums, quotes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.core.money import capital, grouped
from notices import content, figures
from notices.content import ChargeLine, Demand, LateFeeSegment, LateFeeTerms
from notices.layout import LEFT, RIGHT, WIDTH, Flow, fit
from notices.press import Press
from notices.sheet import MM, Style
from notices.styles import GREAT_SUM, LABEL, NOTE, NOTE_LABEL, SMALL, SUM, VALUE
from notices.table import Column, Row, Table

_SUMS_HEIGHT, _WORDS_HEIGHT = 14.6 * MM, 5.8 * MM


def facts(flow: Flow, pairs: Sequence[tuple[str, str]]) -> None:
    """Labels and values, two pairs a row."""
    label, left = 18 * MM, 98 * MM
    columns = [Column(label), Column(left - label), Column(label), Column(WIDTH - left - label)]
    padded = [*pairs, ("", "")] if len(pairs) % 2 else list(pairs)
    cells = [([(name, LABEL)], [(value, VALUE)]) for name, value in padded]
    rows = [Row([*cells[at], *cells[at + 1]]) for at in range(0, len(cells), 2)]
    Table(flow, columns, plain=True, smallest=0.88).draw(rows)
    flow.gap(2 * MM)


def unit_facts(press: Press) -> list[tuple[str, str]]:
    """房屋坐落, 业主, 建筑面积, 共有人, 服务合同."""
    unit, community, none = press.paper.unit, press.paper.community, press.say("label.none")
    contract = f"《{press.places['合同名称']}》{press.say('label.contract_number')}"
    if community.contract_from:
        contract += f"，{press.say('label.contract_from', 日期=figures.day(community.contract_from))}"
    where = unit.address if community.district in unit.address else f"{community.district} {unit.address}"
    return [
        (press.say("label.premises"), f"{where}（{unit.label}）"),
        (press.say("label.owner"), unit.owner),
        (press.say("label.area"), figures.area(unit.area_e2) or none),
        (press.say("label.co_owners"), "、".join(unit.co_owners) or none),
        (press.say("label.contract"), contract),
    ]


def price_and_period(press: Press, lines: Sequence[ChargeLine]) -> list[tuple[str, str]]:
    """收费标准 and 计费期间 of charges; nothing of none."""
    if not lines:
        return []
    prices = "；".join(dict.fromkeys(line.price for line in lines if line.price))
    period = figures.span(min(line.first for line in lines), max(line.last for line in lines))
    return [
        (press.say("label.price"), prices or press.say("label.none")),
        (press.say("label.period"), period),
    ]


def late_fee_rate(
    press: Press, segments: Sequence[LateFeeSegment], usual: int, terms: LateFeeTerms
) -> tuple[str, str]:
    """违约金率: the rates that were applied, else the one that would be; with grace and cap, where there are any."""
    rates = dict.fromkeys(segment.rate_ppm for segment in segments) or (usual,)
    said = {"日率": "、".join(map(figures.rate, rates)), "宽限与上限": late_fee_terms(press, terms)}
    return press.say("label.rate"), press.say("label.per_day_terms", **said)


def late_fee_terms(press: Press, terms: LateFeeTerms) -> str:
    """宽限 and 上限 in brackets; nothing where neither is agreed."""
    parts = []
    if terms.grace_days:
        parts.append(press.say(f"late_fee.grace_{terms.grace_from}", 宽限天数=str(terms.grace_days)))
    if terms.cap_ppm is not None:
        share = press.say("late_fee.cap_share", 上限=figures.percent(terms.cap_ppm))
        parts.append(press.say("late_fee.cap", 上限=share))
    if terms.cap_fen is not None:
        parts.append(
            press.say("late_fee.cap", 上限=press.say("late_fee.cap_sum", 上限=grouped(terms.cap_fen)))
        )
    if not parts:
        return ""
    told = "；".join(parts)
    if terms.since:
        told = press.say("late_fee.since", 日期=figures.day(terms.since), 宽限与上限=told)
    return f"（{told}）"


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell of the framed sums; `share` is its part of the width."""

    label: str
    figure: str
    share: float
    note: str = ""
    style: Style = SUM


def sums(
    flow: Flow, press: Press, cells: Sequence[Sum], amount: int, words: str = "label.capital", bold: int = -1
) -> None:
    """The figures that matter, framed side by side, number `bold` boldly; below them `amount` in `words`."""
    height = _SUMS_HEIGHT + _WORDS_HEIGHT
    flow.need(height + 2.4 * MM)
    sheet, top = flow.sheet, flow.y
    sheet.box(LEFT, top, WIDTH, height, line=1)
    sheet.rule(LEFT, top + _SUMS_HEIGHT, RIGHT, top + _SUMS_HEIGHT, 0.4)
    x = LEFT
    for cell in cells:
        _sum(flow, cell, x, top, cell.share * WIDTH)
        x += cell.share * WIDTH
        sheet.rule(x, top, x, top + _SUMS_HEIGHT, 0.4)
    before = sum(cell.share for cell in cells[:bold]) * WIDTH
    sheet.box(LEFT + before, top, cells[bold].share * WIDTH, _SUMS_HEIGHT, line=1.6)
    said = f"{press.say(words)}　人民币{capital(amount)}"
    style = fit(said, sheet.font(VALUE), VALUE, WIDTH - 4 * MM, 0.5)
    sheet.text(LEFT + 2 * MM, top + _SUMS_HEIGHT + 3.9 * MM, said, style)
    flow.gap(height + 2.4 * MM)


def _sum(flow: Flow, cell: Sum, x: float, top: float, width: float) -> None:
    for text, style, down in (
        (cell.label, LABEL, 3.8 * MM),
        (cell.figure, cell.style, 9.2 * MM),
        (cell.note, SMALL, 12.9 * MM),
    ):
        sized = fit(text, flow.sheet.font(style), style, width - 3 * MM, 0.3)
        flow.sheet.text(x + width / 2, top + down, text, sized, "center")


def owed_sums(flow: Flow, paper: Demand, press: Press) -> None:
    """欠费本金, 违约金, 合计, 缴费期限."""
    owed = content.total(paper.lines)
    days = (paper.deadline - paper.issued).days
    left = press.say("label.days_left", 期限天数=str(days)) if days else ""
    late = figures.money(content.late_fee_due(paper.lines))
    cells = [
        Sum(press.say("heading.principal"), figures.money(content.principal(paper.lines)), 0.2),
        Sum(press.say("heading.late_fee"), late, 0.23, press.say("label.until_day")),
        Sum(press.say("heading.owed_total"), figures.money(owed), 0.27, style=GREAT_SUM),
        Sum(press.say("heading.deadline"), press.say("heading.until"), 0.3, left),
    ]
    sums(flow, press, cells, owed)


def entry(flow: Flow, label: str, text: str) -> None:
    """A small bold label on the left, its text beside it."""
    indent = 21 * MM
    flow.need(min(flow.height(text, NOTE, WIDTH - indent), flow.next_room))
    flow.sheet.text(LEFT, flow.y + NOTE.size, label, NOTE_LABEL)
    flow.paragraph(text, NOTE, LEFT + indent, WIDTH - indent)
    flow.gap(0.9 * MM)


def clause(flow: Flow, press: Press) -> None:
    """The late fee's clause in the contract's own words, where they are known."""
    if press.paper.community.late_fee_clause:
        entry(flow, press.say("heading.clause"), press.say("common.clause"))


def clause_and_law(flow: Flow, press: Press, law: str = "common.legal") -> None:
    """The late fee's clause, and Civil Code art. 944."""
    clause(flow, press)
    entry(flow, press.say("heading.legal"), press.say(law))


def objection(flow: Flow, press: Press, until: date | None) -> None:
    """异议提出方式与期限, and what the office will never do to collect."""
    text = press.say("common.objection_open")
    if until:
        text = press.say("common.objection", 异议期限=figures.day(until))
    entry(flow, press.say("heading.objection"), text + press.say("common.discretion"))
