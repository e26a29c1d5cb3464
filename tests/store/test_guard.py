"""The database itself refuses to change or delete a fact, whoever asks and in whatever words."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError

from billing.store.base import Base
from billing.store.ledger import KEPT
from billing.store.mail import PROGRESS
from tests.store.rows import books
from tests.support.databases import on_postgresql, on_sqlite

#: Whatever proves something; `charge` has two columns that are only an index, `mail` some that tell how far it is.
FACTS = (
    "allocation",
    "bill",
    "bill_run",
    "case_assignment",
    "case_attempt",
    "case_reason",
    "charge",
    "collection_case",
    "collection_rules",
    "community_paper",
    "charge_debtor",
    "delivery",
    "document",
    "dunning_run",
    "entry",
    "follow_up",
    "good_faith_rule",
    "hold",
    "joinder",
    "ladder_step",
    "late_fee_policy",
    "mail",
    "notice",
    "payment",
    "playbook_page",
    "profile_fact",
    "promise",
    "reversal",
    "split_rule",
    "stored_file",
    "tariff",
    "waiver_decision",
    "waiver_end",
    "waiver_paper",
    "waiver_policy",
    "waiver_request",
    "waiver_share",
)
FREE = {"charge": KEPT, "mail": PROGRESS, "payment": ("free_fen",)}

every_fact = pytest.mark.parametrize("table", FACTS)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = books(database_url, FACTS)
    yield engine
    engine.dispose()


def refused(engine: Engine, statement: str) -> None:
    """The statement fails by the guard's own word, and the table is as it was."""
    table = next(name for name in FACTS if name in statement.split())
    before = rows(engine, table)
    with pytest.raises(DatabaseError, match="facts are only added"), engine.begin() as connection:
        connection.execute(text(statement))
    assert rows(engine, table) == before


def rows(engine: Engine, table: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def columns(table: str) -> list[str]:
    return [column.name for column in Base.metadata.tables[table].columns]


def test_every_fact_of_the_ledger_is_in_the_list() -> None:
    """A new kind of fact is guarded from its first migration on."""
    tables = Base.metadata.tables.items()
    acts = {
        name for name, table in tables if "entry" in {key.column.table.name for key in table.foreign_keys}
    }
    assert len(acts) > 7
    assert acts <= set(FACTS)


def test_no_fact_is_changed_or_deleted(engine: Engine) -> None:
    for table in FACTS:
        for column in columns(table):
            if column not in FREE.get(table, ()):
                refused(engine, f"UPDATE {table} SET {column} = {column}")
        refused(engine, f"DELETE FROM {table}")


def test_a_charges_index_may_change(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE charge SET open_fen = 7, settled_fen_days = 8"))
        assert connection.execute(text("SELECT open_fen, settled_fen_days FROM charge")).one() == (7, 8)


def test_an_index_is_no_door_to_the_rest(engine: Engine) -> None:
    refused(engine, "UPDATE charge SET open_fen = 7, amount_fen = 7")


@on_postgresql
def test_no_fact_table_is_emptied(engine: Engine) -> None:
    for table in FACTS:
        refused(engine, f"TRUNCATE {table} CASCADE")


@on_postgresql
def test_no_fact_is_changed_by_inserting_it_again(engine: Engine) -> None:
    refused(
        engine,
        "INSERT INTO stored_file SELECT * FROM stored_file ON CONFLICT (sha256) DO UPDATE SET size = 2",
    )


@on_sqlite
@every_fact
def test_no_fact_is_replaced(engine: Engine, table: str) -> None:
    """SQLite's REPLACE deletes what is in the way, and by its default tells no trigger."""
    refused(engine, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@on_sqlite
@pytest.mark.parametrize(
    ("table", "key"), [("payment", "serial"), ("reversal", "target_id"), ("charge", "unit_id")]
)
def test_no_fact_is_replaced_by_its_other_key(engine: Engine, table: str, key: str) -> None:
    """A second row under another number, with the first one's receipt number, say."""
    assert key in columns(table)
    others = ", ".join("id + 1" if name == "id" else name for name in columns(table))
    refused(
        engine, f"INSERT OR REPLACE INTO {table} ({', '.join(columns(table))}) SELECT {others} FROM {table}"
    )


@on_sqlite
@every_fact
def test_no_fact_changes_its_hidden_number(engine: Engine, table: str) -> None:
    """SQLite knows a row by `rowid` too, a name that no list of columns holds."""
    refused(engine, f"UPDATE {table} SET rowid = rowid + 1")


@on_sqlite
def test_no_stranger_replaces_a_fact_either(database_url: str) -> None:
    """The guard stands in the database, not in the app's settings of its connections."""
    books(database_url, FACTS).dispose()
    stranger = create_engine(database_url)
    try:
        refused(stranger, "INSERT OR REPLACE INTO payment SELECT * FROM payment")
    finally:
        stranger.dispose()
