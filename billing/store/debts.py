"""Read model: every charge on which something may be owed as of a day, with the integers kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from billing.core.money import MICRO
from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.people import Party


@dataclass(frozen=True)
class Which:
    """Of which charges: those of some units; or those whose late fee is no closed form, because a waiver touches them,
    they fell due before a day, or money went to them after the day asked for. `settled`: to none it can have.
    """

    settled: bool = False
    units: Sequence[int] | None = None
    relieved: bool = False
    due_before: date | None = None

    def conditions(self, moved: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        if self.units is not None:
            return [Charge.unit_id.in_(self.units)]
        if not self.relieved:
            return []
        early = [] if self.due_before is None else [Charge.due < self.due_before]
        return [or_(Charge.relieved, *early, moved)]


EVERY = Which()


def debts(session: Session, community_id: int, as_of: date, which: Which = EVERY) -> Sequence[Any]:
    """A row a charge, in walking order; one query.

    `moved`: an allocation counts from a later day, so the integers do not say what stood on this one. What was
    paid by its due date and never bore late fee is left out.
    """
    later = exists().where(Allocation.charge_id == Charge.id, Allocation.on > as_of)
    moved = false() if which.settled else later
    return session.execute(
        select(
            Charge.id,
            Charge.unit_id,
            Charge.debtor_id,
            Charge.due,
            Charge.period_first,
            Charge.open_fen,
            Charge.settled_fen_days,
            Charge.late_fee_paid_fen,
            Charge.relieved,
            Unit.building,
            Unit.entrance,
            Unit.room,
            Party.name.label("debtor"),
            moved.label("moved"),
        )
        .join(Unit, Unit.id == Charge.unit_id)
        .join(Party, Party.id == Charge.debtor_id)
        .where(
            Charge.community_id == community_id,
            Charge.effective_on <= as_of,
            ~Charge.void,
            (Charge.open_fen > 0) | (Charge.settled_fen_days > 0) | Charge.relieved | moved,
            *which.conditions(moved),
        )
        .order_by(Unit.position, Charge.debtor_id, Charge.due)
    ).all()


def late_debtors(session: Session, community_id: int, as_of: date, rate_ppm: int | None) -> list[int]:
    """Whoever may owe something overdue as of the day: on open principal, under a waiver, or late fee alone.

    With the highest `rate_ppm` that ever held, who paid all the late fee it could come to is left out too.
    """
    late_fee = Charge.settled_fen_days > 0
    if rate_ppm is not None:
        late_fee = Charge.settled_fen_days * rate_ppm - Charge.late_fee_paid_fen * MICRO >= MICRO // 2
    return list(
        session.scalars(
            select(Charge.debtor_id)
            .where(
                Charge.community_id == community_id,
                Charge.due < as_of,
                (Charge.open_fen > 0) | late_fee | Charge.relieved,
            )
            .distinct()
        )
    )


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
