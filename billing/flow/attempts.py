"""Calls and visits: what decent conduct has against one, and the report of one with all that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import local_day, local_time
from billing.core.attempt import KINDS, OUTCOMES, SPOKE_WITH, Attempt, follow_up, objections
from billing.core.conduct import Finding
from billing.core.problem import Refused
from billing.flow.cases import LONGEST_NOTE, next_row, reason_row
from billing.flow.collection_rules import rules_on
from billing.flow.entry import record, replayed
from billing.flow.holds import holds_of
from billing.flow.promises import promise_row
from billing.store import attempts, case_list
from billing.store.cases import AttemptRow, Case
from billing.store.people import Contact
from billing.translations import N_

#: What happened longer ago is no report any more.
_DAYS_BACK = 7


@dataclass(frozen=True)
class Promised:
    """What the debtor promised (fen), by whom it was said; `replaces` names an open promise that it postpones."""

    amount: int
    due: date
    by: str = ""
    replaces: int | None = None


@dataclass(frozen=True)
class Report:
    """One call or visit as its maker tells it. `contact_id` or `unit_id`: the number or the home that was tried.

    `override` is why it was made against what decent conduct says; `next` is (what, when), None to leave as it is.
    """

    kind: str
    outcome: str
    at: datetime
    key: str
    contact_id: int | None = None
    unit_id: int | None = None
    spoke_with: str = ""
    incoming: bool = False
    companion: str = ""
    note: str = ""
    override: str = ""
    reason: str = ""
    promised: Promised | None = None
    next: tuple[str, date | None] | None = None
    next_note: str = ""
    learnt: bool = False
    shown: Sequence[str] = field(default=())

    def content(self) -> dict[str, Any]:
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "shown"}
        return facts | {"promised": vars(self.promised) if self.promised else None}


def report(session: Session, actor: str, today: date, now: datetime, case: Case, told: Report) -> AttemptRow:
    """Put it on file: the attempt, what was learnt, promised, and what comes next, in one entry.

    Raises Refused where decent conduct forbids it and nobody says why it was made all the same. The same key for the
    same report is the same report.
    """
    content = {"case": case.number, **told.content()}
    before = replayed(session, case.community_id, f"attempt:{told.key}", content)
    if before:
        query = select(AttemptRow).where(AttemptRow.case_id == case.id, AttemptRow.entry == before.seq)
        return session.scalars(query).one()
    _check(session, today, now, case, told)
    against = conduct(session, case, as_attempt(told))
    if against and not told.override.strip():
        raise Refused(N_("%(why)s If it had to be, say why: it stands in the case."), why=against[0])
    facts = _facts(session, today, case, told)
    entry = record(session, case.community_id, "attempt", f"attempt:{told.key}", actor, content)
    row = AttemptRow(
        kind=told.kind,
        at=told.at,
        on=local_day(told.at),
        outcome=told.outcome,
        spoke_with=told.spoke_with,
        incoming=told.incoming,
        contact_id=told.contact_id,
        unit_id=told.unit_id,
        by=actor,
        companion=told.companion.strip(),
        note=told.note.strip(),
        learnt=bool(told.learnt or told.reason or told.promised),
        override=told.override.strip() if against else "",
        objections=[one.as_data() for one in against],
    )
    for fact in (row, *facts):
        fact.community_id, fact.entry, fact.case_id = case.community_id, entry, case.id
        session.add(fact)
    session.flush()
    return row


def _facts(session: Session, today: date, case: Case, told: Report) -> list[Any]:
    """What came of it beside the attempt itself."""
    facts: list[Any] = []
    if told.reason:
        facts.append(reason_row(today, told.reason, ""))
    if told.promised:
        said = told.promised
        by = said.by or told.spoke_with or "debtor"
        facts.append(promise_row(session, today, case, said.amount, said.due, by, told.kind, said.replaces))
    if told.next:
        facts.append(next_row(today, *told.next, told.next_note))
    return facts


def _check(session: Session, today: date, now: datetime, case: Case, told: Report) -> None:
    if told.kind not in KINDS or told.outcome not in OUTCOMES:
        raise Refused(N_("Say whether it was a call or a visit, and what came of it."))
    on = local_day(told.at)
    ahead = on > today or (on == local_day(now) and told.at > now)
    if ahead or on < today - timedelta(days=_DAYS_BACK):
        raise Refused(N_("A call or a visit is entered within %(days)s days, never ahead."), days=_DAYS_BACK)
    if told.spoke_with and told.spoke_with not in SPOKE_WITH:
        raise Refused(N_("Say with whom it was: the debtor, a co-owner, an adult of the family, a tenant."))
    if told.promised and told.outcome not in ("talked", "other"):
        raise Refused(N_("Nobody was spoken with: there is no promise to enter."))
    if max(map(len, (told.note, told.override, told.companion, told.next_note))) > LONGEST_NOTE:
        raise Refused(N_("A note has at most %(most)s characters."), most=LONGEST_NOTE)
    if told.contact_id is not None:
        contact = session.get(Contact, told.contact_id)
        if contact is None or contact.community_id != case.community_id:
            raise Refused(N_("This number or address is not known here: choose one of the case."))


def what_follows(kind: str, outcome: str, on: date, promised: Promised | None) -> tuple[str, date]:
    """What comes next where nobody says."""
    due = promised.due if promised else None
    return follow_up(kind, outcome, on, due)  # type: ignore[arg-type]  # of KINDS and OUTCOMES


def as_attempt(told: Report) -> Attempt:
    """A report as the core judges it; by the clock on the office's wall."""
    place = attempts.place(told.contact_id, told.unit_id)
    return Attempt(
        kind=told.kind,  # type: ignore[arg-type]  # checked before
        at=local_time(told.at),
        outcome=told.outcome,  # type: ignore[arg-type]
        place=place,
        incoming=told.incoming,
        companion=told.companion,
        note=told.note,
        learnt=bool(told.learnt or told.reason or told.promised),
    )


def conduct(session: Session, case: Case, attempt: Attempt) -> list[Finding]:
    """What decent conduct has against an attempt on the debtor, made or planned."""
    rules = rules_on(session, case.community_id, attempt.at.date())
    earlier = [one for _, one in attempts.of_case(session, case.id)]
    return objections(rules, attempt, earlier, is_disputed(session, case, attempt.at.date()))


def is_disputed(session: Session, case: Case, day: date) -> bool:
    """Whether all that is overdue is: of several units the undisputed one may be spoken of."""
    kinds = holds_of(session, case.community_id, case.debtor_id, day)
    owing = case_list.overdue_units(session, case.community_id, case.debtor_id, day)
    return bool(owing) and all(kinds.get(unit_id) == "disputed" for unit_id in owing)
