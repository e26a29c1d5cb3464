"""Read model: dunning runs, how much each asked for, how much of it is printed and signed for, and its job."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import and_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, defer

from billing.store.base import summed
from billing.store.collection import BillRun, Document, DunningRun, Notice, paper_of
from billing.store.estate import Unit
from billing.store.evidence import Delivery
from billing.store.ledger import Entry, live
from billing.store.people import Party

Run = TypeVar("Run", DunningRun, BillRun)

_COUNTS = (
    sql.count(Notice.id).label("notices"),
    summed(Notice.principal_fen).label("principal"),
    summed(Notice.late_fee_fen).label("late_fee"),
    summed(Notice.total_fen).label("total"),
    sql.count(Document.id).label("made"),
    summed(Document.pages).label("pages"),
)


def newest(session: Session, community_id: int, limit: int = 50) -> Sequence[Any]:
    """The latest runs with who started them and their sums, the newest first."""
    runs = select(DunningRun.id).where(DunningRun.community_id == community_id)
    chosen = runs.order_by(DunningRun.id.desc()).limit(limit)
    query = (
        select(DunningRun, Entry, *_COUNTS)
        .options(defer(DunningRun.left_out))
        .join(Entry, and_(Entry.community_id == DunningRun.community_id, Entry.seq == DunningRun.entry))
        .outerjoin(Notice, Notice.run_id == DunningRun.id)
        .outerjoin(Document, paper_of(Notice))
        .where(DunningRun.id.in_(chosen))
        .group_by(DunningRun.id, Entry.community_id, Entry.seq)
        .order_by(DunningRun.id.desc())
    )
    return session.execute(query).all()


def signed(session: Session, run_ids: Sequence[int]) -> dict[int, int]:
    """Run -> how many of its notices somebody signed for."""
    query = (
        select(Notice.run_id, sql.count(sql.distinct(Notice.id)))
        .join(Delivery, Delivery.notice_id == Notice.id)
        .where(Notice.run_id.in_(run_ids), live(Delivery))
        .group_by(Notice.run_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def find(session: Session, community_id: int, run_id: int) -> DunningRun | None:
    return session.scalar(
        select(DunningRun).where(DunningRun.community_id == community_id, DunningRun.id == run_id)
    )


def entry_of(session: Session, run: DunningRun | BillRun) -> Entry:
    """Who started it, and when."""
    return session.get_one(Entry, (run.community_id, run.entry))


def with_digest(session: Session, table: type[Run], community_id: int, digest: str) -> Run | None:
    """The run that made the very plan of that digest, if it is the newest."""
    row = session.execute(
        select(table, Entry.detail)
        .join(Entry, and_(Entry.community_id == table.community_id, Entry.seq == table.entry))
        .where(table.community_id == community_id)
        .order_by(table.id.desc())
        .limit(1)
    ).one_or_none()
    return row[0] if row and row.detail.get("digest") == digest else None


def by_stage(session: Session, run_id: int) -> Sequence[Any]:
    """The run's sums for each stage."""
    query = (
        select(Notice.stage, *_COUNTS).outerjoin(Document, paper_of(Notice)).where(Notice.run_id == run_id)
    )
    return session.execute(query.group_by(Notice.stage).order_by(Notice.stage)).all()


def papers(session: Session, run_id: int) -> Sequence[Any]:
    """The run's notices in delivery order: Notice, Unit, debtor, pages (none while the paper is not made)."""
    query = (
        select(Notice, Unit, Party.name.label("debtor"), Document.pages)
        .options(defer(Notice.paper))
        .join(Unit, Unit.id == Notice.unit_id)
        .join(Party, Party.id == Notice.debtor_id)
        .outerjoin(Document, paper_of(Notice))
        .where(Notice.run_id == run_id)
        .order_by(Notice.serial)
    )
    return session.execute(query).all()
