"""Read model: waiver requests with their decision and their end, in lists that can be narrowed, and one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from billing.store.base import summed
from billing.store.estate import Unit
from billing.store.evidence import StoredFile
from billing.store.ledger import Entry
from billing.store.people import Party
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverRequest

#: Where a request is found: not decided; approved and time given; approved and settled; lapsed; refused; withdrawn.
Shelf = Literal["asked", "waiting", "kept", "lapsed", "refused", "withdrawn"]
SHELVES: tuple[Shelf, ...] = ("asked", "waiting", "kept", "lapsed", "refused", "withdrawn")


@dataclass(frozen=True)
class Wish:
    """What a list is narrowed to; an empty wish is every request of the community."""

    shelf: Shelf | None = None
    kind: str = ""
    unit_id: int | None = None
    #: In which they were asked for.
    year: int | None = None


_DECIDED = aliased(Entry)
_ENDED = aliased(Entry)


def listed(
    session: Session, community_id: int, wish: Wish, today: date, offset: int = 0, limit: int | None = None
) -> Sequence[Any]:
    """WaiverRequest, Unit, debtor, Entry, WaiverDecision, decided (its Entry), WaiverEnd, ended; the newest first.

    An approved one stands on its shelf by what is noted of it: one whose day passed is "kept" until its lapse is noted.
    """
    query = _rows().where(*_conditions(community_id, wish, today)).order_by(WaiverRequest.serial.desc())
    return session.execute(query.offset(offset).limit(limit)).all()


def count(session: Session, community_id: int, wish: Wish, today: date) -> int:
    query = (
        select(sql.count(WaiverRequest.id))
        .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
    )
    return session.scalar(query.where(*_conditions(community_id, wish, today))) or 0


def outcomes(session: Session, community_id: int, year: int, today: date) -> dict[Shelf, tuple[int, int]]:
    """Shelf -> how many of the year's requests stand there, and what those approved were to give up when it was
    decided (fen)."""
    columns: list[Any] = []
    for shelf in SHELVES:
        here = and_(*_on(shelf, today))
        columns += [summed(case((here, 1), else_=0)), summed(case((here, WaiverDecision.value_fen), else_=0))]
    query = (
        select(*columns)
        .select_from(WaiverRequest)
        .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
    )
    row = session.execute(query.where(*_conditions(community_id, Wish(year=year), today))).one()
    return {shelf: (row[2 * place], row[2 * place + 1]) for place, shelf in enumerate(SHELVES)}


def undecided(session: Session, community_id: int) -> int:
    """How many wait for a decision."""
    return count(session, community_id, Wish("asked"), date.min)


def find(session: Session, request_id: int) -> Any:
    """One row of `listed`."""
    return session.execute(_rows().where(WaiverRequest.id == request_id)).one()


def papers(session: Session, request_id: int) -> Sequence[Any]:
    """WaiverPaper, its StoredFile and Entry, in the order in which they came."""
    query = (
        select(WaiverPaper, StoredFile, Entry)
        .join(StoredFile, StoredFile.sha256 == WaiverPaper.sha256)
        .join(Entry, and_(Entry.community_id == WaiverPaper.community_id, Entry.seq == WaiverPaper.entry))
        .where(WaiverPaper.request_id == request_id)
    )
    return session.execute(query.order_by(WaiverPaper.id)).all()


def _rows() -> Any:
    def of(entry: Any, row: Any) -> ColumnElement[bool]:
        return and_(entry.community_id == row.community_id, entry.seq == row.entry)

    return (
        select(
            WaiverRequest,
            Unit,
            Party.name.label("debtor"),
            Entry,
            WaiverDecision,
            _DECIDED.actor.label("decided_by"),
            _DECIDED.recorded_at.label("decided_at"),
            WaiverEnd,
            _ENDED.actor.label("ended_by"),
            _ENDED.recorded_at.label("ended_at"),
        )
        .join(Unit, Unit.id == WaiverRequest.unit_id)
        .join(Party, Party.id == WaiverRequest.debtor_id)
        .join(Entry, of(Entry, WaiverRequest))
        .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .outerjoin(_DECIDED, of(_DECIDED, WaiverDecision))
        .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
        .outerjoin(_ENDED, of(_ENDED, WaiverEnd))
    )


def _conditions(community_id: int, wish: Wish, today: date) -> list[ColumnElement[bool]]:
    conditions = [WaiverRequest.community_id == community_id]
    if wish.shelf:
        conditions += _on(wish.shelf, today)
    if wish.kind:
        conditions.append(WaiverRequest.kind == wish.kind)
    if wish.year is not None:
        conditions.append(WaiverRequest.asked_on.between(date(wish.year, 1, 1), date(wish.year, 12, 31)))
    if wish.unit_id is not None:
        conditions.append(WaiverRequest.unit_id == wish.unit_id)
    return conditions


def _on(shelf: Shelf, today: date) -> list[ColumnElement[bool]]:
    unended, approved = WaiverEnd.id.is_(None), WaiverDecision.approved.is_(True)
    given_time = and_(WaiverDecision.pay_by.is_not(None), WaiverDecision.pay_by >= today)
    match shelf:
        case "asked":
            return [WaiverDecision.id.is_(None), unended]
        case "waiting":
            return [approved, unended, given_time]
        case "kept":
            return [
                approved,
                unended,
                WaiverDecision.pay_by.is_(None) | (WaiverDecision.pay_by < today),
            ]
        case "refused":
            return [WaiverDecision.approved.is_(False)]
        case _:
            return [WaiverEnd.kind == shelf]
