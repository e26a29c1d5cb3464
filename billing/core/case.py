"""Cases (催收案件): why one is unpaid, what comes next, in which state it is, and who looks after it.

A state is computed from facts as of a day; nobody sets it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from billing.translations import N_

#: Why it is unpaid; each has its page of the playbook.
REASONS = {
    "unknown": N_("not known yet"),
    "forgot": N_("forgot, or was away"),
    "broke": N_("promised and broke it"),
    "grievance": N_("refuses because of a grievance"),
    "disputes": N_("disputes the amount"),
    "unable-short": N_("unable for a while"),
    "unable-long": N_("unable for long"),
    "died": N_("has died"),
    "unreachable": N_("cannot be reached"),
    "moved": N_("moved or sold"),
}

#: What comes next.
NEXT = {
    "call": N_("Call"),
    "visit": N_("Visit"),
    "letter": N_("Send a letter"),
    "await": N_("Wait for the promised money"),
    "answer": N_("Answer what was asked or complained of"),
    "papers": N_("Get papers"),
    "address": N_("Find a phone or an address"),
    "manager": N_("The manager decides"),
    "none": N_("Nothing more"),
}

State = Literal["settled", "disputed", "held", "waived", "promised", "pressed"]
STATES: dict[State, str] = {
    "settled": N_("nothing is overdue"),
    "disputed": N_("disputed"),
    "held": N_("on hold"),
    "waived": N_("a waiver gives time to pay"),
    "promised": N_("a promise is not due yet"),
    "pressed": N_("to be pressed for"),
}


@dataclass(frozen=True)
class Facts:
    """What a state is computed from: what is overdue (fen), and what speaks against pressing for it."""

    overdue: int
    disputed: bool = False
    held: bool = False
    waived: bool = False
    promised: bool = False


def state(facts: Facts) -> State:
    """The strongest of what keeps the office from pressing, else "pressed"."""
    if facts.overdue <= 0:
        return "settled"
    if facts.disputed:
        return "disputed"
    if facts.held:
        return "held"
    if facts.waived:
        return "waived"
    return "promised" if facts.promised else "pressed"


def spread(
    cases: Sequence[tuple[int, str]], load: Mapping[str, int], areas: Mapping[str, Mapping[str, int]]
) -> dict[int, str]:
    """Case -> collector, for cases of (id, building) that nobody looks after.

    `load` counts the open cases of each collector, `areas` those of each in each building. A building stays with
    whoever has most there, unless he would have half as many again as the others on average; the rest goes to who has
    least. The same input gives the same answer.
    """
    if not load:
        return {}
    now, found = Counter(dict(load)), dict[int, str]()
    every = sum(load.values()) + len(cases)
    by_building: dict[str, list[int]] = defaultdict(list)
    for case_id, building in cases:
        by_building[building].append(case_id)
    for building, ids in sorted(by_building.items(), key=lambda one: (-len(one[1]), one[0])):
        here = {name: count for name, count in areas.get(building, {}).items() if name in load}
        owner = min(here, key=lambda name: (-here[name], name), default="")
        for case_id in ids:
            if not owner or (now[owner] + 1) * len(load) * 2 > every * 3:
                owner = min(now, key=lambda name: (now[name], name))
            found[case_id] = owner
            now[owner] += 1
    return found
