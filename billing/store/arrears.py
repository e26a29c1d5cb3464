"""Read model: arrears out of the sums beside the ledger, for a community of any size, as the books stand now.

`day` is today or later. Fen-days (principal x days late) are summed exactly; a rate turns them into a late fee.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, and_, case, false, literal, or_, select, true
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from billing.core.money import MICRO
from billing.store.base import days_late, summed
from billing.store.estate import Unit, label
from billing.store.ledger import Charge
from billing.store.people import Party
from billing.store.sums import AccountSum, PeriodSum

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """Whose arrears: of a building; whose oldest unpaid bill, or any of whose bills, fell due in a range of days.

    Who owes nothing but late fee has no oldest unpaid bill: he is `alone`, and found by the late fee's rate.
    """

    day: date
    rate_ppm: int
    building: str | None = None
    oldest: tuple[date, date] | None = None
    alone: bool = True
    bill: tuple[date, date] | None = None


class Account(NamedTuple):
    """A debtor on a unit."""

    unit_id: int
    unit: str
    debtor_id: int
    debtor: str


class Fallen(NamedTuple):
    """The sums over the bills that fell due on one day for periods that began on one (billing.store.sums.PeriodSum)."""

    due: date
    period_first: date
    relieved: bool
    bills: int
    unpaid: int
    amount: int
    open: int
    settled_fen_days: int
    late_fee_paid: int
    waived: int


class Sums(NamedTuple):
    """What is charged, waived, overdue and coming, and how many bills are overdue; of the bills whose late fee is a
    closed form the fen-days and the late fee paid."""

    charged: int = 0
    waived: int = 0
    overdue: int = 0
    coming: int = 0
    bills: int = 0
    fen_days: int = 0
    late_fee_paid: int = 0


def oldest_due(session: Session, community_id: int) -> date | None:
    """The due date of the oldest charge."""
    return session.scalar(select(sql.min(PeriodSum.due)).where(PeriodSum.community_id == community_id))


def by_due(session: Session, community_id: int, building: str | None = None) -> list[Fallen]:
    """By due date, of a building or of all; of all from an index alone, in its order."""
    keys: tuple[Any, ...] = (PeriodSum.due, PeriodSum.period_first, PeriodSum.relieved)
    figures = (
        PeriodSum.bills,
        PeriodSum.unpaid,
        PeriodSum.amount_fen,
        PeriodSum.open_fen,
        PeriodSum.settled_fen_days,
        PeriodSum.late_fee_paid_fen,
        PeriodSum.waived_fen,
    )
    chosen = true() if building is None else PeriodSum.building == building
    query = (
        select(*keys, *(summed(figure) for figure in figures))
        .where(PeriodSum.community_id == community_id, chosen)
        .group_by(*keys)
    )
    return [Fallen(*row) for row in session.execute(query)]


def by_building(session: Session, community_id: int, day: date, plain_from: date) -> dict[str, Sums]:
    """Building -> its sums, `fen_days` only of bills that fell due since `plain_from` and that no waiver touches: the
    others' late fee is more than a closed form."""
    plain = and_(~PeriodSum.relieved, PeriodSum.due >= plain_from)
    overdue = PeriodSum.due < day
    fen_days = PeriodSum.open_fen * days_late(literal(day), PeriodSum.due) + PeriodSum.settled_fen_days
    query = (
        select(
            PeriodSum.building,
            summed(PeriodSum.amount_fen),
            summed(PeriodSum.waived_fen),
            summed(case((overdue, PeriodSum.open_fen), else_=0)),
            summed(case((overdue, 0), else_=PeriodSum.open_fen)),
            summed(case((overdue, PeriodSum.unpaid), else_=0)),
            summed(case((plain, fen_days), else_=0)),
            summed(case((plain, PeriodSum.late_fee_paid_fen), else_=0)),
        )
        .where(PeriodSum.community_id == community_id)
        .group_by(PeriodSum.building)
    )
    return {name: Sums(*sums) for name, *sums in session.execute(query)}


