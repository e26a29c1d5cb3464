"""A roster into the books: what a file would change is planned and shown first, then done in one go."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.problem import Problem, Refused
from billing.flow.entry import latest, record
from billing.flow.estate import EVER
from billing.flow.liability import name_jointly
from billing.flow.profile import facts
from billing.flow.register import Changed, Known, Register, facts_of, load, reach_of
from billing.flow.tariffs import Price, find_item, set_tariff, tariff_rows
from billing.sheets import Roster, RosterRow
from billing.sheets.names import DEVELOPER, is_placeholder
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.people import Ownership, Party
from billing.translations import N_

_OTHER_OWNER = N_(
    "The books name %(owner)s as owner: correction or sale? Say that it is a correction, or from which day the new "
    "owner holds it."
)
_SOLD_BEFORE = N_("The books know who holds it from %(since)s on: the sale must be after that day.")
_FACTS = {
    "area_e2": N_("area"),
    "start": N_("hand-over"),
    "status": N_("status"),
    "note": N_("note"),
    "code": N_("code"),
}


@dataclass(frozen=True)
class RosterPlan:
    """What the file would do: new units, updates, units it agrees with, and rows that need a person."""

    roster: Roster
    new: Sequence[RosterRow]
    changed: Sequence[Changed]
    unchanged: int
    problems: Sequence[Problem]
    sold_on: date | None = None


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


def check_other_owner(correction: bool, sold_on: date | None) -> None:
    """Refuse to take another owner's name for two things."""
    if correction and sold_on:
        raise Refused(N_("Another owner is either a correction or a sale, not both."))


def plan_roster(
    session: Session,
    community_id: int | None,
    roster: Roster,
    *,
    correction: bool = False,
    sold_on: date | None = None,
) -> RosterPlan:
    """Compare the file with the books. Another owner's name is a problem unless told what it means."""
    check_other_owner(correction, sold_on)
    known = load(session, community_id) if community_id else Known()
    developers = _developers(session, community_id) if community_id else set()
    new, changed, unchanged, problems = [], [], 0, list(roster.problems)
    for row in (_with_kind(row, developers) for row in roster.rows):
        unit = known.units.get((row.building, row.entrance, row.room))
        if unit is None:
            new.append(row)
            continue
        owner = next((party for own, party in known.owners[unit.id] if own.role == "owner"), None)
        other = owner is not None and not _same(owner, row, developers)
        if owner and other and not sold_on and (not correction or owner.kind == "developer"):
            told = roster.problem(row, ["owner", "owner_code"], row.owner, _OTHER_OWNER, owner=owner.name)
            problems.append(told)
            continue
        since = next((own.since for own, _ in known.owners[unit.id] if own.role == "owner"), None)
        if other and sold_on and since and sold_on <= since:
            problems.append(
                roster.problem(row, ["owner", "owner_code"], row.owner, _SOLD_BEFORE, since=since)
            )
            continue
        news = _differences(known, unit, row, other)
        if news:
            changed.append(Changed(unit, row, news, new_owner=other))
        else:
            unchanged += 1
    return RosterPlan(roster, new, changed, unchanged, problems, sold_on)


def _developers(session: Session, community_id: int) -> set[str]:
    """The developer's registered name, and those before it."""
    told = facts(session, community_id).rows
    return {fact.value for fact in told if fact.name == "developer" and fact.value}


def _with_kind(row: RosterRow, developers: Set[str]) -> RosterRow:
    """A file that calls the developer by his registered name means the developer, whatever it says of his kind."""
    return replace(row, owner_kind=DEVELOPER) if row.owner in developers else row


def _same(owner: Party, row: RosterRow, developers: Set[str]) -> bool:
    """By name; the developer by any name of his, a placeholder too: a file that has one for the other tells no sale."""
    if owner.name == row.owner:
        return True
    is_developer = owner.kind == DEVELOPER or owner.name in developers
    names = (owner.name, row.owner)
    return (
        is_developer
        and row.owner_kind == DEVELOPER
        and any(name in developers or is_placeholder(name) for name in names)
    )


def _differences(known: Known, unit: Unit, row: RosterRow, other: bool) -> list[tuple[str, str, str]]:
    told = [
        (_FACTS[name], str(getattr(unit, name) or ""), str(value))
        for name, value in facts_of(row).items()
        if getattr(unit, name) != value
    ]
    current = known.owners[unit.id]
    owner = next((party for own, party in current if own.role == "owner"), None)
    if owner is None or other:
        told.append((N_("owner"), owner.name if owner else "", row.owner))
    elif row.id_number and owner.id_number != row.id_number:
        told.append((N_("ID number"), owner.id_number, row.id_number))
    others = sorted(party.name for own, party in current if own.role == "co-owner")
    if row.co_owners and sorted(row.co_owners) != others:
        told.append((N_("co-owners"), "、".join(others), "、".join(row.co_owners)))
    reached = known.contacts[owner.id] if owner else set()
    fresh = [value for kind, value in reach_of(row) if (kind, value) not in reached]
    if fresh and owner is not None and not other:
        told.append((N_("contact"), "", "、".join(fresh)))
    return told


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
    register = Register(session, community_id, entry, load(session, community_id), plan.roster, plan.sold_on)
    register.add_units(plan.new)
    for one in plan.changed:
        register.update(one, today)
    if plan.changed:  # a co-owner named only now owes what is charged already for his time
        units = select(Ownership.unit_id).where(
            Ownership.community_id == community_id, Ownership.entry == entry
        )
        name_jointly(session, community_id, entry, Charge.unit_id.in_(units), Ownership.entry == entry)
    return entry


def _told_before(session: Session, community_id: int, price: Price) -> bool:
    """Whether a file said this already: what the office has set since then stands."""
    item = find_item(session, community_id, price.item)
    rows = tariff_rows(session, item.id) if item else []
    told = [(row.since, row.basis, row.price_e4, row.cycle_months) for row in rows]
    return (price.since, price.basis, price.price_e4, price.cycle_months) in told
