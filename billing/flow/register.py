"""The register of units and people: what is known, and the writing of a roster's news into it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.flow.holding import open_holding
from billing.flow.tariffs import find_item
from billing.sheets import Roster, RosterRow
from billing.store.estate import Unit, UnitFee
from billing.store.people import TENANT, Contact, Ownership, Party


@dataclass(frozen=True)
class Changed:
    """A unit the file updates; `facts` are (what, before, after) for people to read."""

    unit: Unit
    row: RosterRow
    facts: Sequence[tuple[str, str, str]]
    new_owner: bool = False


@dataclass
class Known:
    """The community's units, current owners and contacts, in a query each."""

    units: dict[tuple[str, str, str], Unit] = field(default_factory=dict)
    owners: dict[int, list[tuple[Ownership, Party]]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    parties: list[Party] = field(default_factory=list)


def load(session: Session, community_id: int) -> Known:
    known = Known()
    for unit in session.scalars(select(Unit).where(Unit.community_id == community_id)):
        known.units[unit.building, unit.entrance, unit.room] = unit
    for own, party in session.execute(
        select(Ownership, Party)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.community_id == community_id, Ownership.until.is_(None), Ownership.role != TENANT)
        .order_by(Ownership.id)
    ):
        known.owners[own.unit_id].append((own, party))
    for contact in session.scalars(select(Contact).where(Contact.community_id == community_id)):
        known.contacts[contact.party_id].add((contact.kind, contact.value))
    known.parties = list(session.scalars(select(Party).where(Party.community_id == community_id)))
    return known


def reach_of(row: RosterRow) -> list[tuple[str, str]]:
    return [("phone", phone) for phone in row.phones] + [("email", email) for email in row.emails]


def facts_of(row: RosterRow) -> dict[str, Any]:
    """The unit's columns as the row tells them; what the file has no word for is left alone."""
    values: dict[str, Any] = {"area_e2": row.area_e2}
    for name, value in (
        ("start", row.handover),
        ("status", row.status),
        ("note", row.note),
        ("code", row.code),
    ):
        if value:
            values[name] = value
    return values


class Register:
    """Writes units and people of one import; people named by a code or an ID number are one party each."""

    def __init__(
        self,
        session: Session,
        community_id: int,
        entry: int,
        known: Known,
        roster: Roster,
        sold_on: date | None,
    ) -> None:
        self.session = session
        self.community_id = community_id
        self.entry = entry
        self.known = known
        self.sold_on = sold_on
        self.items = {tariff.code: find_item(session, community_id, tariff.item) for tariff in roster.tariffs}
        self.by_mark: dict[tuple[str, str, str], Party] = {}
        for party in known.parties:
            for mark in _marks(party.code, party.id_number, party.name, party.kind):
                self.by_mark[mark] = party

    def add_units(self, rows: Sequence[RosterRow]) -> None:
        units = []
        for row in rows:
            unit = Unit(
                community_id=self.community_id,
                building=row.building,
                entrance=row.entrance,
                room=row.room,
                floor=row.floor,
                area_e2=row.area_e2,
                start=row.handover,
                status=row.status,
                code=row.code,
                note=row.note,
            )
            unit.place()
            units.append(unit)
        self.session.add_all(units)
        owners = [self._party(row) for row in rows]
        self.session.flush()
        for unit, row, owner in zip(units, rows, owners, strict=True):
            self._own(unit, owner, "owner", None)
            self._name_co_owners(unit, row.co_owners, None)
            self._reach(owner, row)
            for code in row.fee_codes:
                item = self.items.get(code)
                if item:
                    self.session.add(
                        UnitFee(unit_id=unit.id, item_id=item.id, community_id=self.community_id)
                    )
        self.session.flush()

    def update(self, one: Changed, today: date) -> None:
        unit, row = one.unit, one.row
        for name, value in facts_of(row).items():
            setattr(unit, name, value)
        current = self.known.owners[unit.id]
        owner = next((party for own, party in current if own.role == "owner"), None)
        if owner is None or (one.new_owner and self.sold_on):
            self._end(own for own, _ in current if self.sold_on)
            owner = self._party(row)
            self.session.flush()
            self._own(unit, owner, "owner", self.sold_on)
            self._name_co_owners(unit, row.co_owners, self.sold_on)
        else:
            owner.name = row.owner if one.new_owner else owner.name
            owner.id_number = row.id_number or owner.id_number
            self._correct_co_owners(unit, row, today)
        self._reach(owner, row)
        self.session.flush()

    def _correct_co_owners(self, unit: Unit, row: RosterRow, today: date) -> None:
        current = {party.name: own for own, party in self.known.owners[unit.id] if own.role == "co-owner"}
        if row.co_owners:
            self._end((own for name, own in current.items() if name not in row.co_owners), today)
            self._name_co_owners(unit, [name for name in row.co_owners if name not in current], None)

    def _end(self, owns: Iterable[Ownership], day: date | None = None) -> None:
        for own in owns:
            own.until = day or self.sold_on

    def _name_co_owners(self, unit: Unit, names: Iterable[str], since: date | None) -> None:
        for name in names:
            party = Party(community_id=self.community_id, name=name)
            self.session.add(party)
            self.session.flush()
            self._own(unit, party, "co-owner", since)

    def _own(self, unit: Unit, party: Party, role: str, since: date | None) -> None:
        open_holding(self.session, unit, party, role, since, self.entry)

    def _party(self, row: RosterRow) -> Party:
        """The owner of the row: known by code or ID number, the one developer, or somebody new."""
        marks = _marks(row.owner_code, row.id_number, row.owner, row.owner_kind)
        for mark in marks[:1]:
            if mark in self.by_mark:
                return self.by_mark[mark]
        party = Party(
            community_id=self.community_id,
            name=row.owner,
            kind=row.owner_kind,
            id_number=row.id_number,
            code=row.owner_code or None,
        )
        self.session.add(party)
        self.by_mark.update(dict.fromkeys(marks, party))
        return party

    def _reach(self, party: Party, row: RosterRow) -> None:
        known = self.known.contacts[party.id]
        for kind, value in reach_of(row):
            if (kind, value) not in known:
                known.add((kind, value))
                self.session.add(
                    Contact(
                        community_id=self.community_id,
                        party_id=party.id,
                        kind=kind,
                        value=value,
                        source=f"roster, entry {self.entry}",
                        recorded_at=now(),
                    )
                )


def _marks(code: str | None, id_number: str, name: str, kind: str) -> list[tuple[str, str, str]]:
    """By what a party is known again, the strongest first; a bare name is no mark: two may share it."""
    marks = []
    if code:
        marks.append(("code", code, ""))
    if id_number:
        marks.append(("id", id_number, name))
    if kind == "developer":
        marks.append(("developer", "", ""))
    return marks
