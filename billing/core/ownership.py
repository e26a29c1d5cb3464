"""Who owes which days of a fee period in which the unit changed hands: by days, or whole to one side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Split = Literal["first-day", "last-day", "days"]
SPLITS: tuple[Split, ...] = ("first-day", "last-day", "days")

#: What holds until a community agrees on something else.
USUAL: Split = "first-day"


@dataclass(frozen=True)
class Held:
    """A party is the unit's first owner from `since` until the day before `until` (none: always, still)."""

    party: int
    since: date | None = None
    until: date | None = None

    def on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Stretch:
    """Days that one party owes for; none: nobody held the unit then."""

    party: int | None
    first: date
    last: date


def holder(held: Sequence[Held], day: date) -> int | None:
    """Whoever held the unit on that day."""
    return next((one.party for one in held if one.on(day)), None)


def stretches(
    held: Sequence[Held], first: date, last: date, split: Split, start: date | None = None
) -> list[Stretch]:
    """Who owes for the period's days, in order; together they are the whole period.

    Whole to one side it is whoever held the unit on the first day (of what is charged: not before the hand-over,
    `start`) or on the last one. By days it is taken apart at every day on which another became owner.
    """
    begins = max(first, start or first)
    if split == "first-day":
        return [Stretch(holder(held, begins), first, last)]
    if split == "last-day":
        return [Stretch(holder(held, last), first, last)]
    changes = {day for one in held for day in (one.since, one.until) if day and begins < day <= last}
    found = [Stretch(holder(held, begins), first, last)]
    for day in sorted(changes):
        party = holder(held, day)
        if party != found[-1].party:
            found[-1] = Stretch(found[-1].party, found[-1].first, day - timedelta(days=1))
            found.append(Stretch(party, day, last))
    return found
