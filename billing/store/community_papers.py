"""A community's own papers: the service contract and what stands beside it, kept as they came, each for its time."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from billing.store.base import Base
from billing.store.evidence import StoredFile
from billing.store.ledger import Entry, Fact, Reversal, _entry, live, reverses


class CommunityPaper(Fact, Base):
    """合同类文件: a scan of a contract, a price notice, a resolution, in force from `since` through `until`.

    One that was filed wrongly is withdrawn by a reversal; its file stays.
    """

    __tablename__ = "community_paper"
    __table_args__ = (_entry(), Index(None, "community_id"))
    kind: Mapped[str]
    title: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str]
    received_at: Mapped[datetime]
    received_by: Mapped[str]


def listed(session: Session, community_id: int) -> Sequence[Any]:
    """CommunityPaper, StoredFile, and Reversal with its Entry where it was withdrawn; the newest in force first."""
    query = (
        select(CommunityPaper, StoredFile, Reversal, Entry)
        .join(StoredFile, StoredFile.sha256 == CommunityPaper.sha256)
        .outerjoin(Reversal, reverses(CommunityPaper))
        .outerjoin(Entry, and_(Entry.community_id == Reversal.community_id, Entry.seq == Reversal.entry))
        .where(CommunityPaper.community_id == community_id)
        .order_by(CommunityPaper.since.desc(), CommunityPaper.id.desc())
    )
    return session.execute(query).all()


def find(session: Session, community_id: int, paper_id: int) -> Any:
    query = select(CommunityPaper, StoredFile).join(StoredFile, StoredFile.sha256 == CommunityPaper.sha256)
    query = query.where(CommunityPaper.community_id == community_id, CommunityPaper.id == paper_id)
    return session.execute(query).one_or_none()


def in_force(
    session: Session, community_id: int, first: date, last: date, known_at: int | None = None
) -> Sequence[Any]:
    """CommunityPaper and StoredFile of those in force on any day from `first` through `last`, the earliest first."""
    query = (
        select(CommunityPaper, StoredFile)
        .join(StoredFile, StoredFile.sha256 == CommunityPaper.sha256)
        .where(
            CommunityPaper.community_id == community_id,
            live(CommunityPaper, known_at),
            CommunityPaper.since <= last,
            or_(CommunityPaper.until.is_(None), CommunityPaper.until >= first),
        )
        .order_by(CommunityPaper.since, CommunityPaper.id)
    )
    return session.execute(query).all()
