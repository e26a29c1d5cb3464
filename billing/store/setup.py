"""Read model: how far a community's books have come, in one query."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.store.estate import FeeItem, TariffRow, Unit, UnitFee
from billing.store.ledger import Entry


@dataclass(frozen=True)
class Progress:
    """Counts: units, fee items with a tariff, imports of old arrears, periods issued.

    `unlisted` counts fee items for listed units only that no unit is listed for: they charge nobody yet.
    """

    units: int
    tariffs: int
    arrears: int
    issues: int
    unlisted: int


def progress(session: Session, community_id: int) -> Progress:
    """What the community's books hold so far."""
    units = select(func.count(Unit.id)).where(Unit.community_id == community_id)
    tariffs = select(func.count(TariffRow.item_id.distinct())).where(TariffRow.community_id == community_id)
    listed = select(UnitFee.item_id).where(UnitFee.community_id == community_id)
    unlisted = select(func.count(FeeItem.id)).where(
        FeeItem.community_id == community_id, FeeItem.listed, FeeItem.id.not_in(listed)
    )
    counted = (units, tariffs, _entries(community_id, "arrears"), _entries(community_id, "charge"), unlisted)
    return Progress(*session.execute(select(*(one.scalar_subquery() for one in counted))).one())


def _entries(community_id: int, kind: str) -> Any:
    return select(func.count(Entry.seq)).where(Entry.community_id == community_id, Entry.kind == kind)
