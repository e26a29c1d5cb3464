"""Read model: each debtor's account on a unit, as known at an entry, in two queries for any number of them.

A third asks for the waivers, where one touches any of the charges.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, exists, select
from sqlalchemy.orm import Session

from billing.core import statement, waiver
from billing.core.policy import Policies
from billing.core.statement import Line, Settled
from billing.core.waiver import Waiver
from billing.store.estate import FeeItem, Unit
from billing.store.granted import granted
from billing.store.ledger import Allocation, Charge, Payment, live
from billing.store.liability import ChargeDebtor
from billing.store.people import Party

#: Debtors asked for at once: databases limit how many a query may name.
_CHUNK = 500


class Given(NamedTuple):
    """What a payment of the day `paid_on` gave to a charge, counted from the day `on` (fen)."""

    on: date
    id: int
    payment_id: int
    charge_id: int
    paid_on: date
    principal_fen: int
    late_fee_fen: int


@dataclass
class Account:
    """What one debtor owes and paid on one unit: facts only, computed as of any day.

    `rows` are the charges' rows beside their core values, in order of due date; `payments` the live ones; `waivers`
    those ever approved, in that order.
    """

    unit_id: int
    unit: str
    position: str
    debtor_id: int
    debtor: str
    debtor_kind: str
    charges: list[statement.Charge] = field(default_factory=list)
    rows: dict[int, Row[Any]] = field(default_factory=dict)
    settled: dict[int, list[Settled]] = field(default_factory=lambda: defaultdict(list))
    payments: list[Row[Any]] = field(default_factory=list)
    allocations: list[Given] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)

    def lines(self, as_of: date) -> list[Line]:
        """The charges that count on that day, as they stood at its end."""
        granted = self.standing(as_of)
        return [
            _line(charge, self.settled[charge.id], as_of, granted)
            for charge in self.charges
            if self.rows[charge.id].effective_on <= as_of
        ]

    def line_of(self, charge_id: int, as_of: date, waivers: Sequence[Waiver]) -> Line | None:
        """A charge as it would stand with these waivers; None for one that does not count."""
        charge = next((one for one in self.charges if one.id == charge_id), None)
        return None if charge is None else _line(charge, self.settled[charge_id], as_of, waivers)

    def standing(self, as_of: date) -> list[Waiver]:
        """The waivers that count on that day."""
        return waiver.standing(self.waivers, as_of, self.line_of)

    def waived(self, charge_id: int) -> int:
        """Principal of a charge given up by waivers that are not known to have ended (fen)."""
        reliefs = [one.reliefs.get(charge_id) for one in self.waivers if not (one.withdrawn or one.noted)]
        return sum(relief.principal for relief in reliefs if relief)

    @property
    def waivers_end(self) -> set[date]:
        """The days from which something that was waived is due again, as far as the office noted it."""
        return {day for one in self.waivers for day in (one.withdrawn, one.noted) if day}

    def is_given_time(self, as_of: date) -> bool:
        """Whether a waiver waits for money that may still come in time."""
        return any(self.waiver_state(one, as_of) == "waiting" for one in self.standing(as_of))

    def waiver_state(self, one: Waiver, as_of: date) -> waiver.State:
        return waiver.state(self.waivers, one, as_of, self.line_of)

    def prepayment(self, as_of: date) -> int:
        """Fen received by that day and not yet given to a charge."""
        received: int = sum(payment.amount_fen for payment in self.payments if payment.on <= as_of)
        given: int = sum(
            part.principal_fen + part.late_fee_fen
            for part in self.allocations
            if part.on <= as_of and part.paid_on <= as_of
        )
        return received - given


def _line(
    charge: statement.Charge, settled: Sequence[Settled], as_of: date, waivers: Sequence[Waiver]
) -> Line:
    reliefs = [one.reliefs[charge.id] for one in waivers if charge.id in one.reliefs]
    return statement.line(charge, settled, as_of, reliefs)


def accounts(
    session: Session,
    community_id: int,
    policies: Policies,
    *,
    unit_id: int | None = None,
    debtor_ids: Sequence[int] | None = None,
    known_at: int | None = None,
) -> list[Account]:
    """Accounts in walking order, of the whole community or narrowed to a unit or to debtors, of whom there may be
    any number."""
    if debtor_ids is not None and len(debtor_ids) > _CHUNK:
        chunks = (debtor_ids[start : start + _CHUNK] for start in range(0, len(debtor_ids), _CHUNK))
        narrow: dict[str, Any] = {"unit_id": unit_id, "known_at": known_at}
        every = [accounts(session, community_id, policies, debtor_ids=chunk, **narrow) for chunk in chunks]
        return sorted(chain.from_iterable(every), key=_walking_order)

    def narrowed(query: Any, table: type[Charge | Payment]) -> Any:
        query = query.where(table.community_id == community_id)
        if unit_id is not None:
            query = query.where(table.unit_id == unit_id)
        return query if debtor_ids is None else query.where(table.debtor_id.in_(debtor_ids))

    found: dict[tuple[int, int], Account] = {}

    def account(row: Row[Any]) -> Account:
        key = (row.unit_id, row.debtor_id)
        if key not in found:
            unit = "-".join(part for part in (row.building, row.entrance, row.room) if part)
            found[key] = Account(row.unit_id, unit, row.position, row.debtor_id, row.debtor, row.debtor_kind)
        return found[key]

    by_charge = _load_charges(session, narrowed, account, policies, known_at)
    _load_payments(session, narrowed, account, by_charge, known_at)
    relieved = [key for key, owner in by_charge.items() if owner.rows[key].relieved]
    for charge_id, one in granted(session, relieved, known_at):
        owner = by_charge[charge_id]
        if one not in owner.waivers:
            owner.waivers.append(one)
    return sorted(found.values(), key=_walking_order)


def _walking_order(account: Account) -> tuple[str, int]:
    return account.position, account.debtor_id


def _load_charges(
    session: Session,
    narrowed: Callable[[Any, type[Charge | Payment]], Any],
    account: Callable[[Row[Any]], Account],
    policies: Policies,
    known_at: int | None,
) -> dict[int, Account]:
    by_charge = {}
    for row in session.execute(narrowed(_charges(known_at), Charge)):
        by_charge[row.id] = owner = account(row)
        terms = policies.terms(row.due)
        owner.charges.append(
            statement.Charge(row.id, row.debtor, row.item, row.period, row.due, row.amount_fen, terms)
        )
        owner.rows[row.id] = row
    return by_charge


def _load_payments(
    session: Session,
    narrowed: Callable[[Any, type[Charge | Payment]], Any],
    account: Callable[[Row[Any]], Account],
    by_charge: Mapping[int, Account],
    known_at: int | None,
) -> None:
    given: list[tuple[Given, Account]] = []
    for row in session.execute(
        narrowed(_payments(known_at), Payment)
    ):  # one for each charge that got something
        owner = account(row)
        if not owner.payments or owner.payments[-1].id != row.id:
            owner.payments.append(row)
        if row.charge_id is not None:
            part = (row.id, row.charge_id, row.on, row.principal_fen, row.late_fee_fen)
            given.append((Given(row.counted_on, row.allocation_id, *part), owner))
    for one, owner in sorted(given, key=itemgetter(0)):
        settled = by_charge[one.charge_id].settled[one.charge_id]
        settled.append(Settled(one.on, one.principal_fen, one.late_fee_fen))
        owner.allocations.append(one)


_WHERE = (
    Unit.building,
    Unit.entrance,
    Unit.room,
    Unit.position,
    Party.name.label("debtor"),
    Party.kind.label("debtor_kind"),
)


@lru_cache(maxsize=4)  # building the statement costs more than running it
def _charges(known_at: int | None) -> Any:
    jointly = exists().where(ChargeDebtor.charge_id == Charge.id)
    return (
        select(Charge.__table__, FeeItem.name.label("item"), jointly.label("jointly"), *_WHERE)
        .join(FeeItem, FeeItem.id == Charge.item_id)
        .join(Unit, Unit.id == Charge.unit_id)
        .join(Party, Party.id == Charge.debtor_id)
        .where(live(Charge, known_at))
        .order_by(Charge.due, Charge.id)
    )


@lru_cache(maxsize=4)  # building the statement costs more than running it
def _payments(known_at: int | None) -> Any:
    columns = (
        Payment.id,
        Payment.entry,
        Payment.unit_id,
        Payment.debtor_id,
        Payment.amount_fen,
        Payment.on.label("on"),
        Payment.channel,
        Payment.payer,
        Payment.serial,
        Payment.outside_number,
        Payment.community_id,
        Allocation.id.label("allocation_id"),
        Allocation.on.label("counted_on"),
        Allocation.charge_id,
        Allocation.principal_fen,
        Allocation.late_fee_fen,
    )
    charged = exists().where(Charge.id == Allocation.charge_id, live(Charge, known_at))
    counts = and_(Allocation.payment_id == Payment.id, live(Allocation, known_at), charged)
    return (
        select(*columns, *_WHERE)
        .join(Unit, Unit.id == Payment.unit_id)
        .join(Party, Party.id == Payment.debtor_id)
        .outerjoin(Allocation, counts)
        .where(live(Payment, known_at))
        .order_by(Payment.on, Payment.id)
    )
