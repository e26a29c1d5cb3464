"""Charges that stand on the wrong side of a transfer: reversed, and booked anew on whoever owes those days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.calendar import parse_period
from billing.core.ownership import Held, Stretch, stretches
from billing.core.tariff import part_amounts
from billing.flow.allocation import account_of, apply_prepayments
from billing.flow.estate import policies
from billing.flow.liability import name_jointly
from billing.flow.ownership import Splits, splits
from billing.flow.reversals import undo
from billing.flow.tariffs import as_tariffs, in_force, tariff_rows
from billing.store import index
from billing.store.base import summed
from billing.store.estate import FeeItem, Unit, UnitFee
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.liability import JOINED, ChargeDebtor

#: The buyer while nothing is written: he may not be a party of the books yet.
NEWCOMER = 0


@dataclass(frozen=True)
class Moved:
    """A charge that would be reversed: `paid` is what the seller gave for it, late fee included (fen), `parts` what is
    booked in its place, each with its party and its fen."""

    charge: Charge
    item: str
    paid: int
    parts: Sequence[tuple[Stretch, int]]


def plan_rebooking(session: Session, unit: Unit, held: Sequence[Held], seller: int, on: date) -> list[Moved]:
    """The seller's charges for days from `on` that others owe, were the unit held so; nothing is written."""
    rule = splits(session, unit.community_id)
    query = (
        select(Charge, FeeItem)
        .join(FeeItem, FeeItem.id == Charge.item_id)
        .where(Charge.unit_id == unit.id, Charge.debtor_id == seller, Charge.period_last >= on, live(Charge))
        .order_by(Charge.period_first, Charge.id)
    )
    rows = session.execute(query).all()
    paid = _paid(session, [charge.id for charge, _ in rows])
    return [
        Moved(charge, item.name, paid.get(charge.id, 0), _with_amounts(session, unit, charge, item, found))
        for charge, item in rows
        if (found := _debtors(unit, charge, held, rule, seller))
    ]


def _debtors(unit: Unit, charge: Charge, held: Sequence[Held], rule: Splits, seller: int) -> list[Stretch]:
    """Who owes the charge's days; nothing where it is the seller alone, or somebody nobody knows."""
    period = parse_period(charge.period)
    split = rule.on(period.first)
    if split == "days":
        found = stretches(held, charge.period_first, charge.period_last, split, unit.start)
    else:
        (whole,) = stretches(held, period.first, period.last, split, unit.start)
        found = [Stretch(whole.party, charge.period_first, charge.period_last)]
    parties = {one.party for one in found}
    return [] if parties == {seller} or None in parties else found


def _with_amounts(
    session: Session, unit: Unit, charge: Charge, item: FeeItem, found: Sequence[Stretch]
) -> list[tuple[Stretch, int]]:
    """As the tariffs would have split it; what was charged stays what it is in all."""
    fee = session.get(UnitFee, (unit.id, item.id))
    begins = max(charge.period_first, unit.start or charge.period_first)
    amounts = part_amounts(
        charge.amount_fen,
        as_tariffs(in_force(tariff_rows(session, item.id))),
        parse_period(charge.period),
        [one.last for one in found],
        area_e2=unit.area_e2,
        given_fen=(fee.given_fen or 0) if fee else 0,
        start=begins,
    )
    return [pair for pair in zip(found, amounts, strict=True) if pair[1] > 0]


def _paid(session: Session, charge_ids: Sequence[int]) -> Mapping[int, int]:
    query = (
        select(Allocation.charge_id, summed(Allocation.principal_fen + Allocation.late_fee_fen))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.charge_id.in_(charge_ids), live(Allocation), live(Payment))
        .group_by(Allocation.charge_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def rebook(
    session: Session,
    entry: int,
    today: date,
    unit: Unit,
    moved: Sequence[Moved],
    reason: str,
    newcomer: int | None = None,
    due: date | None = None,
) -> list[Charge]:
    """Reverse what moved and book it anew, in the entry; the new charges.

    `due`: what the newcomer gets is due on that day at the earliest. What the seller had paid pays his other charges
    or stays his prepayment; what the others had prepaid pays theirs.
    """
    if not moved:
        return []
    beside = _joined(session, moved)
    for one in moved:
        undo(session, entry, one.charge, reason)
    rows = list(_rows(session, entry, today, moved, newcomer, due))
    last = index.last_id(session)
    ids = index.book(session, unit.community_id, rows)
    made = session.scalars(select(Charge).where(Charge.id.in_(ids)).order_by(Charge.id)).all()
    name_jointly(session, unit.community_id, entry, Charge.id > last)
    _join_again(session, entry, moved, made, beside)
    rules = policies(session, unit.community_id)
    debtors = {one.charge.debtor_id for one in moved} | {charge.debtor_id for charge in made}
    found = [account_of(session, unit, debtor, rules) for debtor in sorted(debtors)]
    apply_prepayments(session, entry, found, rules, today)
    return list(made)


def _rows(
    session: Session,
    entry: int,
    today: date,
    moved: Iterable[Moved],
    newcomer: int | None,
    due: date | None,
) -> Iterable[dict[str, Any]]:
    """A part has the area and price of what it stands for, and the next free revision."""
    used: dict[tuple[int, str], int] = {}
    for one in moved:
        old = one.charge
        key = (old.item_id, old.period)
        for stretch, amount in one.parts:
            used[key] = used.get(key, _last_revision(session, old)) + 1
            is_new = stretch.party == NEWCOMER
            day = max(old.due, due) if is_new and due else old.due
            kept = stretch.first == old.period_first and stretch.party == old.debtor_id
            yield {
                "community_id": old.community_id,
                "entry": entry,
                "unit_id": old.unit_id,
                "debtor_id": newcomer if is_new else stretch.party,
                "item_id": old.item_id,
                "period": old.period,
                "period_first": stretch.first,
                "period_last": stretch.last,
                "revision": used[key],
                "amount_fen": amount,
                "due": day,
                "effective_on": old.effective_on if kept else min(today, stretch.first, day),
                "area_e2": old.area_e2,
                "price_e4": old.price_e4,
                "basis": old.basis,
            }


def _last_revision(session: Session, charge: Charge) -> int:
    query = select(func.max(Charge.revision)).where(
        Charge.unit_id == charge.unit_id, Charge.item_id == charge.item_id, Charge.period == charge.period
    )
    return session.scalar(query) or 0


def _joined(session: Session, moved: Sequence[Moved]) -> Mapping[int, set[int]]:
    """Charge -> who joined its debt in writing."""
    found: dict[int, set[int]] = {}
    query = select(ChargeDebtor.charge_id, ChargeDebtor.party_id).where(
        ChargeDebtor.charge_id.in_([one.charge.id for one in moved]),
        ChargeDebtor.role == JOINED,
        live(ChargeDebtor),
    )
    for charge_id, party_id in session.execute(query):
        found.setdefault(charge_id, set()).add(party_id)
    return found


def _join_again(
    session: Session,
    entry: int,
    moved: Sequence[Moved],
    made: Sequence[Charge],
    beside: Mapping[int, set[int]],
) -> None:
    """Who joined the debt stands beside what is left of it on the same debtor."""
    books = iter(made)
    for one in moved:
        for _, charge in zip(one.parts, books, strict=False):
            if charge.debtor_id == one.charge.debtor_id:
                session.add_all(
                    ChargeDebtor(
                        community_id=charge.community_id,
                        entry=entry,
                        charge_id=charge.id,
                        party_id=party_id,
                        role=JOINED,
                    )
                    for party_id in sorted(beside.get(one.charge.id, ()))
                )
    session.flush()
