"""Sums beside the ledger, so that a page need not read every charge: an index over it, kept by billing.store.index.

They hold nothing that the entries do not say; `index.differences` proves them, and they can be made anew at any time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Row,
    Table,
    bindparam,
    case,
    delete,
    extract,
    select,
    true,
    update,
)
from sqlalchemy import func as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from billing.store.base import Base, summed
from billing.store.estate import Unit, walk
from billing.store.ledger import Allocation, Charge, Payment, live


class AccountSum(Base):
    """A debtor's account on a unit: the principal that is open, and since when the oldest of it has been due.

    Of the charges whose principal is paid: principal x days late when it was paid, and the late fee paid for that.
    """

    __tablename__ = "account_sum"
    #: Kept in walking order, so that a page of a list is read in one go. No index beside it: each would be written
    #: for half of all accounts whenever a period is issued.
    __table_args__ = ({"sqlite_with_rowid": False},)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    position: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    building: Mapped[str]
    open_fen: Mapped[int]
    oldest_due: Mapped[date | None]
    paid_up_fen_days: Mapped[int]
    paid_up_late_fee_fen: Mapped[int]


_PERIOD_SUMS = (
    "bills",
    "unpaid",
    "amount_fen",
    "open_fen",
    "settled_fen_days",
    "late_fee_paid_fen",
    "waived_fen",
)


class PeriodSum(Base):
    """The charges of a building for an item and period that fall due on one day, apart those that a waiver touches.

    `bills` counts them, `unpaid` those with principal open; the others are sums of what is kept beside each charge.
    """

    __tablename__ = "period_sum"
    __table_args__ = (
        Index(
            "ix_period_sum_due",
            "community_id",
            "due",
            "period_first",
            "relieved",
            *_PERIOD_SUMS,
        ),
    )
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    building: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("fee_item.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    period_first: Mapped[date] = mapped_column(primary_key=True)
    due: Mapped[date] = mapped_column(primary_key=True)
    relieved: Mapped[bool] = mapped_column(primary_key=True)
    bills: Mapped[int]
    unpaid: Mapped[int]
    amount_fen: Mapped[int]
    open_fen: Mapped[int]
    settled_fen_days: Mapped[int]
    late_fee_paid_fen: Mapped[int]
    waived_fen: Mapped[int]


class CollectedSum(Base):
    """What was collected in a year for the charges of a building, item and period."""

    __tablename__ = "collected_sum"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True)
    building: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("fee_item.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    period_first: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    principal_fen: Mapped[int]
    late_fee_fen: Mapped[int]


_PERIOD, _ACCOUNT, _COLLECTED = (cast(Table, one.__table__) for one in (PeriodSum, AccountSum, CollectedSum))


def bill_uniformly(
    session: Session, charges: Mapping[str, Any], by_building: Iterable[tuple[str, int, int]]
) -> None:
    """Count in the periods of new charges that share `charges` (community, item, period and due date): how many and how
    much there are in each building."""
    rows = [
        {
            **charges,
            "building": building,
            "relieved": False,
            "bills": bills,
            "unpaid": bills,
            "amount_fen": fen,
            "open_fen": fen,
            "settled_fen_days": 0,
            "late_fee_paid_fen": 0,
            "waived_fen": 0,
        }
        for building, bills, fen in by_building
    ]
    _put(session, _PERIOD, rows, _PERIOD_SUMS)


def bill_periods(session: Session, community_id: int, after: int) -> None:
    """Count in the periods of the community's charges whose ids are above `after`, all new and unpaid."""
    new = _new(after)
    _add_up(session, _PERIOD, _periods(new, new.community_id == community_id), _PERIOD_SUMS)


def bill_accounts(session: Session, community_id: int, after: int) -> None:
    """Count in the accounts of the same."""
    new = _new(after)
    accounts = _accounts(new, new.community_id == community_id).subquery()
    statement = _insert(session, _ACCOUNT).from_select(accounts.c.keys(), select(accounts).where(true()))
    told = statement.excluded
    older = _ACCOUNT.c.oldest_due.is_(None) | (told.oldest_due < _ACCOUNT.c.oldest_due)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(_ACCOUNT.primary_key),
            set_={
                "open_fen": _ACCOUNT.c.open_fen + told.open_fen,
                "oldest_due": case((older, told.oldest_due), else_=_ACCOUNT.c.oldest_due),
            },
        )
    )


