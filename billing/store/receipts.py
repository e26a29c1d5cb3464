"""Read model: a day's receipts, its totals by channel, whether a number is missing, and one receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from billing.clock import SHANGHAI
from billing.store.base import summed
from billing.store.estate import FeeItem, Unit
from billing.store.ledger import Charge, Entry, Payment, Reversal, reverses
from billing.store.people import Party

#: The day the money came, or the day it was entered (they differ for money entered later).
By = Literal["received", "booked"]


@dataclass(frozen=True)
class ChannelTotal:
    """What came in one way on a day (fen); `reversed` is the part of `received` that never counted."""

    channel: str
    receipts: int
    received: int
    reversed: int

    @property
    def counted(self) -> int:
        return self.received - self.reversed


@dataclass(frozen=True)
class Numbers:
    """The office's own receipt numbers: the highest, and how many there are; equal where none is missing."""

    highest: int
    count: int


def on_day(session: Session, community_id: int, day: date, by: By, limit: int) -> Sequence[Any]:
    """That day's receipts in order of their numbers: Payment, Unit, debtor, Entry, reversal."""
    query = _receipts().where(Payment.community_id == community_id, _of_day(day, by))
    return session.execute(query.order_by(Payment.serial).limit(limit)).all()


def channel_totals(session: Session, community_id: int, day: date, by: By) -> list[ChannelTotal]:
    """The day's totals by channel, the largest first."""
    query = (
        select(
            Payment.channel,
            sql.count(Payment.id),
            summed(Payment.amount_fen),
            summed(case((Reversal.id.is_not(None), Payment.amount_fen), else_=0)),
        )
        .select_from(Payment)
        .join(Entry, _entry_of(Payment))
        .outerjoin(Reversal, reverses(Payment))
        .where(Payment.community_id == community_id, Payment.serial.is_not(None), _of_day(day, by))
        .group_by(Payment.channel)
    )
    totals = [ChannelTotal(*row) for row in session.execute(query)]
    return sorted(totals, key=lambda total: (-total.received, total.channel))


def numbers(session: Session, community_id: int) -> Numbers:
    query = select(sql.max(Payment.serial), sql.count(Payment.serial))
    row = session.execute(query.where(Payment.community_id == community_id)).one()
    return Numbers(row[0] or 0, row[1])


def find(session: Session, community_id: int, payment_id: int) -> Any:
    """One payment with its Unit, debtor, Entry and Reversal; older books' receipts too."""
    query = _receipts(older_books=True)
    return session.execute(
        query.where(Payment.community_id == community_id, Payment.id == payment_id)
    ).one_or_none()


def latest_of(session: Session, unit_id: int, debtor_id: int, limit: int = 3) -> Sequence[Any]:
    """What this debtor last paid for the unit, the newest first."""
    query = _receipts(older_books=True)
    query = query.where(Payment.unit_id == unit_id, Payment.debtor_id == debtor_id)
    return session.execute(query.order_by(Payment.id.desc()).limit(limit)).all()


def reversing_entry(session: Session, reversal: Reversal) -> Entry:
    """Who reversed it, and when."""
    return session.get_one(Entry, (reversal.community_id, reversal.entry))


def charges(session: Session, charge_ids: Sequence[int]) -> dict[int, Any]:
    """Charge -> its item, period and due date."""
    query = select(Charge.id, FeeItem.name.label("item"), Charge.period, Charge.due).join(
        FeeItem, FeeItem.id == Charge.item_id
    )
    return {row.id: row for row in session.execute(query.where(Charge.id.in_(charge_ids)))}


def _receipts(older_books: bool = False) -> Any:
    query = (
        select(Payment, Unit, Party.name.label("debtor"), Entry, Reversal)
        .join(Unit, Unit.id == Payment.unit_id)
        .join(Party, Party.id == Payment.debtor_id)
        .join(Entry, _entry_of(Payment))
        .outerjoin(Reversal, reverses(Payment))
    )
    return query if older_books else query.where(Payment.serial.is_not(None))


def _entry_of(fact: type[Payment]) -> ColumnElement[bool]:
    return and_(Entry.community_id == fact.community_id, Entry.seq == fact.entry)


def _of_day(day: date, by: By) -> ColumnElement[bool]:
    if by == "received":
        return Payment.on == day
    midnight = datetime.combine(day, clock_time(), SHANGHAI)
    return and_(Entry.recorded_at >= midnight, Entry.recorded_at < midnight + timedelta(days=1))
