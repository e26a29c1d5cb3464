"""Who holds a unit: names entered by hand, times opened and closed, and the paper that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused
from billing.flow.scans import media_type
from billing.sheets.names import owner_kind, parse_owner
from billing.store.estate import Unit
from billing.store.people import TENANT, Contact, Ownership, Party, was_held
from billing.store.vault import Vault, keep
from billing.translations import N_


@dataclass(frozen=True)
class Person:
    """Somebody as a person at a desk enters him. An ID number tells two of one name apart."""

    name: str
    phone: str = ""
    id_number: str = ""

    def checked(self) -> "Person":
        """His name as rosters read it; refused without one."""
        name, *others = names_in(self.name)
        if others:
            raise Refused(N_("“%(name)s” are several people: enter one."), name=self.name.strip())
        return Person(name, self.phone.strip(), self.id_number.strip())


def names_in(text: str) -> tuple[str, ...]:
    """The names written in a field, the first owner first, read as a roster's are; refused where there is none."""
    if not text.strip():
        raise Refused(N_("Write the name: papers are addressed to it."))
    return parse_owner(text)


def held(session: Session, unit: Unit) -> list[tuple[Ownership, Party]]:
    """Everybody who owns or owned the unit, the first to come first; what was withdrawn never was."""
    query = (
        select(Ownership, Party)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.unit_id == unit.id, Ownership.role != TENANT, was_held())
        .order_by(Ownership.id)
    )
    return [(own, party) for own, party in session.execute(query)]


def open_holding(
    session: Session,
    unit: Unit,
    party: Party,
    role: str,
    since: date | None,
    entry: int,
    paper: str | None = None,
    until: date | None = None,
) -> Ownership:
    own = Ownership(
        community_id=unit.community_id,
        unit_id=unit.id,
        party_id=party.id,
        role=role,
        since=since,
        until=until,
        entry=entry,
        paper=paper,
    )
    session.add(own)
    return own


def party_of(session: Session, community_id: int, person: Person, source: str) -> Party:
    """The party that has this ID number and name, else a new one: two may share a bare name."""
    known = None
    if person.id_number:
        same = select(Party).where(
            Party.community_id == community_id,
            Party.name == person.name,
            Party.id_number == person.id_number,
        )
        known = session.scalar(same.limit(1))
    party = known or Party(
        community_id=community_id,
        name=person.name,
        kind=owner_kind(person.name),
        id_number=person.id_number,
    )
    session.add(party)
    session.flush()
    if person.phone:
        _reach(session, party, person.phone, source)
    return party


def _reach(session: Session, party: Party, phone: str, source: str) -> None:
    same = select(Contact.id).where(Contact.party_id == party.id, Contact.value == phone)
    if session.scalar(same.limit(1)) is None:
        session.add(
            Contact(
                community_id=party.community_id,
                party_id=party.id,
                kind="phone",
                value=phone,
                source=source,
                recorded_at=now(),
            )
        )


def keep_paper(session: Session, vault: Vault, data: bytes | None) -> str | None:
    """The hash under which the scan is kept; a file that is no picture or PDF cannot be used."""
    return None if data is None else keep(session, vault, data, media_type(data))


def names_of(rows: Sequence[tuple[Ownership, Party]]) -> list[str]:
    return [party.name for _, party in rows]
