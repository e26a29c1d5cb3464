"""Read model: the outbox in lists, the mails about one thing, and the addresses of a person that may be used."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased, defer

from billing.store.collection import Bill, Notice
from billing.store.estate import Community
from billing.store.mail import NO_SUCH_ADDRESS, UNSENT, Mail
from billing.store.people import Contact, Party, standing

#: The mail by which another one was sent again.
Again = aliased(Mail)
_IS_AGAIN = Again.key == literal("again:") + cast(Mail.id, String)


def again_key(mail_id: int) -> str:
    """The key of the mail by which that one is sent again."""
    return f"again:{mail_id}"


def listed(
    session: Session, state: str = "", community_id: int | None = None, limit: int = 100
) -> Sequence[Any]:
    """Mail, community, party's name, and the id of the mail by which it was sent again; the newest first."""
    query = (
        select(Mail, Community.name.label("community"), Party.name.label("party"), Again.id.label("again_id"))
        .options(defer(Mail.body))
        .join(Community, Community.id == Mail.community_id)
        .join(Party, Party.id == Mail.party_id)
        .outerjoin(Again, _IS_AGAIN)
    )
    if state:
        query = query.where(Mail.state == state)
    if community_id is not None:
        query = query.where(Mail.community_id == community_id)
    return session.execute(query.order_by(Mail.id.desc()).limit(limit)).all()


def counts(session: Session) -> dict[str, int]:
    """State -> how many mails are in it; of those that did not go out, only what nobody sent again."""
    query = select(Mail.state, sql.count(Mail.id)).outerjoin(Again, _IS_AGAIN)
    query = query.where(Mail.state.not_in(UNSENT) | Again.id.is_(None)).group_by(Mail.state)
    return {row[0]: row[1] for row in session.execute(query)}


def last_handed_over(session: Session) -> datetime | None:
    """When the mail server last took a mail."""
    return session.scalar(select(sql.max(Mail.handed_over_at)))


def about(session: Session, about: Sequence[str], about_id: int) -> Sequence[Mail]:
    """The mails about one thing, by what each says of it, the newest first."""
    query = select(Mail).where(Mail.about.in_(about), Mail.about_id == about_id)
    return session.scalars(query.order_by(Mail.id.desc())).all()


def addresses(session: Session, party_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Party -> its e-mail addresses that hold, the newest first; `refused`: a mail server's last word on it was no.

    Only what was said since it was entered counts: entered anew it is new. So it is, too, once a server took a mail
    for it after all, until that one comes back.
    """
    last_word = (
        select(Mail.state)
        .where(
            Mail.recipient == Contact.value,
            Mail.created_at >= Contact.recorded_at,
            Mail.state.in_(("handed_over", *NO_SUCH_ADDRESS)),
        )
        .order_by(sql.coalesce(Mail.returned_at, Mail.next_try_at).desc(), Mail.id.desc())
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    refused = sql.coalesce(last_word.in_(NO_SUCH_ADDRESS), False)
    query = select(Contact.party_id, Contact.kind, Contact.value, refused.label("refused"))
    query = query.where(Contact.party_id.in_(party_ids), Contact.kind == "email").order_by(Contact.id)
    told: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        told[row.party_id].append(row)
    return {party_id: standing(rows)[::-1] for party_id, rows in told.items()}


def of_run(session: Session, table: type[Notice | Bill], run_id: int) -> dict[int, list[Mail]]:
    """Paper of the run -> its mails, the newest first."""
    papers = select(table.id).where(table.run_id == run_id)
    query = select(Mail).options(defer(Mail.body))
    query = query.where(Mail.about == table.__tablename__, Mail.about_id.in_(papers))
    found: dict[int, list[Mail]] = defaultdict(list)
    for mail in session.scalars(query.order_by(Mail.id.desc())):
        found[mail.about_id].append(mail)
    return found