def _new(after: int) -> Any:
    """Charges found by their ids first: every index begins with the community, of which they are a small part."""
    return aliased(Charge, select(Charge).where(Charge.id > after).cte("new").prefix_with("MATERIALIZED"))


def buildings(session: Session, community_id: int) -> list[str]:
    """Those in which anything was charged, as a person walks."""
    found = session.scalars(
        select(PeriodSum.building).where(PeriodSum.community_id == community_id).distinct()
    )
    return sorted(found, key=walk)


def periods_charged(session: Session, community_id: int) -> Sequence[Row[int, str]]:
    """(fee item, period) of every charge that counts."""
    keys = (PeriodSum.item_id, PeriodSum.period)
    return session.execute(select(*keys).where(PeriodSum.community_id == community_id).distinct()).all()


def move(session: Session, changes: Sequence[tuple[Any, Any]]) -> None:
    """Follow charges from what was kept of them (a row with its building) to what is kept now."""
    moved: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(_PERIOD_SUMS))
    for row, kept in changes:
        for sign, state in ((-1, row), (1, kept)):
            for number, value in enumerate(_counted(row.amount_fen, state)):
                moved[_period_key(row, state.relieved)][number] += sign * value
    names = [*(column.name for column in _PERIOD.primary_key), *_PERIOD_SUMS]
    rows = [dict(zip(names, (*key, *values), strict=True)) for key, values in moved.items()]
    _put(session, _PERIOD, rows, _PERIOD_SUMS)
    accounts = {(row.community_id, row.position, row.unit_id, row.debtor_id) for row, _ in changes}
    keys = ("b_community", "b_position", "b_unit", "b_debtor")
    session.connection().execute(_ANEW, [dict(zip(keys, one, strict=True)) for one in accounts])


def collect(session: Session, known: Mapping[int, Any], parts: Iterable[Any]) -> None:
    """Count in money that went to charges (their rows with building in `known`), or came back from them."""
    moved: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for part in parts:
        row = known[part.charge]
        key = (*_period_key(row, False)[:5], part.on.year)
        moved[key][0] += part.principal
        moved[key][1] += part.late_fee
    names = [column.name for column in _COLLECTED.columns]
    rows = [dict(zip(names, (*key, *values), strict=True)) for key, values in moved.items()]
    _put(session, _COLLECTED, rows, ("principal_fen", "late_fee_fen"))


def _period_key(row: Any, relieved: bool) -> tuple[Any, ...]:
    return (row.community_id, row.building, row.item_id, row.period, row.period_first, row.due, relieved)


def _counted(amount: int, state: Any) -> tuple[int, ...]:
    """What a charge adds to `_PERIOD_SUMS`; a reversed one nothing."""
    if state.void:
        return (0,) * len(_PERIOD_SUMS)
    unpaid = int(state.open_fen > 0)
    figures = (state.open_fen, state.settled_fen_days, state.late_fee_paid_fen, state.waived_fen)
    return (1, unpaid, amount, *figures)


def _periods(charge: type[Charge], *chosen: ColumnElement[bool]) -> Any:
    keys = (
        charge.community_id,
        Unit.building,
        charge.item_id,
        charge.period,
        charge.period_first,
        charge.due,
        charge.relieved,
    )
    return (
        select(
            *keys,
            sql.count().label("bills"),
            summed(case((charge.open_fen > 0, 1), else_=0)).label("unpaid"),
            summed(charge.amount_fen).label("amount_fen"),
            summed(charge.open_fen).label("open_fen"),
            summed(charge.settled_fen_days).label("settled_fen_days"),
            summed(charge.late_fee_paid_fen).label("late_fee_paid_fen"),
            summed(charge.waived_fen).label("waived_fen"),
        )
        .join(Unit, Unit.id == charge.unit_id)
        .where(~charge.void, *chosen)
        .group_by(*keys)
    )


