"""The debtors of a charge beside its first one: named when it is booked, or when somebody takes the debt on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from billing.core.problem import Refused
from billing.store.estate import Unit
from billing.store.ledger import Charge, live
from billing.store.liability import CO_OWNER, JOINED, TENANT, ChargeDebtor, deciding_day
from billing.store.people import Ownership, Party, held_on
from billing.translations import N_

#: What stands behind a name on paper.
_AS = {CO_OWNER: "", TENANT: "（承租人）", JOINED: "（债务加入人）"}


@dataclass(frozen=True)
class Joint:
    """Somebody who owes a charge with its first debtor."""

    party_id: int
    name: str
    role: str


def name_jointly(session: Session, community_id: int, entry: int, *which: ColumnElement[bool]) -> None:
    """Write beside the charges chosen who owes them jointly: co-owners and tenants of the day that decided.

    In one statement for a whole community. A debtor who does not hold the unit that day has nobody beside him:
    the buyer is a stranger to the seller's debt.
    """
    day, first = deciding_day(), aliased(Ownership)
    held = (first.since.is_(None) | (first.since <= day)) & (first.until.is_(None) | (first.until > day))
    known = exists().where(
        ChargeDebtor.charge_id == Charge.id, ChargeDebtor.party_id == Ownership.party_id, live(ChargeDebtor)
    )
    found = (
        select(Charge.community_id, literal(entry), Charge.id, Ownership.party_id, func.min(Ownership.role))
        .join(Unit, Unit.id == Charge.unit_id)
        .join(
            Ownership,
            (Ownership.community_id == Charge.community_id) & (Ownership.unit_id == Charge.unit_id),
        )
        .join(
            first,
            (first.community_id == Charge.community_id)
            & (first.unit_id == Charge.unit_id)
            & (first.party_id == Charge.debtor_id)
            & (first.role == "owner")
            & held,
        )
        .where(
            Charge.community_id == community_id,
            Ownership.role.in_((CO_OWNER, TENANT)),
            Ownership.party_id != Charge.debtor_id,
            held_on(day),
            live(Charge),
            ~known,
            *which,
        )
        .group_by(Charge.community_id, Charge.id, Ownership.party_id)
    )
    columns = ["community_id", "entry", "charge_id", "party_id", "role"]
    session.execute(insert(ChargeDebtor).from_select(columns, found))


def joint_debtors(
    session: Session, community_id: int, *, unit_id: int | None = None, known_at: int | None = None
) -> Mapping[int, Sequence[Joint]]:
    """Charge -> whoever owes it beside its first debtor, co-owners first; of the community or of one unit."""
    query = (
        select(ChargeDebtor.charge_id, Party.id, Party.name, ChargeDebtor.role)
        .join(Party, Party.id == ChargeDebtor.party_id)
        .where(ChargeDebtor.community_id == community_id, live(ChargeDebtor, known_at))
        .order_by(ChargeDebtor.role, ChargeDebtor.id)
    )
    if unit_id is not None:
        query = query.join(Charge, Charge.id == ChargeDebtor.charge_id).where(Charge.unit_id == unit_id)
    found: dict[int, list[Joint]] = defaultdict(list)
    for row in session.execute(query):
        found[row.charge_id].append(Joint(row.id, row.name, row.role))
    return found


def names(joint: Mapping[int, Sequence[Joint]], charges: Iterable[int]) -> list[str]:
    """Whoever owes one of these charges beside its first debtor, each once; as what, unless as a co-owner."""
    told = (f"{one.name}{_AS[one.role]}" for charge in charges for one in joint.get(charge, ()))
    return list(dict.fromkeys(told))


def account_holder(
    session: Session, unit: Unit, payer: Party, named: Sequence[int]
) -> tuple[Party, Sequence[int]]:
    """In whose account on the unit a person's money is booked, and the charges there that it may pay (none: any).

    Charges that he names, and owes with another, are in that other's account. Without a word a co-owner or tenant,
    who has no bills of his own, pays those that name him; who joined another's debt pays his own bills alone.
    """
    rows = _owed_jointly(session, unit, payer)
    if named:
        chosen = [row for row in rows if row.charge_id in named]
        return (_the_one(session, payer, chosen) if len(chosen) == len(set(named)) else payer), named
    own = exists().where(Charge.unit_id == unit.id, Charge.debtor_id == payer.id)
    owner = exists().where(
        Ownership.unit_id == unit.id, Ownership.party_id == payer.id, Ownership.role == "owner"
    )
    if session.scalar(select(own | owner)):
        return payer, ()
    liable = [row for row in rows if row.role != JOINED]
    chosen = [row for row in liable if row.open_fen] or liable
    return _the_one(session, payer, chosen), [row.charge_id for row in chosen]


def _owed_jointly(session: Session, unit: Unit, party: Party) -> Sequence[Any]:
    query = (
        select(ChargeDebtor.charge_id, ChargeDebtor.role, Charge.debtor_id, Charge.open_fen)
        .join(Charge, Charge.id == ChargeDebtor.charge_id)
        .where(
            ChargeDebtor.community_id == unit.community_id,
            ChargeDebtor.party_id == party.id,
            Charge.unit_id == unit.id,
            live(ChargeDebtor),
            live(Charge),
        )
    )
    return session.execute(query).all()


def _the_one(session: Session, payer: Party, rows: Sequence[Any]) -> Party:
    debtors = {row.debtor_id for row in rows}
    if len(debtors) > 1:
        raise Refused(
            N_("%(name)s owes here together with several debtors: name the debtor whose charges are paid."),
            name=payer.name,
        )
    return session.get_one(Party, debtors.pop()) if debtors else payer
