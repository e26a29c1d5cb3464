"""What the books say of a fee period before it is issued, in a handful of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, RestDay, parse_period
from billing.flow.calendar import rest_days
from billing.flow.estate import policies
from billing.flow.ownership import Owners
from billing.flow.tariffs import in_force
from billing.store.estate import FeeItem, TariffRow, Unit, UnitFee
from billing.store.ledger import Charge, live
from billing.store.sums import periods_charged
from billing.store.uniform import Rule, is_charged

#: A bill this many times the same unit's last one for the same item is worth a look.
UNUSUAL = 2


#: As far back an earlier bill is compared with.
_LATELY = timedelta(days=400)

#: Units looked at in one go.
_CHUNK = 2_000


class PeriodBooks:
    """What planning needs: the items that are billed, and all about the units that need a look, some at a time."""

    def __init__(self, session: Session, community_id: int, period: Period) -> None:
        self.session, self.community_id, self.period = session, community_id, period
        self.rest_day: RestDay = rest_days(session)
        self.policies = policies(session, community_id)
        self.items = list(_billed(session, community_id, period))
        self.priced = set(
            session.scalars(
                select(TariffRow.item_id).where(TariffRow.community_id == community_id).distinct()
            )
        )
        #: Item -> the periods of its charges.
        self.charged: dict[int, list[Period]] = defaultdict(list)
        for item_id, name in periods_charged(session, community_id):
            self.charged[item_id].append(parse_period(name))

    def rule(self, item: FeeItem, rows: Sequence[TariffRow], due: date) -> Rule | None:
        """The item's price for every unit; None where it changes within the period, or begins in it."""
        period, priced = self.period, [row for row in rows if row.since <= self.period.first]
        if not priced or priced[-1] is not rows[-1]:
            return None
        previous = period.previous
        ended = [one for one in self.charged[item.id] if period.first - _LATELY <= one.last < period.first]
        overlapping = {
            key: {one.name for one in every if one.first <= period.last and one.last >= period.first}
            for key, every in self.charged.items()
            if key == item.id or self._is_strange(key)
        }
        if is_charged(self.session, self.community_id, item.id, period.name):
            overlapping.setdefault(item.id, set()).add(period.name)
        return Rule(
            community_id=self.community_id,
            item_id=item.id,
            listed=item.listed,
            period=period,
            previous=previous,
            basis=priced[-1].basis,
            price_e4=priced[-1].price_e4,
            rounding=priced[-1].rounding,
            due=due,
            unusual=UNUSUAL,
            overlapping={key: sorted(names) for key, names in overlapping.items() if names},
            recent=[one.name for one in ended],
            rivals=[one.name for one in ended if one.last == previous.last and one != previous],
        )

    def _is_strange(self, item_id: int) -> bool:
        """Whether it has no tariff: perhaps a fee that is billed now under another name."""
        return item_id not in self.priced

    def every_unit(self) -> set[int]:
        return set(self.session.scalars(select(Unit.id).where(Unit.community_id == self.community_id)))

    def walk(self, unit_ids: Collection[int]) -> Iterator[Unit]:
        """These units in walking order; what the books say of one is at hand while it is looked at."""
        ids = sorted(unit_ids)
        found: list[Unit] = []
        for start in range(0, len(ids), _CHUNK):
            found += self.session.scalars(select(Unit).where(Unit.id.in_(ids[start : start + _CHUNK])))
        found.sort(key=lambda unit: unit.position)
        for start in range(0, len(found), _CHUNK):
            chunk = found[start : start + _CHUNK]
            self._load([unit.id for unit in chunk])
            yield from chunk

    def _load(self, unit_ids: Sequence[int]) -> None:
        fees = select(UnitFee).where(UnitFee.unit_id.in_(unit_ids))
        self.fees = {(fee.unit_id, fee.item_id): fee for fee in self.session.scalars(fees)}
        self.owners = Owners(self.session, self.community_id, unit_ids)
        self._load_charges(unit_ids)

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

    def _load_charges(self, unit_ids: Sequence[int]) -> None:
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
                live(Charge).label("live"),
            )
            .join(FeeItem, FeeItem.id == Charge.item_id)
            .where(
                Charge.community_id == self.community_id,
                Charge.unit_id.in_(unit_ids),
                Charge.period_last >= self.period.first - _LATELY,
            )
        )
        for row in self.session.execute(query):
            key = (row.unit_id, row.item_id)
            if row.period == self.period.name:
                self.revisions[key] = max(self.revisions.get(key, -1), row.revision)
            if not row.live:
                continue
            if row.period_first <= self.period.last and row.period_last >= self.period.first:
                self._booked[key].append((row.period_first, row.period_last))
                if row.item_id not in billed and row.item_id not in self.priced:
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
