"""催缴通知单 in three tones, and 催告函: one notice of all a debtor owes on a unit (forms 2 and 3)."""

from billing.core.dunning import Tone
from notices import content, figures, slip
from notices.account import account_and_signature
from notices.blocks import (
    clause_and_law,
    entry,
    facts,
    late_fee_rate,
    objection,
    owed_sums,
    price_and_period,
    unit_facts,
)
from notices.charges import best_place, charge_table, working
from notices.content import Demand
from notices.layout import Flow
from notices.letterhead import letterhead, running_head
from notices.press import Press, debt_places
from notices.sheet import MM
from notices.styles import DEAR, HEADING, INDENT, TEXT
from notices.waivers import waiver_table, waivers_on_annex

_NUMERALS = "零一二三四五六七八九十"


def compose(paper: Demand, press: Press) -> Flow:
    press.places |= _places(paper, press)
    return best_place(lambda annex: _compose(paper, press, annex), _has_working(paper))


def _has_working(paper: Demand) -> bool:
    return bool(paper.segments or paper.suspensions)


def title_key(tone: Tone) -> str:
    """The key of the title: three tones are a 催缴通知单, the formal one a 催告函."""
    return "heading.formal" if tone == "formal" else "heading.demand"


def _places(paper: Demand, press: Press) -> dict[str, str]:
    times = _NUMERALS[paper.times] if paper.times < len(_NUMERALS) else str(paper.times)
    debt = debt_places(paper.lines, paper.as_of, paper.rate_ppm)
    oldest = "common.oldest" if content.principal(paper.lines) else "common.oldest_late_fee"
    return debt | {
        "缴费期限": figures.day(paper.deadline),
        "次数": times,
        "前次通知": _prior(paper, press),
        "最早逾期": press.say(oldest, 逾期天数=debt["逾期天数"]),
    }


def _prior(paper: Demand, press: Press) -> str:
    if paper.prior is None:
        return ""
    if paper.prior.delivered is None:
        return press.say("common.prior", 前次编号=paper.prior.number)
    day = figures.day(paper.prior.delivered)
    return press.say("common.prior_delivered", 前次编号=paper.prior.number, 前次送达日=day)


def _compose(paper: Demand, press: Press, annex: bool) -> Flow:
    name = press.say(title_key(paper.tone))
    times = press.say("heading.times") if paper.tone != "formal" else ""
    reserve = slip.reserved if paper.slip_url else (lambda page: 0.0)
    flow = Flow(press.fonts, press.typecase(), reserve, running_head(press, name + times))
    letterhead(flow, press, name, times)
    facts(flow, _facts(paper, press))
    _body(flow, paper, press, annex)
    if annex:
        flow.turn()
        _working(flow, paper, press, "heading.annex")
        waiver_table(flow, press, paper.waivers)
    if paper.slip_url:
        slip.draw(flow, press, name + times, content.total(paper.lines), paper.slip_url)
    return flow


def _facts(paper: Demand, press: Press) -> list[tuple[str, str]]:
    prior = press.say("label.first_notice")
    if paper.prior:
        prior = paper.prior.number
        if paper.prior.delivered:
            day = figures.day(paper.prior.delivered)
            prior = press.say("label.prior_delivered", 前次编号=paper.prior.number, 前次送达日=day)
    return [
        *unit_facts(press),
        *price_and_period(press, paper.lines),
        late_fee_rate(press, paper.segments, paper.rate_ppm, paper.terms),
        (press.say("label.prior"), prior),
        (press.say("label.delivery"), paper.delivery or press.say("label.delivery_default")),
    ]


def _body(flow: Flow, paper: Demand, press: Press, annex: bool) -> None:
    if paper.tone == "formal":
        _formal(flow, paper, press, annex)
    else:
        _reminder(flow, paper, press, annex)
    objection(flow, press, paper.objection_until)
    account_and_signature(flow, press, paper.pay_url)


def _debt(flow: Flow, paper: Demand, press: Press, annex: bool) -> None:
    owed_sums(flow, paper, press)
    charge_table(flow, press, paper.lines, press.say("heading.charges"))
    if annex:
        waivers_on_annex(flow, press, paper.waivers)
        entry(flow, press.say("heading.working"), press.say("label.annex_note"))
        return
    waiver_table(flow, press, paper.waivers)
    if _has_working(paper):
        _working(flow, paper, press, "heading.working")


def _working(flow: Flow, paper: Demand, press: Press, heading: str) -> None:
    working(flow, press, paper.lines, paper.segments, press.say(heading), paper.suspensions)


def _reminder(flow: Flow, paper: Demand, press: Press, annex: bool) -> None:
    flow.paragraph(press.say("heading.dear"), DEAR)
    flow.paragraph(press.say(f"demand.{paper.tone}.opening"), TEXT, indent=INDENT)
    flow.gap(2 * MM)
    _debt(flow, paper, press, annex)
    flow.paragraph(press.say(f"demand.{paper.tone}.closing"), TEXT, indent=INDENT)
    flow.gap(1.6 * MM)
    clause_and_law(flow, press, "common.legal_short" if paper.tone == "courteous" else "common.legal")


def _formal(flow: Flow, paper: Demand, press: Press, annex: bool) -> None:
    flow.paragraph(press.say("heading.to"), DEAR)
    _section(flow, press, "heading.formal_1", "demand.formal.contract")
    _section(flow, press, "heading.formal_2", "demand.formal.facts")
    _debt(flow, paper, press, annex)
    _section(flow, press, "heading.formal_3", "demand.formal.demand")
    _section(flow, press, "heading.formal_4", "demand.formal.consequence")
    flow.gap(1 * MM)
    clause_and_law(flow, press)


def _section(flow: Flow, press: Press, heading: str, text: str) -> None:
    flow.need(HEADING.line + 2 * TEXT.line)
    flow.paragraph(press.say(heading), HEADING)
    flow.gap(0.6 * MM)
    flow.paragraph(press.say(text), TEXT, indent=INDENT)
    flow.gap(1.5 * MM)
