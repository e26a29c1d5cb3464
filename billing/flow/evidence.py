"""Signed slips: the scan of a return slip, kept by its content, filed against its notice, corrected by a new entry."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Missing, Refused
from billing.flow.entry import record, replayed
from billing.flow.printing import NOTICES
from billing.flow.scans import media_type, plain_name
from billing.store.collection import Notice
from billing.store.evidence import Delivery
from billing.store.ledger import Reversal, live
from billing.store.vault import Vault, keep
from billing.translations import N_

#: Who signed, in relation to the debtor (a co-resident adult relative's signature counts as his own).
SELF = "本人"
RELATIONS = (SELF, "家属", "受托人", "其他")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a person read off a slip."""

    signer: str
    relation: str
    on: date
    device: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Slip(Reading):
    """A scan and what a person read off it."""

    data: bytes
    file_name: str


def file_slip(
    session: Session, vault: Vault, actor: str, today: date, notice: Notice, slip: Slip
) -> Delivery:
    """File the slip against its notice. The same file again is the same delivery, whoever sends it."""
    kind = media_type(slip.data)
    _check(notice, slip, today)
    sha256 = keep(session, vault, slip.data, kind)
    known = session.scalar(
        select(Delivery).where(Delivery.notice_id == notice.id, Delivery.sha256 == sha256, live(Delivery))
    )
    if known:
        if (known.signer, known.relation, known.on) != (slip.signer.strip(), slip.relation, slip.on):
            raise Refused(
                N_(
                    "This very file is already filed for %(number)s, signed by %(signer)s (%(relation)s) on %(on)s: "
                    "correct that slip instead."
                ),
                number=notice.number,
                signer=known.signer,
                relation=known.relation,
                on=known.on,
            )
        return known
    revision = _next_revision(session, notice.id, sha256)
    content = {"notice": notice.number, "sha256": sha256, **_told(slip)}
    key = f"slip:{notice.serial}:{sha256}" + (f":{revision}" if revision else "")
    entry = record(session, notice.community_id, "delivery", key, actor, content)
    return _add(session, actor, entry, notice, sha256, plain_name(slip.file_name), slip, revision)


def withdraw_slip(session: Session, actor: str, delivery: Delivery, reason: str, key: str) -> Reversal:
    """From this entry on the slip never proved anything: it is another notice's, or nobody's. The file stays."""
    asked = {"withdrawn": delivery.id, "reason": _reason(reason)}
    known = _recorded(session, delivery, asked, key)
    return known or _reverse(session, actor, delivery, asked, key)


def correct_slip(
    session: Session, actor: str, today: date, delivery: Delivery, reading: Reading, reason: str, key: str
) -> Delivery:
    """The same image, read again: one entry reverses the slip as it was filed and files it as it should have been."""
    asked = {"corrected": delivery.id, "reason": _reason(reason), **_told(reading)}
    known = _recorded(session, delivery, asked, key)
    if known:
        return session.scalars(select(Delivery).where(_of_entry(delivery, known.entry))).one()
    notice = session.get_one(Notice, delivery.notice_id)
    _check(notice, reading, today)
    if all(
        getattr(delivery, name) == value for name, value in (*_told(reading).items(), ("note", reading.note))
    ):
        return delivery  # it reads so already
    reversal = _reverse(session, actor, delivery, asked, key)
    revision = _next_revision(session, notice.id, delivery.sha256)
    sha256, name = delivery.sha256, delivery.file_name
    return _add(session, actor, reversal.entry, notice, sha256, name, reading, revision)


def _check(notice: Notice, reading: Reading, today: date) -> None:
    if reading.relation not in RELATIONS:
        raise Refused(N_("The relation is one of %(relations)s."), relations=", ".join(RELATIONS))
    if not reading.signer.strip():
        raise Refused(N_("Say who signed."))
    # Not before the day the notice speaks of: what was received, and when, stands beside it for whoever doubts.
    if not notice.as_of <= reading.on <= today:
        raise Refused(
            N_(
                "The slip of notice %(number)s cannot be signed on %(on)s: notice of %(as_of)s, today %(today)s."
            ),
            number=notice.number,
            on=reading.on,
            as_of=notice.as_of,
            today=today,
        )


