"""Read model: cases in work lists, from the sums beside the ledger; a list is one query, and so are its counts.

A case is open while principal is overdue or late fee alone is left, as the books stand now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, exists, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from billing.core.attempt import CONNECTED
from billing.store.accounts import User
from billing.store.arrears import Wish, wanted
from billing.store.base import summed
from billing.store.cases import AttemptRow, Case, CaseAssignment, CaseReason, FollowUp, PromiseRow
from billing.store.estate import Unit
from billing.store.ledger import live
from billing.store.people import Party
from billing.store.sums import AccountSum
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest

#: The lists of work, in their order on the page.
TASKS = ("all", "due", "promised", "replies", "quiet", "idle", "nobody")
#: A day's rounds: whom to call (who has no next step yet is called first of all), and whom to visit.
ROUNDS = ("calls", "visits")


@dataclass(frozen=True)
class Look:
    """Which cases, as of `day` at the late fee's rate: those of a list of TASKS or ROUNDS, of a building, a collector
    (a user's id), a reason. Who was not spoken with since `quiet_since` is in the list "quiet"."""

    day: date
    rate_ppm: int
    quiet_since: date
    task: str = "all"
    building: str = ""
    collector: int | None = None
    reason: str = ""


class Row(NamedTuple):
    """A case of a list; sums (fen) over all units on which the debtor owes, `building` that of the first of them."""

    case_id: int
    number: str
    debtor_id: int
    debtor: str
    units: int
    open: int
    oldest_due: date | None
    building: str
    collector: str
    reason: str
    next: str
    next_due: date | None
    next_note: str
    contacted: date | None


class Assigned(NamedTuple):
    """An open case, where it is, and whose (the collector's name, "" for nobody's)."""

    case_id: int
    building: str
    collector: str


_Next = aliased(FollowUp)
_Reason = aliased(CaseReason)
_Assigned = aliased(CaseAssignment)

_CONTACTED = (
    select(sql.max(AttemptRow.on))
    .where(AttemptRow.case_id == Case.id, or_(AttemptRow.outcome.in_(CONNECTED), AttemptRow.incoming))
    .correlate(Case)
    .scalar_subquery()
)


def _newest(row: Any, table: Any) -> ColumnElement[bool]:
    """That `row`, an alias of the table, is the one that counts for the case."""
    last = select(sql.max(table.id)).where(table.case_id == Case.id).correlate(Case).scalar_subquery()
    return and_(row.case_id == Case.id, row.id == last)


def _owing(community_id: int, day: date, rate_ppm: int) -> Subquery:
    """Each debtor who owes, added up over his units."""
    owed = wanted(community_id, Wish(day, rate_ppm))
    return (
        select(
            AccountSum.debtor_id,
            sql.count().label("units"),
            summed(AccountSum.open_fen).label("open"),
            sql.min(AccountSum.oldest_due).label("oldest_due"),
            sql.min(AccountSum.position).label("position"),
        )
        .where(*owed)
        .group_by(AccountSum.debtor_id)
        .subquery()
    )


def _query(community_id: int, look: Look, columns: Sequence[Any]) -> Any:
    owing = _owing(community_id, look.day, look.rate_ppm)
    shown = [owing.c[name] if isinstance(name, str) else name for name in columns]
    return (
        select(*shown)
        .select_from(Case)
        .join(owing, owing.c.debtor_id == Case.debtor_id)
        .join(
            AccountSum,
            and_(
                AccountSum.community_id == Case.community_id,
                AccountSum.position == owing.c.position,
                AccountSum.debtor_id == Case.debtor_id,
            ),
        )
        .join(Party, Party.id == Case.debtor_id)
        .outerjoin(_Assigned, _newest(_Assigned, CaseAssignment))
        .outerjoin(User, User.id == _Assigned.user_id)
        .outerjoin(_Reason, _newest(_Reason, CaseReason))
        .outerjoin(_Next, _newest(_Next, FollowUp))
        .where(Case.community_id == community_id)
    )


def _narrowed(look: Look) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if look.building:
        found.append(AccountSum.building == look.building)
    if look.collector is not None:
        found.append(_Assigned.user_id == look.collector)
    if look.reason:
        found.append(sql.coalesce(_Reason.code, "unknown") == look.reason)
    return found


def _task(look: Look, name: str) -> ColumnElement[bool]:
    match name:
        case "due":
            return _Next.due <= look.day
        case "promised":
            return exists().where(PromiseRow.case_id == Case.id, PromiseRow.due == look.day, live(PromiseRow))
        case "idle":
            return or_(_Next.id.is_(None), _Next.code == "none")
        case "quiet":
            return sql.coalesce(_CONTACTED, Case.opened_on) < look.quiet_since
        case "replies":
            return _is_waiting_for_a_reply()
        case "nobody":
            return _Assigned.user_id.is_(None)
        case "calls":
            return or_(_is_due(look, "call", "await"), _Next.id.is_(None))
        case "visits":
            return _is_due(look, "visit")
        case _:
            return Case.id.is_not(None)


def _is_due(look: Look, *codes: str) -> ColumnElement[bool]:
    return and_(_Next.code.in_(codes), _Next.due <= look.day)


def _is_waiting_for_a_reply() -> ColumnElement[bool]:
    """A waiver was asked for, and nobody decided."""
    return exists().where(
        WaiverRequest.community_id == Case.community_id,
        WaiverRequest.debtor_id == Case.debtor_id,
        ~exists().where(WaiverDecision.request_id == WaiverRequest.id),
        ~exists().where(WaiverEnd.request_id == WaiverRequest.id),
    )


def counts(session: Session, community_id: int, look: Look) -> Mapping[str, int]:
    """Task -> how many cases are in its list, under the other filters."""
    columns = [sql.count().filter(_task(look, name)) for name in TASKS]
    row = session.execute(_query(community_id, look, columns).where(*_narrowed(look))).one()
    return dict(zip(TASKS, row, strict=True))


def page(
    session: Session, community_id: int, look: Look, largest: bool, limit: int, offset: int = 0
) -> list[Row]:
    """A page of the list, in walking order or by open principal."""
    columns = (
        Case.id,
        Case.serial,
        Case.debtor_id,
        Party.name,
        "units",
        "open",
        "oldest_due",
        AccountSum.building,
        sql.coalesce(User.name, ""),
        sql.coalesce(_Reason.code, "unknown"),
        sql.coalesce(_Next.code, ""),
        _Next.due,
        sql.coalesce(_Next.note, ""),
        _CONTACTED,
    )
    query = _query(community_id, look, columns).where(*_narrowed(look), _task(look, look.task))
    order = [sql.literal_column("open").desc()] if largest else []
    query = query.order_by(*order, AccountSum.position, Case.id).limit(limit).offset(offset)
    return [
        Row(case_id, Case(community_id=community_id, serial=serial).number, *rest)
        for case_id, serial, *rest in session.execute(query)
    ]


def assigned(session: Session, community_id: int, look: Look) -> list[Assigned]:
    """Every open case and whose it is."""
    columns = (Case.id, AccountSum.building, sql.coalesce(User.name, ""))
    query = _query(community_id, look, columns).order_by(AccountSum.position, Case.id)
    return [Assigned(*row) for row in session.execute(query)]


def overdue_units(session: Session, community_id: int, debtor_id: int, day: date) -> Sequence[int]:
    """The debtor's units with principal overdue that day, as the books stand now, in walking order."""
    query = select(AccountSum.unit_id).where(
        AccountSum.community_id == community_id,
        AccountSum.debtor_id == debtor_id,
        AccountSum.oldest_due < day,
    )
    return session.scalars(query.order_by(AccountSum.position)).all()


def units_of(session: Session, community_id: int, debtor_ids: Sequence[int]) -> Mapping[int, list[Unit]]:
    """Debtor -> the units on which anything was ever charged to him, in walking order."""
    found: dict[int, list[Unit]] = {debtor_id: [] for debtor_id in debtor_ids}
    query = (
        select(AccountSum.debtor_id, Unit)
        .join(Unit, Unit.id == AccountSum.unit_id)
        .where(AccountSum.community_id == community_id, AccountSum.debtor_id.in_(debtor_ids))
        .order_by(AccountSum.position)
    )
    for debtor_id, unit in session.execute(query):
        found[debtor_id].append(unit)
    return found
