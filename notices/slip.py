"""The tear-off return slip (签收回执) at the foot of a notice's first page.

It always hangs on page one, and page two keeps the same stretch empty: a notice printed on both sides
loses no word when the slip is torn off.
"""

from notices.figures import money
from notices.layout import FOOT, LEFT, RIGHT, WIDTH, Flow, clipped, fit
from notices.press import Press
from notices.sheet import MM, PAGE_WIDTH, Style
from notices.styles import LABEL, SMALL

HEIGHT = 50 * MM

_TITLE = Style(12, "bold")
_FIELD = Style(8.6)
_CODE = 21 * MM
_PITCH = 7.4 * MM


def reserved(page: int) -> float:
    """What a notice with a slip keeps free at the foot of this page, counted from 0."""
    return HEIGHT if page < 2 else 0.0


def draw(flow: Flow, press: Press, title: str, owed: int, slip_url: str) -> None:
    """On the first page; and the note on the empty stretch of the second."""
    sheet = flow.sheets[0]
    top = FOOT - HEIGHT + 6.5 * MM
    sheet.rule(0, top, PAGE_WIDTH, top, 0.6, dash="4 3")
    sheet.text(PAGE_WIDTH / 2, top + 3 * MM, press.say("slip.cut"), SMALL, "center")
    sheet.text(LEFT, top + 8 * MM, press.say("heading.slip"), _TITLE)
    sheet.qr(RIGHT - _CODE, top + 4 * MM, _CODE, slip_url)
    sheet.text(RIGHT - _CODE / 2, top + 6.6 * MM + _CODE, press.say("label.scan_slip"), SMALL, "center")
    _identify(flow, press, title, owed, top)
    _fields(flow, press, top + 20.5 * MM)
    sheet.text(LEFT, top + 48.2 * MM, press.say("slip.note"), SMALL)
    if len(flow.sheets) > 1:
        sheet = flow.sheets[1]
        y = FOOT - HEIGHT / 2 + 9 * MM
        sheet.text(PAGE_WIDTH / 2, y, press.say("label.back_blank"), SMALL, "center")


def _identify(flow: Flow, press: Press, title: str, owed: int, top: float) -> None:
    """Which paper was received: its name and number, unit, owner, sum."""
    sheet, paper = flow.sheets[0], press.paper
    room = WIDTH - _CODE - 30 * MM
    document = f"《{title}》{press.say('label.number')} {paper.number}"
    style = fit(document, sheet.font(_FIELD), _FIELD, room, 0.5)
    sheet.text(LEFT + 25 * MM, top + 8 * MM, clipped(flow, document, style, room), style)
    about = f"{paper.unit.label}　{paper.unit.owner}　{press.say('heading.sum')} {money(owed)}"
    sheet.text(LEFT, top + 14 * MM, clipped(flow, about, _FIELD, WIDTH - _CODE - 4 * MM), _FIELD)


def _fields(flow: Flow, press: Press, top: float) -> None:
    narrow = RIGHT - _CODE - 4 * MM
    middle = LEFT + 92 * MM
    _blank(flow, press.say("slip.signer"), LEFT, LEFT + 68 * MM, top)
    _choice(flow, press.say("slip.relation"), press.say("slip.relations"), LEFT + 71 * MM, narrow, top)
    _blank(flow, press.say("slip.id_tail"), LEFT, LEFT + 45 * MM, top + _PITCH)
    _choice(flow, press.say("slip.time"), press.say("slip.time_blank"), LEFT + 71 * MM, narrow, top + _PITCH)
    _choice(flow, press.say("slip.way"), press.say("slip.ways"), LEFT, middle - 4 * MM, top + 2 * _PITCH)
    _blank(flow, press.say("slip.refusal"), middle, RIGHT, top + 2 * _PITCH)
    _blank(flow, press.say("slip.witness"), LEFT, middle - 4 * MM, top + 3 * _PITCH)
    _blank(flow, press.say("slip.servers"), middle, RIGHT, top + 3 * _PITCH)


def _blank(flow: Flow, label: str, x: float, end: float, y: float) -> None:
    """A label and the line to write on."""
    sheet = flow.sheets[0]
    sheet.text(x, y, label, LABEL)
    sheet.rule(x + sheet.width(label, LABEL) + 1 * MM, y + 0.8 * MM, end, y + 0.8 * MM, 0.4)


def _choice(flow: Flow, label: str, choices: str, x: float, end: float, y: float) -> None:
    sheet = flow.sheets[0]
    sheet.text(x, y, label, LABEL)
    start = x + sheet.width(label, LABEL) + 2 * MM
    sheet.text(start, y, choices, _FIELD)
    used = start + sheet.width(choices, _FIELD) + 1 * MM
    if used < end:
        sheet.rule(used, y + 0.8 * MM, end, y + 0.8 * MM, 0.4)
