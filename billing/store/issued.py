"""Read model: the fee periods that were issued, with what they came to and what of it is open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from billing.store.base import summed
from billing.store.estate import FeeItem, TariffRow, Unit
from billing.store.ledger import Charge, Entry, live

_SUMS = (
    func.count(Charge.id).label("charges"),
    func.count(Charge.unit_id.distinct()).label("units"),
    summed(Charge.amount_fen).label("amount"),
    summed(Charge.open_fen).label("open"),
    func.min(Charge.due).label("first_due"),
    func.max(Charge.due).label("last_due"),
)


def periods(session: Session, community_id: int) -> Sequence[Any]:
    """Every period with its sums, the newest first; `carried` counts charges taken over from older books."""
    return session.execute(
        select(
            Charge.period,
            Charge.period_first.label("first"),
            Charge.period_last.label("last"),
            summed(case((Entry.kind == "arrears", 1), else_=0)).label("carried"),
            *_SUMS,
        )
        .join(Entry, (Entry.community_id == Charge.community_id) & (Entry.seq == Charge.entry))
        .where(Charge.community_id == community_id, live(Charge))
        .group_by(Charge.period, Charge.period_first, Charge.period_last)
        .order_by(Charge.period_first.desc(), Charge.period_last.desc())
    ).all()


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
    return {
        unit.label: unit.id for unit in session.scalars(select(Unit).where(Unit.community_id == community_id))
    }
