"""激活函: a one-time code for the owner's page, on a sheet that folds into its own sealed envelope.

Three panels of 99 mm. The upper one carries the address and folds backwards, so that it faces out; the
lower one folds forwards over the code in the middle. What is secret is inside, and nothing outside but
the unit and the name.
"""

from notices import figures
from notices.content import ActivationLetter
from notices.layout import LEFT, RIGHT, WIDTH, Flow, clipped, fit
from notices.letterhead import logo
from notices.press import Press
from notices.sheet import MM, PAGE_WIDTH, Style
from notices.styles import COMPANY, DEAR, HEADING, INDENT, LABEL, SMALL, TEXT, VALUE

_PANEL = 99 * MM
_CODE = Style(22, "bold")
_ADDRESS = Style(13, "bold", leading=18)
_QR = 30 * MM


def compose(paper: ActivationLetter, press: Press) -> Flow:
    press.places |= {"激活期限": figures.day(paper.expires), "激活地址": paper.url, "业主": paper.unit.owner}
    flow = Flow(press.fonts, press.typecase())
    _outside(flow, press)
    _fold(flow, press, _PANEL, "activation.fold_front")
    _inside(flow, paper, press)
    _fold(flow, press, 2 * _PANEL, "activation.fold_back")
    _guide(flow, press)
    return flow


def _fold(flow: Flow, press: Press, y: float, key: str) -> None:
    sheet = flow.sheet
    sheet.rule(0, y, PAGE_WIDTH, y, 0.4, grey=0.5, dash="1.5 3")
    sheet.text(RIGHT, y - 1.2 * MM, press.say(key), SMALL, "right")


def _outside(flow: Flow, press: Press) -> None:
    """The address panel: sender above, receiver in the middle, as on an envelope."""
    sheet, paper = flow.sheet, press.paper
    x = LEFT + logo(flow, press, LEFT, 11 * MM)
    room = RIGHT - x
    flow.block(paper.office.company, COMPANY, x, 10 * MM, room)
    below = 10 * MM + flow.height(paper.office.company, COMPANY, room)
    flow.block(f"{paper.office.address}　{paper.office.phone}", SMALL, x, below, room)
    sheet.box(LEFT, 44 * MM, 50 * MM, 12 * MM, line=0.8)
    sealed = press.say("activation.sealed")
    style = fit(sealed, sheet.font(VALUE), VALUE, 46 * MM, 0.5)
    sheet.text(LEFT + 25 * MM, 51.2 * MM, sealed, style, "center")
    number = f"{press.say('label.number')} {paper.number}"
    sheet.text(LEFT, 86 * MM, number, fit(number, sheet.font(SMALL), SMALL, 80 * MM, 0.5))
    _receiver(flow, press, LEFT + 62 * MM, 42 * MM)


def _receiver(flow: Flow, press: Press, x: float, y: float) -> None:
    """Community and unit, address, name: each in three lines at most, so that none leaves the panel."""
    paper, room = press.paper, RIGHT - x
    for text, usual in (
        (f"{paper.community.name} {paper.unit.label}", _ADDRESS),
        (paper.unit.address, VALUE),
        (f"{paper.unit.owner}　{press.say('heading.private')}", _ADDRESS),
    ):
        style = fit(text, flow.sheet.font(usual), usual, room, 0.6)
        shown = clipped(flow, text, style, 2.7 * room)
        flow.block(shown, style, x, y, room)
        y += flow.height(shown, style, room) + 1.8 * MM


def _inside(flow: Flow, paper: ActivationLetter, press: Press) -> None:
    """The secret panel: the code in groups, its QR address beside it."""
    sheet = flow.sheet
    flow.y = _PANEL + 9 * MM
    sheet.text(PAGE_WIDTH / 2, flow.y + 5 * MM, press.say("heading.activation"), Style(14, "bold"), "center")
    flow.gap(9 * MM)
    flow.paragraph(clipped(flow, press.say("heading.dear"), DEAR, 1.9 * WIDTH), DEAR)
    flow.paragraph(press.say("activation.opening"), TEXT, indent=INDENT)
    top = max(flow.y + 5 * MM, _PANEL + 44 * MM)
    room = WIDTH - _QR - 12 * MM
    sheet.box(LEFT, top, room, 34 * MM, line=1)
    sheet.text(LEFT + room / 2, top + 7 * MM, press.say("heading.code"), LABEL, "center")
    code = grouped_code(paper.code)
    sized = fit(code, sheet.font(_CODE), _CODE, room - 8 * MM, 0.3)
    sheet.text(LEFT + room / 2, top + 17 * MM, code, sized, "center")
    flow.block(press.say("activation.code_note"), LABEL, LEFT + 5 * MM, top + 22.5 * MM, room - 10 * MM)
    sheet.qr(RIGHT - _QR, top, _QR, paper.url)
    sheet.text(RIGHT - _QR / 2, top + _QR + 3.6 * MM, press.say("label.activate"), SMALL, "center")


def _guide(flow: Flow, press: Press) -> None:
    """How to use the code, and what the office will never ask for."""
    flow.y = 2 * _PANEL + 7 * MM
    for heading, keys in (
        ("heading.steps", ("activation.step_1", "activation.step_2", "activation.step_3")),
        ("heading.privacy", ("activation.privacy_1", "activation.privacy_2", "activation.privacy_3")),
    ):
        flow.paragraph(press.say(heading), HEADING)
        for number, key in enumerate(keys, 1):
            flow.sheet.text(LEFT, flow.y + VALUE.size, f"{number}.", VALUE)
            flow.paragraph(press.say(key), VALUE, LEFT + 5 * MM, WIDTH - 5 * MM)
            flow.gap(0.8 * MM)
        flow.gap(2 * MM)
    sheet, office = flow.sheet, press.paper.office
    signed = f"{office.company}　{figures.day(press.paper.issued)}"
    sheet.text(RIGHT, flow.y + 4 * MM, signed, fit(signed, sheet.font(TEXT), TEXT, WIDTH, 0.4), "right")


def grouped_code(code: str) -> str:
    """Thirteen characters read best as 4-4-5; a code with its own hyphens keeps them."""
    if "-" in code or len(code) < 8:
        return code
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
