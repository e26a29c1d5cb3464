"""Mail as it is written: put in the outbox within the transaction of the business it tells of.

A kept paper is mailed by `queue_paper`, in the words that the wording has for its kind under [mail]. What the server
makes of it is told in billing.flow.outbox.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import local_day
from billing.core import mask
from billing.core.mailbox import is_mailbox
from billing.core.money import grouped
from billing.core.problem import Refused
from billing.flow.entry import token
from billing.flow.profile import OFFICE, profile, require
from billing.flow.receipts import ORIGINAL
from billing.store import outbox
from billing.store.collection import Document
from billing.store.estate import Community, Unit
from billing.store.ledger import Payment, Reversal
from billing.store.mail import Mail
from billing.store.people import Party
from billing.translations import N_
from notices import figures
from notices.wording import LATEST, wording

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)


@dataclass(frozen=True)
class Letter:
    """What is sent to whom, and what it is about; `attachments` are files of the vault."""

    community_id: int
    about: str
    about_id: int
    party_id: int
    recipient: str
    subject: str
    body: str
    attachments: list[dict[str, Any]] = field(default_factory=list)


def queue_receipt(
    session: Session, actor: str, today: date, now: datetime, payment: Payment, document: Document
) -> Mail:
    """The receipt of a payment, mailed to its debtor."""
    require_standing(session, ORIGINAL, payment.id)
    places = {
        "房号": session.get_one(Unit, payment.unit_id).label,
        "金额": grouped(payment.amount_fen),
        "收款日": figures.day(payment.on),
        "收据编号": payment.receipt,
    }
    name = f"收据 {payment.receipt}.pdf"
    return queue_paper(session, actor, today, now, payment.debtor_id, document, "receipt", places, name)


def receipts_go_out(session: Session, community_id: int, today: date) -> bool:
    """Whether the community mails receipts as soon as they are made."""
    return profile(session, community_id, today).get("mail_receipts") == "yes"


def require_standing(session: Session, about: str, about_id: int) -> None:
    """Raises Refused where what the mail would say is no longer so."""
    reversed_since = select(Reversal.id).where(
        Reversal.target == Payment.__tablename__, Reversal.target_id == about_id
    )
    if about == ORIGINAL and session.scalar(reversed_since):
        raise Refused(N_("This payment was reversed: its receipt is not mailed any more."))


def queue_paper(
    session: Session,
    actor: str,
    today: date,
    now: datetime,
    party_id: int,
    document: Document,
    kind: str,
    places: Mapping[str, str],
    name: str,
) -> Mail:
    """Mail a kept paper to a party; to the same address a second time, it is the same mail."""
    require(session, document.community_id, today)
    party, office = session.get_one(Party, party_id), profile(session, OFFICE, today)
    recipient = address_of(session, party)
    filled = {
        **places,
        "业主": party.name,
        "公司": office["company"],
        "电话": office["phone"],
        "小区": session.get_one(Community, document.community_id).name,
    }
    words = wording(LATEST)
    letter = Letter(
        community_id=document.community_id,
        about=document.about,
        about_id=document.about_id,
        party_id=party_id,
        recipient=recipient,
        subject=" ".join(words(f"mail.{kind}.subject", filled).split()),
        body=words(f"mail.{kind}.body", filled),
        attachments=[{"sha256": document.sha256, "name": name, "media_type": "application/pdf"}],
    )
    return queue_mail(session, actor, now, letter, f"{letter.about}:{letter.about_id}:{recipient}")


def address_of(session: Session, party: Party) -> str:
    """The newest of the party's addresses that no mail server refused. Raises Refused where there is none."""
    known = outbox.addresses(session, party.id)
    for row in known:
        if not row.refused:
            return str(row.value)
    if known:
        raise Refused(
            N_("The mail server refused the address %(address)s: import the roster with another one."),
            address=mask.email(known[0].value),
        )
    raise Refused(N_("No e-mail address of %(name)s is known: import the roster with it."), name=party.name)


def queue_mail(session: Session, actor: str, now: datetime, letter: Letter, key: str) -> Mail:
    """Put a letter in the outbox; the same key again is the same mail. The caller holds the community's lock."""
    known = session.scalar(select(Mail).where(Mail.key == key))
    if known:
        return known
    _check(letter)
    mail = Mail(
        **asdict(letter),
        message_id=_message_id(session, now),
        key=key,
        actor=actor,
        created_at=now,
        next_try_at=now,
    )
    session.add(mail)
    session.flush()
    return mail


def _check(letter: Letter) -> None:
    """Nothing that becomes a header may begin another one."""
    if not is_mailbox(letter.recipient):
        raise Refused(N_("“%(text)s” is not an e-mail address."), text=letter.recipient[:80])
    headers = [letter.subject, *_words_of(letter.attachments)]
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in "".join(headers)):
        raise Refused(N_("The subject of a mail and the names of its files are one line each."))


def _words_of(attachments: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for one in attachments:
        yield from (one["name"], one["media_type"])


def _message_id(session: Session, now: datetime) -> str:
    """Made once with the mail, so that a server that sees it twice can tell; under the office's own domain."""
    url = profile(session, OFFICE, local_day(now)).get("public_url", "")
    domain = urlsplit(url).hostname or ""
    return f"<{token()}@{domain if _DOMAIN.fullmatch(domain) else 'permille.invalid'}>"
