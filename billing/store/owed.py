"""Read model: principal open and late fee left on every charge, by the closed form, in one pass over one index.

Fen-days of a charge as of a day = open principal x days since it fell due + what was paid late x days it was late by
then. Both are kept beside the charge, so no allocation is read. Each charge is rounded by itself, as it is quoted.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, literal, or_, select
from sqlalchemy.orm import Session

from billing.core.money import MICRO
from billing.store.base import days_late, summed
from billing.store.ledger import Allocation, Charge
from billing.store.sums import PeriodSum


@dataclass(frozen=True)
class Form:
    """Where the form holds: for charges due since a day whose lateness is at one rate, as of `day`."""

    community_id: int
    day: date
    since: date
    rate_ppm: int


def as_it_stands(session: Session, form: Form) -> tuple[int, int]:
    """(open, late fee left to pay) of the charges that no waiver touches (fen); the day is today or later.

    All charges out of the index alone, less the few that a waiver touches; what was paid of it is summed up already.
    """
    columns = (summed(Charge.open_fen), summed(_accrued(form)))
    every = session.execute(select(*columns).where(*_chosen(form))).one()
    touched = session.execute(select(*columns).where(*_chosen(form), Charge.relieved)).one()
    paid = select(summed(PeriodSum.late_fee_paid_fen)).where(
        PeriodSum.community_id == form.community_id, ~PeriodSum.relieved, PeriodSum.due >= form.since
    )
    return every[0] - touched[0], every[1] - touched[1] - (session.scalar(paid) or 0)


def as_it_stood(session: Session, form: Form) -> tuple[int, int]:
    """The same of an earlier day, for the charges to which nothing came since."""
    left = _accrued(form) - Charge.late_fee_paid_fen
    later = exists().where(Allocation.charge_id == Charge.id, Allocation.on > form.day)
    conditions = (*_chosen(form), Charge.effective_on <= form.day, ~Charge.relieved, ~later)
    row = session.execute(select(summed(Charge.open_fen), summed(left)).where(*conditions)).one()
    return row[0], row[1]


def _chosen(form: Form) -> list[ColumnElement[bool]]:
    """A reversed charge has nothing of either."""
    something = or_(Charge.open_fen > 0, Charge.settled_fen_days > 0)
    return [Charge.community_id == form.community_id, Charge.due >= form.since, something]


def _accrued(form: Form) -> ColumnElement[int]:
    """`billing.core.money.round_micro` of it."""
    fen_days = Charge.open_fen * days_late(literal(form.day), Charge.due) + Charge.settled_fen_days
    return (fen_days * (2 * form.rate_ppm) + MICRO) // (2 * MICRO)
