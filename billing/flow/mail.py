"""Mail as it is written: put in the outbox within the transaction of the business it tells of.

Its words are the wording's for its kind under [mail]. What the server makes of it is told in billing.flow.outbox.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import local_day
from billing.core import mask
from billing.core.mailbox import is_mailbox
from billing.core.money import grouped
from billing.core.problem import Refused
from billing.flow.addressee import addressee
from billing.flow.entry import token
from billing.flow.overtaken import REASONS, overtaken
from billing.flow.profile import OFFICE, profile, require
from billing.store import outbox
from billing.store.collection import Document
from billing.store.estate import Community, Unit
from billing.store.ledger import Payment
from billing.store.mail import Mail
from billing.store.people import Party
from billing.translations import N_
from notices import figures
from notices.wording import LATEST, wording

_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
#: What an office that has not entered its name and number yet is called.
_SOME_OFFICE = "物业服务中心"


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


@dataclass(frozen=True)
class Sender:
    """Who writes to the owners of a community, as its mails name it."""

    community_id: int
    developer: str
    places: Mapping[str, str]

    def letter(
        self,
        party: Party,
        recipient: str,
        kind: str,
        about: tuple[str, int],
        places: Mapping[str, str],
        attachments: Iterable[dict[str, Any]] = (),
    ) -> Letter:
        """The words of that kind, filled; a subject is one line."""
        name = addressee(party.name, party.kind, self.developer) or party.name
        words, filled = wording(LATEST), {**self.places, **places, "业主": name}
        return Letter(
            community_id=self.community_id,
            about=about[0],
            about_id=about[1],
            party_id=party.id,
            recipient=recipient,
            subject=" ".join(words(f"mail.{kind}.subject", filled).split()),
            body=words(f"mail.{kind}.body", filled),
            attachments=list(attachments),
        )


def sender(session: Session, community_id: int, today: date) -> Sender:
    office, own = profile(session, OFFICE, today), profile(session, community_id, today)
    places = {
        "公司": office.get("company", _SOME_OFFICE),
        "电话": office.get("phone", _SOME_OFFICE),
        "小区": session.get_one(Community, community_id).name,
    }
    return Sender(community_id, own.get("developer", ""), places)


def queue_receipt(
    session: Session, actor: str, today: date, now: datetime, payment: Payment, document: Document
) -> Mail:
    """The receipt of a payment, mailed to its debtor; to the same address a second time, it is the same mail."""
    require_standing(session, Payment.__tablename__, payment.id, today)
    require(session, payment.community_id, today)
    party, about = session.get_one(Party, payment.debtor_id), (document.about, document.about_id)
    places = {
        "房号": session.get_one(Unit, payment.unit_id).label,
        "金额": grouped(payment.amount_fen),
        "收款日": figures.day(payment.on),
        "收据编号": payment.receipt,
    }
    paper, recipient = attached(document, f"收据 {payment.receipt}"), address_of(session, party)
    written_by = sender(session, payment.community_id, today)
    letter = written_by.letter(party, recipient, "receipt", about, places, [paper])
    return queue_mail(session, actor, now, letter, paper_key(letter))


def attached(document: Document, name: str) -> dict[str, Any]:
    return {"sha256": document.sha256, "name": f"{name}.pdf", "media_type": "application/pdf"}


def paper_key(letter: Letter) -> str:
    """A paper is mailed to one address once."""
    return f"{letter.about}:{letter.about_id}:{letter.recipient}"


def receipts_go_out(session: Session, community_id: int, today: date) -> bool:
    """Whether the community mails receipts as soon as they are made."""
    return profile(session, community_id, today).get("mail_receipts") == "yes"


def address_of(session: Session, party: Party) -> str:
    """The newest of the party's addresses that no mail server refused. Raises Refused where there is none."""
    known = outbox.addresses(session, [party.id]).get(party.id, [])
    for row in known:
        if not row.refused:
            return str(row.value)
    if known:
        raise Refused(
            N_("The mail server refused the address %(address)s: enter another one."),
            address=mask.email(known[0].value),
        )
    raise Refused(N_("No e-mail address of %(name)s is known: enter one."), name=party.name)


def queue_mail(
    session: Session, actor: str, now: datetime, letter: Letter, key: str, wait: timedelta = timedelta(0)
) -> Mail:
    """Put a letter in the outbox; the same key again is the same mail. The caller holds the community's lock."""
    return queue_mails(session, actor, now, {key: letter}, wait)[key]


def queue_mails(
    session: Session,
    actor: str,
    now: datetime,
    letters: Mapping[str, Letter],
    wait: timedelta = timedelta(0),
) -> dict[str, Mail]:
    """Key -> its mail, for letters of one community."""
    mails = {mail.key: mail for mail in session.scalars(select(Mail).where(Mail.key.in_(letters)))}
    domain = _domain(session, local_day(now))
    for key, letter in letters.items():
        if key in mails:
            continue
        _check(letter)
        mails[key] = Mail(
            **asdict(letter),
            message_id=f"<{token()}@{domain}>",
            key=key,
            actor=actor,
            created_at=now,
            next_try_at=now + wait,
        )
        session.add(mails[key])
    session.flush()
    return mails


def require_standing(session: Session, about: str, about_id: int, today: date) -> None:
    """Raises Refused where what a mail about it says is no longer so."""
    code = overtaken(session, about, about_id, today, timedelta(0))
    if code:
        raise Refused(REASONS[code])


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


def _domain(session: Session, today: date) -> str:
    """The office's own, under which a Message-ID is made once, so that a server that sees it twice can tell."""
    url = profile(session, OFFICE, today).get("public_url", "")
    domain = urlsplit(url).hostname or ""
    return domain if _DOMAIN.fullmatch(domain) else "permille.invalid"
