"""The restore drill: an office written to a file and brought back, on either database, to the fen; or refused whole."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, MetaData, Table, inspect, select, text
from sqlalchemy.orm import Session

from billing import jobs
from billing.app import create_app
from billing.clock import now
from billing.extensions import db
from billing.flow import dunning
from billing.flow.mail import Letter, queue_mail
from billing.flow.printing import NOTICES
from billing.flow.statements import as_json, statement
from billing.store import archive, backup, restore
from billing.store.base import Base, writing
from billing.store.collection import Document
from billing.store.estate import Unit
from billing.store.ledger import Charge, Entry
from billing.store.mail import Mail
from billing.store.people import Party
from billing.store.vault import Vault
from billing.store.work import Job, Schedule
from tests.flow.town import ACTOR, Town, day, found
from tests.support.databases import on_sqlite
from tests.support.postgres import Server


@pytest.fixture
def town(app: Flask, session: Session, today: date) -> Town:
    """Books with something of everything: part paid, dunned, papers made, a mail queued, a job at work."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q2")
    town.issue("2026Q3")
    town.pay("1-1-101", "1300.10", "2026-09-02")
    town.reverse(town.pay("1-1-102", "66.60", "2026-09-03").payment)
    with writing(session, town.community_id):
        plan = dunning.plan_run(session, town.community_id, today, today)
        run = dunning.issue_run(session, ACTOR, town.community_id, plan)
        assert run
        NOTICES.queue(session, ACTOR, now(), run)
        party = session.scalars(select(Party)).first()
        assert party
        letter = Letter(town.community_id, "payment", 1, party.id, "a@example.cn", "收据", "正文", [])
        queue_mail(session, ACTOR, now(), letter, "one")
    assert jobs.run_next(session, Vault(app.config["VAULT_DIR"]), "w")
    with writing(session):
        session.execute(text("UPDATE job SET state = 'running', claimed_by = 'w'"))
    return town


@dataclass(frozen=True)
class Office:
    """Another office of its own: nothing in it but the schema, or not even that."""

    app: Flask

    def run(self, *arguments: object, status: int = 0) -> dict[str, Any]:
        runner = self.app.test_cli_runner()
        result = Context().run(runner.invoke, args=[*map(str, arguments), "--json"], catch_exceptions=False)
        assert result.exit_code == status, result.output
        answer: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
        return answer

    def tables(self) -> set[str]:
        return set(self.ask(lambda session: inspect(session.connection()).get_table_names()))

    def ask(self, question: Callable[[Session], Any]) -> Any:
        return Context().run(self._in_context, question)

    def _in_context(self, question: Callable[[Session], Any]) -> Any:
        with self.app.app_context():
            try:
                return question(db.session())
            finally:
                db.session.remove()


def an_office(url: str, folder: Path) -> Iterator[Office]:
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": url, "VAULT_DIR": folder / "vault"})
    yield Office(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Office]:
    """A new office on SQLite."""
    yield from an_office(f"sqlite:///{tmp_path}/other.db", tmp_path / "other")


@pytest.fixture
def served(tmp_path: Path, postgres_server: Server) -> Iterator[Office]:
    """A new office on PostgreSQL."""
    name = postgres_server.create()
    yield from an_office(postgres_server.url(name), tmp_path / "served")
    postgres_server.drop(name)


@pytest.fixture(params=["embedded", "served"])
def other(request: pytest.FixtureRequest) -> Office:
    office: Office = request.getfixturevalue(request.param)
    return office


@pytest.fixture
def file(tmp_path: Path, ask: Any, town: Town) -> Path:
    """The office's backup."""
    town.session.rollback()
    ask("backup", tmp_path / "office.zip")
    return tmp_path / "office.zip"


def statements(session: Session) -> list[dict[str, Any]]:
    units = session.scalars(select(Unit).order_by(Unit.id)).all()
    return [as_json(statement(session, unit, day("2026-11-23"))) for unit in units]


