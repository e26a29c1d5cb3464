"""Read model: the paper that a QR code names, told without telling whose it is.

Whoever scans holds the paper or a picture of it, not necessarily by right: the answer has number, day and kind,
no name, the unit only in part, and no amount (PIPL art. 25; publishing debtors was held an infringement).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, defer

from billing.clock import local_day
from billing.core import mask
from billing.store.bills import outdated, replaced
from billing.store.collection import Bill, Document, Notice, paper_of
from billing.store.estate import Community, Unit
from billing.store.evidence import first_signed
from billing.store.ledger import Entry, Payment, Reversal


@dataclass(frozen=True)
class Genuine:
    """A paper of ours. `sha256` is that of the kept PDF, if one is kept; `amount` (fen) is only compared, never shown.

    `kind` is "notice", "bill" or "receipt"; a notice has its `deadline` and the day it was `signed` for, a bill its
    `deadline`, whether a later one `replaced` it and whether it is `outdated`, as a charge it bills was reversed;
    a receipt has the day on which it was `reversed`.
    """

    kind: str
    id: int
    community_id: int
    community: str
    unit: str
    number: str
    issued: date
    amount: int
    sha256: str | None
    paper: str = ""
    deadline: date | None = None
    signed: date | None = None
    reversed: date | None = None
    replaced: bool = False
    outdated: bool = False


def find_paper(session: Session, token: str) -> Genuine | None:
    """The paper whose verification code has this token."""
    notice = session.execute(_notices().where(Notice.verify_token == token)).one_or_none()
    return _notice(notice) if notice else _find_bill(session, token) or _find_receipt(session, token)


def find_by_slip(session: Session, token: str) -> Genuine | None:
    """The notice whose return slip has this token."""
    notice = session.execute(_notices().where(Notice.slip_token == token)).one_or_none()
    return _notice(notice) if notice else None


def _notices() -> Select[Notice, Unit, str, str, date]:
    return (
        select(Notice, Unit, Community.name, Document.sha256, first_signed().label("signed"))
        .join(Unit, Unit.id == Notice.unit_id)
        .join(Community, Community.id == Notice.community_id)
        .outerjoin(Document, paper_of(Notice))
    )


def _notice(row: Row[Notice, Unit, str, str, date]) -> Genuine:
    notice: Notice = row.Notice
    return Genuine(
        kind="notice",
        id=notice.id,
        community_id=notice.community_id,
        community=row.name,
        unit=mask.room(row.Unit.label),
        number=notice.number,
        issued=notice.issued_on,
        amount=notice.total_fen,
        sha256=row.sha256,
        paper=notice.paper,
        deadline=notice.deadline,
        signed=row.signed,
    )


def _find_bill(session: Session, token: str) -> Genuine | None:
    row = session.execute(
        select(Bill, Unit, Community.name, Document.sha256, replaced().label("replaced"))
        .options(defer(Bill.paper))
        .join(Unit, Unit.id == Bill.unit_id)
        .join(Community, Community.id == Bill.community_id)
        .outerjoin(Document, paper_of(Bill))
        .where(Bill.verify_token == token)
    ).one_or_none()
    if row is None:
        return None
    bill: Bill = row.Bill
    return Genuine(
        kind="bill",
        id=bill.id,
        community_id=bill.community_id,
        community=row.name,
        unit=mask.room(row.Unit.label),
        number=bill.number,
        issued=bill.issued_on,
        amount=bill.total_fen,
        sha256=row.sha256,
        deadline=bill.deadline,
        replaced=row.replaced,
        outdated=bool(outdated(session, [bill])),
    )


def _find_receipt(session: Session, token: str) -> Genuine | None:
    """A payment taken over from older books has no receipt of ours, so nothing bears its token."""
    row = session.execute(
        select(Payment, Unit, Community.name, Document.sha256, Entry.recorded_at)
        .join(Unit, Unit.id == Payment.unit_id)
        .join(Community, Community.id == Payment.community_id)
        .join(Entry, (Entry.community_id == Payment.community_id) & (Entry.seq == Payment.entry))
        .outerjoin(Document, paper_of(Payment))
        .where(Payment.verify_token == token, Payment.serial.is_not(None))
    ).one_or_none()
    if row is None:
        return None
    payment = row.Payment
    return Genuine(
        kind="receipt",
        id=payment.id,
        community_id=payment.community_id,
        community=row.name,
        unit=mask.room(row.Unit.label),
        number=payment.receipt,
        issued=local_day(row.recorded_at),
        amount=payment.amount_fen,
        sha256=row.sha256,
        reversed=_reversed_on(session, payment),
    )


def _reversed_on(session: Session, payment: Payment) -> date | None:
    moment = session.scalar(
        select(Entry.recorded_at)
        .join(Reversal, (Reversal.community_id == Entry.community_id) & (Reversal.entry == Entry.seq))
        .where(
            Reversal.community_id == payment.community_id,
            Reversal.target == Payment.__tablename__,
            Reversal.target_id == payment.id,
        )
    )
    return local_day(moment) if moment else None