def _account_figures(charge: type[Charge]) -> dict[str, ColumnElement[Any]]:
    """What is kept of an account, by its charges."""
    is_open = charge.open_fen > 0
    return {
        "open_fen": summed(charge.open_fen),
        "oldest_due": sql.min(case((is_open, charge.due))),
        "paid_up_fen_days": summed(case((is_open, 0), else_=charge.settled_fen_days)),
        "paid_up_late_fee_fen": summed(case((is_open, 0), else_=charge.late_fee_paid_fen)),
    }


def _accounts(charge: type[Charge], *chosen: ColumnElement[bool]) -> Any:
    figures = (figure.label(name) for name, figure in _account_figures(charge).items())
    return (
        select(charge.community_id, Unit.position, charge.unit_id, charge.debtor_id, Unit.building, *figures)
        .join(Unit, Unit.id == charge.unit_id)
        .where(*chosen)
        .group_by(charge.community_id, charge.unit_id, charge.debtor_id, Unit.id)
    )


def _collections() -> Any:
    year = extract("year", Allocation.on).label("year")
    keys = (Charge.community_id, Unit.building, Charge.item_id, Charge.period, Charge.period_first, year)
    return (
        select(
            *keys,
            summed(Allocation.principal_fen).label("principal_fen"),
            summed(Allocation.late_fee_fen).label("late_fee_fen"),
        )
        .join(Charge, Charge.id == Allocation.charge_id)
        .join(Unit, Unit.id == Charge.unit_id)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(live(Allocation), live(Payment), live(Charge))
        .group_by(*keys)
    )


def _of_account(figure: Any) -> Any:
    """The figure over the charges of the account that is being written."""
    return (
        select(figure)
        .where(
            Charge.community_id == _ACCOUNT.c.community_id,
            Charge.unit_id == _ACCOUNT.c.unit_id,
            Charge.debtor_id == _ACCOUNT.c.debtor_id,
        )
        .scalar_subquery()
    )


_ANEW = (
    update(_ACCOUNT)
    .where(
        _ACCOUNT.c.community_id == bindparam("b_community"),
        _ACCOUNT.c.position == bindparam("b_position"),
        _ACCOUNT.c.unit_id == bindparam("b_unit"),
        _ACCOUNT.c.debtor_id == bindparam("b_debtor"),
    )
    .values({name: _of_account(figure) for name, figure in _account_figures(Charge).items()})
)


def _insert(session: Session, table: Table) -> Any:
    """An insert that knows what to do on a conflict, which each database writes for itself."""
    dialect = session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def _adding(session: Session, table: Table, names: Sequence[str]) -> Any:
    """An insert that adds to what stands there already."""
    statement = _insert(session, table)
    values = {name: table.c[name] + statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


def _add_up(session: Session, table: Table, query: Any, names: Sequence[str]) -> None:
    found = query.subquery()
    statement = _insert(session, table).from_select(found.c.keys(), select(found).where(true()))
    values = {name: table.c[name] + statement.excluded[name] for name in names}
    session.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values))


def _put(session: Session, table: Table, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    if rows:
        session.connection().execute(_adding(session, table, names), rows)


#: Table -> the query that makes it anew.
_ALL = ((_PERIOD, _periods(Charge)), (_ACCOUNT, _accounts(Charge)), (_COLLECTED, _collections()))


def rebuild(session: Session) -> None:
    """Make every sum anew from the charges and the allocations."""
    for table, query in _ALL:
        session.execute(delete(table))
        found = query.subquery()
        session.execute(table.insert().from_select(found.c.keys(), select(found)))


def differences(session: Session) -> list[tuple[Any, ...]]:
    """Rows that are not what the charges and allocations come to; a row of nothing but zeros is as good as none."""
    wrong: list[tuple[Any, ...]] = []
    for table, query in _ALL:
        found = query.subquery()
        names = [column.name for column in table.columns]
        kept = {tuple(row) for row in session.execute(select(*(table.c[name] for name in names)))}
        right = {tuple(row) for row in session.execute(select(*(found.c[name] for name in names)))}
        keys = len(table.primary_key)
        wrong += [(table.name, *row) for row in kept ^ right if any(row[keys:]) or row in right]
    return wrong
