"""People: who owns what and since when, and how they are reached."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed


class Party(Keyed, Base):
    """An owner: a person, a company, or the developer of unsold units. `code` is another system's number."""

    __tablename__ = "party"
    __table_args__ = (Index(None, "community_id", "name"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="person")
    id_number: Mapped[str] = mapped_column(default="")
    code: Mapped[str | None]


class Contact(Keyed, Base):
    """A phone number, e-mail or postal address, and where it came from. Rows are only added.

    One without a value says that what was known before it does not hold any more (see `standing`).
    """

    __tablename__ = "contact"
    __table_args__ = (Index(None, "party_id", "kind"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    kind: Mapped[str]
    value: Mapped[str]
    source: Mapped[str]
    recorded_at: Mapped[datetime]


#: A role that owns nothing.
TENANT = "tenant"


def standing(contacts: Iterable[Contact]) -> list[Contact]:
    """Of somebody's contacts in the order they were told, those that hold, each once."""
    holding: dict[tuple[str, str], Contact] = {}
    for one in contacts:
        if one.value:
            holding.pop((one.kind, one.value), None)
            holding[one.kind, one.value] = one
        else:
            holding = {key: kept for key, kept in holding.items() if kept.kind != one.kind}
    return list(holding.values())


class Ownership(Keyed, Base):
    """产权: a party holds a unit from `since` until the day before `until` (none: always, still).

    One "owner" at a time stands first; "co-owner"s are liable with him jointly (Civil Code art. 307), and so is a
    "tenant" who agreed to pay (Property Regulation art. 41). `paper` proves it: a file of the vault. A time that
    ends on the day it begins never was: the transfer was withdrawn.
    """

    __tablename__ = "ownership"
    __table_args__ = (Index(None, "community_id", "unit_id"), Index(None, "party_id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    role: Mapped[str] = mapped_column(default="owner")
    since: Mapped[date | None]
    until: Mapped[date | None]
    entry: Mapped[int]
    paper: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))

    def holds_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def owned_on(day: date) -> ColumnElement[bool]:
    """`Ownership.holds_on` for the database, of owners and co-owners: a tenant owns nothing."""
    return and_(held_on(day), Ownership.role != TENANT)


def held_on(day: Any) -> ColumnElement[bool]:
    """`Ownership.holds_on` for the database, tenants among them; the day may be a column."""
    return and_(
        or_(Ownership.since.is_(None), Ownership.since <= day),
        or_(Ownership.until.is_(None), Ownership.until > day),
    )


def was_held() -> ColumnElement[bool]:
    """That the time was at all: one that was withdrawn ends on the day it begins."""
    return or_(Ownership.since.is_(None), Ownership.until.is_(None), Ownership.since != Ownership.until)
