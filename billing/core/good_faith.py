"""Non-malicious (非恶意): what speaks for a debtor who paid late, and what against him, found by dated rules.

A rule proposes, a person decides; nothing is added up to a score. Only days and sums of the books come in here, never
who the debtor is. What only people know (he was away, the office erred) is attested by somebody who saw a paper.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from billing.core.calendar import add_months
from billing.core.conduct import Finding, History
from billing.core.money import MICRO
from billing.core.problem import Refused, said
from billing.translations import N_

Kind = Literal[
    "first-late", "short-delay", "prompt-payment", "late-bill", "corrected", "away", "office-error"
]

#: What each finds, in words; the rule's own figures stand in their places.
KINDS: dict[Kind, str] = {
    "first-late": N_("late for the first time in %(months)s months"),
    "short-delay": N_("late by at most %(days)s days"),
    "prompt-payment": N_("principal paid within %(days)s days after the first notice"),
    "late-bill": N_("payment notice numbered after the due date"),
    "corrected": N_("charged anew, after an error, once it was due"),
    "away": N_("was away (attested with a paper)"),
    "office-error": N_("error of the office (attested with a paper)"),
}
NAMES: dict[str, str] = {
    "first-late": N_("first time late"),
    "short-delay": N_("short delay"),
    "prompt-payment": N_("principal paid at once"),
    "late-bill": N_("billed late"),
    "corrected": N_("charged anew"),
    "away": N_("was away"),
    "office-error": N_("error of the office"),
}
#: Not in the books: a person ticks them.
ATTESTED: frozenset[Kind] = frozenset({"away", "office-error"})
_IN_DAYS: frozenset[Kind] = frozenset({"short-delay", "prompt-payment"})


@dataclass(frozen=True)
class Rule:
    """What speaks for a debtor from `since` on, and what it proposes: a share of the late fee under a waiver policy.

    `days` or `months` is what its kind measures. The debtor has `pay_days` to fulfil the policy's condition (0: as
    long as the policy gives).
    """

    code: str
    since: date
    kind: Kind
    days: int = 0
    months: int = 0
    on: bool = True
    policy: str = "non-malicious"
    share_ppm: int = MICRO
    pay_days: int = 15

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(KINDS[self.kind], {"days": self.days, "months": self.months}, translate)


_EVER = date(2000, 1, 1)

#: In force until an office enters its own under the same code.
USUAL = (
    Rule("first-late", _EVER, "first-late", months=36),
    Rule("short-delay", _EVER, "short-delay", days=10),
    Rule("prompt-payment", _EVER, "prompt-payment", days=7),
    Rule("late-bill", _EVER, "late-bill", policy="office-error"),
    Rule("corrected", _EVER, "corrected", policy="office-error"),
    Rule("away", _EVER, "away"),
    Rule("office-error", _EVER, "office-error", policy="office-error"),
)


def in_force(rows: Sequence[Rule], day: date) -> dict[str, Rule]:
    """Code -> the rule in force that day; `rows` in the order of entry, of one day the later entry counts."""
    found: dict[str, Rule] = {}
    for row in sorted((*USUAL, *rows), key=lambda row: row.since):
        if row.since <= day:
            found[row.code] = row
    return {code: rule for code, rule in found.items() if rule.on}


def check_rule(rule: Rule) -> None:
    """Refuse what measures nothing or gives nothing. Raises Refused."""
    if not rule.code.strip():
        raise Refused(N_("A rule needs a code."))
    if rule.kind not in KINDS:
        raise Refused(N_("Permille knows no rule of this kind."))
    if rule.kind in _IN_DAYS and not 1 <= rule.days <= 366:
        raise Refused(N_("This rule needs its days, from 1 to 366."))
    if rule.kind == "first-late" and not 1 <= rule.months <= 240:
        raise Refused(N_("This rule needs its months, from 1 to 240."))
    if not 0 < rule.share_ppm <= MICRO:
        raise Refused(N_("A rule proposes a share above 0 and up to 100 percent of the late fee."))
    if not 0 <= rule.pay_days <= 366:
        raise Refused(N_("The time to pay is at most 366 days."))


def speaks_for(history: History, rules: Sequence[Rule]) -> list[Finding]:
    """What those of the rules that ask the books find; nothing where no late fee is owed."""
    if not history.asked:
        return []
    return [found for rule in rules if rule.kind in _FINDERS for found in _FINDERS[rule.kind](history, rule)]


def attested(rule: Rule, by: str, paper: str) -> Finding:
    """What a person who saw the paper says. Raises Refused without one."""
    if rule.kind not in ATTESTED:
        raise Refused(N_("“%(code)s” is found in the books, not attested."), code=rule.code)
    if not paper.strip():
        raise Refused(N_("Say which paper shows it: without one nothing is attested."))
    return Finding(rule.code, _ATTESTED_WORDS[rule.kind], {"by": by, "paper": paper.strip()[:200]})


_ATTESTED_WORDS: dict[Kind, str] = {
    "away": N_("Was away, attested by %(by)s: %(paper)s"),
    "office-error": N_("Error of the office, attested by %(by)s: %(paper)s"),
}


def _first_late(history: History, rule: Rule) -> Iterator[Finding]:
    start = add_months(history.as_of, -rule.months)
    late = {one.due for one in history.dues if one.due >= start and history.days_late(one)}
    late |= {one.due for one in history.asked}
    kept = {one.due for one in history.dues if start <= one.due <= history.as_of and one.paid_on} - late
    if len(late) == 1 and kept:
        yield _of_all(
            history,
            rule,
            N_("First late in %(months)s months: paid in time on %(kept)s other due dates."),
            months=rule.months,
            kept=len(kept),
        )


def _short_delay(history: History, rule: Rule) -> Iterator[Finding]:
    days = max(history.days_late(one) for one in history.asked)
    if days <= rule.days:
        yield _of_all(
            history,
            rule,
            N_("Late by %(days)s days, and by no more than %(limit)s."),
            days=days,
            limit=rule.days,
        )


def _prompt_payment(history: History, rule: Rule) -> Iterator[Finding]:
    """The first notice of this lateness counts, from the day it was signed for if it was."""
    first_due = min(one.due for one in history.asked)
    notice = next((one for one in history.notices if one.issued_on > first_due), None)
    paid = [one.paid_on for one in history.asked if one.paid_on]
    if notice is None or len(paid) < len(history.asked):
        return
    on, told = max(paid), notice.arrived_on or notice.issued_on
    if not notice.issued_on <= on <= told + timedelta(days=rule.days):
        return
    words = (
        N_("Principal paid on %(on)s, %(days)s days after notice %(number)s arrived on %(told)s.")
        if notice.arrived_on
        else N_("Principal paid on %(on)s, %(days)s days after notice %(number)s of %(told)s.")
    )
    days = max(0, (on - told).days)
    yield _of_all(history, rule, words, on=on, days=days, number=notice.number, told=told)


def _late_bill(history: History, rule: Rule) -> Iterator[Finding]:
    for one in history.asked:
        if one.bill and one.bill[1] > one.due:
            number, on = one.bill
            words = N_(
                "Payment notice %(number)s for %(period)s was numbered on %(on)s, after the due date %(due)s."
            )
            params = {"number": number, "period": one.period, "on": on, "due": one.due}
            yield Finding(rule.code, words, params, (one.charge,))


def _corrected(history: History, rule: Rule) -> Iterator[Finding]:
    for one in history.asked:
        if one.corrected_on and one.corrected_on > one.due:
            words = N_("%(period)s, due on %(due)s, was charged anew on %(on)s after an error.")
            params = {"period": one.period, "due": one.due, "on": one.corrected_on}
            yield Finding(rule.code, words, params, (one.charge,))


def _of_all(history: History, rule: Rule, words: str, **params: Any) -> Finding:
    return Finding(rule.code, words, params, tuple(one.charge for one in history.asked))


_FINDERS: dict[Kind, Callable[[History, Rule], Iterator[Finding]]] = {
    "first-late": _first_late,
    "short-delay": _short_delay,
    "prompt-payment": _prompt_payment,
    "late-bill": _late_bill,
    "corrected": _corrected,
}
