"""SQLite's columns take what they are for: no float and no text ever stands for money."""

import pytest
from sqlalchemy import BigInteger, create_engine, text
from sqlalchemy.exc import DatabaseError

from billing.app import TABLES
from billing.store.base import Base, prepare
from tests.support.databases import on_sqlite

assert TABLES  # importing them is what fills the schema

FEN = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if column.name.endswith(("_fen", "_fen_days", "_e2", "_e4", "_ppm"))
]
NOT_MONEY = (1.5, "12abc", "1,200.00", "½", 9_223_372_036_854_775_808.0, b"1")


def test_every_amount_is_a_whole_number() -> None:
    assert len(FEN) > 10
    for table, column in FEN:
        assert isinstance(Base.metadata.tables[table].columns[column].type, BigInteger)


@on_sqlite
def test_every_table_is_strict(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        tables = connection.execute(text("PRAGMA table_list")).mappings().all()
    engine.dispose()
    own = {table["name"]: table["strict"] for table in tables if table["name"] in Base.metadata.tables}
    assert own == dict.fromkeys(Base.metadata.tables, 1)


@on_sqlite
@pytest.mark.parametrize("value", NOT_MONEY, ids=str)
def test_no_column_of_money_takes_anything_else(database_url: str, value: object) -> None:
    engine = create_engine(database_url)
    prepare(engine)
    for table, column in FEN:
        names = [other.name for other in Base.metadata.tables[table].columns]
        values = ", ".join(":value" if name == column else "1" for name in names)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            with pytest.raises(DatabaseError, match="cannot store"):
                connection.execute(
                    text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), {"value": value}
                )
    engine.dispose()
