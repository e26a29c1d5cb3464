"""Evidence: files kept by content, and the deliveries they prove."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, ScalarSelect, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base
from billing.store.collection import Notice
from billing.store.ledger import Fact, _entry


class StoredFile(Base):
    """A file in the vault, known by its content; what it was called and who brought it stand with its use."""

    __tablename__ = "stored_file"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    sm3: Mapped[str]
    size: Mapped[int]
    media_type: Mapped[str]
    recorded_at: Mapped[datetime]


class Delivery(Fact, Base):
    """送达: a signed slip brought back for a notice: who signed, in which relation, when, and the image."""

    __tablename__ = "delivery"
    __table_args__ = (
        _entry(),
        UniqueConstraint("notice_id", "sha256"),
        Index(None, "community_id"),
    )
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str]
    signer: Mapped[str]
    relation: Mapped[str]
    on: Mapped[date] = mapped_column("signed_on")
    received_at: Mapped[datetime]
    received_by: Mapped[str]
    device: Mapped[str]
    note: Mapped[str]


def first_signed() -> ScalarSelect[date]:
    """Beside a notice: the first day on which a slip proves that it arrived."""
    first = select(func.min(Delivery.on)).where(Delivery.notice_id == Notice.id)
    return first.correlate(Notice).scalar_subquery()