def entries(session: Session) -> list[tuple[object, ...]]:
    columns = (Entry.community_id, Entry.seq, Entry.kind, Entry.key, Entry.content, Entry.recorded_at)
    return [tuple(row) for row in session.execute(select(*columns, Entry.detail).order_by(Entry.seq))]


def sealed_again(file: Path) -> None:
    """Give the changed file the checksum that fits, as somebody who means harm would."""
    with file.open("r+b") as opened:
        backup.seal(opened)


def rewritten(file: Path, change: Callable[[str, bytes], tuple[str, bytes] | None], extra: str = "") -> None:
    """The same ZIP with members changed, and the checksum that fits."""
    with zipfile.ZipFile(file) as old:
        members = [(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        new.comment = backup.SEAL + b"0" * backup.SEALED_BYTES
        for member in members:
            if kept := change(*member):
                new.writestr(*kept)
        if extra:
            new.writestr(extra, b"x")
    sealed_again(file)


def test_everything_comes_back_on_either_database(town: Town, file: Path, other: Office) -> None:
    answer = other.run("restore", file)
    assert (
        answer["missing"] == [] and answer["files"] == len(town.session.scalars(select(Document)).all()) > 0
    )
    assert other.ask(statements) == statements(town.session)
    assert other.ask(entries) == entries(town.session)
    vault = Vault(other.app.config["VAULT_DIR"])
    for document in town.session.scalars(select(Document)):
        assert vault.get(document.sha256)
    with archive.opened(file) as first:
        again = file.with_name("again.zip")
        other.run("backup", again)
        with archive.opened(again) as second:
            changed = {one.name for one, two in zip(first.tables, second.tables, strict=True) if one != two}
    assert changed == {"mail", "job"}, "the same rows, byte for byte, but for what waits for a person"


def test_every_column_has_a_type_that_a_backup_knows() -> None:
    """A new kind of column says here how it is written."""
    for table in Base.metadata.sorted_tables:
        assert all(backup.type_name(column.type) for column in table.columns)


def test_nothing_goes_on_by_itself_in_a_restored_office(file: Path, other: Office) -> None:
    answer = other.run("restore", file)
    assert (answer["mails_held"], answer["jobs_stopped"]) == (1, 1)
    assert other.ask(lambda session: session.scalars(select(Mail.state)).all()) == ["unknown"]
    assert other.ask(lambda session: session.execute(select(Job.state, Job.claimed_by)).all()) == [
        ("stopped", None)
    ]


def test_the_restored_books_go_on(file: Path, town: Town, other: Office) -> None:
    """New numbers follow the old ones, and facts are guarded."""
    other.run("restore", file)
    other.run("period", "issue", "2026Q4")

    def ids(session: Session) -> list[int]:
        return list(session.scalars(select(Charge.id).order_by(Charge.id)))

    before = max(ids(town.session))
    assert [number for number in other.ask(ids) if number > before] == [before + 1, before + 2, before + 3]
    assert other.ask(_may_delete) is False


def _may_delete(session: Session) -> bool:
    try:
        session.execute(text("DELETE FROM charge"))
    except Exception as error:  # noqa: BLE001  # each database has its own
        return "facts are only added" not in str(error)
    return True


def test_it_is_put_into_an_empty_database_only(file: Path, ask: Any, town: Town, other: Office) -> None:
    assert "charge 6" in ask("restore", file, status=1)["error"]
    other.run("restore", file)
    assert "empty database only" in other.run("restore", file, status=1)["error"]


def test_an_office_whose_clockwork_ran_is_empty_all_the_same(file: Path, embedded: Office) -> None:
    """It was started once: the schema is there, and the recurring tasks have their rows."""
    Context().run(embedded.app.test_cli_runner().invoke, args=["db", "upgrade"])
    embedded.run("schedule", "set", "backup", "--at", "03:00")
    embedded.run("restore", file)
    assert embedded.ask(lambda session: session.scalars(select(Schedule.at)).all()) == []


def test_no_sign_in_and_no_secret_is_in_it(
    ask: Any, tmp_path: Path, office: dict[str, str], town: Town
) -> None:
    town.session.rollback()
    ask("user", "add", "mia", "--role", "manager")
    ask("backup", tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as unpacked:
        names = set(unpacked.namelist())
        assert not names & {"tables/sign_in.jsonl", "tables/attempt.jsonl"}
        assert "tables/staff_user.jsonl" in names
        for name in names:
            assert office["SECRET_KEY"].encode() not in unpacked.read(name)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


@on_sqlite
def test_the_office_goes_on_while_it_is_written(
    app: Flask, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A payment in the middle is not in it, in no table."""
    write_table, before = backup._table, len(town.entries())

    def slowly(target: Any, connection: Any, table: Any) -> Any:
        if table.name == "entry":
            town.pay("2-1-201", "5", "2026-11-01")
        return write_table(target, connection, table)

    town.session.rollback()
    monkeypatch.setattr(backup, "_table", slowly)
    vault = Vault(app.config["VAULT_DIR"])
    backup.write(db.engine, vault, tmp_path / "b.zip", now(), archive.verify)
    assert len(town.entries()) > before
    with archive.opened(tmp_path / "b.zip") as made:
        rows = {part.name: part.rows for part in made.tables}
    assert (rows["entry"], rows["payment"]) == (before, 2)


@on_sqlite
def test_a_file_gone_from_the_vault_is_told_and_the_rest_is_kept(
    app: Flask, ask: Any, town: Town, tmp_path: Path, embedded: Office
) -> None:
    documents = town.session.scalars(select(Document)).all()
    gone, changed = (Vault(app.config["VAULT_DIR"]).path(one.sha256) for one in documents[:2])
    gone.unlink()
    changed.write_bytes(b"another")
    town.session.rollback()
    missing = sorted([gone.name, changed.name])
    assert ask("backup", tmp_path / "b.zip")["missing"] == missing
    answer = embedded.run("restore", tmp_path / "b.zip")
    assert (answer["missing"], answer["files"]) == (missing, len(documents) - 2)


class TestRefusals:
    """Each in one sentence, and nothing is left in the database."""

    pytestmark = on_sqlite

    def refused(self, office: Office, file: Path, says: str) -> None:
        assert says in office.run("restore", file, status=2)["error"]
        assert office.tables() == set()

    def test_one_flipped_byte_anywhere(self, file: Path, embedded: Office) -> None:
        whole = file.read_bytes()
        for place in (*range(0, len(whole), len(whole) // 40), *range(len(whole) - 90, len(whole))):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
            self.refused(embedded, file, "cut off or changed")

    def test_a_file_that_was_cut_off(self, file: Path, embedded: Office) -> None:
        whole = file.read_bytes()
        for length in (0, 10, 200, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:length])
            self.refused(embedded, file, "cut off or changed")

    def test_no_backup_at_all(self, file: Path, samples: Path, tmp_path: Path, embedded: Office) -> None:
        self.refused(embedded, samples / "业主台账.xlsx", "is no backup")
        self.refused(embedded, tmp_path / "nowhere.zip", "cannot be read")
        self.refused(embedded, tmp_path, "cannot be read")

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "files/../../x", "tables/new.jsonl"])
    def test_names_that_lead_elsewhere(self, file: Path, embedded: Office, name: str) -> None:
        rewritten(file, lambda *member: member, extra=name)
        self.refused(embedded, file, "which no backup holds")

    def test_a_bomb(self, file: Path, embedded: Office) -> None:
        bomb = b"[" * (32 << 20)
        rewritten(file, lambda name, data: (name, bomb if name == "tables/contact.jsonl" else data))
        self.refused(embedded, file, "which no backup holds")

    def test_a_row_changed_by_somebody_who_fits_the_checksum(self, file: Path, embedded: Office) -> None:
        def change(name: str, data: bytes) -> tuple[str, bytes]:
            return name, data.replace(b"130010", b"130011") if name == "tables/payment.jsonl" else data

        rewritten(file, change)
        self.refused(embedded, file, "not what was written")

    def test_a_table_left_out(self, file: Path, embedded: Office) -> None:
        self.refused_with(file, embedded, "tables", lambda tables: tables[:-1], "which no backup holds")

    def test_a_newer_format(self, file: Path, embedded: Office) -> None:
        self.refused_with(file, embedded, "format", lambda _: backup.FORMAT + 1, "newer Permille")

    def test_a_schema_nobody_knows(self, file: Path, embedded: Office) -> None:
        self.refused_with(file, embedded, "schema", lambda _: "9999", "does not know")

    def refused_with(
        self, file: Path, office: Office, key: str, change: Callable[[Any], Any], says: str
    ) -> None:
        def changed(name: str, data: bytes) -> tuple[str, bytes]:
            if name != "manifest.json":
                return name, data
            manifest = json.loads(data)
            return name, json.dumps(manifest | {key: change(manifest[key])}).encode()

        rewritten(file, changed)
        self.refused(office, file, says)

    def test_books_that_contradict_themselves(
        self, town: Town, ask: Any, tmp_path: Path, embedded: Office
    ) -> None:
        with writing(town.session):
            town.session.execute(text("UPDATE charge SET open_fen = 1 WHERE id = 1"))
        town.session.rollback()
        ask("backup", tmp_path / "b.zip")
        self.refused(embedded, tmp_path / "b.zip", "contradicts itself")

    def test_a_folder_that_is_not_there(self, ask: Any, tmp_path: Path) -> None:
        assert "folder that exists" in ask("backup", tmp_path / "no" / "b.zip", status=2)["error"]
        assert "folder that exists" in ask("backup", tmp_path, status=2)["error"]


@on_sqlite
def test_a_restore_killed_in_the_middle_leaves_an_empty_database(
    file: Path, other: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    load, seen = restore._load, list[str]()

    def load_some(connection: Any, given: Any, part: Any) -> None:
        seen.append(part.name)
        if len(seen) == 12:
            raise KeyboardInterrupt
        load(connection, given, part)

    with monkeypatch.context() as patch:
        patch.setattr(restore, "_load", load_some)
        runner = other.app.test_cli_runner()
        assert Context().run(runner.invoke, args=["restore", str(file)]).exit_code == 1
    assert len(seen) == 12
    assert other.tables() == set()
    other.run("restore", file)


def _as_it_was(table: Table, names: set[str]) -> Table:
    columns = (Column(one.name, one.type, primary_key=one.primary_key) for one in table.columns)
    return Table(table.name, MetaData(), *(column for column in columns if column.name in names))


def test_a_backup_of_an_older_schema_is_brought_up(
    town: Town, tmp_path: Path, command: Any, app: Flask, other: Office
) -> None:
    """What an earlier release wrote: its tables with its columns alone."""
    told = statements(town.session)
    town.session.close()
    assert command("db", "downgrade", "0004").exit_code == 0
    known = inspect(db.engine)
    there = {name: {one["name"] for one in known.get_columns(name)} for name in known.get_table_names()}
    older = [
        _as_it_was(table, there[table.name]) for table in Base.metadata.sorted_tables if table.name in there
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(Base.metadata), "sorted_tables", older)
        backup.write(db.engine, Vault(app.config["VAULT_DIR"]), tmp_path / "old.zip", now(), archive.verify)
    assert other.run("restore", tmp_path / "old.zip")["schema"] == "0004"
    assert other.ask(statements) == told
    assert other.tables() >= set(Base.metadata.tables)
