"""How old a debt is (账龄): arrears or not yet due, and the brackets in which the field reports its arrears."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.translations import N_

State = Literal["overdue", "coming", "settled"]


@dataclass(frozen=True)
class Bracket:
    """Days past the due date, both ends included; `last` is None for the oldest. `code` stands in addresses."""

    code: str
    first: int
    last: int | None
    label: str


NOT_DUE = Bracket("0", -(10**6), 0, N_("not due"))

#: A year is 365 days here: what matters is the order of the oldest debts, not their birthdays.
BRACKETS = (
    NOT_DUE,
    Bracket("1-30", 1, 30, N_("1–30 days")),
    Bracket("31-90", 31, 90, N_("31–90 days")),
    Bracket("91-180", 91, 180, N_("91–180 days")),
    Bracket("181-365", 181, 365, N_("181–365 days")),
    Bracket("1-2y", 366, 730, N_("1–2 years")),
    Bracket("2-3y", 731, 1095, N_("2–3 years")),
    Bracket("3y", 1096, None, N_("over 3 years")),
)


def bracket(due: date, as_of: date) -> Bracket:
    """The bracket of a debt due that day: the due day is not counted, the as-of day is (Civil Code art. 201)."""
    days = (as_of - due).days
    return next(one for one in BRACKETS if one.last is None or days <= one.last)


def span(one: Bracket, as_of: date) -> tuple[date, date]:
    """The first and last due date of a bracket's debts on that day."""
    first = date.min if one.last is None else as_of - timedelta(days=one.last)
    return first, date.max if one is NOT_DUE else as_of - timedelta(days=one.first)


def state(due: date, left: int, as_of: date) -> State:
    """What a charge is on which that much is left (fen): arrears (欠费) begin on the day after the due date.

    Until then, the due date included, it is billed and "coming": no arrears, whatever its sum.
    """
    if left <= 0:
        return "settled"
    return "overdue" if due < as_of else "coming"


def oldest_days(overdue: Iterable[tuple[int, int]]) -> int:
    """Days late of the oldest of (days late, principal open): of those whose principal is open, if any is."""
    found = list(overdue)
    return max((days for days, _ in [one for one in found if one[1]] or found), default=0)
