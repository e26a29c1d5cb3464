"""Read model: notices and the slips that came back for them, in lists that can be narrowed, and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, defer

from billing.store.collection import Document, DunningRun, Notice, paper_of
from billing.store.estate import Unit
from billing.store.evidence import SIGNED, Delivery, StoredFile, first_signed
from billing.store.ledger import Entry, Reversal, live, reverses
from billing.store.lookup import meant
from billing.store.people import Party


@dataclass(frozen=True)
class Wish:
    """What a list is narrowed to; an empty wish is every notice of the community."""

    stage: int | None = None
    run_id: int | None = None
    signed: bool | None = None
    text: str = ""
    building: str = ""


def listed(
    session: Session, community_id: int, wish: Wish, offset: int = 0, limit: int = 100
) -> Sequence[Any]:
    """Notice, Unit, debtor, pages (none while the paper is not made), signed_on; the newest run first."""
    query = _rows().where(*_conditions(community_id, wish))
    return session.execute(query.order_by(Notice.serial.desc()).offset(offset).limit(limit)).all()


def count(session: Session, community_id: int, wish: Wish) -> int:
    query = select(sql.count(Notice.id)).join(Unit, Unit.id == Notice.unit_id)
    return session.scalar(query.where(*_conditions(community_id, wish))) or 0


def waiting(session: Session, community_id: int, wish: Wish, limit: int = 300) -> Sequence[Any]:
    """Notices printed and not yet signed for, as a person walks."""
    query = _rows().where(*_conditions(community_id, wish), Document.id.is_not(None), ~SIGNED)
    return session.execute(query.order_by(Unit.position, Notice.serial).limit(limit)).all()


def waiting_count(session: Session, community_id: int, wish: Wish) -> int:
    query = (
        select(sql.count(Notice.id)).join(Unit, Unit.id == Notice.unit_id).join(Document, paper_of(Notice))
    )
    return session.scalar(query.where(*_conditions(community_id, wish), ~SIGNED)) or 0


def counts(session: Session, community_id: int) -> dict[tuple[int, int], int]:
    """(unit, debtor) -> how many notices went out to him for it."""
    query = select(Notice.unit_id, Notice.debtor_id, sql.count()).where(Notice.community_id == community_id)
    return {
        (row[0], row[1]): row[2] for row in session.execute(query.group_by(Notice.unit_id, Notice.debtor_id))
    }


def buildings(session: Session, community_id: int) -> list[str]:
    """The buildings that notices went to, in walking order."""
    query = (
        select(Unit.building)
        .join(Notice, Notice.unit_id == Unit.id)
        .where(Notice.community_id == community_id)
    )
    return list(session.scalars(query.group_by(Unit.building).order_by(sql.min(Unit.position))))


def stages(session: Session, community_id: int) -> list[int]:
    query = select(Notice.stage).where(Notice.community_id == community_id).distinct().order_by(Notice.stage)
    return list(session.scalars(query))


def runs(session: Session, community_id: int) -> Sequence[Any]:
    """Runs that made a notice: id and as-of day, the newest first."""
    query = select(DunningRun.id, DunningRun.as_of).where(DunningRun.community_id == community_id)
    return session.execute(query.order_by(DunningRun.id.desc()).limit(50)).all()


def find(session: Session, community_id: int, notice_id: int) -> Any:
    """One notice with its Unit, debtor, Document and Entry."""
    query = (
        select(Notice, Unit, Party.name.label("debtor"), Document, Entry)
        .join(Unit, Unit.id == Notice.unit_id)
        .join(Party, Party.id == Notice.debtor_id)
        .join(Entry, and_(Entry.community_id == Notice.community_id, Entry.seq == Notice.entry))
        .outerjoin(Document, paper_of(Notice))
    )
    return session.execute(
        query.where(Notice.community_id == community_id, Notice.id == notice_id)
    ).one_or_none()


def slips(session: Session, notice_id: int) -> Sequence[Any]:
    """Delivery, its StoredFile, and the Reversal with its Entry where it was corrected; the oldest first."""
    query = (
        select(Delivery, StoredFile, Reversal, Entry)
        .join(StoredFile, StoredFile.sha256 == Delivery.sha256)
        .outerjoin(Reversal, reverses(Delivery))
        .outerjoin(Entry, and_(Entry.community_id == Reversal.community_id, Entry.seq == Reversal.entry))
        .where(Delivery.notice_id == notice_id)
    )
    return session.execute(query.order_by(Delivery.on, Delivery.id)).all()


def filed_elsewhere(session: Session, notice: Notice, sha256s: Sequence[str]) -> dict[str, list[str]]:
    """File -> the other notices of the community for which the very same file is filed."""
    found: dict[str, list[str]] = {}
    query = (
        select(Delivery.sha256, Notice)
        .options(defer(Notice.paper))
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Delivery.sha256.in_(sha256s), Notice.id != notice.id, live(Delivery))
        .where(Notice.community_id == notice.community_id)
        .order_by(Notice.serial)
    )
    for row in session.execute(query):
        found.setdefault(row.sha256, []).append(row.Notice.number)
    return found


def find_slip(session: Session, community_id: int, delivery_id: int) -> Any:
    query = select(Delivery, StoredFile).join(StoredFile, StoredFile.sha256 == Delivery.sha256)
    return session.execute(
        query.where(Delivery.community_id == community_id, Delivery.id == delivery_id)
    ).one_or_none()


def devices(session: Session, community_id: int) -> list[str]:
    """What slips were photographed or scanned with here, to choose from."""
    query = select(Delivery.device).where(Delivery.community_id == community_id, Delivery.device != "")
    return list(
        session.scalars(query.group_by(Delivery.device).order_by(sql.max(Delivery.id).desc()).limit(8))
    )


def _rows() -> Any:
    return (
        select(Notice, Unit, Party.name.label("debtor"), Document.pages, first_signed().label("signed_on"))
        .options(defer(Notice.paper))
        .join(Unit, Unit.id == Notice.unit_id)
        .join(Party, Party.id == Notice.debtor_id)
        .outerjoin(Document, paper_of(Notice))
    )


def _conditions(community_id: int, wish: Wish) -> list[ColumnElement[bool]]:
    conditions = [Notice.community_id == community_id]
    if wish.stage is not None:
        conditions.append(Notice.stage == wish.stage)
    if wish.run_id is not None:
        conditions.append(Notice.run_id == wish.run_id)
    if wish.signed is not None:
        conditions.append(SIGNED if wish.signed else ~SIGNED)
    if wish.text:
        conditions.append(Notice.unit_id.in_(meant(community_id, wish.text)))
    if wish.building:
        conditions.append(Unit.building == wish.building)
    return conditions
