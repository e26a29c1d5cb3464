"""Like cases, and how each was decided: decisions on waivers gathered by what was known, never by who the debtor is.

Shares are in millionths (ppm) of what could be given: a refusal gives 0. Everything is an integer.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from billing.core.ageing import Bracket
from billing.core.ageing import bracket as age_bracket
from billing.core.money import MICRO
from billing.translations import N_

#: What was asked for: a share of the late fee, a sum of it, a sum of the principal, or days without late fee.
Form = Literal["share", "late-fee", "principal", "days"]
FORMS: dict[Form, str] = {
    "share": N_("a share of the late fee"),
    "late-fee": N_("a sum of late fee"),
    "principal": N_("a sum of principal"),
    "days": N_("days without late fee"),
}

#: By what was billed on the charges concerned (fen), the upper end included; `code` stands in files.
SUMS = (
    ("1000", 100_000, N_("up to 1,000")),
    ("5000", 500_000, N_("1,000 to 5,000")),
    ("20000", 2_000_000, N_("5,000 to 20,000")),
    ("more", None, N_("over 20,000")),
)

#: Shares given in like cases may lie this far apart (ppm) before somebody should look.
SPAN = 300_000


@dataclass(frozen=True)
class Case:
    """What two requests must share to be alike."""

    kind: str
    found: tuple[str, ...]
    age: Bracket
    sum: str
    condition: str
    form: Form


@dataclass(frozen=True)
class Decision:
    """One decision as it was frozen (fen, ppm). `asked` and `given` are ppm for a share, fen or days for the rest.

    `given` is None where something else was given than asked, days for a share, say: it compares with nothing.
    """

    number: str
    request_id: int
    unit: str
    debtor: str
    case: Case
    asked_on: date
    asked_by: str
    decided_on: date
    decided_by: str
    role: str
    approved: bool
    asked: int
    given: int | None
    value: int

    @property
    def given_ppm(self) -> int | None:
        """The share given: of the late fee where a share was asked for, else of the sum or the days asked for."""
        if self.given is None or self.case.form == "share":
            return self.given
        return self.given * MICRO // self.asked

    @property
    def days_taken(self) -> int:
        return (self.decided_on - self.asked_on).days


@dataclass(frozen=True)
class Tally:
    """Decisions in sum: how many, how many approved, the shares given from least to most, their mean, their value."""

    decided: int
    approved: int
    least_ppm: int
    most_ppm: int
    mean_ppm: int
    value: int

    @property
    def span_ppm(self) -> int:
        return self.most_ppm - self.least_ppm


@dataclass(frozen=True)
class LikeCases:
    """Every decision on cases that are alike, in their order; `unlike` if they lie further apart than they may."""

    case: Case
    decisions: Sequence[Decision]
    tally: Tally
    unlike: bool


_Key = TypeVar("_Key", bound=Hashable)


def tally(decisions: Sequence[Decision]) -> Tally:
    """Of one decision or more; the mean is cut off to a whole millionth."""
    given = [one.given_ppm for one in decisions if one.given_ppm is not None] or [0]
    return Tally(
        decided=len(decisions),
        approved=sum(one.approved for one in decisions),
        least_ppm=min(given),
        most_ppm=max(given),
        mean_ppm=sum(given) // len(given),
        value=sum(one.value for one in decisions),
    )


def like_cases(decisions: Iterable[Decision], span_ppm: int = SPAN) -> list[LikeCases]:
    """Gathered; those decided unlike come first, the widest apart before the others, then those with most decisions."""
    found = []
    for case, some in gathered(decisions, lambda one: one.case).items():
        sums = tally(some)
        found.append(LikeCases(case, some, sums, sums.span_ppm > span_ppm))
    return sorted(
        found, key=lambda one: (-one.tally.span_ppm if one.unlike else 1, -one.tally.decided, one.case.kind)
    )


def gathered(decisions: Iterable[Decision], key: Callable[[Decision], _Key]) -> dict[_Key, list[Decision]]:
    """By what `key` says of each, in the order of the first of each."""
    found: dict[_Key, list[Decision]] = {}
    for one in decisions:
        found.setdefault(key(one), []).append(one)
    return found


def sum_bracket(fen: int) -> str:
    return next(code for code, most, _ in SUMS if most is None or fen <= most)


def longest(lateness: Iterable[tuple[date, date]]) -> Bracket:
    """How late the latest of the charges was: (due date, day on which its principal was paid, or it was asked for)."""
    return age_bracket(*max(lateness, key=lambda one: one[1] - one[0]))
