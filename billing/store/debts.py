"""Read model: every charge on which something may be owed as of a day, with the integers kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Executable,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from billing.core.money import MICRO
from billing.store.base import days_late, summed
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.people import Party


@dataclass(frozen=True)
class Which:
    """Of which charges: those of some units; and of these, or of all, those whose late fee is no closed form, because
    a waiver touches them, they fell due before a day, or money went to them after the day asked for. `settled`: to none
    it can have.
    """

    settled: bool = False
    units: Sequence[int] | None = None
    relieved: bool = False
    due_before: date | None = None

    def conditions(self, moved: ColumnElement[bool]) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.units is not None:
            found.append(Charge.unit_id.in_(self.units))
        if self.relieved:
            early = [] if self.due_before is None else [Charge.due < self.due_before]
            found.append(or_(Charge.relieved, *early, moved))
        return found


EVERY = Which()


@dataclass(frozen=True)
class Form:
    """Where the closed form holds: for charges due since a day that no waiver touches, at one rate, as of `day`; the
    books stand as they do now."""

    day: date
    since: date
    rate_ppm: int


class AccountRow(NamedTuple):
    """A debtor's bills on a unit, of those asked for, and since when any of his is overdue."""

    unit_id: int
    debtor_id: int
    bills: int
    open: int
    late_fee: int
    oldest: date | None
    overdue_bills: int
    overdue_since: date | None


def by_account(
    session: Session,
    community_id: int,
    form: Form,
    units: Sequence[int],
    coming: bool,
    span: tuple[date, date],
) -> list[AccountRow]:
    """Of these units, by the closed form: the bills that fell due in the span and are overdue, or `coming`."""
    told = {
        "community": community_id,
        "units": units,
        "day": form.day,
        "since": form.since,
        "rate_ppm": form.rate_ppm,
        "first": span[0],
        "last": span[1],
    }
    return [AccountRow(*row) for row in session.execute(_by_account(coming), told)]


@cache
def _by_account(coming: bool) -> Executable:
    """Built once: it is the statement of a page, and takes longer to build than to answer."""
    day = bindparam("day", type_=Date)
    fen_days = Charge.open_fen * days_late(day, Charge.due) + Charge.settled_fen_days
    doubled = fen_days * (2 * bindparam("rate_ppm", type_=BigInteger)) + MICRO
    late_fee = doubled // (2 * MICRO) - Charge.late_fee_paid_fen
    owing = Charge.open_fen + late_fee > 0
    overdue = and_(Charge.due < day, owing)
    between = Charge.due.between(bindparam("first"), bindparam("last"))
    listed = and_(Charge.due >= day if coming else Charge.due < day, owing, between)
    return (
        select(
            Charge.unit_id,
            Charge.debtor_id,
            summed(case((listed, 1), else_=0)),
            summed(case((listed, Charge.open_fen), else_=0)),
            summed(case((listed, late_fee), else_=0)),
            func.min(case((and_(listed, Charge.open_fen > 0), Charge.due))),
            summed(case((overdue, 1), else_=0)),
            func.min(case((and_(overdue, Charge.open_fen > 0), Charge.due))),
        )
        .where(
            Charge.community_id == bindparam("community"),
            Charge.unit_id.in_(bindparam("units", expanding=True)),
            Charge.effective_on <= day,
            Charge.due >= bindparam("since"),
            ~Charge.void,
            ~Charge.relieved,
        )
        .group_by(Charge.unit_id, Charge.debtor_id)
    )


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
    """(Payment, Unit, debtor) of the newest receipts that count."""
    return session.execute(
        select(Payment, Unit, Party.name.label("debtor"))
        .join(Unit, Unit.id == Payment.unit_id)
        .join(Party, Party.id == Payment.debtor_id)
        .where(Payment.community_id == community_id, Payment.serial.is_not(None), live(Payment))
        .order_by(Payment.serial.desc())
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
