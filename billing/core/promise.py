"""Promises to pay (还款承诺): kept, partly kept or broken, as the ledger alone says; and which hold the next letter.

A written promise is consent and restarts the limitation period (Civil Code art. 195; limitation interpretation 14).
A broken one costs the debtor nothing but trust: no fee, no entry in any credit record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.core.collection_rules import CollectionRules
from billing.translations import N_

State = Literal["open", "kept", "partly", "broken", "postponed"]
STATES: dict[State, str] = {
    "open": N_("not due yet"),
    "kept": N_("kept"),
    "partly": N_("partly kept"),
    "broken": N_("broken"),
    "postponed": N_("postponed"),
}

#: How it was given. Whatever the debtor signed or sent is written.
HOW = {
    "call": N_("on the phone"),
    "visit": N_("at the door"),
    "counter": N_("at the counter"),
    "online": N_("on the owner's page"),
    "written": N_("in writing"),
}
WRITTEN = ("online", "written")

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Promise:
    """An amount (fen) by a day. `entry` orders it among the payments; `replaces` names one that it postpones."""

    id: int
    entry: int
    given_on: date
    due: date
    amount: int
    replaces: int | None = None


@dataclass(frozen=True)
class Received:
    """Money that came in from the debtor (fen)."""

    entry: int
    on: date
    amount: int


@dataclass(frozen=True)
class Judged:
    """A promise and what came of it by a day; `paid` of it in time."""

    promise: Promise
    paid: int
    state: State


def judge(promises: Sequence[Promise], received: Sequence[Received], as_of: date) -> list[Judged]:
    """Each promise given by that day, in the order of their entry.

    Money counts that was received after the promise was entered and by its day; each fen once, for the promise due
    first. From the day on which another took its place a promise gets nothing more.
    """
    known = sorted((one for one in promises if one.given_on <= as_of), key=lambda one: one.entry)
    ends = {one.id: one.due for one in known}
    postponed = set()
    for one in known:
        if one.replaces in ends and one.given_on <= ends[one.replaces]:
            ends[one.replaces] = one.given_on
            postponed.add(one.replaces)
    paid = _allot(known, ends, [one for one in received if one.on <= as_of])
    return [Judged(one, paid[one.id], _state(one, paid[one.id], as_of, one.id in postponed)) for one in known]


def _allot(
    promises: Sequence[Promise], ends: dict[int, date], received: Sequence[Received]
) -> dict[int, int]:
    paid = dict.fromkeys(ends, 0)
    first_due = sorted(promises, key=lambda one: (one.due, one.entry))
    for money in sorted(received, key=lambda one: (one.on, one.entry)):
        left = money.amount
        for one in first_due:
            if one.entry < money.entry and one.given_on <= money.on <= ends[one.id]:
                part = min(left, one.amount - paid[one.id])
                paid[one.id] += part
                left -= part
    return paid


def _state(promise: Promise, paid: int, as_of: date, postponed: bool) -> State:
    if paid >= promise.amount:
        return "kept"
    if postponed:
        return "postponed"
    if as_of <= promise.due:
        return "open"
    return "partly" if paid else "broken"


def broken_lately(judged: Sequence[Judged], as_of: date) -> int:
    """How many came to nothing, or only to a part, within the last year."""
    return sum(one.state in ("broken", "partly") and one.promise.due > as_of - _YEAR for one in judged)


def holds_until(rules: CollectionRules, judged: Sequence[Judged], overdue: int, as_of: date) -> date | None:
    """Until which day open promises keep letters back; None where they do not.

    They must promise enough of what is overdue (fen), after not too many broken ones, and not by being postponed for
    longer than the rules allow.
    """
    still_open = [one for one in judged if one.state == "open"]
    if not still_open or broken_lately(judged, as_of) >= rules.promises_broken:
        return None
    if (
        sum(one.promise.amount - one.paid for one in still_open) * 1_000_000
        < overdue * rules.promise_share_ppm
    ):
        return None
    by_id = {one.promise.id: one.promise for one in judged}
    days = [_last_day(rules, one.promise, by_id) for one in still_open]
    last = max(days)
    return last if last >= as_of else None


def _last_day(rules: CollectionRules, promise: Promise, by_id: dict[int, Promise]) -> date:
    first = promise
    while first.replaces in by_id:
        first = by_id[first.replaces]
    return min(promise.due, first.given_on + timedelta(days=rules.promise_days))
