"""Calls and visits (联系记录): what came of each, what decent conduct allows, and which visits count as work.

Nothing here knows who the collector is: the same acts are judged alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from billing.core.collection_rules import CollectionRules
from billing.core.conduct import Finding
from billing.translations import N_

Kind = Literal["call", "visit"]
KINDS: dict[Kind, str] = {"call": N_("Call"), "visit": N_("Visit")}

Outcome = Literal["talked", "other", "refused", "nobody", "wrong"]
#: Outcome -> what it is called after a call, and after a visit.
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "talked": (N_("Spoke with the debtor"), N_("Met the debtor")),
    "other": (N_("Somebody else answered"), N_("Somebody else was there")),
    "refused": (N_("Would not talk"), N_("Would not open or talk")),
    "nobody": (N_("No answer"), N_("Nobody there")),
    "wrong": (N_("Wrong number"), N_("Does not live there")),
}
#: Somebody was reached, who can be pestered.
CONNECTED: frozenset[Outcome] = frozenset({"talked", "other", "refused"})

#: Who it was that was spoken with. Children and employers are not asked, so they have no word here.
SPOKE_WITH = {
    "debtor": N_("the debtor"),
    "co-owner": N_("a co-owner"),
    "family": N_("an adult of the family"),
    "tenant": N_("a tenant"),
    "other": N_("somebody else"),
}

#: Outcome -> what comes next where nobody says, and after how many days.
_THEN = {
    "talked": ("call", 7),
    "other": ("call", 3),
    "refused": ("letter", 7),
    "nobody": ("call", 2),
    "wrong": ("address", 1),
}

WITHOUT_OUTCOME = N_("says nothing of what happened")
KNOWN_WRONG = N_("the address was known to be wrong")
NOTHING_NEW = N_("repeated before anything new was known")


@dataclass(frozen=True)
class Attempt:
    """One call or visit, `at` by the office's clock. `place` names the number or the address that was tried.

    `learnt`: it brought something that was not known: a promise, a reason, a grievance, a better number.
    """

    kind: Kind
    at: datetime
    outcome: Outcome
    place: str = ""
    incoming: bool = False
    companion: str = ""
    note: str = ""
    learnt: bool = False

    @property
    def connected(self) -> bool:
        return self.outcome in CONNECTED


def follow_up(kind: Kind, outcome: Outcome, on: date, promised: date | None) -> tuple[str, date]:
    """What comes next by itself: the money that was promised, else another try, by (one of case.NEXT, its day)."""
    if promised:
        return "await", promised
    code, days = _THEN[outcome]
    if kind == "visit" and outcome == "nobody":
        code, days = "visit", 3
    return code, on + timedelta(days=days)


def objections(
    rules: CollectionRules, attempt: Attempt, earlier: Sequence[Attempt], disputed: bool
) -> list[Finding]:
    """What decent conduct has against it; none against what the debtor began himself.

    `earlier` are the attempts to reach the same debtor, `disputed`: he contests the debt, and was not answered yet.
    """
    return [] if attempt.incoming else list(_objections(rules, attempt, earlier, disputed))


def _objections(
    rules: CollectionRules, attempt: Attempt, earlier: Sequence[Attempt], disputed: bool
) -> Iterator[Finding]:
    if not rules.is_open(attempt.at.time()):
        yield Finding(
            "hours",
            N_("Debtors are called and visited between %(opens)s and %(closes)s only."),
            {"opens": rules.opens, "closes": rules.closes},
        )
    if disputed:
        yield Finding(
            "disputed", N_("The debt is disputed: answer the dispute first, nobody is pressed meanwhile.")
        )
    if attempt.kind == "visit" and rules.visitors > 1 and not attempt.companion.strip():
        yield Finding(
            "alone",
            N_("A visit is made by %(count)s people: name who came along."),
            {"count": rules.visitors},
        )
    if attempt.kind == "call":
        yield from _too_often(rules, attempt.at, earlier)


def _too_often(rules: CollectionRules, at: datetime, earlier: Sequence[Attempt]) -> Iterator[Finding]:
    """Calls that nobody answered pester nobody; visits are counted by the same week."""
    reached = [one.at for one in earlier if one.connected and not one.incoming and one.at <= at]
    same_day = sum(one.date() == at.date() for one in reached)
    if same_day >= rules.calls_a_day:
        yield Finding(
            "day",
            N_("The debtor was reached %(count)s times on that day already; the limit is %(most)s."),
            {"count": same_day, "most": rules.calls_a_day},
        )
    week = sum(one.date() > at.date() - timedelta(days=7) for one in reached)
    if week >= rules.calls_a_week:
        yield Finding(
            "week",
            N_("The debtor was reached %(count)s times within seven days; the limit is %(most)s."),
            {"count": week, "most": rules.calls_a_week},
        )


def uncounted(
    rules: CollectionRules, visit: Attempt, earlier: Sequence[Attempt], news: Sequence[date] = ()
) -> str | None:
    """Why a visit is no work done, or None. `earlier` as in `objections`, in the order of their time.

    `news` are the days on which something about the debtor became known: a payment, a promise, a new contact.
    """
    if visit.outcome == "nobody" and not visit.note.strip():
        return WITHOUT_OUTCOME
    before = [
        one for one in earlier if one.kind == "visit" and one.place == visit.place and one.at < visit.at
    ]
    if not before:
        return None
    last = before[-1]
    fresh = any(last.at.date() < day <= visit.at.date() for day in news)
    if last.outcome == "wrong" and visit.outcome != "talked" and not fresh:
        return KNOWN_WRONG
    soon = (visit.at.date() - last.at.date()).days < rules.repeat_days
    if soon and not (visit.learnt or fresh or (visit.outcome == "talked" and last.outcome != "talked")):
        return NOTHING_NEW
    return None
