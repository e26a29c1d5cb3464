"""Random histories of the books: whatever is issued, paid and reversed in whatever order, what must hold holds."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.flow.estate import policies
from billing.flow.statements import as_json, statement
from billing.store import index
from billing.store.base import Base
from billing.store.estate import FeeItem, PolicyRow, Unit
from billing.store.ledger import Allocation, Charge, Fact, Payment, Reversal
from billing.store.people import Party
from billing.store.standing import accounts
from tests.flow.town import Town, found
from tests.support.databases import on_postgresql, on_sqlite

PERIODS = ("2025Q4", "2026Q1", "2026Q2", "2026Q3")
FIRST, DAYS = date(2025, 10, 1), 418  # to the tests' today
LABEL = "1-1-101"
DAYS_SEEN = ("2026-01-15", "2026-05-31", "2026-11-23", "2027-03-01")

issues = st.tuples(st.just("issue"), st.sampled_from(PERIODS))
payments = st.tuples(st.just("pay"), st.integers(0, DAYS), st.integers(1, 300_000))
reversals = st.tuples(st.just("reverse"), st.sampled_from((Payment, Charge)), st.integers(0, 5))
histories = st.lists(st.one_of(issues, payments, payments, reversals), min_size=3, max_size=9)
orders = st.sampled_from(("principal-first", "late-fee-first", "by-charge"))
numbers = itertools.count()


def act(town: Town, step: tuple[Any, ...]) -> bool:
    """Do a step; whether the books took it."""
    match step:
        case ("issue", period):
            return town.issue(period) > 0
        case ("pay", days, fen):
            on = (FIRST + timedelta(days=days)).isoformat()
            town.pay(LABEL, f"{fen // 100}.{fen % 100:02d}", on)
        case ("reverse", table, number):
            gone = {row.target_id for row in town.all(Reversal) if row.target == table.__tablename__}
            here = [
                row for row in town.all(table) if row.id not in gone and row.unit_id == town.unit(LABEL).id
            ]
            if not here:
                return False
            town.reverse(here[number % len(here)])
    return True


def seen(town: Town, known_at: int | None = None) -> list[Any]:
    return [town.statement(LABEL, day, known_at) for day in DAYS_SEEN]


def check_sums(town: Town) -> None:
    """Every fen taken is on a charge or waiting; no charge is paid too much; the index agrees."""
    session = town.session
    session.rollback()
    assert index.differences(session) == []
    for account in accounts(session, town.community_id, policies(session, town.community_id)):
        taken = sum(payment.amount_fen for payment in account.payments)
        given = sum(part.principal_fen + part.late_fee_fen for part in account.allocations)
        assert taken == given + account.prepayment(date.max)
        for day in DAYS_SEEN:
            assert account.prepayment(date.fromisoformat(day)) >= 0
            for line in account.lines(date.fromisoformat(day)):
                assert line.open >= 0 and line.late_fee_due >= 0
    assert all(0 <= row.open_fen <= row.amount_fen for row in town.all(Charge))


def live(town: Town, history: list[tuple[Any, ...]]) -> None:
    known = {town.latest: seen(town)}
    for step in history:
        before = seen(town)
        entries = town.latest
        try:
            act(town, step)
        except Refused:
            town.session.rollback()
            assert (town.latest, seen(town)) == (entries, before), "a refusal does nothing"
        check_sums(town)
        known[town.latest] = seen(town)
    for entry, then in known.items():
        assert seen(town, entry) == then, f"what was known at entry {entry}"


def books(session: Session, order: str) -> Town:
    """A new community a history; all in one database, which also proves that they stay apart."""
    town = found(session, date(2026, 11, 23), f"第{next(numbers)}小区")
    town.set_policy(order=order)
    return town


@on_sqlite
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders, history=histories)
def test_what_must_hold_holds_after_every_step(
    session: Session, order: str, history: list[tuple[Any, ...]]
) -> None:
    live(books(session, order), history)


@on_postgresql
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders, history=histories)
def test_it_holds_on_postgresql(session: Session, order: str, history: list[tuple[Any, ...]]) -> None:
    live(books(session, order), history)


@on_sqlite
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=orders,
    history=st.lists(st.one_of(issues, payments), max_size=5),
    days=st.integers(0, DAYS),
    fen=st.integers(1, 300_000),
)
def test_reversing_the_newest_payment_gives_back_the_statement_before_it(
    session: Session, order: str, history: list[tuple[Any, ...]], days: int, fen: int
) -> None:
    town = books(session, order)
    for step in [("issue", "2026Q1"), *history]:
        try:
            act(town, step)
        except Refused:
            town.session.rollback()
    before = seen(town)
    try:
        act(town, ("pay", days, fen))
    except Refused:
        town.session.rollback()
        return
    town.reverse(town.all(Payment)[-1])
    assert seen(town) == before


@on_sqlite
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_storage_does_not_matter(town: Town, seed: int) -> None:
    random = Random(seed)
    for _ in range(14):
        kinds = [("issue", random.choice(PERIODS)), ("reverse", Payment, random.randrange(6))]
        money = ("pay", random.randrange(DAYS), random.randrange(1, 300_000))
        try:
            act(town, random.choice([*kinds, money, money]))
        except Refused:
            town.session.rollback()
    with shuffled(town, random) as other:
        unit = other.scalars(select(Unit).where(Unit.room == "101")).one()
        for day in DAYS_SEEN:
            told = as_json(statement(other, unit, date.fromisoformat(day)))
            assert without_ids(told) == without_ids(town.statement(LABEL, day))


def without_ids(told: dict[str, Any]) -> dict[str, Any]:
    rows = [{name: value for name, value in row.items() if name != "id"} for row in told["charges"]]
    return {**told, "charges": sorted(rows, key=lambda row: (row["due"], row["period"]))}


@contextmanager
def shuffled(town: Town, random: Random) -> Iterator[Session]:
    """The same facts under other numbers, stored in another order."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    numbers: dict[str, dict[int, int]] = {}
    with Session(engine) as other:
        for table in (Unit, Party, FeeItem, PolicyRow, Charge, Payment, Allocation, Reversal):
            rows = [dict(row) for row in town.session.execute(select(table.__table__)).mappings()]
            if issubclass(table, Fact):
                random.shuffle(rows)
                numbers[table.__tablename__] = {row["id"]: number for number, row in enumerate(rows, 1)}
                rows = [renumbered(table.__tablename__, row, numbers) for row in rows]
            if rows:
                other.execute(insert(Base.metadata.tables[table.__tablename__]), rows)
        yield other
    engine.dispose()


def renumbered(table: str, row: dict[str, Any], numbers: dict[str, dict[int, int]]) -> dict[str, Any]:
    """The row with its own new number and those of the facts that it names."""
    new = {**row, "id": numbers[table][row["id"]]}
    if table == "allocation":
        new["payment_id"] = numbers["payment"][row["payment_id"]]
        new["charge_id"] = numbers["charge"][row["charge_id"]]
    if table == "reversal":
        new["target_id"] = numbers[row["target"]][row["target_id"]]
    return new
