"""How the office presses for payment: limits of decent conduct, and when a promise holds the next letter; dated data.

The usual limits are those of law.md 7 in this trade: borrowed from the self-discipline rules for lending
(contact 09:00-20:00, one connected call a day, three a week, two people on a visit), because the Public Security
Administration Punishments Law art. 50 punishes pestering and no rule for service fees says more.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from billing.core.problem import Named, Refused
from billing.translations import N_

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", re.ASCII)


@dataclass(frozen=True)
class CollectionRules:
    """In force from `since` on. Hours as "09:00"; counts are whole numbers; `promise_share_ppm` of what is overdue.

    `quiet_days`: so long nobody spoke to the debtor and the case is neglected. `repeat_days`: a visit so soon after
    another, with nothing new between, does not count. `promise_days`: the longest that promises hold letters back;
    `promises_broken`: from so many broken within a year none does.
    """

    since: date
    opens: str = "09:00"
    closes: str = "20:00"
    calls_a_day: int = 1
    calls_a_week: int = 3
    visitors: int = 2
    quiet_days: int = 14
    repeat_days: int = 7
    promise_days: int = 30
    promises_broken: int = 2
    promise_share_ppm: int = 300_000

    def is_open(self, at: time) -> bool:
        return time.fromisoformat(self.opens) <= at < time.fromisoformat(self.closes)


USUAL = CollectionRules(date(2000, 1, 1))

#: Field -> what it is called, the least and the most it may be.
COUNTS = {
    "calls_a_day": (N_("Connected calls a day"), 1, 10),
    "calls_a_week": (N_("Connected calls within seven days"), 1, 50),
    "visitors": (N_("People on a visit"), 1, 5),
    "quiet_days": (N_("Neglected after so many days without a word"), 1, 366),
    "repeat_days": (N_("A visit counts again after so many days, or with something new"), 0, 366),
    "promise_days": (N_("Promises hold letters back for at most so many days"), 0, 366),
    "promises_broken": (N_("After so many broken promises none holds a letter"), 1, 100),
}


def in_force(entered: Sequence[CollectionRules], day: date) -> CollectionRules:
    """Of rules in the order of their entry: the newest that hold that day; before the first the usual ones."""
    dated = sorted(entered, key=lambda one: one.since)  # stable: of one day the later entry comes last
    place = bisect_right(dated, day, key=lambda one: one.since)
    return dated[place - 1] if place else USUAL


def check_rules(rules: CollectionRules) -> None:
    """Refuse what cannot be meant."""
    if not (_CLOCK.match(rules.opens) and _CLOCK.match(rules.closes)) or rules.opens >= rules.closes:
        raise Refused(N_("The hours begin before they end, each written as 09:00."))
    for name, (label, least, most) in COUNTS.items():
        if not least <= getattr(rules, name) <= most:
            raise Refused(
                N_("“%(what)s” lies between %(least)s and %(most)s."),
                field=name,
                what=Named([(name, label)]),
                least=least,
                most=most,
            )
    if not 0 <= rules.promise_share_ppm <= 1_000_000:
        raise Refused(N_("A share lies between 0 and 100 percent."))
