"""The ledger: facts that are only ever added. Triggers in the database refuse to change or delete them.

A fact belongs to an `Entry`, one per business act, numbered without gaps per community in the order of
commit: "as known at entry N" sees the facts with entry <= N. A fact is live unless a `Reversal` names it;
an allocation also needs its payment and its charge to be live.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed


class Entry(Base):
    """One act: who recorded what, when, under which key. `content` is the hash of what was asked for."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("community_id", "key"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    key: Mapped[str]
    content: Mapped[str]
    actor: Mapped[str]
    recorded_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]


class Fact(Keyed):
    """What every fact has: its community and its entry."""

    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    entry: Mapped[int]


def _entry() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["community_id", "entry"], ["entry.community_id", "entry.seq"])


class Charge(Fact, Base):
    """应收: a debt of one debtor for one unit, item and period.

    `effective_on` is the day from which a statement shows it. Area and price are kept as they were.
    The columns of `KEPT` are an index over the other facts, the only ones that ever change (`billing.store.index`
    keeps and proves them): what is open, the sum of principal x days late when paid, the late fee paid, the principal
    given up, whether an approved waiver ever touched it, whether it was reversed.
    """

    __tablename__ = "charge"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "unit_id", "item_id", "period", "revision"),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(None, "community_id", "debtor_id"),
        Index("ix_charge_period", "community_id", "period", "item_id", "unit_id"),
        Index("ix_charge_open", "community_id", "unit_id", "due", "open_fen", "settled_fen_days"),
        Index(
            "ix_charge_relieved",
            "community_id",
            sqlite_where=text("relieved = 1"),
            postgresql_where=text("relieved"),
        ),
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("fee_item.id"))
    period: Mapped[str]
    period_first: Mapped[date]
    period_last: Mapped[date]
    revision: Mapped[int] = mapped_column(default=0)
    amount_fen: Mapped[int]
    due: Mapped[date]
    effective_on: Mapped[date]
    area_e2: Mapped[int | None]
    price_e4: Mapped[int | None]
    basis: Mapped[str]
    open_fen: Mapped[int]
    settled_fen_days: Mapped[int] = mapped_column(default=0)
    late_fee_paid_fen: Mapped[int] = mapped_column(default=0)
    waived_fen: Mapped[int] = mapped_column(default=0)
    relieved: Mapped[bool] = mapped_column(default=False)
    void: Mapped[bool] = mapped_column(default=False)


#: The columns of a charge that are an index over other facts.
KEPT = ("open_fen", "settled_fen_days", "late_fee_paid_fen", "waived_fen", "relieved", "void")


class Payment(Fact, Base):
    """收款. `serial` numbers the office's own receipts without gaps; `outside_number` is an older paper's.

    `free_fen` is what no charge got of it yet: an index over the allocations, as the columns `KEPT` of a charge are.
    """

    __tablename__ = "payment"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "serial"),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(None, "community_id", "unit_id", "debtor_id"),
        Index(None, "paid_on", "community_id"),
        Index(
            "ix_payment_free",
            "community_id",
            "debtor_id",
            sqlite_where=text("free_fen > 0"),
            postgresql_where=text("free_fen > 0"),
        ),
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    amount_fen: Mapped[int]
    on: Mapped[date] = mapped_column("paid_on")
    channel: Mapped[str]
    payer: Mapped[str]
    serial: Mapped[int | None]
    outside_number: Mapped[str]
    note: Mapped[str]
    #: What the QR on the receipt points at; it tells nothing by itself.
    verify_token: Mapped[str] = mapped_column(unique=True)
    free_fen: Mapped[int]

    @property
    def receipt(self) -> str:
        """The receipt's number; for money booked from older books, that book's number."""
        return receipt_number(self.community_id, self.serial) if self.serial else self.outside_number


def receipt_number(community_id: int, serial: int) -> str:
    return f"R{community_id}-{serial:06d}"


class Allocation(Fact, Base):
    """冲抵: a part of a payment that went to a charge, counted from the day `on`."""

    __tablename__ = "allocation"
    __table_args__ = (
        _entry(),
        CheckConstraint("principal_fen >= 0 AND late_fee_fen >= 0", name="sign"),
        CheckConstraint("principal_fen + late_fee_fen > 0", name="amount"),
        Index("ix_allocation_charge", "charge_id", "counted_on", "principal_fen", "late_fee_fen"),
        Index(None, "payment_id"),
    )
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"))
    on: Mapped[date] = mapped_column("counted_on")
    principal_fen: Mapped[int]
    late_fee_fen: Mapped[int]


class Reversal(Fact, Base):
    """红冲: the fact it names never counted, as far as anybody knows from this entry on."""

    __tablename__ = "reversal"
    __table_args__ = (_entry(), UniqueConstraint("community_id", "target", "target_id"))
    target: Mapped[str]
    target_id: Mapped[int]
    reason: Mapped[str]


def reverses(table: type[Fact], reversal: type[Reversal] = Reversal) -> ColumnElement[bool]:
    """That the row of `Reversal`, or of an alias of it, names the fact."""
    named = and_(reversal.target == table.__tablename__, reversal.target_id == table.id)  # type: ignore[attr-defined]
    return and_(reversal.community_id == table.community_id, named)


def live(table: type[Fact], known_at: int | None = None) -> ColumnElement[bool]:
    """That a fact is known and no known reversal names it."""
    if known_at is None:
        return ~exists().where(reverses(table))
    return and_(table.entry <= known_at, ~exists().where(reverses(table), Reversal.entry <= known_at))
