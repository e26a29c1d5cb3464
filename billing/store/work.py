"""Work in the background: each job does one unit at a time, shows how far it is, can be stopped and resumed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
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


class Schedule(Keyed, Base):
    """A recurring task: at which local time it is due each day (`at`, HH:MM), and which due time was seen to last.

    `community_id` 0 is the office: every community that has no row of its own.
    """

    __tablename__ = "schedule"
    __table_args__ = (UniqueConstraint("kind", "community_id"),)
    kind: Mapped[str]
    community_id: Mapped[int]
    at: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    last_due: Mapped[datetime | None]


class JobUnit(Keyed, Base):
    """A unit of a recurring task's run: a community's fee period, say, and what came of it once it is done."""

    __tablename__ = "job_unit"
    __table_args__ = (Index(None, "job_id"), Index(None, "community_id", "done_at"))
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    community_id: Mapped[int]
    name: Mapped[str]
    done_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any]]
