"""Read model: the outbox in lists, the mails about one thing, and the addresses of a person that may be used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, literal, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased, defer

from billing.store.estate import Community
from billing.store.mail import UNSENT, Mail
from billing.store.people import Contact, Party

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


def about(session: Session, about: str, about_id: int) -> Sequence[Mail]:
    """The mails about one thing, the newest first."""
    query = select(Mail).where(Mail.about == about, Mail.about_id == about_id)
    return session.scalars(query.order_by(Mail.id.desc())).all()


def addresses(session: Session, party_id: int) -> Sequence[Any]:
    """The party's e-mail addresses, the newest first; `refused`: since it was entered, a mail server last refused it.

    Entered anew it counts as new, and so it does once a server took a mail for it after all.
    """
    last_word = (
        select(Mail.state)
        .where(
            Mail.recipient == Contact.value,
            Mail.created_at >= Contact.recorded_at,
            Mail.state.in_(("handed_over", "address_refused")),
        )
        .order_by(Mail.id.desc())
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    refused = sql.coalesce(last_word == "address_refused", False)
    query = select(Contact.value, refused.label("refused"))
    return session.execute(
        query.where(Contact.party_id == party_id, Contact.kind == "email").order_by(Contact.id.desc())
    ).all()
