"""Migrations make what the models say, can be taken back, and made again."""

from collections.abc import Callable

from click.testing import Result
from sqlalchemy import Column, Integer, Table, inspect
from sqlalchemy.orm import Session

from billing.store.base import Base

Command = Callable[..., Result]


def tables(session: Session) -> set[str]:
    session.rollback()
    return set(inspect(session.connection()).get_table_names())


def test_they_agree_with_the_models(command: Command) -> None:
    assert command("db", "check").exit_code == 0


def test_a_model_without_its_migration_would_be_told(command: Command) -> None:
    """The control: were this red, the check would not look."""
    table = Table("not_migrated", Base.metadata, Column("id", Integer, primary_key=True))
    try:
        assert command("db", "check").exit_code != 0
    finally:
        Base.metadata.remove(table)


def test_they_go_back_and_forth(command: Command, session: Session) -> None:
    whole = tables(session)
    assert set(Base.metadata.tables) | {"alembic_version"} == whole
    session.rollback()
    assert command("db", "downgrade", "base").exit_code == 0
    assert tables(session) == {"alembic_version"}
    session.rollback()
    assert command("db", "upgrade").exit_code == 0
    assert tables(session) == whole
    session.rollback()
    assert command("db", "check").exit_code == 0
