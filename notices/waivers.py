"""Waivers (减免) on a paper: which there are, what they give up, on what condition, what became of each."""

from collections.abc import Sequence
from datetime import date

from billing.core.money import grouped
from notices import figures
from notices.blocks import entry
from notices.layout import WIDTH, Flow
from notices.parts import Waived, WaiverTerms
from notices.press import Press
from notices.sheet import MM
from notices.styles import BODY, FINE, HEADING, NOTE, STRONG
from notices.table import Cell, Column, Row, Table

_WIDTHS = {"number": 20, "what": 46, "by": 46, "state": 28, "principal": 17, "late_fee": 17}
_ENDED = ("lapsed", "withdrawn")


def waiver_table(flow: Flow, press: Press, waivers: Sequence[Waived]) -> None:
    """减免: one row each, and what becomes of one whose condition fails (Civil Code art. 158); nothing of none."""
    if not waivers:
        return
    flow.need(HEADING.line + 20 * MM)
    flow.paragraph(press.say("waived.heading"), HEADING)
    scale = WIDTH / sum(_WIDTHS.values())
    columns = [
        Column(
            width * scale,
            press.say(f"waived.{name}"),
            "right" if name in ("principal", "late_fee") else "left",
        )
        for name, width in _WIDTHS.items()
    ]
    Table(flow, columns, smallest=0.92).draw([*(_row(press, one) for one in waivers), _sums(press, waivers)])
    flow.gap(0.8 * MM)
    if notes := _notes(press, waivers):
        flow.paragraph(notes, NOTE)
    flow.gap(1.6 * MM)


def waivers_on_annex(flow: Flow, press: Press, waivers: Sequence[Waived]) -> None:
    """Where the annex tells of them: that it does."""
    if waivers:
        entry(flow, press.say("waived.heading"), press.say("waived.annex_note"))


def _row(press: Press, one: Waived) -> Row:
    return Row(
        [
            [(one.number, BODY), (press.say("waived.since", 日期=one.since.isoformat()), FINE)],
            [(gives(press, one.terms), BODY)],
            [(condition(press, one.terms), BODY)],
            _state(press, one),
            [(grouped(one.principal), BODY)],
            [(grouped(one.late_fee), BODY)],
        ]
    )


def _sums(press: Press, waivers: Sequence[Waived]) -> Row:
    cells: list[Cell] = [[(press.say("heading.sum"), STRONG)], None, None, None]
    sums = (sum(one.principal for one in waivers), sum(one.late_fee for one in waivers))
    return Row([*cells, *([(grouped(fen), STRONG)] for fen in sums)], ground=0.93, bound=True)


def _state(press: Press, one: Waived) -> Cell:
    said = [(press.say(f"waived.{one.state}"), STRONG)]
    return [*said, (press.say("waived.due_again", 日期=one.ended.isoformat()), FINE)] if one.ended else said


def _notes(press: Press, waivers: Sequence[Waived]) -> str:
    notes = [press.say("waived.lapses")] if any(one.terms.condition != "none" for one in waivers) else []
    if any(one.state in _ENDED for one in waivers):
        notes.append(press.say("waived.ended"))
    return "".join(notes)


def gives(press: Press, terms: WaiverTerms) -> str:
    """减免内容 in words."""
    parts = []
    if terms.share_ppm:
        parts.append(press.say("waived.share", 减免比例=figures.percent(terms.share_ppm)))
    if terms.late_fee:
        parts.append(press.say("waived.of_late_fee", 金额=grouped(terms.late_fee)))
    if terms.principal:
        parts.append(press.say("waived.of_principal", 金额=grouped(terms.principal)))
    if terms.suspended_first and terms.suspended_last:
        parts.append(_days(press, terms.suspended_first, terms.suspended_last))
    return "；".join(parts)


def _days(press: Press, first: date, last: date) -> str:
    number = (last - first).days + 1
    return press.say("waived.days", 停计期间=figures.span(first, last), 停计天数=str(number))


def condition(press: Press, terms: WaiverTerms) -> str:
    """条件 in words, with its day."""
    by = figures.day(terms.pay_by) if terms.pay_by else ""
    return press.say(f"waived.by_{terms.condition}", 付清期限=by)
