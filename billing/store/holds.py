"""Read model: holds and disputes: the newest of each debtor on each unit, with who placed it and when."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from billing.store.collection import Hold
from billing.store.estate import Unit
from billing.store.ledger import Charge, Entry
from billing.store.people import TENANT, Ownership, Party


def newest(session: Session, community_id: int) -> Sequence[Any]:
    """Hold, Unit, debtor, Entry, in walking order; whether it holds on a day is the hold's own from-to."""
    last = (
        select(sql.max(Hold.id))
        .where(Hold.community_id == community_id)
        .group_by(Hold.unit_id, Hold.debtor_id)
    )
    return session.execute(_rows().where(Hold.id.in_(last)).order_by(Unit.position, Hold.id)).all()


def history(session: Session, community_id: int, unit_id: int, debtor_id: int) -> Sequence[Any]:
    """Everything placed and lifted for one debtor on one unit, the newest first."""
    query = _rows().where(
        Hold.community_id == community_id, Hold.unit_id == unit_id, Hold.debtor_id == debtor_id
    )
    return session.execute(query.order_by(Hold.id.desc())).all()


def debtors(session: Session, unit_id: int) -> Sequence[Party]:
    """Whoever owns, owned or owes something on the unit."""
    concerned = (
        select(Ownership.party_id)
        .where(Ownership.unit_id == unit_id, Ownership.role != TENANT)
        .union(select(Charge.debtor_id).where(Charge.unit_id == unit_id))
    )
    return session.scalars(select(Party).where(Party.id.in_(concerned)).order_by(Party.id)).all()


def _rows() -> Any:
    return (
        select(Hold, Unit, Party.name.label("debtor"), Entry)
        .join(Unit, Unit.id == Hold.unit_id)
        .join(Party, Party.id == Hold.debtor_id)
        .join(Entry, and_(Entry.community_id == Hold.community_id, Entry.seq == Hold.entry))
    )
