"""The app stops at its start when the database would not keep what it acknowledges."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from billing.store.base import SQLITE_SETTINGS, assert_settings, prepare
from tests.support.databases import on_postgresql, on_sqlite
from tests.support.postgres import Server

#: A value that each setting must not have.
WRONG = {
    "journal_mode": "delete",
    "synchronous": "NORMAL",
    "foreign_keys": "OFF",
    "busy_timeout": 0,
    "trusted_schema": "ON",
    "cell_size_check": "OFF",
}


@contextmanager
def engine_on(url: str, **arguments: Any) -> Iterator[Engine]:
    engine = create_engine(url, **arguments)
    prepare(engine)
    yield engine
    engine.dispose()


def test_a_rightly_opened_database_passes(database_url: str) -> None:
    with engine_on(database_url) as engine:
        assert_settings(engine)


@on_sqlite
def test_a_plain_engine_is_stopped(database_url: str) -> None:
    engine = create_engine(database_url)
    with pytest.raises(RuntimeError, match="not safe to use"):
        assert_settings(engine)
    engine.dispose()


@on_sqlite
@pytest.mark.parametrize("name", SQLITE_SETTINGS)
def test_each_wrong_setting_of_sqlite_is_named(database_url: str, name: str) -> None:
    with engine_on(database_url) as engine:

        def spoil(connection: Any, record: object) -> None:
            connection.execute(f"PRAGMA {name} = {WRONG[name]}")

        event.listen(engine, "connect", spoil)
        with pytest.raises(RuntimeError, match=f"SQLite's {name} is"):
            assert_settings(engine)


@on_postgresql
def test_commits_that_do_not_wait_for_the_disk_are_named(database_url: str) -> None:
    options = {"options": "-c synchronous_commit=off"}
    with (
        engine_on(database_url, connect_args=options) as engine,
        pytest.raises(RuntimeError, match="PostgreSQL's synchronous_commit is off"),
    ):
        assert_settings(engine)


@on_postgresql
@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_careless_server_is_named(database_url: str, postgres_server: Server, name: str) -> None:
    with postgres_server.admin() as admin:
        admin.execute(f"ALTER SYSTEM SET {name} = off")
    try:
        reload(postgres_server, name, "off")
        with (
            engine_on(database_url) as engine,
            pytest.raises(RuntimeError, match=f"PostgreSQL's {name} is off"),
        ):
            assert_settings(engine)
    finally:
        with postgres_server.admin() as admin:
            admin.execute(f"ALTER SYSTEM RESET {name}")
        reload(postgres_server, name, "on")


def reload(server: Server, name: str, expected: str) -> None:
    """Have the server read its settings again, and wait until it did."""
    for _ in range(500):
        with server.admin() as admin:
            admin.execute("SELECT pg_reload_conf()")
            if admin.execute(f"SHOW {name}").fetchone() == (expected,):
                return
    raise AssertionError(f"{name} is not {expected}")
