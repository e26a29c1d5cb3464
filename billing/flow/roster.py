"""A roster into the books: what a file would change is planned and shown first, then done in one go."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Problem, Refused
from billing.flow.entry import latest, record
from billing.flow.estate import EVER
from billing.flow.tariffs import Price, find_item, set_tariff, tariff_rows
from billing.sheets import Roster, RosterRow
from billing.store.estate import Unit, UnitFee
from billing.store.people import Contact, Ownership, Party
from billing.translations import N_

_OTHER_OWNER = N_(
    "The books name %(owner)s as owner: correction or sale? Say that it is a correction, or from which day the new "
    "owner holds it."
)
_FACTS = {
    "area_e2": N_("area"),
    "start": N_("hand-over"),
    "status": N_("status"),
    "note": N_("note"),
    "code": N_("code"),
}


@dataclass(frozen=True)
class Changed:
    """A unit the file updates; `facts` are (what, before, after) for people to read."""

    unit: Unit
    row: RosterRow
    facts: Sequence[tuple[str, str, str]]
    new_owner: bool = False


@dataclass(frozen=True)
class RosterPlan:
    """What the file would do: new units, updates, units it agrees with, and rows that need a person."""

    roster: Roster
    new: Sequence[RosterRow]
    changed: Sequence[Changed]
    unchanged: int
    problems: Sequence[Problem]
    sold_on: date | None = None


@dataclass
class _Known:
    """The community's units, current owners and contacts, in a query each."""

    units: dict[tuple[str, str, str], Unit] = field(default_factory=dict)
    owners: dict[int, list[tuple[Ownership, Party]]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))
    parties: list[Party] = field(default_factory=list)


def guess_community(roster: Roster, filename: str) -> str:
    """A name for a community nobody named: the sheet's title, else the file's own name."""
    for table in roster.survey.main:
        for row in table.sheet.rows:
            if row.number >= table.header.number:
                break
            title = re.split(r"业主|住户|房产|台账|收费|[（(\d]", next(filter(None, row.cells), "").strip())[
                0
            ].strip()
            if title:
                return title
    return filename.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "小区"


def plan_roster(
    session: Session,
    community_id: int | None,
    roster: Roster,
    *,
    correction: bool = False,
    sold_on: date | None = None,
) -> RosterPlan:
    """Compare the file with the books. Another owner's name is a problem unless told what it means."""
    if correction and sold_on:
        raise Refused(N_("Another owner is either a correction or a sale, not both."))
    known = _load(session, community_id) if community_id else _Known()
    new, changed, unchanged, problems = [], [], 0, list(roster.problems)
    for row in roster.rows:
        unit = known.units.get((row.building, row.entrance, row.room))
        if unit is None:
            new.append(row)
            continue
        owner = next((party for own, party in known.owners[unit.id] if own.role == "owner"), None)
        other = owner is not None and owner.name != row.owner
        if owner and other and not sold_on and (not correction or owner.kind == "developer"):
            problems.append(_other_owner(roster, row, owner))
            continue
        facts = _differences(known, unit, row)
        if facts:
            changed.append(Changed(unit, row, facts, new_owner=other))
        else:
            unchanged += 1
    return RosterPlan(roster, new, changed, unchanged, problems, sold_on)


def _other_owner(roster: Roster, row: RosterRow, owner: Party) -> Problem:
    table = next((table for table in roster.survey.main if table.sheet.name == row.sheet), None)
    column = (table.heading("owner") or table.heading("owner_code")) if table else ""
    return Problem(row.sheet, row.row, column, row.owner, _OTHER_OWNER, {"owner": owner.name})


