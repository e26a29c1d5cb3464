"""What is kept beside each charge: an index over its live allocations and waivers, written with them, provable from
them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, Table, bindparam, case, exists, select, update
from sqlalchemy.orm import Session

from billing.store.base import summed
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.waivers import WaiverEnd, WaiverShare

#: Bound parameters one statement may hold on every SQLite in use.
_CHUNK = 500

_TABLE = cast(Table, Charge.__table__)


_ADD = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("b_id"))
    .values(
        open_fen=_TABLE.c.open_fen - bindparam("fen"),
        settled_fen_days=_TABLE.c.settled_fen_days + bindparam("fen_days"),
    )
)


def add(session: Session, parts: Sequence[tuple[int, int, int]]) -> None:
    """Count in new allocations of principal: (charge, fen, days late when paid), with their entry."""
    rows = [{"b_id": charge, "fen": fen, "fen_days": fen * days} for charge, fen, days in parts if fen]
    if rows:
        session.connection().execute(_ADD, rows)


def refresh(session: Session, charge_ids: Sequence[int]) -> None:
    """Write the index of these charges again from their entries."""
    for start in range(0, len(charge_ids), _CHUNK):
        rows = computed(session, charge_ids[start : start + _CHUNK])
        session.connection().execute(
            update(_TABLE).where(_TABLE.c.id == bindparam("b_id")),
            [
                {"b_id": key, "open_fen": left, "settled_fen_days": days, "relieved": relieved}
                for key, (left, days, relieved) in rows.items()
            ],
        )


def computed(session: Session, charge_ids: Sequence[int] | None = None) -> dict[int, tuple[int, int, bool]]:
    """(open fen, settled fen-days, relieved) of charges, from the entries alone. A reversed charge has nothing open."""
    chosen = [] if charge_ids is None else [Charge.id.in_(charge_ids)]
    standing = {
        row.id: (row.amount_fen if row.live else 0, row.due)
        for row in session.execute(
            select(Charge.id, Charge.amount_fen, Charge.due, live(Charge).label("live")).where(*chosen)
        )
    }
    paid: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in session.execute(
        select(Allocation.charge_id, Allocation.on.label("on"), Allocation.principal_fen)
        .join(Charge, Charge.id == Allocation.charge_id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(live(Allocation), live(Payment), live(Charge), *chosen)
    ):
        principal, fen_days = paid[row.charge_id]
        late = max(0, (row.on - standing[row.charge_id][1]).days)
        paid[row.charge_id] = (principal + row.principal_fen, fen_days + row.principal_fen * late)
    waived = _waived(session, chosen)
    return {
        key: (amount - paid[key][0] - (waived.get(key, 0) if amount else 0), paid[key][1], key in waived)
        for key, (amount, _) in standing.items()
    }


def _waived(session: Session, chosen: Sequence[ColumnElement[bool]]) -> dict[int, int]:
    """Charge that a waiver ever touched -> principal given up by those not known to have ended."""
    ended = exists().where(WaiverEnd.request_id == WaiverShare.request_id)
    fen = summed(case((ended, 0), else_=WaiverShare.principal_fen))
    query = select(WaiverShare.charge_id, fen).join(Charge, Charge.id == WaiverShare.charge_id).where(*chosen)
    return {row[0]: row[1] for row in session.execute(query.group_by(WaiverShare.charge_id))}


def differences(session: Session) -> list[int]:
    """Charges whose index does not agree with their entries: always none, or something is broken."""
    kept = {
        row.id: (row.open_fen, row.settled_fen_days, row.relieved)
        for row in session.execute(
            select(Charge.id, Charge.open_fen, Charge.settled_fen_days, Charge.relieved)
        )
    }
    return [key for key, value in computed(session).items() if kept[key] != value]
