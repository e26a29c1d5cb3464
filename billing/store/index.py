"""The two integers beside each charge: an index over its live allocations, written with them, provable from them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from billing.store.ledger import Allocation, Charge, Payment, live

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
            [{"b_id": key, "open_fen": left, "settled_fen_days": days} for key, (left, days) in rows.items()],
        )


def computed(session: Session, charge_ids: Sequence[int] | None = None) -> dict[int, tuple[int, int]]:
    """(open fen, settled fen-days) of charges, from the entries alone. A reversed charge has nothing open."""
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
    return {key: (amount - paid[key][0], paid[key][1]) for key, (amount, _) in standing.items()}


def differences(session: Session) -> list[int]:
    """Charges whose index does not agree with their entries: always none, or something is broken."""
    known = session.scalars(select(Charge.id)).all()
    return [
        key
        for start in range(0, len(known), _CHUNK)
        for key in _differing(session, known[start : start + _CHUNK])
    ]


def _differing(session: Session, charge_ids: Sequence[int]) -> list[int]:
    kept = select(Charge.id, Charge.open_fen, Charge.settled_fen_days).where(Charge.id.in_(charge_ids))
    ours = {row.id: (row.open_fen, row.settled_fen_days) for row in session.execute(kept)}
    return [key for key, value in computed(session, charge_ids).items() if ours[key] != value]
