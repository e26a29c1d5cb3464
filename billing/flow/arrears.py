"""Old arrears into the books: each row a charge with its true due date, what was paid booked on its own day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from billing.core.money import yuan
from billing.core.problem import Problem, Refused
from billing.flow.allocation import apply_prepayments
from billing.flow.entry import latest, record, token
from billing.flow.estate import policies
from billing.flow.item_names import check_choice, chosen_earlier
from billing.flow.liability import name_jointly
from billing.flow.ownership import Owners
from billing.sheets import Arrears, ArrearsRow
from billing.store import index
from billing.store.base import summed
from billing.store.estate import FeeItem, Unit
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.people import Party
from billing.store.standing import accounts
from billing.translations import N_

_NO_UNIT = N_("There is no unit %(unit)s in the books: import it with the roster first, or correct the room.")
_NO_OWNER = N_("Nobody is known to have owned %(unit)s then: enter the owner first.")
_TWICE = N_(
    "%(item)s of unit %(unit)s for %(period)s already stands in row %(first)s, be it under another name: make them one "
    "row, or book the two names as two fee items."
)
_OTHER_AMOUNT = N_(
    "%(period)s is booked already with %(amount)s charged and %(paid)s paid: enter what came since at the counter, or "
    "reverse the charge and import again."
)


@dataclass(frozen=True)
class ArrearsPlan:
    """What the file would book: new charges with their debtors, rows booked already, rows that need a person.

    `items`: what names of the file are booked as, so chosen now or at an earlier import.
    """

    arrears: Arrears
    new: Sequence[tuple[ArrearsRow, Unit, Party]]
    unchanged: int
    problems: Sequence[Problem]
    items: Mapping[str, str]

    @property
    def total(self) -> int:
        return sum(row.amount for row, _, _ in self.new)

    @property
    def paid(self) -> int:
        return sum(row.paid for row, _, _ in self.new)


def plan_arrears(
    session: Session, community_id: int, arrears: Arrears, items: Mapping[str, str] | None = None
) -> ArrearsPlan:
    """Compare the file with the books; nothing is written.

    Its fee items are booked as `items` says, those it does not name as an earlier import was told.
    """
    check_choice(session, community_id, arrears, items or {})
    named = {row.item for row in arrears.rows}
    earlier = chosen_earlier(session, community_id)
    items = {name: item for name, item in earlier.items() if name in named} | dict(items or {})
    books = _Books(session, community_id)
    new, unchanged, problems = [], 0, list(arrears.problems)
    for row in arrears.rows:
        booked = replace(row, item=items.get(row.item, row.item))
        try:
            charge = books.place(booked, row.item)
        except Refused as refused:
            told = arrears.problem(row, ["room"], row.label, refused.message, **refused.params)
            problems.append(told)
            continue
        if charge:
            new.append((booked, *charge))
        else:
            unchanged += 1
    return ArrearsPlan(arrears, new, unchanged, problems, items)


class _Books:
    """What the books say of a row: whose charge it would be, that it stands there already, or why it cannot."""

    def __init__(self, session: Session, community_id: int) -> None:
        self._units = _units(session, community_id)
        self._owners = Owners(session, community_id)
        self._booked = _booked(session, community_id)
        #: The rows so far: two names of the file may be one item, two spellings one unit.
        self._told: dict[tuple[int, str, str], ArrearsRow] = {}

    def place(self, row: ArrearsRow, name: str) -> tuple[Unit, Party] | None:
        """The unit and the debtor of a new charge; None for one booked just so, as its item or by its `name`."""
        unit = self._units.get((row.building, row.entrance, row.room))
        if unit is None:
            raise Refused(_NO_UNIT, unit=row.label)
        key = (unit.id, row.item, row.period.name)
        first = self._told.setdefault(key, row)
        if first is not row:
            raise Refused(_TWICE, item=row.item, unit=unit.label, period=row.period.name, first=first.row)
        known = self._booked.get(key) or self._booked.get((unit.id, name, row.period.name))
        if known == (row.amount, row.paid):
            return None
        if known:
            amount, paid = map(yuan, known)
            raise Refused(_OTHER_AMOUNT, period=row.period.name, amount=amount, paid=paid)
        # A charge out of older books is one debt, however periods are split here.
        debtor = self._owners.who_owes(unit, row.period)[0].debtor
        if debtor is None:
            raise Refused(_NO_OWNER, unit=unit.label)
        return unit, debtor


def apply_arrears(
    session: Session, actor: str, today: date, community_id: int, plan: ArrearsPlan
) -> int | None:
    """Book the plan in one entry; its number, or None when there is nothing to book."""
    if not plan.new:
        return None
    content = {"charges": len(plan.new), "total_fen": plan.total, "paid_fen": plan.paid, "items": plan.items}
    key = f"arrears:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "arrears", key, actor, content)
    items = _items(session, community_id, {row.item for row, _, _ in plan.new})
    common: dict[str, Any] = {"community_id": community_id, "entry": entry}
    charges = [common | _charge(row, unit, debtor, items[row.item], today) for row, unit, debtor in plan.new]
    last = index.last_id(session)
    charge_ids = index.book(session, community_id, charges)
    name_jointly(session, community_id, entry, Charge.id > last)
    paid: list[tuple[int, ArrearsRow, Unit, Party]] = [
        (charge_id, row, unit, debtor)
        for charge_id, (row, unit, debtor) in zip(charge_ids, plan.new, strict=True)
        if row.paid
    ]
    if paid:
        payments = [common | _payment(row, unit, debtor) for _, row, unit, debtor in paid]
        payment_ids = session.scalars(
            insert(Payment).returning(Payment.id, sort_by_parameter_order=True), payments
        )
        allocations: list[dict[str, Any]] = [
            common
            | {
                "payment_id": payment_id,
                "charge_id": charge_id,
                "on": row.paid_on,
                "principal_fen": row.paid,
                "late_fee_fen": 0,
            }
            for payment_id, (charge_id, row, _, _) in zip(list(payment_ids), paid, strict=True)
        ]
        session.execute(insert(Allocation), allocations)
        parts = [
            index.Part(one["payment_id"], one["charge_id"], one["on"], one["principal_fen"], 0)
            for one in allocations
        ]
        index.add(session, parts)
    rules = policies(session, community_id)
    touched = {(unit.id, debtor.id) for _, unit, debtor in plan.new}
    found = accounts(session, community_id, rules, debtor_ids=sorted({debtor for _, debtor in touched}))
    waiting = [one for one in found if (one.unit_id, one.debtor_id) in touched]
    apply_prepayments(session, entry, waiting, rules, today)
    return entry


def _charge(row: ArrearsRow, unit: Unit, debtor: Party, item_id: int, today: date) -> dict[str, Any]:
    return {
        "unit_id": unit.id,
        "debtor_id": debtor.id,
        "item_id": item_id,
        "period": row.period.name,
        "period_first": row.period.first,
        "period_last": row.period.last,
        "revision": 0,
        "amount_fen": row.amount,
        "due": row.due,
        "effective_on": min(row.period.first, row.due, row.paid_on or row.due, today),
        "area_e2": unit.area_e2 if row.price_e4 else None,
        "price_e4": row.price_e4,
        "basis": "area" if row.price_e4 else "given",
    }


def _payment(row: ArrearsRow, unit: Unit, debtor: Party) -> dict[str, Any]:
    return {
        "unit_id": unit.id,
        "debtor_id": debtor.id,
        "amount_fen": row.paid,
        "on": row.paid_on,
        "channel": row.channel or "other",
        "payer": debtor.name,
        "serial": None,
        "outside_number": row.receipt,
        "note": row.note,
        "verify_token": token(),
        "free_fen": row.paid,
    }


def _units(session: Session, community_id: int) -> dict[tuple[str, str, str], Unit]:
    """Units by place; under no entrance too, where a building has that room only once."""
    found: dict[tuple[str, str, str], Unit] = {}
    twice: set[tuple[str, str, str]] = set()
    for unit in session.scalars(select(Unit).where(Unit.community_id == community_id)):
        found[unit.building, unit.entrance, unit.room] = unit
        short = (unit.building, "", unit.room)
        if unit.entrance:
            twice |= {short} if short in found else set()
            found.setdefault(short, unit)
    return {place: unit for place, unit in found.items() if place not in twice}


def _booked(session: Session, community_id: int) -> dict[tuple[int, str, str], tuple[int, int]]:
    """(unit, item, period) -> (charged, paid by payments out of older books), of what is live."""
    paid = (
        select(summed(Allocation.principal_fen))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.charge_id == Charge.id, Payment.serial.is_(None), live(Payment), live(Allocation))
        .correlate(Charge)
        .scalar_subquery()
    )
    query = (
        select(Charge.unit_id, FeeItem.name, Charge.period, Charge.amount_fen, paid.label("paid"))
        .join(FeeItem, FeeItem.id == Charge.item_id)
        .where(Charge.community_id == community_id, live(Charge))
    )
    found: dict[tuple[int, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in session.execute(query):  # a period that was split has several
        key = (row.unit_id, row.name, row.period)
        found[key] = (found[key][0] + row.amount_fen, found[key][1] + row.paid)
    return dict(found)


def _items(session: Session, community_id: int, names: set[str]) -> dict[str, int]:
    """Fee items by name, made where they are new."""
    known = {
        item.name: item
        for item in session.scalars(select(FeeItem).where(FeeItem.community_id == community_id))
    }
    for name in sorted(names - known.keys()):
        known[name] = FeeItem(community_id=community_id, name=name)
        session.add(known[name])
    session.flush()
    return {name: item.id for name, item in known.items()}
