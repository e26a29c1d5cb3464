"""The ladder of notices (催缴): which stage a debtor's oldest unpaid charge calls for, and who is left out.

The default ladder follows the practice in the field: courteous on days 1-5, firm on 6-18, strong on
19-28, a formal demand from day 29. A demand in writing may precede any suit (Civil Code art. 944).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.core.statement import Line
from billing.translations import N_

Tone = Literal["courteous", "firm", "strong", "formal"]

#: What each is called on every page; what it says stands in the papers' wording.
TONES: dict[Tone, str] = {
    "courteous": N_("courteous reminder"),
    "firm": N_("firm reminder"),
    "strong": N_("strong reminder"),
    "formal": N_("formal demand"),
}


@dataclass(frozen=True)
class Step:
    """A stage: from how many days overdue, in which tone, how long the debtor is given, from what sum on (fen)."""

    stage: int
    from_days: int
    tone: Tone
    deadline_days: int
    minimum: int = 0


#: Installed as a community's first ladder; from then on the ladder is the office's own dated data.
USUAL_LADDER = (
    Step(1, 1, "courteous", 15),
    Step(2, 6, "firm", 10),
    Step(3, 19, "strong", 7),
    Step(4, 29, "formal", 15),
)

NOT_OVERDUE = N_("nothing is overdue")
WITHIN_GRACE = N_("within the grace days")
TOO_SMALL = N_("owes less than this stage's smallest amount")
COVERED = N_("paid by money not yet allocated")
PAID_SINCE = N_("paid of it after that day: run as of today")
DISPUTED = N_("disputed")
HELD = N_("held")
WAIVED = N_("a waiver gives time to pay")
PROMISED = N_("a promise is not due yet")
SERVED = N_("already served at this stage")


@dataclass(frozen=True)
class Standing:
    """A debtor's position on one unit as of a day: his lines, and what speaks for or against a notice.

    `paid_since`: some of what was overdue that day is paid by now; a notice would demand it a second time.
    `waiting`: a waiver was promised for money that is to come by a day not past yet; `promised`: the debtor promised
    it, and the rules let that hold the letter.
    """

    lines: Sequence[Line]
    as_of: date
    prepayment: int = 0
    paid_since: bool = False
    hold: Literal["disputed", "held"] | None = None
    waiting: bool = False
    promised: bool = False

    @property
    def overdue(self) -> list[Line]:
        return [row for row in self.lines if row.state == "overdue"]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.overdue)


def stage(ladder: Sequence[Step], overdue: Iterable[tuple[int, int]]) -> Step | None:
    """The step for charges that are (days overdue, principal open): the oldest unpaid charge decides.

    Whoever paid every principal and owes late fee alone is reminded courteously, however old it is.
    """
    days = max((days if principal else 1 for days, principal in overdue), default=0)
    return max(
        (step for step in ladder if step.from_days <= days), key=lambda step: step.from_days, default=None
    )


def decide(standing: Standing, ladder: Sequence[Step], served: Iterable[tuple[int, date]]) -> Step | str:
    """The step to serve now, or why none is (one of the reasons above).

    `served` are (stage, as-of day) of the debtor's earlier notices on this unit; those before the present
    episode of arrears do not count.
    """
    if not standing.overdue:
        return NOT_OVERDUE
    step = stage(ladder, [(row.overdue_days, row.open) for row in standing.overdue])
    if step is None:
        return NOT_OVERDUE
    if all(
        standing.as_of <= row.charge.due + timedelta(days=row.charge.terms.grace_days)
        for row in standing.overdue
    ):
        return WITHIN_GRACE
    if standing.prepayment >= standing.total:
        return COVERED
    if standing.paid_since:
        return PAID_SINCE
    if held_back := _held_back(standing):
        return held_back
    if standing.total < step.minimum:
        return TOO_SMALL
    began = episode_start(standing.lines, standing.as_of)
    if any(number >= step.stage and on >= began for number, on in served):
        return SERVED
    return step


def _held_back(standing: Standing) -> str:
    """What somebody said or agreed on that lets no letter out."""
    if standing.hold:
        return DISPUTED if standing.hold == "disputed" else HELD
    if standing.waiting:
        return WAIVED
    return PROMISED if standing.promised else ""


def episode_start(lines: Iterable[Line], as_of: date) -> date:
    """The first day of the present episode: since then something overdue was owed on every day.

    A charge is in arrears from the day after its due date to the day on which the last of it was paid.
    """
    spans = [span for row in lines if (span := _arrears(row, as_of))]
    began = as_of
    for first, last in sorted(spans, key=lambda span: span[1], reverse=True):
        if last < began - timedelta(days=1):
            break
        began = min(began, first)
    return began


def _arrears(row: Line, as_of: date) -> tuple[date, date] | None:
    first = row.charge.due + timedelta(days=1)
    last = as_of if row.total > 0 else (row.settled_on or row.charge.due) - timedelta(days=1)
    return (first, last) if first <= last else None
