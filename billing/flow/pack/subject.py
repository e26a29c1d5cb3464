"""Whom a pack is about: a debtor with all his units, or a unit with its debtors; as of a day, as known at an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clock import local_day
from billing.core.problem import Missing, Refused
from billing.core.statement import Line
from billing.flow.addressee import addressee
from billing.flow.estate import find_unit, policies
from billing.flow.papers import Letterhead, picture
from billing.flow.payments import find_debtor
from billing.flow.profile import OFFICE, facts
from billing.sheets.names import DEVELOPER
from billing.store.estate import ProfileFact, Unit
from billing.store.ledger import Entry
from billing.store.pack import Range, charged_parties, holdings, latest_change
from billing.store.people import Ownership, Party
from billing.store.standing import Account, accounts
from billing.store.vault import Vault
from billing.translations import N_
from notices import content
from notices.render import render


@dataclass(frozen=True)
class Who:
    """What was asked for: a unit, debtors, or both."""

    unit: Unit | None = None
    debtor_ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Subject:
    """Everything that the parts of one pack share.

    `issued` is the day from which on nothing changed that the pack tells: so the same pack made again, on
    another day, is the same to the byte.
    """

    session: Session
    vault: Vault
    community_id: int
    as_of: date
    known_at: int
    issued: date
    accounts: Sequence[Account]

    @cached_property
    def head(self) -> Letterhead:
        return Letterhead(self.session, self.community_id, self.issued)

    @cached_property
    def range(self) -> Range:
        units = list(dict.fromkeys(one.unit_id for one in self.accounts))
        debtors = list(dict.fromkeys(one.debtor_id for one in self.accounts))
        return Range(self.community_id, units, debtors, self.known_at)

    @cached_property
    def units(self) -> dict[int, Unit]:
        query = select(Unit).where(Unit.id.in_(self.range.unit_ids)).order_by(Unit.position, Unit.id)
        return {unit.id: unit for unit in self.session.scalars(query)}

    @cached_property
    def lines(self) -> Sequence[tuple[Account, Sequence[Line]]]:
        """Each account with its charges as of the day."""
        return [(account, account.lines(self.as_of)) for account in self.accounts]

    @cached_property
    def debtors(self) -> list[str]:
        """As papers address them."""
        named = (self.head.addressee(one.debtor, one.debtor_kind) for one in self.accounts)
        return list(dict.fromkeys(named))

    @cached_property
    def holdings(self) -> Sequence[tuple[Ownership, Party]]:
        """When the debtors held the units, and who held them together with them; nobody else is known here."""
        rows: Sequence[Any] = holdings(self.session, self.range)
        mine = {(one.unit_id, one.debtor_id) for one in self.accounts}
        own = [row.Ownership for row in rows if (row.Ownership.unit_id, row.Party.id) in mine]
        return [
            (row.Ownership, row.Party) for row in rows if any(_together(row.Ownership, held) for held in own)
        ]

    @property
    def joint(self) -> list[str]:
        """Who is liable together with the debtors (Civil Code art. 307)."""
        ids = set(self.range.debtor_ids)
        return list(dict.fromkeys(party.name for _, party in self.holdings if party.id not in ids))

    @property
    def number(self) -> str:
        return f"P{self.community_id}-{self.known_at:06d}-{self.as_of:%Y%m%d}"

    @property
    def unit_facts(self) -> content.UnitFacts:
        """All its units as one."""
        units = self.units.values()
        return content.UnitFacts(
            label="、".join(unit.label for unit in units),
            address="；".join(self.head.address(unit) for unit in units),
            owner="、".join(self.debtors),
            co_owners=tuple(self.joint),
        )

    def drawn(self, paper: content.Paper) -> bytes:
        """The paper's PDF, with the office's seal and logo."""
        seal, logo = (picture(self.vault, sha256) for sha256 in (paper.office.seal, paper.office.logo))
        return render(paper, seal=seal, logo=logo)


def _together(one: Ownership, other: Ownership) -> bool:
    """Whether both held the same unit on some day."""
    return (
        one.unit_id == other.unit_id
        and (one.since is None or other.until is None or one.since < other.until)
        and (other.since is None or one.until is None or other.since < one.until)
    )


def find_who(session: Session, community_id: int, day: date, text: str, debtor: str | None = None) -> Who:
    """A unit by its label, else a debtor by his name; a name that two people share is refused with their units."""
    try:
        unit = find_unit(session, community_id, text)
    except Missing:
        if debtor:
            raise
        return Who(debtor_ids=_debtors(session, community_id, text.strip()))
    return Who(unit, (find_debtor(session, unit, day, debtor).id,) if debtor else None)


def _debtors(session: Session, community_id: int, name: str) -> tuple[int, ...]:
    everybody = charged_parties(session, community_id)
    found = [party for party in everybody if party.name == name]
    if not found:
        told = {fact.value for fact in facts(session, community_id).rows if fact.name == "developer"}
        found = [one for one in everybody if name in {addressee(one.name, one.kind, each) for each in told}]
    if not found:
        raise Missing(N_("There is neither a unit nor a debtor “%(name)s” here."), name=name)
    # The developer is one, however often a roster named him.
    if len(found) > 1 and any(party.kind != DEVELOPER for party in found):
        rules = policies(session, community_id)
        theirs = accounts(session, community_id, rules, debtor_ids=[party.id for party in found])
        raise Refused(
            N_("%(count)s debtors are called %(name)s, on the units %(units)s: say which unit."),
            count=len(found),
            name=name,
            units=", ".join(one.unit for one in theirs),
        )
    return tuple(party.id for party in found)


def find_subject(
    session: Session,
    vault: Vault,
    community_id: int,
    today: date,
    who: Who,
    as_of: date,
    known_at: int | None = None,
) -> Subject:
    """Refused for a day that is still to come (nobody knows yet what it brings), and where nothing was ever charged."""
    if as_of > today:
        raise Refused(
            N_(
                "%(as_of)s is still to come: a pack proves what was. Name today (%(today)s) or a day before it."
            ),
            as_of=as_of,
            today=today,
        )
    newest = latest_change(session, community_id)
    known_at = newest if known_at is None else min(known_at, newest)
    found = accounts(
        session,
        community_id,
        policies(session, community_id, known_at),
        unit_id=who.unit.id if who.unit else None,
        debtor_ids=who.debtor_ids,
        known_at=known_at,
    )
    if not found:
        raise Missing(N_("Nothing was ever charged there: there is nothing to make a pack of."))
    issued = _unchanged_since(session, community_id, today, as_of, known_at)
    return Subject(session, vault, community_id, as_of, known_at, issued, found)


def _unchanged_since(session: Session, community_id: int, today: date, as_of: date, known_at: int) -> date:
    entry = session.get(Entry, (community_id, known_at))
    told = session.scalar(
        select(func.max(ProfileFact.since)).where(
            ProfileFact.community_id.in_((OFFICE, community_id)), ProfileFact.since <= today
        )
    )
    days = [as_of, *([local_day(entry.recorded_at)] if entry else []), *([told] if told else [])]
    return min(today, max(days))
