"""A case as a collector sees it: how its debtor stands, who the people are and how they are reached, what came last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import local_time
from billing.core.attempt import Attempt, Kind, objections
from billing.core.conduct import Finding
from billing.core.playbook import Page
from billing.flow.attempts import conduct
from billing.flow.case_state import Listed, Situation, listed, situations
from billing.flow.cases import newest
from billing.flow.collection_rules import rules_on
from billing.flow.playbook import pages
from billing.store import attempts, case_list, register
from billing.store.accounts import User
from billing.store.attempts import ContactPoint
from billing.store.case_list import Look
from billing.store.cases import Case, CaseAssignment, CaseReason, FollowUp
from billing.store.estate import Unit
from billing.store.people import Party

#: What a planned call or visit is made of, until somebody makes it.
_PLANNED_BY = "?"


@dataclass(frozen=True)
class Person:
    """Somebody a case is about: the debtor, or who holds one of the units with him today."""

    party: Party
    role: str
    points: Sequence[ContactPoint]

    @property
    def reachable(self) -> bool:
        return any(not one.wrong for one in self.points)


@dataclass(frozen=True)
class CaseFile:
    """Whatever the page of a case shows above its timeline. `wrong_homes`: the debtor does not live there."""

    case: Case
    debtor: Party
    situation: Situation
    units: Sequence[Unit]
    wrong_homes: frozenset[int]
    people: Sequence[Person]
    collector: User | None
    reason: CaseReason | None
    next: FollowUp | None
    playbook: Mapping[str, Page]

    @property
    def reason_code(self) -> str:
        return self.reason.code if self.reason else "unknown"

    @property
    def page(self) -> Page:
        return self.playbook[self.reason_code]


def case_file(session: Session, case: Case, day: date) -> CaseFile:
    """About a dozen queries, whatever the case is made of."""
    debtor = session.get_one(Party, case.debtor_id)
    units = case_list.units_of(session, case.community_id, [debtor.id])[debtor.id]
    given = newest(session, CaseAssignment, case)
    return CaseFile(
        case=case,
        debtor=debtor,
        situation=situations(session, case.community_id, [debtor.id], day)[debtor.id],
        units=units,
        wrong_homes=frozenset(attempts.wrong_homes(session, [unit.id for unit in units])),
        people=_people(session, debtor, units, day),
        collector=session.get(User, given.user_id) if given and given.user_id else None,
        reason=newest(session, CaseReason, case),
        next=newest(session, FollowUp, case),
        playbook=pages(session, case.community_id, day),
    )


def _people(session: Session, debtor: Party, units: Sequence[Unit], day: date) -> list[Person]:
    roles = {debtor.id: "debtor"}
    parties = {debtor.id: debtor}
    for held in register.holders(session, [unit.id for unit in units]).values():
        for one in held:
            if one.holds_on(day):
                roles.setdefault(one.party.id, one.role)
                parties[one.party.id] = one.party
    points = attempts.contact_points(session, sorted(roles))
    return [Person(parties[key], role, points.get(key, ())) for key, role in roles.items()]


def planned(session: Session, case: Case, kind: Kind, at: datetime) -> list[Finding]:
    """What decent conduct has against calling or visiting now; a visit's companion is named when it is entered."""
    return conduct(session, case, Attempt(kind, local_time(at), "talked", companion=_PLANNED_BY))


@dataclass(frozen=True)
class Stop:
    """A case on a day's round: where, whom, how, and what decent conduct has against it today."""

    listed: Listed
    people: Sequence[Person]
    against: Sequence[Finding]


def rounds(session: Session, community_id: int, look: Look, at: datetime, limit: int) -> list[Stop]:
    """A day's calls or visits in walking order: whoever is not to be pressed today is left out."""
    every = listed(session, community_id, look, False, limit)
    found = [one for one in every if one.situation.state == "pressed"]
    if not found:
        return []
    debtors = [one.row.debtor_id for one in found]
    names = {one.id: one for one in session.scalars(select(Party).where(Party.id.in_(debtors)))}
    points = attempts.contact_points(session, debtors)
    week_ago = look.day - timedelta(days=8)
    made = attempts.of_cases(session, [one.row.case_id for one in found], week_ago)
    rules = rules_on(session, community_id, look.day)
    kind: Kind = "visit" if look.task == "visits" else "call"
    plan = Attempt(kind, local_time(at), "talked", companion=_PLANNED_BY)
    return [
        Stop(
            one,
            [Person(names[one.row.debtor_id], "debtor", points.get(one.row.debtor_id, ()))],
            objections(rules, plan, made.get(one.row.case_id, ()), False),
        )
        for one in found
    ]
