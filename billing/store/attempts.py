"""Read model: calls and visits, and what the newest of them says of each number and address."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import local_time
from billing.core.attempt import Attempt
from billing.store.cases import AttemptRow, Case, PromiseRow
from billing.store.ledger import Payment, live
from billing.store.mail import NO_SUCH_ADDRESS, Mail
from billing.store.people import Contact, Party, standing


def place(contact_id: int | None, unit_id: int | None) -> str:
    """The name under which the core knows a number or an address."""
    return f"contact:{contact_id}" if contact_id else f"unit:{unit_id}" if unit_id else ""


def as_core(row: AttemptRow) -> Attempt:
    return Attempt(
        kind=row.kind,  # type: ignore[arg-type]  # as it was checked when it was entered
        at=local_time(row.at),
        outcome=row.outcome,  # type: ignore[arg-type]
        place=place(row.contact_id, row.unit_id),
        incoming=row.incoming,
        companion=row.companion,
        note=row.note,
        learnt=row.learnt,
    )


def of_case(session: Session, case_id: int) -> list[tuple[AttemptRow, Attempt]]:
    """In the order of their time."""
    query = select(AttemptRow).where(AttemptRow.case_id == case_id).order_by(AttemptRow.at, AttemptRow.id)
    return [(row, as_core(row)) for row in session.scalars(query)]


def of_cases(session: Session, case_ids: Sequence[int], since: date) -> Mapping[int, list[Attempt]]:
    """Case -> its attempts since a day, in the order of their time."""
    found: dict[int, list[Attempt]] = defaultdict(list)
    query = select(AttemptRow).where(AttemptRow.case_id.in_(case_ids), AttemptRow.on >= since)
    for row in session.scalars(query.order_by(AttemptRow.at, AttemptRow.id)):
        found[row.case_id].append(as_core(row))
    return found


def of_cases_visited(
    session: Session, community_id: int, first: date, last: date
) -> Mapping[Any, Sequence[tuple[AttemptRow, Attempt]]]:
    """(Case, debtor's name) -> all attempts on it until then, of cases visited in that time; one query."""
    visited = select(AttemptRow.case_id).where(
        AttemptRow.community_id == community_id,
        AttemptRow.kind == "visit",
        AttemptRow.on.between(first, last),
    )
    query = (
        select(AttemptRow, Case, Party.name)
        .join(Case, Case.id == AttemptRow.case_id)
        .join(Party, Party.id == Case.debtor_id)
        .where(AttemptRow.case_id.in_(visited), AttemptRow.on <= last)
        .order_by(AttemptRow.at, AttemptRow.id)
    )
    found = defaultdict(list)
    for row, case, name in session.execute(query):
        found[case, name].append((row, as_core(row)))
    return found


def news(session: Session, community_id: int, debtor_ids: Iterable[int]) -> Mapping[int, list[date]]:
    """Debtor -> the days on which something about him became known: money, a promise, a way to reach him."""
    chosen = list(debtor_ids)
    found = defaultdict(list)
    paid = select(Payment.debtor_id, Payment.on).where(
        Payment.community_id == community_id, Payment.debtor_id.in_(chosen), live(Payment)
    )
    promised = (
        select(Case.debtor_id, PromiseRow.given_on)
        .join(PromiseRow, PromiseRow.case_id == Case.id)
        .where(Case.debtor_id.in_(chosen))
    )
    for debtor_id, on in session.execute(paid.union_all(promised)):
        found[debtor_id].append(on)
    told = select(Contact.party_id, Contact.recorded_at).where(
        Contact.party_id.in_(chosen), Contact.value != ""
    )
    for debtor_id, at in session.execute(told):
        found[debtor_id].append(local_time(at).date())
    return found


@dataclass(frozen=True)
class ContactPoint:
    """A number or an address that was told and holds, and when it last worked and last failed.

    `wrong`: its last word was no, so it is not used; told anew it is another row, and good again.
    """

    contact: Contact
    confirmed: date | None = None
    failed: date | None = None
    wrong: bool = False


def contact_points(session: Session, party_ids: Sequence[int]) -> Mapping[int, Sequence[ContactPoint]]:
    """Party -> how it is reached, the newest first. Three queries for any number of people."""
    rows = session.scalars(select(Contact).where(Contact.party_id.in_(party_ids)).order_by(Contact.id)).all()
    tried: dict[int, list[AttemptRow]] = defaultdict(list)
    query = select(AttemptRow).where(AttemptRow.contact_id.in_([one.id for one in rows]))
    for attempt in session.scalars(query.order_by(AttemptRow.at, AttemptRow.id)):
        assert attempt.contact_id
        tried[attempt.contact_id].append(attempt)
    mailed = _mailed(session, [one.value for one in rows if one.kind == "email"])
    told: dict[int, list[Contact]] = defaultdict(list)
    for one in rows:
        told[one.party_id].append(one)
    return {
        party_id: [_point(one, tried[one.id], mailed.get(one.value, ())) for one in standing(given)[::-1]]
        for party_id, given in told.items()
    }


def _point(contact: Contact, tried: Sequence[AttemptRow], mailed: Sequence[Mail]) -> ContactPoint:
    words = [(one.at, one.outcome != "wrong") for one in tried if one.outcome in ("talked", "other", "wrong")]
    words += [
        (one.returned_at or one.handed_over_at or one.created_at, one.state == "handed_over")
        for one in mailed
        if contact.kind == "email" and one.created_at >= contact.recorded_at
    ]
    good = [local_time(at).date() for at, works in words if works]
    bad = [local_time(at).date() for at, works in words if not works]
    last = max(words, default=None)
    return ContactPoint(
        contact, max(good, default=None), max(bad, default=None), last is not None and not last[1]
    )


def _mailed(session: Session, addresses: Sequence[str]) -> Mapping[str, Sequence[Mail]]:
    """Address -> the mails that say whether it is good."""
    found: dict[str, list[Mail]] = defaultdict(list)
    query = select(Mail).where(
        Mail.recipient.in_(addresses), Mail.state.in_(("handed_over", *NO_SUCH_ADDRESS))
    )
    for mail in session.scalars(query) if addresses else ():
        found[mail.recipient].append(mail)
    return found


def wrong_homes(session: Session, unit_ids: Sequence[int]) -> set[int]:
    """Units at which the debtor was last said not to live."""
    newest = (
        select(sql.max(AttemptRow.id))
        .where(AttemptRow.unit_id.in_(unit_ids), AttemptRow.outcome.in_(("talked", "wrong")))
        .group_by(AttemptRow.unit_id, AttemptRow.case_id)
    )
    query = select(AttemptRow.unit_id).where(AttemptRow.id.in_(newest), AttemptRow.outcome == "wrong")
    return {unit_id for unit_id in session.scalars(query) if unit_id is not None}
