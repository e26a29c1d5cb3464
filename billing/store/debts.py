"""Read model: every charge on which something may be owed as of a day, with the two integers kept beside it.

`billing.flow.overview` works out the late fee: from the two integers where the rule is plain, from the entries else.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.people import Party


def debts(session: Session, community_id: int, as_of: date) -> Sequence[Any]:
    """A row a charge, in walking order; one query.

    `moved`: an allocation counts from a later day, so the integers do not say what stood on this one. What was
    paid by its due date and never bore late fee is left out.
    """
    paid = _late_fee_paid(community_id)
    moved = exists().where(Allocation.charge_id == Charge.id, Allocation.on > as_of)
    return session.execute(
        select(
            Charge.id,
            Charge.unit_id,
            Charge.debtor_id,
            Charge.due,
            Charge.period_first,
            Charge.open_fen,
            Charge.settled_fen_days,
            Charge.relieved,
            Unit.building,
            Unit.entrance,
            Unit.room,
            Party.name.label("debtor"),
            func.coalesce(paid.c.fen, 0).label("late_fee_paid"),
            moved.label("moved"),
        )
        .join(Unit, Unit.id == Charge.unit_id)
        .join(Party, Party.id == Charge.debtor_id)
        .outerjoin(paid, paid.c.charge_id == Charge.id)
        .where(
            Charge.community_id == community_id,
            Charge.effective_on <= as_of,
            (Charge.open_fen > 0) | (Charge.settled_fen_days > 0) | Charge.relieved | moved,
            live(Charge),
        )
        .order_by(Unit.position, Charge.debtor_id, Charge.due)
    ).all()


def _late_fee_paid(community_id: int) -> Any:
    """Charge -> late fee paid on it so far."""
    return (
        select(Allocation.charge_id, summed(Allocation.late_fee_fen).label("fen"))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(
            Allocation.community_id == community_id,
            Allocation.late_fee_fen > 0,
            live(Allocation),
            live(Payment),
        )
        .group_by(Allocation.charge_id)
        .subquery()
    )


def charged(session: Session, community_id: int, as_of: date) -> Sequence[Any]:
    """(building, units, charged, charged for this year's periods) in walking order."""
    this_year = case((Charge.period_first >= as_of.replace(month=1, day=1), Charge.amount_fen), else_=0)
    return session.execute(
        select(
            Unit.building,
            func.count(Charge.unit_id.distinct()).label("units"),
            summed(Charge.amount_fen).label("charged"),
            summed(this_year).label("this_year"),
        )
        .join(Unit, Unit.id == Charge.unit_id)
        .where(Charge.community_id == community_id, Charge.effective_on <= as_of, live(Charge))
        .group_by(Unit.building)
        .order_by(func.min(Unit.position))
    ).all()


def latest_payments(session: Session, community_id: int, limit: int) -> Sequence[Any]:
    """(Payment, Unit, debtor) of the newest payments that count."""
    return session.execute(
        select(Payment, Unit, Party.name.label("debtor"))
        .join(Unit, Unit.id == Payment.unit_id)
        .join(Party, Party.id == Payment.debtor_id)
        .where(Payment.community_id == community_id, live(Payment))
        .order_by(Payment.on.desc(), Payment.id.desc())
        .limit(limit)
    ).all()


def received(session: Session, community_id: int, day: date) -> tuple[int, int]:
    """How many payments came on that day, and what they come to (fen)."""
    row = session.execute(
        select(func.count(), summed(Payment.amount_fen)).where(
            Payment.community_id == community_id, Payment.on == day, live(Payment)
        )
    ).one()
    return row[0], row[1]
