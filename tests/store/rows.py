"""One row in a table and in all that it refers to, of the plainest values that its columns take."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Engine, Table, create_engine
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Integer, LargeBinary, TypeDecorator

from billing.app import TABLES
from billing.store.base import Base, prepare

assert TABLES  # importing them is what fills the schema


def books(database_url: str, names: Iterable[str]) -> Engine:
    """An engine as the app sets it up, with a row in each of these tables."""
    engine = create_engine(database_url)
    prepare(engine)
    wanted = _with_parents(Base.metadata.tables[name] for name in names)
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            if table in wanted:
                connection.execute(table.insert(), {column.key: _plain(column) for column in table.columns})
    return engine


def _with_parents(tables: Iterable[Table]) -> set[Table]:
    found: set[Table] = set()
    waiting = list(tables)
    while waiting:
        table = waiting.pop()
        found.add(table)
        waiting += [key.column.table for key in table.foreign_keys if key.column.table not in found]
    return found


def _plain(column: Column[Any]) -> Any:
    """1, "1", a day, a moment; so every foreign key finds its row."""
    kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    values = {
        Boolean: True,
        Integer: 1,
        DateTime: datetime(2026, 11, 23, tzinfo=UTC),
        Date: date(2026, 11, 23),
        JSON: {},
        LargeBinary: b"1",
    }
    return next((value for base, value in values.items() if isinstance(kind, base)), "1")
