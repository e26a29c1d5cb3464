"""What is kept beside the ledger: of each charge the columns `KEPT`, of each payment what is free, and the
sums of billing.store.sums.

It is written in the transaction of the facts it counts, and says nothing that they do not: `differences` proves it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, bindparam, case, exists, func, insert, select, update
from sqlalchemy.orm import Session

from billing.store import sums
from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.ledger import KEPT, Allocation, Charge, Payment, live
from billing.store.waivers import WaiverEnd, WaiverShare

#: Bound parameters one statement may hold on every SQLite in use.
_CHUNK = 500

_CHARGE, _PAYMENT = (cast(Table, table.__table__) for table in (Charge, Payment))

_WRITE = (
    update(_CHARGE).where(_CHARGE.c.id == bindparam("b_id")).values({name: bindparam(name) for name in KEPT})
)


@dataclass(frozen=True)
class Kept:
    """The columns `KEPT` of a charge."""

    open_fen: int
    settled_fen_days: int
    late_fee_paid_fen: int
    waived_fen: int
    relieved: bool
    void: bool


class Part(NamedTuple):
    """What a charge gets out of a payment, counted from a day on (fen)."""

    payment: int
    charge: int
    on: date
    principal: int
    late_fee: int


def book(
    session: Session, community_id: int, rows: Sequence[Mapping[str, Any]], after: int | None = None
) -> list[int]:
    """Add charges, all open, and count them in; their ids, in the order of `rows`.

    `after`: count in the accounts of those too that billing.store.uniform wrote since that id was the newest.
    """
    last = last_id(session)
    new = [{**row, "open_fen": row["amount_fen"]} for row in rows]
    statement = insert(Charge).returning(Charge.id, sort_by_parameter_order=True)
    ids = list(session.scalars(statement, new)) if new else []
    if ids:
        sums.bill_periods(session, community_id, last)
    sums.bill_accounts(session, community_id, last if after is None else after)
    return ids


def last_id(session: Session) -> int:
    """The newest charge's id: those booked next have larger ones."""
    return session.scalar(select(func.max(Charge.id))) or 0


