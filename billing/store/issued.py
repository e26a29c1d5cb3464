"""Read model: the fee periods that were issued, with what they came to and what of it is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, parse_period
from billing.core.money import MICRO
from billing.store.base import summed
from billing.store.estate import FeeItem, TariffRow, Unit, label
from billing.store.ledger import Charge, Entry, live
from billing.store.sums import PeriodSum

_SUMS = (
    func.count(Charge.id).label("charges"),
    func.count(Charge.unit_id.distinct()).label("units"),
    summed(Charge.amount_fen).label("amount"),
    summed(Charge.open_fen).label("open"),
    func.min(Charge.due).label("first_due"),
    func.max(Charge.due).label("last_due"),
)


@dataclass(frozen=True)
class IssuedPeriod:
    """A fee period: how many charges, fen charged and open, their due dates; `carried` where all are of older books."""

    period: Period
    charges: int
    amount: int
    open: int
    first_due: date
    last_due: date
    carried: bool

    @property
    def rate_ppm(self) -> int:
        return (self.amount - self.open) * MICRO // self.amount


def periods(session: Session, community_id: int) -> list[IssuedPeriod]:
    """Every period, the newest first: from the sums beside the ledger, however many charges there are."""
    kept = (
        select(
            PeriodSum.period,
            summed(PeriodSum.bills).label("charges"),
            summed(PeriodSum.amount_fen).label("amount"),
            summed(PeriodSum.open_fen).label("open"),
            func.min(PeriodSum.due).label("first_due"),
            func.max(PeriodSum.due).label("last_due"),
        )
        .where(PeriodSum.community_id == community_id, PeriodSum.bills > 0)
        .group_by(PeriodSum.period)
        .subquery()
    )
    billed_here = (
        exists(Charge.id)
        .where(Charge.community_id == community_id, Charge.period == kept.c.period, live(Charge))
        .where(Entry.community_id == community_id, Entry.seq == Charge.entry, Entry.kind != "arrears")
    )
    found = [
        IssuedPeriod(
            parse_period(row.period),
            row.charges,
            row.amount,
            row.open,
            row.first_due,
            row.last_due,
            row.carried,
        )
        for row in session.execute(select(kept, (~billed_here).label("carried")))
    ]
    return sorted(found, key=lambda one: (one.period.first, one.period.months), reverse=True)


def by_building(session: Session, community_id: int, period: str) -> Sequence[Any]:
    """One period's sums by building, in walking order."""
    return session.execute(
        select(Unit.building.label("name"), *_SUMS)
        .select_from(Charge)
        .join(Unit, Unit.id == Charge.unit_id)
        .where(Charge.community_id == community_id, Charge.period == period, live(Charge))
        .group_by(Unit.building)
        .order_by(func.min(Unit.position))
    ).all()


def by_item(session: Session, community_id: int, period: str) -> Sequence[Any]:
    """One period's sums by fee item."""
    return session.execute(
        select(FeeItem.name.label("name"), *_SUMS)
        .select_from(Charge)
        .join(FeeItem, FeeItem.id == Charge.item_id)
        .where(Charge.community_id == community_id, Charge.period == period, live(Charge))
        .group_by(FeeItem.id, FeeItem.name)
        .order_by(FeeItem.id)
    ).all()


def cycles(session: Session, community_id: int) -> list[int]:
    """The lengths in months in which the community's tariffs are billed."""
    months = select(TariffRow.cycle_months).where(TariffRow.community_id == community_id)
    return sorted(session.scalars(months.distinct()))


def unit_ids(session: Session, community_id: int) -> dict[str, int]:
    """Label -> unit, for links from lists that name units."""
    units = select(Unit.id, Unit.building, Unit.entrance, Unit.room).where(Unit.community_id == community_id)
    return {label(building, entrance, room): id_ for id_, building, entrance, room in session.execute(units)}
