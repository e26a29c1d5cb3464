"""How a debtor conducted himself on one unit as the books tell it: days and sums, never who he is.

A finding is one such fact in a sentence. What speaks against him is found here; what speaks for him is asked for by
rules (billing.core.good_faith).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from billing.core.problem import said
from billing.translations import N_


@dataclass(frozen=True)
class Due:
    """One charge as the books tell it as of a day (fen).

    What is paid by `free_until` bears no late fee; `paid_on` is the day on which the last of its principal was paid,
    `late_fee` what is still owed of it. `bill` is its first payment notice: number and day.
    """

    charge: int
    period: str
    due: date
    free_until: date
    paid_on: date | None = None
    late_fee: int = 0
    bill: tuple[str, date] | None = None
    corrected_on: date | None = None


@dataclass(frozen=True)
class Told:
    """A notice: when it was issued, and when it was signed for, if it was."""

    number: str
    issued_on: date
    arrived_on: date | None = None


@dataclass(frozen=True)
class Given:
    """An earlier waiver; `lapsed` if its condition was not kept by `pay_by`."""

    number: str
    since: date
    pay_by: date | None = None
    lapsed: bool = False


@dataclass(frozen=True)
class Refusal:
    """An earlier request that was refused."""

    number: str
    on: date


@dataclass(frozen=True)
class History:
    """What the books tell of one debtor on one unit as of a day; charges and notices in the order of their days."""

    as_of: date
    dues: Sequence[Due]
    notices: Sequence[Told] = ()
    waivers: Sequence[Given] = ()
    refusals: Sequence[Refusal] = ()

    @property
    def asked(self) -> list[Due]:
        """The charges on which late fee is owed: those a waiver would be about."""
        return [one for one in self.dues if one.late_fee > 0]

    def days_late(self, one: Due) -> int:
        """Days from the due date until the principal was paid; 0 where that came in time."""
        until = min(one.paid_on or self.as_of, self.as_of)
        return (until - one.due).days if until > one.free_until else 0


@dataclass(frozen=True)
class Finding:
    """One fact of the books in a sentence, the charges it is about, and the code of the rule that asked for it."""

    code: str
    words: str
    params: Mapping[str, Any] = field(default_factory=dict)
    charges: tuple[int, ...] = ()

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(self.words, self.params, translate)

    def as_data(self) -> dict[str, Any]:
        """As a request keeps it."""
        params = {name: str(value) for name, value in self.params.items()}
        return {"code": self.code, "words": self.words, "params": params, "charges": list(self.charges)}


def kept_sentence(data: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """The sentence of a finding that a request kept."""
    return said(str(data.get("words", data.get("code", ""))), data.get("params", {}), translate)


def speaks_against(history: History) -> list[Finding]:
    """What whoever decides must see beside it."""
    found = []
    if (times := _late_in_a_row(history)) > 1:
        found.append(
            Finding("late-again", N_("Late on each of the last %(count)s due dates."), {"count": times})
        )
    for one in history.waivers:
        if one.lapsed:
            words = N_("The condition of %(number)s was not kept by %(pay_by)s.")
            found.append(Finding("lapsed", words, {"number": one.number, "pay_by": one.pay_by}))
        else:
            words = N_("%(number)s was granted on %(since)s already.")
            found.append(Finding("granted", words, {"number": one.number, "since": one.since}))
    for refusal in history.refusals:
        words = N_("%(number)s was refused on %(on)s.")
        found.append(Finding("refused", words, {"number": refusal.number, "on": refusal.on}))
    return [*found, *_reminded_in_vain(history)]


def _late_in_a_row(history: History) -> int:
    """On how many of the latest due dates, one after the other, he was late."""
    by_day: dict[date, bool] = {}
    for one in history.dues:
        if one.free_until < history.as_of:
            by_day[one.due] = by_day.get(one.due, False) or history.days_late(one) > 0
    times = 0
    for _, late in sorted(by_day.items(), reverse=True):
        if not late:
            break
        times += 1
    return times


def _reminded_in_vain(history: History) -> Iterator[Finding]:
    unpaid = [one.due for one in history.asked if one.paid_on is None]
    notices = [one for one in history.notices if unpaid and one.issued_on > min(unpaid)]
    if len(notices) > 1:
        last = notices[-1]
        yield Finding(
            "reminded",
            N_("Reminded %(count)s times, last by %(number)s of %(on)s; principal is still open."),
            {"count": len(notices), "number": last.number, "on": last.issued_on},
        )
