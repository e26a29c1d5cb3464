"""过户: from a day on a unit is another's; what was charged for his days moves to him, unless agreed otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.ownership import Held
from billing.core.problem import Refused
from billing.flow.entry import fingerprint, record, replayed
from billing.flow.holding import (
    Person,
    held,
    keep_paper,
    names_in,
    names_of,
    open_holding,
    party_of,
)
from billing.flow.rebooking import NEWCOMER, Moved, plan_rebooking, rebook
from billing.store.estate import Unit
from billing.store.ledger import Charge, Entry
from billing.store.liability import CO_OWNER
from billing.store.people import Ownership, Party
from billing.store.vault import Vault
from billing.translations import N_

#: How far ahead a transfer may be entered: a hand-over that is agreed on, not one that is hoped for.
_AHEAD = timedelta(days=92)

#: How far from today a charge that is booked anew may fall due.
_REASON = timedelta(days=366)

#: Why a charge was reversed, as the books keep it; the seller reads it too, so it names nobody.
_WHY = "过户：自{day}起由新业主承担"


@dataclass(frozen=True)
class Deal:
    """Who holds the unit from which day on. `to` may name several: the first owner, then co-owners.

    `same_name`: the buyer is another person than the seller of that name. `keep_charges`: what is issued stays on the
    seller, and the two settle it between themselves. `due`: what is booked anew on the buyer is due on this day at the
    earliest: he has seen no bill before.
    """

    to: str
    on: date
    co_owners: str = ""
    phone: str = ""
    id_number: str = ""
    same_name: bool = False
    keep_charges: bool = False
    due: date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        others = names_in(self.co_owners) if self.co_owners.strip() else ()
        return tuple(dict.fromkeys((*names_in(self.to), *others)))


@dataclass(frozen=True)
class TransferPlan:
    """What a transfer would do: whose time ends, and which charges stand on the seller for the buyer's days.

    `digest` names this very plan.
    """

    unit: Unit
    deal: Deal
    holding: Sequence[tuple[Ownership, Party]]
    moved: Sequence[Moved]

    @property
    def sellers(self) -> list[str]:
        return names_of(self.holding)

    @property
    def paid(self) -> int:
        """What the seller paid on charges that move (fen)."""
        return sum(one.paid for one in self.moved)

    @property
    def digest(self) -> str:
        lines = [[one.charge.id, one.paid, [[*pair] for pair in one.parts]] for one in self.moved]
        return fingerprint({"on": self.deal.on, "from": self.sellers, "charges": lines})


@dataclass(frozen=True)
class Transferred:
    """A transfer that was entered, and the charges booked anew by it."""

    entry: int
    charges: Sequence[Charge]
    replayed: bool = False


def plan_transfer(session: Session, unit: Unit, deal: Deal, today: date) -> TransferPlan:
    """Check the deal and work out what it touches; nothing is written. Raises Refused."""
    times = held(session, unit)
    _check_day(unit, times, deal, today)
    holding = [(own, party) for own, party in times if own.until is None or own.until > deal.on]
    seller = next((party for own, party in holding if own.role == "owner"), None)
    _check_names(unit, seller, deal)
    if seller is None:
        return TransferPlan(unit, deal, holding, [])
    then = [Held(NEWCOMER, deal.on)]
    for own, party in times:
        if own.role == "owner":
            until = deal.on if (own, party) in holding else own.until
            then.append(Held(party.id, own.since, until))
    return TransferPlan(unit, deal, holding, plan_rebooking(session, unit, then, seller.id, deal.on))


def enter_transfer(
    session: Session,
    vault: Vault,
    actor: str,
    today: date,
    unit: Unit,
    deal: Deal,
    paper: bytes | None = None,
    expected: str | None = None,
) -> Transferred:
    """Close the seller's time, open the buyer's, and book the charges of his days on him, all in one entry.

    The same transfer again is the same entry. `expected` is the digest of the plan a person saw.
    """
    asked = _asked(unit, deal)
    key = f"transfer:{unit.id}:{deal.on}:{_withdrawn(session, unit)}"
    before = session.scalar(select(Entry).where(Entry.community_id == unit.community_id, Entry.key == key))
    if before and before.content == fingerprint(asked):
        return Transferred(before.seq, _of_entry(session, unit, before.seq), replayed=True)
    plan = plan_transfer(session, unit, deal, today)
    if expected is not None and expected != plan.digest:
        raise Refused(
            N_("The books changed since this was worked out: look at it again before you enter it.")
        )
    sha256 = keep_paper(session, vault, paper)
    detail = asked | {"from": plan.sellers, "paper": sha256, "charges": [one.charge.id for one in plan.moved]}
    entry = record(session, unit.community_id, "transfer", key, actor, asked, detail)
    for own, _ in plan.holding:
        own.until = deal.on
    buyer = _open(session, unit, deal, entry, sha256)
    why = _WHY.format(day=deal.on)
    moved = [] if deal.keep_charges else plan.moved
    return Transferred(entry, rebook(session, entry, today, unit, moved, why, buyer.id, deal.due))


def withdraw_transfer(
    session: Session, actor: str, today: date, unit: Unit, on: date, reason: str
) -> Transferred:
    """The unit's last transfer, of that day, never was: the seller's time goes on, charges go back to him."""
    if not reason.strip():
        raise Refused(N_("Say why the transfer is withdrawn: it will be read when somebody asks."))
    entered = _entered(session, unit, on)
    asked = {"unit": unit.label, "withdrawn": entered, "reason": reason.strip()}
    key = f"withdraw-transfer:{entered}"
    before = replayed(session, unit.community_id, key, asked)
    if before:
        return Transferred(before.seq, _of_entry(session, unit, before.seq), replayed=True)
    times = held(session, unit)
    if any(own.since and own.since > on and own.role == "owner" for own, _ in times):
        raise Refused(
            N_("Unit %(unit)s was transferred again after that: withdraw the later one first."),
            unit=unit.label,
        )
    bought = [own for own, _ in times if own.entry == entered]
    sold = [own for own, _ in times if own.until == on and own.entry != entered]
    then = [
        Held(own.party_id, own.since, None if own in sold else own.until)
        for own, _ in times
        if own.role == "owner" and own not in bought
    ]
    buyer = next(own.party_id for own in bought if own.role == "owner")
    moved = plan_rebooking(session, unit, then, buyer, on)
    entry = record(session, unit.community_id, "transfer-withdrawal", key, actor, asked)
    for own in bought:
        own.until = on
    for own in sold:
        own.until = None
    session.flush()
    return Transferred(entry, rebook(session, entry, today, unit, moved, reason.strip()))


def _open(session: Session, unit: Unit, deal: Deal, entry: int, paper: str | None) -> Party:
    """The buyers' time; the first owner."""
    source = f"transfer, entry {entry}"
    first = Person(deal.names[0], deal.phone, deal.id_number).checked()
    buyer = party_of(session, unit.community_id, first, source)
    open_holding(session, unit, buyer, "owner", deal.on, entry, paper)
    for name in deal.names[1:]:
        other = party_of(session, unit.community_id, Person(name), source)
        open_holding(session, unit, other, CO_OWNER, deal.on, entry, paper)
    session.flush()
    return buyer