def _told(reading: Reading) -> dict[str, Any]:
    """Who, in which relation, and when: what makes a slip another one."""
    told = asdict(reading)
    return {name: told[name] for name in ("signer", "relation", "on")}


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(N_("Say why the slip is corrected: it will be read when somebody doubts it."))
    return text.strip()


def _next_revision(session: Session, notice_id: int, sha256: str) -> int:
    query = select(func.max(Delivery.revision)).where(
        Delivery.notice_id == notice_id, Delivery.sha256 == sha256
    )
    last = session.scalar(query)
    return 0 if last is None else last + 1


def _add(
    session: Session,
    actor: str,
    entry: int,
    notice: Notice,
    sha256: str,
    file_name: str,
    reading: Reading,
    revision: int,
) -> Delivery:
    delivery = Delivery(
        community_id=notice.community_id,
        entry=entry,
        notice_id=notice.id,
        sha256=sha256,
        revision=revision,
        file_name=file_name,
        signer=reading.signer.strip(),
        relation=reading.relation,
        on=reading.on,
        received_at=now(),
        received_by=actor,
        device=reading.device.strip(),
        note=reading.note.strip(),
    )
    session.add(delivery)
    session.flush()
    return delivery


def _recorded(session: Session, delivery: Delivery, asked: Mapping[str, Any], key: str) -> Reversal | None:
    """What this key did before, if it was asked for the same. Refused for a slip that is reversed already."""
    before = replayed(session, delivery.community_id, f"slip-correction:{key}", asked)
    done = session.scalar(
        select(Reversal).where(
            Reversal.community_id == delivery.community_id,
            Reversal.target == Delivery.__tablename__,
            Reversal.target_id == delivery.id,
        )
    )
    if done and before is None:
        raise Refused(N_("This slip was corrected or withdrawn already."))
    return done


def _reverse(
    session: Session, actor: str, delivery: Delivery, asked: Mapping[str, Any], key: str
) -> Reversal:
    community_id = delivery.community_id
    entry = record(session, community_id, "reversal", f"slip-correction:{key}", actor, asked)
    reversal = Reversal(
        community_id=community_id,
        entry=entry,
        target=Delivery.__tablename__,
        target_id=delivery.id,
        reason=asked["reason"],
    )
    session.add(reversal)
    session.flush()
    return reversal


def _of_entry(delivery: Delivery, entry: int) -> ColumnElement[bool]:
    return and_(Delivery.community_id == delivery.community_id, Delivery.entry == entry)


def find_notice(session: Session, community_id: int, number: str) -> Notice:
    """The notice of that number, such as D1-000017."""
    return NOTICES.find(session, community_id, number)


def find_delivery(session: Session, notice: Notice, number: int | None = None) -> Delivery:
    """The slip of that number filed for the notice; without a number, the only one that counts."""
    query = select(Delivery).where(Delivery.notice_id == notice.id)
    query = query.where(live(Delivery) if number is None else Delivery.id == number)
    found = session.scalars(query.limit(2)).all()
    if len(found) > 1:
        raise Refused(N_("Several slips are filed for %(number)s: say which one."), number=notice.number)
    if not found:
        raise Missing(N_("There is no such slip filed for %(number)s."), number=notice.number)
    return found[0]


def deliveries(session: Session, notice_ids: list[int]) -> dict[int, list[Delivery]]:
    """Notice -> its signed slips that count, the oldest first."""
    found: dict[int, list[Delivery]] = {}
    query = select(Delivery).where(Delivery.notice_id.in_(notice_ids), live(Delivery))
    for delivery in session.scalars(query.order_by(Delivery.on, Delivery.id)):
        found.setdefault(delivery.notice_id, []).append(delivery)
    return found