def freed(session: Session, *chosen: ColumnElement[bool]) -> list[Part]:
    """The allocations that count, of those chosen: what is free again once they do not."""
    rows = session.execute(
        select(
            Allocation.payment_id,
            Allocation.charge_id,
            Allocation.on,
            Allocation.principal_fen,
            Allocation.late_fee_fen,
        )
        .join(Charge, Charge.id == Allocation.charge_id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(live(Allocation), live(Payment), live(Charge), *chosen)
    )
    return [Part(*row) for row in rows]


def add(session: Session, parts: Sequence[Part]) -> None:
    """Count in new allocations, with their entry."""
    known = _known(session, {part.charge for part in parts})
    new = {key: astuple(_kept(row)) for key, row in known.items()}
    for part in parts:
        left, settled, late_fee_paid, *rest = new[part.charge]
        late = max(0, (part.on - known[part.charge].due).days)
        new[part.charge] = (
            left - part.principal,
            settled + part.principal * late,
            late_fee_paid + part.late_fee,
            *rest,
        )
    _write(session, known, {key: Kept(*values) for key, values in new.items()})
    sums.collect(session, known, parts)
    _free(session, {part.payment for part in parts})


def refresh(
    session: Session, charge_ids: Iterable[int], freed: Sequence[Part] = (), payment_ids: Iterable[int] = ()
) -> None:
    """Write the index of these charges and payments again from their entries; `freed` are the allocations that count
    no more."""
    known = _known(session, {*charge_ids, *(part.charge for part in freed)})
    _write(session, known, computed(session, list(known)))
    back = [part._replace(principal=-part.principal, late_fee=-part.late_fee) for part in freed]
    sums.collect(session, known, back)
    _free(session, {*payment_ids, *(part.payment for part in freed)})


def _known(session: Session, charge_ids: Iterable[int]) -> dict[int, Any]:
    """Charge -> its row, with its building."""
    ids, found = sorted(charge_ids), {}
    for start in range(0, len(ids), _CHUNK):
        query = select(_CHARGE, Unit.building, Unit.position).join(Unit, Unit.id == _CHARGE.c.unit_id)
        for row in session.execute(query.where(_CHARGE.c.id.in_(ids[start : start + _CHUNK]))):
            found[row.id] = row
    return found


def _write(session: Session, known: Mapping[int, Any], new: Mapping[int, Kept]) -> None:
    changed = {key: kept for key, kept in new.items() if kept != _kept(known[key])}
    if changed:
        values = [
            {"b_id": key, **dict(zip(KEPT, astuple(kept), strict=True))} for key, kept in changed.items()
        ]
        session.connection().execute(_WRITE, values)
        sums.move(session, [(known[key], kept) for key, kept in changed.items()])


def _free(session: Session, payment_ids: Iterable[int]) -> None:
    """Write again what no charge got of these payments yet."""
    ids = sorted(payment_ids)
    for start in range(0, len(ids), _CHUNK):
        chosen = _PAYMENT.c.id.in_(ids[start : start + _CHUNK])
        session.connection().execute(update(_PAYMENT).where(chosen).values(free_fen=_left_over()))


def _left_over() -> ColumnElement[int]:
    """Of a payment, from the entries alone: what is neither given to a charge nor reversed."""
    given = (
        select(summed(Allocation.principal_fen + Allocation.late_fee_fen))
        .join(Charge, Charge.id == Allocation.charge_id)
        .where(Allocation.payment_id == Payment.id, live(Allocation), live(Charge))
        .correlate(Payment)
        .scalar_subquery()
    )
    return case((live(Payment), Payment.amount_fen - given), else_=0)


def _kept(row: Any) -> Kept:
    return Kept(*(getattr(row, name) for name in KEPT))


def computed(session: Session, charge_ids: Sequence[int] | None = None) -> dict[int, Kept]:
    """What is to be kept of charges, from the entries alone. A reversed charge has nothing open."""
    if charge_ids is not None and len(charge_ids) > _CHUNK:
        first, rest = charge_ids[:_CHUNK], charge_ids[_CHUNK:]
        return {**computed(session, first), **computed(session, rest)}
    chosen = [] if charge_ids is None else [Charge.id.in_(charge_ids)]
    paid = _paid(session, chosen)
    waived = _waived(session, chosen)
    found = {}
    for row in session.execute(
        select(Charge.id, Charge.amount_fen, live(Charge).label("live")).where(*chosen)
    ):
        principal, fen_days, late_fee = paid[row.id]
        given_up = waived.get(row.id, 0) if row.live else 0
        left = row.amount_fen - principal - given_up if row.live else 0
        found[row.id] = Kept(left, fen_days, late_fee, given_up, row.id in waived, not row.live)
    return found


def _paid(session: Session, chosen: Sequence[ColumnElement[bool]]) -> dict[int, tuple[int, int, int]]:
    """Charge -> (principal, principal x days late when paid, late fee) of the money that counts."""
    paid: dict[int, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    for row in session.execute(
        select(
            Allocation.charge_id,
            Allocation.on.label("on"),
            Allocation.principal_fen,
            Allocation.late_fee_fen,
            Charge.due,
        )
        .join(Charge, Charge.id == Allocation.charge_id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(live(Allocation), live(Payment), live(Charge), *chosen)
    ):
        principal, fen_days, late_fee = paid[row.charge_id]
        late = max(0, (row.on - row.due).days)
        paid[row.charge_id] = (
            principal + row.principal_fen,
            fen_days + row.principal_fen * late,
            late_fee + row.late_fee_fen,
        )
    return paid


def _waived(session: Session, chosen: Sequence[ColumnElement[bool]]) -> dict[int, int]:
    """Charge that a waiver ever touched -> principal given up by those not known to have ended."""
    ended = exists().where(WaiverEnd.request_id == WaiverShare.request_id)
    fen = summed(case((ended, 0), else_=WaiverShare.principal_fen))
    query = select(WaiverShare.charge_id, fen).join(Charge, Charge.id == WaiverShare.charge_id).where(*chosen)
    return {row[0]: row[1] for row in session.execute(query.group_by(WaiverShare.charge_id))}


def differences(session: Session) -> list[Any]:
    """Charges, payments and sums that do not agree with the entries: always none, or something is broken."""
    known = session.scalars(select(Charge.id).order_by(Charge.id)).all()
    wrong: list[Any] = []
    for start in range(0, len(known), _CHUNK):  # so that a large office needs no more memory than a small one
        wrong += _differing(session, known[start : start + _CHUNK])
    misplaced = select(Payment.id).where(Payment.free_fen != _left_over())
    return [*wrong, *(("payment", key) for key in session.scalars(misplaced)), *sums.differences(session)]


def _differing(session: Session, charge_ids: Sequence[int]) -> list[int]:
    columns = (Charge.id, *(_CHARGE.c[name] for name in KEPT))
    kept = {row.id: _kept(row) for row in session.execute(select(*columns).where(Charge.id.in_(charge_ids)))}
    return [key for key, value in computed(session, charge_ids).items() if kept[key] != value]