def _check_day(unit: Unit, times: Sequence[tuple[Ownership, Party]], deal: Deal, today: date) -> None:
    if deal.on > today + _AHEAD:
        raise Refused(
            N_("A transfer on %(on)s is more than %(days)s days ahead: enter it when it is near."),
            on=deal.on,
            days=_AHEAD.days,
        )
    if deal.due and abs(deal.due - today) > _REASON:
        raise Refused(N_("A due date of %(due)s is more than a year from today: check it."), due=deal.due)
    for own, party in times:
        if own.role == "owner" and own.since and own.since >= deal.on:
            raise Refused(
                N_(
                    "%(owner)s holds unit %(unit)s from %(since)s on already: a transfer on %(on)s is not after that "
                    "day. If that one was wrong, withdraw it first."
                ),
                owner=party.name,
                unit=unit.label,
                since=own.since,
                on=deal.on,
            )


def _check_names(unit: Unit, seller: Party | None, deal: Deal) -> None:
    if seller and deal.names[0] == seller.name and not deal.same_name:
        raise Refused(
            N_(
                "Unit %(unit)s is %(owner)s's already: if the buyer is another person of the same name, say that it is "
                "so."
            ),
            unit=unit.label,
            owner=seller.name,
        )


def _asked(unit: Unit, deal: Deal) -> dict[str, Any]:
    """What makes it another transfer; what became of the charges is told beside it."""
    return {
        "unit": unit.label,
        "to": list(deal.names),
        "on": deal.on,
        "keep_charges": deal.keep_charges,
        "due": deal.due,
    }


def _withdrawn(session: Session, unit: Unit) -> int:
    """How many transfers of the unit were withdrawn: the next one has a key of its own."""
    query = select(func.count(Ownership.entry.distinct())).where(
        Ownership.unit_id == unit.id, Ownership.since == Ownership.until
    )
    return session.scalar(query) or 0


def _entered(session: Session, unit: Unit, on: date) -> int:
    """The entry of the newest transfer of that day, withdrawn or not."""
    query = (
        select(func.max(Entry.seq))
        .join(Ownership, (Ownership.community_id == Entry.community_id) & (Ownership.entry == Entry.seq))
        .where(Ownership.unit_id == unit.id, Ownership.since == on, Entry.kind == "transfer")
    )
    entered = session.scalar(query)
    if entered is None:
        raise Refused(N_("No transfer of unit %(unit)s on %(on)s was entered here."), unit=unit.label, on=on)
    return entered


def _of_entry(session: Session, unit: Unit, entry: int) -> Sequence[Charge]:
    query = select(Charge).where(Charge.community_id == unit.community_id, Charge.entry == entry)
    return session.scalars(query.order_by(Charge.id)).all()
