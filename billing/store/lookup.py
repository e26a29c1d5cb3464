"""Read model: a unit found the way people ask for it: "1-1-101", "3栋2单元501", "101", a name, part of a phone."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, or_, select, true
from sqlalchemy import func as sql
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.core.width import fold
from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.people import Contact, Ownership, Party, owned_on

#: Fewer digits than these are a room's, not a phone's; with blanks or hyphens between they may be a unit's label.
_PHONE_DIGITS, _PARTED_PHONE_DIGITS = 4, 7

_SEPARATORS = re.compile(r"[\s/\\,._-]+")
#: What stands behind a number in speech and not always in the books; "1号楼" is kept beside it.
_BUILDING_WORDS = ("号楼", "#楼", "栋", "幢", "座", "楼")
_ENTRANCE_WORD = "单元"
_WORDS = re.compile("(" + "|".join((*_BUILDING_WORDS, _ENTRANCE_WORD, "室", "号", "#")) + ")")

_LABEL = sql.ltrim(sql.replace(Unit.building + "-" + Unit.entrance + "-" + Unit.room, "--", "-"), "-")


@dataclass(frozen=True)
class Found:
    """A unit, who owns it today, and the principal of all its debtors there: overdue, and not yet due (fen).

    `exact`: the text names this very unit, and no other that merely begins like it.
    """

    id: int
    label: str
    exact: bool
    owners: Sequence[str]
    overdue: int = 0
    coming: int = 0


def find_units(session: Session, community_id: int, text: str, today: date, limit: int = 12) -> list[Found]:
    """The units the text may mean, the likeliest first; none for an empty text."""
    parts = _parts(text)
    if not parts:
        return []
    exact = _is_label(parts)
    likeliest = case((exact, 0), (Unit.room == parts[-1], 1), else_=2)
    rows = session.execute(
        select(Unit, exact.label("exact"))
        .where(Unit.community_id == community_id, may_mean(community_id, text))
        .order_by(likeliest, Unit.position)
        .limit(limit)
    ).all()
    return _with_owners(session, [(row.Unit, bool(row.exact)) for row in rows], today)


def may_mean(community_id: int, text: str) -> ColumnElement[bool]:
    """Of a Unit: the text may name it by its place, by a person, or by a phone. An empty text names every unit."""
    parts = _parts(text)
    return or_(_placed(parts), _owned_by(community_id, text.strip())) if parts else true()


def meant(community_id: int, text: str) -> Select[int]:
    """The ids of the units the text may mean, however many: to narrow what stands of units."""
    return select(Unit.id).where(Unit.community_id == community_id, may_mean(community_id, text))


def _parts(text: str) -> list[str]:
    """What the text names, from building to room; nothing of an empty text."""
    plain = fold(text)
    pieces = _SEPARATORS.split(_WORDS.sub(r"\1-", plain))
    return [piece for piece in pieces if piece] or ([plain] if plain else [])


def _is_label(parts: Sequence[str]) -> ColumnElement[bool]:
    if len(parts) == 1:
        return sql.replace(_LABEL, "-", "") == parts[0]
    middle = "-".join(parts[1:-1])
    return _same(Unit.building, parts[0]) & _same(Unit.entrance, middle) & _same(Unit.room, parts[-1])


def _same(column: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
    """The part as it stands in the books, or without the word behind the number."""
    bare = _WORDS.sub("", part)
    return column.in_(
        {part, bare, *(bare + word for word in (*_BUILDING_WORDS, _ENTRANCE_WORD, "室") if bare)}
    )


def _placed(parts: Sequence[str]) -> ColumnElement[bool]:
    """A whole label; or what it begins with: a building, its entrance, the first digits of a room."""
    first, last = parts[0], parts[-1]
    room = Unit.room.startswith(_WORDS.sub("", last) or last, autoescape=True)
    if len(parts) == 1:
        return _same(Unit.building, first) if first.endswith(_BUILDING_WORDS) else or_(_is_label(parts), room)
    if len(parts) == 2:
        entrance = _same(Unit.entrance, last)
        there = entrance if last.endswith(_ENTRANCE_WORD) else or_(entrance, room)
    else:
        there = _same(Unit.entrance, "-".join(parts[1:-1])) & room
    return _same(Unit.building, first) & there


def _owned_by(community_id: int, text: str) -> ColumnElement[bool]:
    """Units that a person of that name or phone owns, owned, or owes for."""
    plain = fold(text)
    # As typed too: a company's name keeps its brackets（full-width）.
    named = or_(*(Party.name.icontains(one, autoescape=True) for one in {text, plain}))
    people = [select(Party.id).where(Party.community_id == community_id, named)]
    digits = re.sub(r"[\s-]", "", plain)
    least = _PHONE_DIGITS if digits == plain else _PARTED_PHONE_DIGITS
    if digits.isascii() and digits.isdigit() and len(digits) >= least:
        people.append(
            select(Contact.party_id).where(
                Contact.community_id == community_id,
                Contact.kind == "phone",
                sql.replace(Contact.value, "-", "").contains(digits),
            )
        )
    return or_(
        *(
            Unit.id.in_(select(table.unit_id).where(column.in_(who)))
            for who in people
            for table, column in ((Ownership, Ownership.party_id), (Charge, Charge.debtor_id))
        )
    )


def _with_owners(session: Session, units: Sequence[tuple[Unit, bool]], today: date) -> list[Found]:
    ids = [unit.id for unit, _ in units]
    names: dict[int, list[str]] = defaultdict(list)
    query = (
        select(Ownership.unit_id, Party.name)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.unit_id.in_(ids), owned_on(today))
        .order_by(Ownership.role != "owner", Ownership.id)
    )
    for unit_id, name in session.execute(query):
        names[unit_id].append(name)
    owed = _owed(session, ids, today)
    return [
        Found(unit.id, unit.label, exact, names[unit.id], *owed.get(unit.id, ())) for unit, exact in units
    ]


def _owed(session: Session, unit_ids: Sequence[int], today: date) -> dict[int, tuple[int, int]]:
    """Unit -> principal overdue and not yet due."""
    sums = (
        summed(case((due, Charge.open_fen), else_=0)) for due in (Charge.due < today, Charge.due >= today)
    )
    query = select(Charge.unit_id, *sums).where(Charge.unit_id.in_(unit_ids)).group_by(Charge.unit_id)
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}
