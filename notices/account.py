"""Where to pay, and who signs: the last block of a notice."""

from collections.abc import Sequence

from notices import figures
from notices.layout import LEFT, WIDTH, Flow, fit
from notices.press import Press
from notices.sheet import MM, Style
from notices.styles import COMPANY, HEADING, LABEL, SMALL, TEXT

_LEFT_HALF = 112 * MM
_LABEL_WIDTH = 17 * MM
_LINE = Style(8.2, leading=10.6)
_SEAL = 36 * MM


def account_and_signature(flow: Flow, press: Press, pay_url: str = "") -> None:
    """The account on the left, the signature on the right; a code to pay with between them."""
    pairs = _pairs(press)
    code = 21 * MM if pay_url else 0.0
    room = _LEFT_HALF - _LABEL_WIDTH - code
    tall = 32 * MM if press.seal else 30 * MM
    listed = HEADING.line + sum(flow.height(value, _LINE, room) for _, value in pairs)
    flow.gap(0.8 * MM)
    flow.need(min(max(listed, tall), flow.next_room))
    sheet, top = flow.sheet, flow.y
    signature(flow, press, LEFT + _LEFT_HALF + 4 * MM, top, WIDTH - _LEFT_HALF - 4 * MM)
    if pay_url:
        _pay_code(flow, press, pay_url, LEFT + _LEFT_HALF - code + 2 * MM, code - 3 * MM)
    _list(flow, press.say("heading.how_to_pay"), pairs, room)
    if flow.sheet is sheet:
        flow.y = max(flow.y, top + tall)


def _pairs(press: Press) -> list[tuple[str, str]]:
    office, unit = press.paper.office, press.paper.unit
    return [
        (press.say("label.account_name"), office.bank_account_name),
        (press.say("label.bank"), office.bank_name),
        (press.say("label.account"), office.bank_account),
        (press.say("label.remark"), f"{unit.label} {unit.owner}"),
        (press.say("label.channels"), press.paper.community.pay_channels or press.say("label.channels_text")),
        (press.say("label.office"), office.address),
        (
            press.say("label.contact" if office.contact else "label.phone"),
            "　".join(part for part in (office.contact, office.phone) if part),
        ),
    ]


def _pay_code(flow: Flow, press: Press, pay_url: str, x: float, size: float) -> None:
    top = flow.y + HEADING.line + 1 * MM
    flow.sheet.qr(x, top, size, pay_url)
    flow.sheet.text(x + size / 2, top + size + 3 * MM, press.say("label.pay"), SMALL, "center")


def _list(flow: Flow, heading: str, pairs: Sequence[tuple[str, str]], room: float) -> None:
    flow.paragraph(heading, HEADING)
    for name, value in pairs:
        flow.need(_LINE.line)
        flow.sheet.text(LEFT, flow.y + _LINE.size, name, LABEL)
        flow.paragraph(value, _LINE, LEFT + _LABEL_WIDTH, room)


def signature(flow: Flow, press: Press, x: float, y: float, width: float) -> None:
    """Company and day over the seal's picture; without one, the place for the seal."""
    sheet, company = flow.sheet, press.paper.office.company
    if press.seal:
        sheet.picture(x + width / 2 - _SEAL / 2, y - 3.6 * MM, _SEAL, _SEAL / press.seal.aspect, press.seal)
    name = fit(company, sheet.font(COMPANY), COMPANY, width)
    flow.block(company, name, x, y + 8 * MM, width, "center")
    below = y + 8 * MM + flow.height(company, name, width)
    if not press.seal:
        sheet.text(x + width / 2, below + 4 * MM, press.say("label.seal"), LABEL, "center")
    sheet.text(x + width / 2, below + 11 * MM, figures.day(press.paper.issued), TEXT, "center")
