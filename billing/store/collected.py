"""Read model: what was billed for a year and collected on it, and what became of older arrears in it.

By building or period it comes out of the sums beside the ledger; by unit, and bill by bill, out of the charges of a
page. A bill belongs to the year in which its period begins. Principal only, in fen.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, and_, case, exists, extract, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from billing.core.collection_rate import Rates
from billing.store.base import summed
from billing.store.estate import FeeItem, Unit
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.people import Party
from billing.store.sums import CollectedSum, PeriodSum
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverShare

By = Literal["period", "building"]

#: The figures that open their rows.
Figure = Literal["billed", "collected", "open", "old", "cleared"]
FIGURES: tuple[Figure, ...] = ("billed", "collected", "open", "old", "cleared")


def years(session: Session, community_id: int) -> list[int]:
    """Those for which anything was billed, the newest first."""
    year = extract("year", PeriodSum.period_first)
    found = session.scalars(select(year).where(PeriodSum.community_id == community_id).distinct())
    return sorted((int(one) for one in found), reverse=True)


def rates(session: Session, community_id: int, year: int, by: By) -> dict[str, Rates]:
    """Name of the period or building -> its rates; of a building without bills in or before the year nothing."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    key = getattr(PeriodSum, by)
    ours = PeriodSum.period_first >= first
    figures = (_if(ours, PeriodSum.amount_fen), _if(~ours, PeriodSum.amount_fen))
    query = select(key, sql.min(PeriodSum.period_first), *figures).where(
        PeriodSum.community_id == community_id, PeriodSum.period_first <= last, PeriodSum.bills > 0
    )
    billed = session.execute(query.group_by(key).order_by(sql.min(PeriodSum.period_first), key)).all()
    paid = _paid(session, community_id, year, by)
    waived = _waived_before(session, community_id, first, by)
    return {
        name: Rates(now, paid[name][0], old - paid[name][1] - waived.get(name, 0), paid[name][2])
        for name, _, now, old in billed
    }


def _paid(session: Session, community_id: int, year: int, by: By) -> dict[str, tuple[int, int, int]]:
    """Name -> what was ever paid on the year's bills; on older ones before the year, and in it."""
    key, fen = getattr(CollectedSum, by), CollectedSum.principal_fen
    ours = CollectedSum.period_first >= date(year, 1, 1)
    query = select(
        key,
        _if(ours, fen),
        _if(and_(~ours, CollectedSum.year < year), fen),
        _if(and_(~ours, CollectedSum.year == year), fen),
    ).where(CollectedSum.community_id == community_id, CollectedSum.period_first <= date(year, 12, 31))
    found: dict[str, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    found.update({row[0]: (row[1], row[2], row[3]) for row in session.execute(query.group_by(key))})
    return found


def _waived_before(session: Session, community_id: int, day: date, by: By) -> dict[str, int]:
    """Name -> principal of bills for earlier years that stood waived when the year began."""
    query = (
        select(Charge.period if by == "period" else Unit.building, WaiverShare.principal_fen)
        .join(Charge, Charge.id == WaiverShare.charge_id)
        .join(Unit, Unit.id == Charge.unit_id)
        .where(Charge.community_id == community_id, Charge.relieved, Charge.period_first < day, *_stood(day))
    )
    found: dict[str, int] = defaultdict(int)
    for name, fen in session.execute(
        query
    ):  # a few; grouped, the database would walk all charges in their order
        found[name] += fen
    return found


def by_unit(session: Session, community_id: int, year: int, unit_ids: Sequence[int]) -> dict[int, Rates]:
    """Unit -> its rates, of those that were billed for the year or before."""
    first = date(year, 1, 1)
    part = _parts(year)
    old = case((Charge.period_first < first, part.at_start), else_=0)
    ours = Charge.period_first >= first
    query = (
        select(
            Charge.unit_id,
            _if(ours, Charge.amount_fen),
            _if(ours, _collected()),
            summed(old),
            _if(~ours, part.within),
        )
        .where(Charge.unit_id.in_(unit_ids), *_counted(community_id, year))
        .group_by(Charge.unit_id)
    )
    return {row[0]: Rates(*row[1:]) for row in session.execute(query)}


def households(session: Session, community_id: int, year: int) -> list[tuple[str, int, int]]:
    """(building, billed, paid up) in walking order: how many units were billed for the year, how many of them owe
    nothing of it."""
    owing = (
        select(Charge.unit_id, sql.max(Charge.open_fen).label("open"))
        .where(Charge.period_first >= date(year, 1, 1), *_counted(community_id, year))
        .group_by(Charge.unit_id)
        .subquery()
    )
    paid_up = summed(case((owing.c.open > 0, 0), else_=1))
    rows = session.execute(
        select(Unit.building, sql.count(), paid_up)
        .join(owing, owing.c.unit_id == Unit.id)
        .group_by(Unit.building)
        .order_by(sql.min(Unit.position))
    )
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True)
class Wish:
    """The bills behind a figure of a year: of all, or of a period, a building or a unit."""

    year: int
    figure: Figure
    period: str | None = None
    building: str | None = None
    unit_id: int | None = None


