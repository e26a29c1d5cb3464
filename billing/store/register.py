"""Read model: the register of units, found by what people know of them, and one unit with its people and papers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from billing.store.base import summed
from billing.store.collection import Hold, Notice
from billing.store.estate import Unit
from billing.store.evidence import first_signed
from billing.store.ledger import Charge, Entry
from billing.store.liability import Joinder
from billing.store.lookup import may_mean
from billing.store.people import Contact, Ownership, Party, standing, was_held

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What is looked for: what a person typed (see billing.store.lookup); a building; only who owes."""

    text: str = ""
    building: str = ""
    owing: bool = False
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A page of units in walking order, the debtors first who owe most where only they are wanted."""

    units: Sequence[Unit]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


@dataclass
class Holder:
    """Somebody who holds or held a unit, from a day to the day before another, and how he is reached.

    `id` is the time's own number, `paper` the file that proves it; `transferred`: a transfer opened it.
    """

    party: Party
    role: str
    since: date | None
    until: date | None
    id: int = 0
    paper: str | None = None
    transferred: bool = False
    contacts: list[Contact] = field(default_factory=list)

    @property
    def last_day(self) -> date | None:
        return self.until and self.until - timedelta(days=1)

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def find_units(session: Session, community_id: int, wanted: Wanted, today: date) -> Found:
    """The units wanted, in two queries. `today` decides what is overdue."""
    overdue = _overdue(community_id, today)
    conditions = [Unit.community_id == community_id, may_mean(community_id, wanted.text)]
    if wanted.building:
        conditions.append(Unit.building == wanted.building)
    if wanted.owing:
        conditions.append(overdue > 0)
    count = session.scalar(select(func.count()).select_from(Unit).where(*conditions)) or 0
    page = min(max(1, wanted.page), max(1, -(-count // PAGE)))
    order = [overdue.desc()] if wanted.owing else []
    query = select(Unit).where(*conditions).order_by(*order, Unit.position)
    return Found(session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all(), count, page)


def _overdue(community_id: int, today: date) -> Any:
    """Principal overdue of a unit, out of the charges' own index."""
    return (
        select(summed(Charge.open_fen))
        .where(Charge.community_id == community_id, Charge.unit_id == Unit.id, Charge.due < today)
        .correlate(Unit)
        .scalar_subquery()
    )


def buildings(session: Session, community_id: int) -> Sequence[Row[str, int]]:
    """Building and its number of units, in walking order."""
    return session.execute(
        select(Unit.building, func.count())
        .where(Unit.community_id == community_id)
        .group_by(Unit.building)
        .order_by(func.min(Unit.position))
    ).all()


def holders(session: Session, unit_ids: Sequence[int]) -> dict[int, list[Holder]]:
    """Unit -> who holds it and who held it, the newest first, owners before co-owners; one query."""
    query = (
        select(Ownership, Party, Contact, (Entry.kind == "transfer").label("transferred"))
        .join(Party, Party.id == Ownership.party_id)
        .outerjoin(Contact, Contact.party_id == Party.id)
        .outerjoin(Entry, (Entry.community_id == Ownership.community_id) & (Entry.seq == Ownership.entry))
        .where(Ownership.unit_id.in_(unit_ids), was_held())
        .order_by(
            Ownership.until.is_not(None),
            Ownership.until.desc(),
            Ownership.role != "owner",
            Ownership.id,
            Contact.id,
        )
    )
    found: dict[int, dict[int, Holder]] = defaultdict(dict)
    for own, party, contact, transferred in session.execute(query):
        holder = found[own.unit_id].setdefault(
            own.id, Holder(party, own.role, own.since, own.until, own.id, own.paper, bool(transferred))
        )
        if contact is not None:
            holder.contacts.append(contact)
    for holder in (one for by_id in found.values() for one in by_id.values()):
        holder.contacts = standing(holder.contacts)
    return {unit_id: list(by_id.values()) for unit_id, by_id in found.items()}


def debtors(session: Session, unit_ids: Sequence[int]) -> list[int]:
    """Everybody ever charged for these units."""
    return list(session.scalars(select(Charge.debtor_id).where(Charge.unit_id.in_(unit_ids)).distinct()))


def notices(session: Session, unit_id: int) -> Sequence[Any]:
    """The unit's notices, the newest first, without their papers; `signed_on` is the first slip's day."""
    columns = (
        Notice.id,
        Notice.community_id,
        Notice.serial,
        Notice.stage,
        Notice.issued_on,
        Notice.deadline,
        Notice.total_fen,
        Party.name.label("debtor"),
        first_signed().label("signed_on"),
    )
    return session.execute(
        select(*columns)
        .join(Party, Party.id == Notice.debtor_id)
        .where(Notice.unit_id == unit_id)
        .order_by(Notice.serial.desc())
    ).all()


def holds(session: Session, unit_id: int) -> Sequence[Row[Hold, str]]:
    """Each debtor's newest hold on the unit: the one that decides."""
    newest = (
        select(func.max(Hold.id).label("id"))
        .where(Hold.unit_id == unit_id)
        .group_by(Hold.debtor_id)
        .subquery()
    )
    return session.execute(
        select(Hold, Party.name)
        .join(newest, newest.c.id == Hold.id)
        .join(Party, Party.id == Hold.debtor_id)
        .order_by(Hold.id.desc())
    ).all()


def joinders(session: Session, unit_id: int) -> Sequence[Row[Joinder, str, str]]:
    """(Joinder, who joined, whose debt), the newest first."""
    joining, debtor = aliased(Party), aliased(Party)
    return session.execute(
        select(Joinder, joining.name.label("joining"), debtor.name.label("debtor"))
        .join(joining, joining.id == Joinder.party_id)
        .join(debtor, debtor.id == Joinder.debtor_id)
        .where(Joinder.unit_id == unit_id)
        .order_by(Joinder.id.desc())
    ).all()
