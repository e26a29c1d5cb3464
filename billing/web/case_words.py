"""Cases in words: states, reasons, next steps, outcomes, promises, and what a line of the timeline says."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

from billing.core.attempt import KINDS, OUTCOMES, SPOKE_WITH
from billing.core.case import NEXT, REASONS, STATES
from billing.core.promise import HOW
from billing.core.promise import STATES as PROMISE_STATES
from billing.translations import N_

_STATE_BADGES = {
    "settled": "ok",
    "pressed": "bad",
    "promised": "warn",
    "waived": "warn",
    "disputed": "off",
    "held": "off",
}
_PROMISE_BADGES = {"open": "warn", "kept": "ok", "partly": "bad", "broken": "bad", "postponed": "off"}

#: The lists of work (billing.store.case_list.TASKS) -> their names.
TASKS = {
    "all": N_("All open cases"),
    "due": N_("To be done today"),
    "promised": N_("Promised for today"),
    "replies": N_("Waiting for a reply"),
    "quiet": N_("Long not spoken with"),
    "idle": N_("Without a next step"),
    "nobody": N_("Nobody's"),
}

#: A line of the timeline -> what kind of thing it is, and the group it is shown with.
EVENTS = {
    "charge": (N_("Charged"), "money"),
    "payment": (N_("Paid"), "money"),
    "reversal": (N_("Payment reversed"), "money"),
    "bill": (N_("Payment notice"), "papers"),
    "notice": (N_("Dunning notice"), "papers"),
    "delivery": (N_("Signed for"), "papers"),
    "mail": (N_("E-mail"), "papers"),
    "hold": (N_("Hold or dispute"), "agreed"),
    "waiver": (N_("Waiver asked for"), "agreed"),
    "waiver-decision": (N_("Waiver decided"), "agreed"),
    "waiver-end": (N_("Waiver ended"), "agreed"),
    "promise": (N_("Promise"), "agreed"),
    "attempt": (N_("Call or visit"), "work"),
    "reason": (N_("Why it is unpaid"), "work"),
    "next": (N_("Next step"), "work"),
    "assignment": (N_("Collector"), "work"),
}
GROUPS = {
    "work": N_("Calls and visits"),
    "agreed": N_("What was agreed"),
    "papers": N_("Papers"),
    "money": N_("Money"),
}


def filters() -> dict[str, object]:
    return {
        "case_state": _words(STATES),
        "case_badge": lambda code: _STATE_BADGES[code],
        "reason": _words(REASONS),
        "next_step": _words(NEXT),
        "attempt_kind": _words(KINDS),
        "outcome": outcome,
        "spoke_with": _words(SPOKE_WITH),
        "promise_state": _words(PROMISE_STATES),
        "promise_badge": lambda code: _PROMISE_BADGES[code],
        "promise_how": _words(HOW),
        "case_task": _words(TASKS),
        "event_kind": lambda kind: gettext(EVENTS[kind][0]),
        "event_group": lambda kind: EVENTS[kind][1],
        "said": gettext,
    }


def _words(table: Mapping[Any, str]) -> Callable[[str], str]:
    return lambda code: gettext(table.get(code, code))


def outcome(code: str, kind: str) -> str:
    return gettext(OUTCOMES[code][kind == "visit"]) if code in OUTCOMES else code


def kinds_of(group: str) -> tuple[str, ...]:
    """The kinds of lines shown with a group; none for no group: all of them."""
    return tuple(kind for kind, (_, its) in EVENTS.items() if its == group)
