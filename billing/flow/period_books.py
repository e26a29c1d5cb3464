"""What the books say of a fee period before it is issued, in a handful of queries for the whole community."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, RestDay
from billing.flow.calendar import rest_days
from billing.flow.estate import policies
from billing.flow.ownership import Owners
from billing.flow.tariffs import in_force
from billing.store.estate import FeeItem, TariffRow, Unit, UnitFee
from billing.store.ledger import Charge, live


class PeriodBooks:
    """Everything planning needs, in a handful of queries for the whole community."""

    def __init__(self, session: Session, community_id: int, period: Period) -> None:
        self.period = period
        self.rest_day: RestDay = rest_days(session)
        self.policies = policies(session, community_id)
        self.items = list(_billed(session, community_id, period))
        self.units = session.scalars(
            select(Unit).where(Unit.community_id == community_id).order_by(Unit.position)
        ).all()
        self.fees = {
            (fee.unit_id, fee.item_id): fee
            for fee in session.scalars(select(UnitFee).where(UnitFee.community_id == community_id))
        }
        self.owners = Owners(session, community_id)
        self._load_charges(session, community_id)

    def is_covered(self, unit: Unit, item: FeeItem) -> bool:
        """That every day of the period is charged: whole, or in parts that follow each other, so their days add up."""
        spans = self._booked.get((unit.id, item.id), ())
        within = ((max(first, self.period.first), min(last, self.period.last)) for first, last in spans)
        days = sum((last - first).days + 1 for first, last in within)
        return days > (self.period.last - self.period.first).days

    def is_booked(self, unit: Unit, item: FeeItem, first: date, last: date) -> bool:
        """That a charge stands for some of these days."""
        spans = self._booked.get((unit.id, item.id), ())
        return any(begins <= last and ends >= first for begins, ends in spans)

    def _load_charges(self, session: Session, community_id: int) -> None:
        """What is booked for days of this period, the last amounts before it, and revisions used up."""
        self._booked: dict[tuple[int, int], list[tuple[date, date]]] = defaultdict(list)
        self.last: dict[tuple[int, int], tuple[date, int, int]] = {}
        self.revisions: dict[tuple[int, int], int] = {}
        #: Unit -> an item without tariff that is booked for these days, perhaps the same fee under another name.
        self.untariffed: dict[int, str] = {}
        billed = {item.id for item, _ in self.items}
        query = (
            select(
                Charge.unit_id,
                Charge.item_id,
                Charge.period,
                Charge.period_first,
                Charge.period_last,
                Charge.amount_fen,
                Charge.revision,
                FeeItem.name.label("item"),
                exists().where(TariffRow.item_id == Charge.item_id).label("priced"),
                live(Charge).label("live"),
            )
            .join(FeeItem, FeeItem.id == Charge.item_id)
            .where(
                Charge.community_id == community_id,
                Charge.period_last >= self.period.first - timedelta(days=400),
            )
        )
        for row in session.execute(query):
            key = (row.unit_id, row.item_id)
            if row.period == self.period.name:
                self.revisions[key] = max(self.revisions.get(key, -1), row.revision)
            if not row.live:
                continue
            if row.period_first <= self.period.last and row.period_last >= self.period.first:
                self._booked[key].append((row.period_first, row.period_last))
                if row.item_id not in billed and not row.priced:
                    self.untariffed[row.unit_id] = row.item
            elif row.period_last < self.period.first:
                days = (row.period_last - row.period_first).days + 1
                self.last[key] = max(
                    self.last.get(key, (date.min, 0, 1)), (row.period_last, row.amount_fen, days)
                )


def _billed(session: Session, community_id: int, period: Period) -> Iterator[tuple[FeeItem, list[TariffRow]]]:
    """Fee items that are billed in periods of this length, with their tariffs."""
    tariffs: dict[FeeItem, list[TariffRow]] = defaultdict(list)
    for item, row in session.execute(
        select(FeeItem, TariffRow)
        .join(TariffRow, TariffRow.item_id == FeeItem.id)
        .where(FeeItem.community_id == community_id, TariffRow.since <= period.last)
        .order_by(FeeItem.id, TariffRow.since, TariffRow.id)
    ):
        tariffs[item].append(row)
    for item, rows in tariffs.items():
        if rows[-1].cycle_months == period.months:
            yield item, in_force(rows)
