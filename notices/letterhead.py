"""Head and foot of a paper's pages: who writes, what it is, how to verify it, which page of how many."""

from collections.abc import Callable

from notices.layout import FOOT, LEFT, RIGHT, TOP, WIDTH, Flow, clipped, fit
from notices.press import Press
from notices.sheet import MM, PAGE_WIDTH
from notices.styles import COMPANY, LABEL, SMALL, TIMES, TITLE, VALUE

_QR = 18 * MM
_LOGO_HEIGHT, _LOGO_WIDTH = 9 * MM, 32 * MM


def letterhead(flow: Flow, press: Press, title: str, subtitle: str = "") -> None:
    """Company and community on the left, the title in the middle, the verification code on the right."""
    below = _sender(flow, press, LEFT + logo(flow, press, LEFT, TOP))
    if press.paper.verify_url:
        _verification_code(flow, press)
    middle = max(TOP + 14.5 * MM, TOP + below + 12 * MM)
    sheet = flow.sheet
    whole = sheet.width(title, TITLE) + sheet.width(subtitle, TIMES)
    sheet.text(PAGE_WIDTH / 2 - whole / 2, middle, title, TITLE)
    sheet.text(PAGE_WIDTH / 2 + whole / 2, middle, subtitle, TIMES, "right")
    number = f"{press.say('label.number')} {press.paper.number}"
    style = fit(number, sheet.font(VALUE), VALUE, WIDTH - 2 * _QR - 12 * MM, 0.4)
    sheet.text(PAGE_WIDTH / 2, middle + 5.6 * MM, number, style, "center")
    flow.y = middle + 8.2 * MM
    sheet.rule(LEFT, flow.y, RIGHT, flow.y, 1.2)
    flow.gap(2 * MM)


def logo(flow: Flow, press: Press, x: float, y: float) -> float:
    """Draws the logo, if the office has one; the width it takes."""
    if not press.logo:
        return 0.0
    width = min(_LOGO_HEIGHT * press.logo.aspect, _LOGO_WIDTH)
    flow.sheet.picture(x, y, width, width / press.logo.aspect, press.logo)
    return width + 3 * MM


def _sender(flow: Flow, press: Press, x: float) -> float:
    """Company, community, licence, representative; how far they reach down."""
    office = press.paper.office
    room = RIGHT - _QR - 6 * MM - x
    about = [press.paper.community.name]
    about += [f"{press.say('label.licence')} {office.licence}"] if office.licence else []
    about += [f"{press.say('label.representative')} {office.representative}"] if office.representative else []
    flow.block(office.company, COMPANY, x, TOP - 1.2 * MM, room)
    below = flow.height(office.company, COMPANY, room)
    flow.block("　".join(about), SMALL, x, TOP - 0.4 * MM + below, room)
    return below + flow.height("　".join(about), SMALL, room) - SMALL.line


def _verification_code(flow: Flow, press: Press) -> None:
    flow.sheet.qr(RIGHT - _QR, TOP - 1 * MM, _QR, press.paper.verify_url)
    caption = press.say("label.verify")
    flow.sheet.text(RIGHT - _QR / 2, TOP + _QR + 2.2 * MM, caption, SMALL, "center")


def running_head(press: Press, title: str) -> Callable[[Flow], None]:
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


def feet(flow: Flow, press: Press) -> None:
    """Under every page: what made it, and which page of how many it is."""
    paper = press.paper
    footer = "label.footer" if paper.verify_url else "exhibit.footer"
    made = press.say(footer, 模板=paper.template, 程序=paper.generator)
    if paper.ledger_mark:
        made += f" · {press.say('label.ledger_mark', 校验码=paper.ledger_mark)}"
    for number, sheet in enumerate(flow.sheets):
        y = FOOT - flow.reserve(number)
        page = press.say("label.page", 页=str(number + 1), 页数=str(len(flow.sheets)))
        sheet.rule(LEFT, y + 1 * MM, RIGHT, y + 1 * MM, 0.3, grey=0.6)
        sheet.text(LEFT, y + 4 * MM, made, fit(made, sheet.font(SMALL), SMALL, WIDTH - 26 * MM, 0.5))
        sheet.text(RIGHT, y + 4 * MM, page, LABEL, "right")