def _load(session: Session, community_id: int) -> _Known:
    known = _Known()
    for unit in session.scalars(select(Unit).where(Unit.community_id == community_id)):
        known.units[unit.building, unit.entrance, unit.room] = unit
    for own, party in session.execute(
        select(Ownership, Party)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.community_id == community_id, Ownership.until.is_(None))
        .order_by(Ownership.id)
    ):
        known.owners[own.unit_id].append((own, party))
    for contact in session.scalars(select(Contact).where(Contact.community_id == community_id)):
        known.contacts[contact.party_id].add((contact.kind, contact.value))
    known.parties = list(session.scalars(select(Party).where(Party.community_id == community_id)))
    return known


def _contacts(row: RosterRow) -> list[tuple[str, str]]:
    return [("phone", phone) for phone in row.phones] + [("email", email) for email in row.emails]


def _values(row: RosterRow) -> dict[str, Any]:
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


def _differences(known: _Known, unit: Unit, row: RosterRow) -> list[tuple[str, str, str]]:
    facts = [
        (_FACTS[name], str(getattr(unit, name) or ""), str(value))
        for name, value in _values(row).items()
        if getattr(unit, name) != value
    ]
    current = known.owners[unit.id]
    owner = next((party for own, party in current if own.role == "owner"), None)
    if owner is None or owner.name != row.owner:
        facts.append((N_("owner"), owner.name if owner else "", row.owner))
    elif row.id_number and owner.id_number != row.id_number:
        facts.append((N_("ID number"), owner.id_number, row.id_number))
    others = sorted(party.name for own, party in current if own.role == "co-owner")
    if row.co_owners and sorted(row.co_owners) != others:
        facts.append((N_("co-owners"), "、".join(others), "、".join(row.co_owners)))
    reached = known.contacts[owner.id] if owner else set()
    fresh = [value for kind, value in _contacts(row) if (kind, value) not in reached]
    if fresh and owner is not None and owner.name == row.owner:
        facts.append((N_("contact"), "", "、".join(fresh)))
    return facts


def apply_roster(
    session: Session, actor: str, today: date, community_id: int, plan: RosterPlan
) -> int | None:
    """Do what the plan says; the entry's number, or None when nothing changes."""
    for tariff in plan.roster.tariffs:
        price = Price(
            tariff.item, tariff.basis, tariff.price_e4, tariff.months, EVER, code=tariff.code, listed=True
        )
        if not _told_before(session, community_id, price):
            set_tariff(session, actor, community_id, price)
    if not plan.new and not plan.changed:
        return None
    detail = {
        "new": [row.label for row in plan.new],
        "changed": [
            {"unit": one.unit.label, "facts": [list(fact) for fact in one.facts]} for one in plan.changed
        ],
        "sold_on": plan.sold_on,
    }
    key = f"roster:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "roster", key, actor, detail)
    writer = _Writer(session, community_id, entry, _load(session, community_id), plan)
    writer.add_units(plan.new)
    for one in plan.changed:
        writer.update(one, today)
    return entry


def _told_before(session: Session, community_id: int, price: Price) -> bool:
    """Whether a file said this already: what the office has set since then stands."""
    item = find_item(session, community_id, price.item)
    rows = tariff_rows(session, item.id) if item else []
    told = [(row.since, row.basis, row.price_e4, row.cycle_months) for row in rows]
    return (price.since, price.basis, price.price_e4, price.cycle_months) in told


class _Writer:
    """Writes units and people of one import; people named by a code or an ID number are one party each."""

    def __init__(
        self, session: Session, community_id: int, entry: int, known: _Known, plan: RosterPlan
    ) -> None:
        self.session = session
        self.community_id = community_id
        self.entry = entry
        self.known = known
        self.sold_on = plan.sold_on
        self.items = {
            tariff.code: find_item(session, community_id, tariff.item) for tariff in plan.roster.tariffs
        }
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
        for name, value in _values(row).items():
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
            owner.name = row.owner
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
        self.session.add(
            Ownership(
                community_id=self.community_id,
                unit_id=unit.id,
                party_id=party.id,
                role=role,
                since=since,
                entry=self.entry,
            )
        )

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
        for kind, value in _contacts(row):
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