def by_oldest(session: Session, community_id: int, wish: Wish, latest: Sequence[date]) -> list[int]:
    """How many accounts' oldest unpaid bill fell due by each of these days, the earlier ones included; and last how
    many owe nothing but late fee.
    """
    groups = [AccountSum.oldest_due <= day for day in latest] + [_owes_late_fee_alone(wish)]
    columns = [sql.count().filter(group) for group in groups]  # in one pass: grouping would sort them all
    row = session.execute(select(*columns).where(AccountSum.community_id == community_id)).one()
    return list(row)


def open_by_oldest(session: Session, community_id: int, latest: Sequence[date]) -> list[int]:
    """The principal open on the accounts whose oldest unpaid bill fell due by each of these days."""
    columns = [summed(case((AccountSum.oldest_due <= day, AccountSum.open_fen), else_=0)) for day in latest]
    if not columns:
        return []
    return list(session.execute(select(*columns).where(AccountSum.community_id == community_id)).one())


def count(session: Session, community_id: int, wish: Wish) -> int:
    """How many accounts are wanted."""
    return session.scalar(select(sql.count()).select_from(AccountSum).where(*wanted(community_id, wish))) or 0


def page(
    session: Session, community_id: int, wish: Wish, largest: bool, limit: int, offset: int = 0
) -> list[Account]:
    """The accounts wanted, in walking order, or by open principal."""
    order = [AccountSum.open_fen.desc()] if largest else []
    query = (
        select(AccountSum.unit_id, AccountSum.debtor_id, Unit.building, Unit.entrance, Unit.room, Party.name)
        .join(Unit, Unit.id == AccountSum.unit_id)
        .join(Party, Party.id == AccountSum.debtor_id)
        .where(*wanted(community_id, wish))
        .order_by(*order, AccountSum.position, AccountSum.debtor_id)
        .limit(limit)
        .offset(offset)
    )
    return [
        Account(unit_id, label(*place), debtor_id, name)
        for unit_id, debtor_id, *place, name in session.execute(query)
    ]


def wanted(community_id: int, wish: Wish) -> list[ColumnElement[bool]]:
    """That an account of the sums is one of them."""
    found = [AccountSum.community_id == community_id]
    if wish.building is not None:
        found.append(AccountSum.building == wish.building)
    if wish.bill is not None:
        found.append(_has_bill(wish))
    first, last = wish.oldest or (date.min, wish.day - _DAY)
    if wish.oldest is not None or wish.bill is None:
        found.append(or_(AccountSum.oldest_due.between(first, last), _owes_late_fee_alone(wish)))
    return found


def _owes_late_fee_alone(wish: Wish) -> ColumnElement[bool]:
    if not wish.alone:
        return false()
    nothing_overdue = or_(AccountSum.oldest_due.is_(None), AccountSum.oldest_due >= wish.day)
    left = _is_left(AccountSum.paid_up_fen_days, AccountSum.paid_up_late_fee_fen, wish.rate_ppm)
    return and_(nothing_overdue, left)


def _has_bill(wish: Wish) -> ColumnElement[bool]:
    """That something is left of one of the account's bills that fell due in the range."""
    left = or_(
        Charge.open_fen > 0, _is_left(Charge.settled_fen_days, Charge.late_fee_paid_fen, wish.rate_ppm)
    )
    return (
        select(Charge.id)
        .where(
            Charge.community_id == AccountSum.community_id,
            Charge.unit_id == AccountSum.unit_id,
            Charge.debtor_id == AccountSum.debtor_id,
            Charge.due.between(*(wish.bill or ())),
            left,
        )
        .exists()
    )


def _is_left(fen_days: Any, paid: Any, rate_ppm: int) -> ColumnElement[bool]:
    """That the late fee on these fen-days comes to a fen more than was paid for it."""
    return cast(ColumnElement[bool], fen_days * rate_ppm - paid * MICRO >= MICRO // 2)
