"""Work in the background: each job does one unit at a time, shows how far it is, can be stopped and resumed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed


class Job(Keyed, Base):
    """States: queued, running, stopped, done, failed. A claim that is not renewed may be taken over."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "state"),)
    community_id: Mapped[int]
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="queued")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    created_at: Mapped[datetime]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
