"""Collection: payment notices, the ladder of stages, runs, the notices they made, and what holds a notice back."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed
from billing.store.ledger import Fact, Payment, _entry


class Numbered(Fact):
    """A paper that bears a number: `serial` runs without gaps in its community."""

    LETTER: ClassVar[str]
    serial: Mapped[int]

    @property
    def number(self) -> str:
        return f"{self.LETTER}{self.community_id}-{self.serial:06d}"


class BillRun(Fact, Base):
    """出账批次: the payment notices of a fee period that were numbered in one go."""

    __tablename__ = "bill_run"
    __table_args__ = (_entry(), Index(None, "community_id", "period"))
    period: Mapped[str]
    issued_on: Mapped[date]


class Bill(Numbered, Base):
    """缴费通知单: what one debtor is billed for a period on one unit; `paper` holds every figure, for good.

    `charges` are the charges it bills: when they are not those that count any more, the next run makes
    the next `revision`.
    """

    LETTER = "N"
    __tablename__ = "bill"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "serial"),
        UniqueConstraint("community_id", "unit_id", "debtor_id", "period", "revision"),
        Index(None, "community_id", "period"),
        Index(None, "run_id"),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("bill_run.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    period: Mapped[str]
    revision: Mapped[int]
    issued_on: Mapped[date]
    deadline: Mapped[date]
    total_fen: Mapped[int]
    charges: Mapped[list[int]]
    paper: Mapped[str]
    verify_token: Mapped[str] = mapped_column(unique=True)


class LadderStep(Keyed, Base):
    """A stage of the ladder in force from `since` on (see billing.core.dunning.Step)."""

    __tablename__ = "ladder_step"
    __table_args__ = (Index(None, "community_id", "since"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    since: Mapped[date]
    stage: Mapped[int]
    from_days: Mapped[int]
    tone: Mapped[str]
    deadline_days: Mapped[int]
    minimum_fen: Mapped[int]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class Hold(Fact, Base):
    """What keeps notices from a debtor on a unit: a dispute, or a hold somebody placed, from a day to a day."""

    __tablename__ = "hold"
    __table_args__ = (_entry(), Index(None, "community_id", "unit_id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    reason: Mapped[str]


class DunningRun(Fact, Base):
    """催缴批次: one decision over a community as of a day; `left_out` says who got no notice and why."""

    __tablename__ = "dunning_run"
    __table_args__ = (_entry(), Index(None, "community_id"))
    as_of: Mapped[date]
    issued_on: Mapped[date]
    left_out: Mapped[list[dict[str, Any]]]


class Notice(Numbered, Base):
    """A numbered notice to one debtor for one unit; `paper` holds every figure it quotes, for good.

    The last unique key is the wall: a stage is served once per episode of arrears.
    """

    LETTER = "D"
    __tablename__ = "notice"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "serial"),
        UniqueConstraint("community_id", "unit_id", "debtor_id", "episode", "stage"),
        Index(None, "run_id"),
    )
    run_id: Mapped[int] = mapped_column(ForeignKey("dunning_run.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    stage: Mapped[int]
    episode: Mapped[date]
    as_of: Mapped[date]
    issued_on: Mapped[date]
    deadline: Mapped[date]
    principal_fen: Mapped[int]
    late_fee_fen: Mapped[int]
    total_fen: Mapped[int]
    paper: Mapped[str]
    verify_token: Mapped[str] = mapped_column(unique=True)
    slip_token: Mapped[str] = mapped_column(unique=True)


class Document(Keyed, Base):
    """A paper as it was made: its bytes are in the vault; `about` ("notice", "bill", …) and `about_id` say whose."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("about", "about_id"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    about: Mapped[str]
    about_id: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    pages: Mapped[int]
    generator: Mapped[str]
    recorded_at: Mapped[datetime]


def paper_of(table: type[Notice | Bill | Payment]) -> ColumnElement[bool]:
    """Joins a row of the table to its Document."""
    return (Document.about == table.__tablename__) & (Document.about_id == table.id)
