"""Read model: a unit found the way people ask for it: "1-1-101", "3栋2单元501", "101", a name, a phone's end."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import InstrumentedAttribute, Session

from billing.core.money import fold_digits
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.people import Contact, Ownership, Party

_SEPARATORS = re.compile(r"[\s/\\,，.。_—–－-]+")
#: What stands behind a number in speech and not always in the books; "1号楼" is kept beside it.
_WORDS = re.compile(r"(号楼|栋|幢|座|楼|单元|室|号)")

_LABEL = sql.ltrim(sql.replace(Unit.building + "-" + Unit.entrance + "-" + Unit.room, "--", "-"), "-")


@dataclass(frozen=True)
class Found:
    """A unit, who owns it today, and the principal of all its debtors there: overdue, and not yet due (fen)."""

    id: int
    label: str
    owners: Sequence[str]
    overdue: int = 0
    coming: int = 0


def find_units(session: Session, community_id: int, text: str, today: date, limit: int = 12) -> list[Found]:
    """The units the text may mean, the likeliest first; none for an empty text."""
    wanted = fold_digits(text).strip()
    if not wanted:
        return []
    parts = _parts(wanted)
    likeliest = case((_is_label(parts), 0), (Unit.room == parts[-1], 1), else_=2)
    units = session.scalars(
        select(Unit)
        .where(Unit.community_id == community_id, or_(_placed(parts), _owned_by(community_id, wanted)))
        .order_by(likeliest, Unit.position)
        .limit(limit)
    ).all()
    return _with_owners(session, units, today)


def _parts(text: str) -> list[str]:
    """What the text names, from building to room."""
    pieces = _SEPARATORS.split(_WORDS.sub(r"\1-", text))
    return [piece for piece in pieces if piece] or [text]


def _is_label(parts: Sequence[str]) -> ColumnElement[bool]:
    if len(parts) == 1:
        return sql.replace(_LABEL, "-", "") == parts[0]
    middle = "-".join(parts[1:-1])
    return _same(Unit.building, parts[0]) & _same(Unit.entrance, middle) & _same(Unit.room, parts[-1])


def _same(column: InstrumentedAttribute[str], part: str) -> ColumnElement[bool]:
    """The part as it stands in the books, or without the word behind the number."""
    bare = _WORDS.sub("", part)
    return column.in_(
        {part, bare, *(bare + word for word in ("号楼", "栋", "幢", "座", "单元", "室") if bare)}
    )


def _placed(parts: Sequence[str]) -> ColumnElement[bool]:
    room = _WORDS.sub("", parts[-1]) or parts[-1]
    if len(parts) == 1:
        return or_(_is_label(parts), Unit.room.startswith(room, autoescape=True))
    there = _same(Unit.building, parts[0]) & Unit.room.startswith(room, autoescape=True)
    if len(parts) > 2:
        there = there & _same(Unit.entrance, "-".join(parts[1:-1]))
    return there


def _owned_by(community_id: int, text: str) -> ColumnElement[bool]:
    """Units that a person of that name or phone owns, owned, or owes for."""
    named = select(Party.id).where(
        Party.community_id == community_id, Party.name.contains(text, autoescape=True)
    )
    people = [named]
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 4 and digits == text.replace(" ", "").replace("-", ""):
        people.append(
            select(Contact.party_id).where(
                Contact.community_id == community_id, Contact.value.endswith(digits, autoescape=True)
            )
        )
    return or_(
        *(
            Unit.id.in_(select(table.unit_id).where(column.in_(who)))
            for who in people
            for table, column in ((Ownership, Ownership.party_id), (Charge, Charge.debtor_id))
        )
    )


def _with_owners(session: Session, units: Sequence[Unit], today: date) -> list[Found]:
    ids = [unit.id for unit in units]
    names: dict[int, list[str]] = defaultdict(list)
    query = (
        select(Ownership.unit_id, Party.name)
        .join(Party, Party.id == Ownership.party_id)
        .where(
            Ownership.unit_id.in_(ids),
            Ownership.since.is_(None) | (Ownership.since <= today),
            Ownership.until.is_(None) | (Ownership.until > today),
        )
        .order_by(Ownership.role != "owner", Ownership.id)
    )
    for unit_id, name in session.execute(query):
        names[unit_id].append(name)
    owed = _owed(session, ids, today)
    return [Found(unit.id, unit.label, names[unit.id], *owed.get(unit.id, ())) for unit in units]


def _owed(session: Session, unit_ids: Sequence[int], today: date) -> dict[int, tuple[int, int]]:
    """Unit -> principal overdue and not yet due."""
    sums = (
        sql.sum(case((due, Charge.open_fen), else_=0)) for due in (Charge.due < today, Charge.due >= today)
    )
    query = select(Charge.unit_id, *sums).where(Charge.unit_id.in_(unit_ids)).group_by(Charge.unit_id)
    return {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