def bills(session: Session, community_id: int, wish: Wish, offset: int, limit: int) -> Sequence[Any]:
    """Unit, debtor, item, Charge with its figures `collected`, `at_start`, `within`; in walking order."""
    part = _parts(wish.year)
    query = select(
        Unit,
        Party.name.label("debtor"),
        FeeItem.name.label("item"),
        Charge,
        _collected().label("collected"),
        part.at_start.label("at_start"),
        part.within.label("within"),
    )
    query = query.select_from(Charge).join(Unit, Unit.id == Charge.unit_id)
    query = query.join(Party, Party.id == Charge.debtor_id).join(FeeItem, FeeItem.id == Charge.item_id)
    query = query.where(*_wanted(community_id, wish)).order_by(Unit.position, Charge.period_first, Charge.id)
    return session.execute(query.offset(offset).limit(limit)).all()


def sum_of_bills(session: Session, community_id: int, wish: Wish) -> tuple[int, int]:
    """How many bills are behind a figure, and what they come to: the figure itself."""
    query = (
        select(sql.count(), summed(_figure(wish))).select_from(Charge).join(Unit, Unit.id == Charge.unit_id)
    )
    row = session.execute(query.where(*_wanted(community_id, wish))).one()
    return row[0], row[1]


def _figure(wish: Wish) -> ColumnElement[int]:
    part = _parts(wish.year)
    figures: Mapping[Figure, Any] = {
        "billed": Charge.amount_fen,
        "collected": _collected(),
        "open": Charge.open_fen,
        "old": part.at_start,
        "cleared": part.within,
    }
    return cast(ColumnElement[int], figures[wish.figure])


def _wanted(community_id: int, wish: Wish) -> list[ColumnElement[bool]]:
    ours = Charge.period_first >= date(wish.year, 1, 1)
    found = [*_counted(community_id, wish.year), ~ours if wish.figure in ("old", "cleared") else ours]
    found.append(_figure(wish) != 0)
    if wish.period is not None:
        found.append(Charge.period == wish.period)
    if wish.building is not None:
        found.append(Unit.building == wish.building)
    if wish.unit_id is not None:
        found.append(Charge.unit_id == wish.unit_id)
    return found


def _counted(community_id: int, year: int) -> list[ColumnElement[bool]]:
    return [Charge.community_id == community_id, ~Charge.void, Charge.period_first <= date(year, 12, 31)]


def _collected() -> ColumnElement[int]:
    """What was ever paid of a charge's principal."""
    return Charge.amount_fen - Charge.open_fen - Charge.waived_fen


@dataclass(frozen=True)
class _Parts:
    """Of a charge: what was open when the year began, and what of it was paid in the year."""

    at_start: ColumnElement[int]
    within: ColumnElement[int]


def _parts(year: int) -> _Parts:
    first, last = date(year, 1, 1), date(year, 12, 31)

    def paid(*days: ColumnElement[bool]) -> Any:
        return (
            select(summed(Allocation.principal_fen))
            .join(Payment, Payment.id == Allocation.payment_id)
            .where(Allocation.charge_id == Charge.id, live(Allocation), live(Payment), *days)
            .correlate(Charge)
            .scalar_subquery()
        )

    waived = (
        select(summed(WaiverShare.principal_fen))
        .where(WaiverShare.charge_id == Charge.id, *_stood(first))
        .correlate(Charge)
        .scalar_subquery()
    )
    return _Parts(
        at_start=Charge.amount_fen - paid(Allocation.on < first) - waived,
        within=paid(Allocation.on.between(first, last)),
    )


def _stood(day: date) -> list[ColumnElement[bool]]:
    """That a waiver's share was approved before the day and had not ended by then."""
    approved = exists().where(
        WaiverDecision.request_id == WaiverShare.request_id, WaiverDecision.approved, WaiverDecision.on < day
    )
    ended = exists().where(WaiverEnd.request_id == WaiverShare.request_id, WaiverEnd.on < day)
    return [approved, ~ended]


def _if(condition: ColumnElement[bool], figure: Any) -> ColumnElement[int]:
    return summed(case((condition, figure), else_=0))
