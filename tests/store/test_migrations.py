"""Migrations make what the models say, can be taken back, and made again."""

from collections.abc import Callable
from datetime import date

import pytest
from click.testing import Result
from sqlalchemy import Column, Integer, Table, inspect, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from billing.store.base import Base
from tests.flow.town import found
from tests.store.rows import books

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


def test_slips_filed_before_they_had_revisions_are_kept_and_guarded(
    command: Command, session: Session, database_url: str
) -> None:
    session.rollback()
    books(database_url, ["delivery"]).dispose()

    def slips() -> list[tuple[object, ...]]:
        session.rollback()
        return [tuple(row) for row in session.execute(text("SELECT id, signer, note FROM delivery"))]

    before = slips()
    session.rollback()
    assert command("db", "downgrade", "0001").exit_code == 0
    assert slips() == before != []
    session.rollback()
    assert command("db", "upgrade").exit_code == 0
    assert slips() == before
    for statement in ("UPDATE delivery SET revision = 1", "DELETE FROM delivery"):
        with pytest.raises(DatabaseError, match="facts are only added"):
            session.execute(text(statement))
        session.rollback()


def test_numbered_payment_notices_are_not_taken_back(
    command: Command, session: Session, database_url: str
) -> None:
    """Their papers stay, and would be served for the ones numbered after them."""
    session.rollback()
    books(database_url, ["bill", "document"]).dispose()
    whole = tables(session)
    session.rollback()
    assert command("db", "downgrade", "0001").exit_code != 0
    assert tables(session) == whole
    assert session.scalar(text("SELECT count(*) FROM bill")) == 1
    session.rollback()
    assert command("db", "check").exit_code == 0


def test_charges_booked_before_they_named_their_debtors_name_the_co_owners_of_their_time(
    command: Command, session: Session, today: date
) -> None:
    town = found(session, today)
    town.issue("2026Q1")
    town.import_roster("楼 单元 房号 业主 共有人 建筑面积\n2 1 201 周敏 钱琳 120", sold_on=date(2026, 7, 1))
    town.issue("2026Q3")

    def named() -> list[tuple[object, ...]]:
        rows = session.execute(text("SELECT charge_id, party_id, role, entry FROM charge_debtor ORDER BY 1"))
        told = [tuple(row) for row in rows]
        session.rollback()
        return told

    before = named()
    assert len(before) == 2  # the seller's wife beside him, the buyer's husband beside her
    assert command("db", "downgrade", "0004").exit_code == 0
    assert command("db", "upgrade").exit_code == 0
    assert named() == before
    with pytest.raises(DatabaseError, match="facts are only added"):
        session.execute(text("DELETE FROM charge_debtor"))
