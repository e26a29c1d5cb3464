"""A backup put into an empty database in one transaction: as a whole, checked, or not at all.

What a restored copy must not do by itself waits for a person: mail that was on its way is `unknown` (the office that
wrote the backup may have sent it since), and jobs that were at work are stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, column, func, inspect, select, table, text, update
from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.store import index
from billing.store.archive import Archive, Part
from billing.store.backup import LEFT_OUT, TYPES
from billing.store.evidence import StoredFile
from billing.store.mail import Mail
from billing.store.vault import Vault
from billing.store.work import Job
from billing.translations import N_

#: The office's own clockwork: an empty office that was started once has rows there already.
_CLOCKWORK = ("alembic_version", "schedule", "job", "job_unit", *LEFT_OUT)

#: Brings the schema to nothing and from there to a revision; raises Unusable for one nobody knows.
Rebuild = Callable[[Connection, str], None]
#: Brings the schema to the newest revision.
Upgrade = Callable[[Connection], None]


@dataclass(frozen=True)
class Restored:
    """What came back, and what of it waits for a person's word."""

    rows: int
    files: int
    missing: list[str]
    mails_held: int
    jobs_stopped: int


def restore(
    connection: Connection, vault: Vault, archive: Archive, rebuild: Rebuild, upgrade: Upgrade
) -> Restored:
    """Everything in the caller's one transaction; the vault's files, harmless by themselves, are put in first."""
    _require_empty(connection)
    rebuild(connection, archive.schema)
    _require_same_tables(connection, archive)
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    for part in archive.tables:
        _load(connection, archive, part)
    upgrade(connection)
    if connection.dialect.name == "postgresql":
        _restart_numbers(connection, archive)
    files = _put_files(connection, vault, archive)
    held, stopped = _hold(connection)
    if index.differences(Session(connection)):
        raise archive.unusable(
            N_("The ledger in “%(file)s” contradicts itself: what is open does not follow from its entries.")
        )
    rows = sum(part.rows for part in archive.tables)
    return Restored(rows, files, archive.manifest["missing"], held, stopped)


def _require_empty(connection: Connection) -> None:
    found = []
    for name in sorted(set(inspect(connection).get_table_names()) - {*_CLOCKWORK}):
        count = connection.scalar(select(func.count()).select_from(table(name)))
        if count:
            found.append(f"{name} {count}")
    if found:
        raise Refused(
            N_("A backup goes into an empty database only; this one holds %(found)s."),
            found=", ".join(found[:6]) + (" …" if len(found) > 6 else ""),
        )


def _require_same_tables(connection: Connection, archive: Archive) -> None:
    """Every table of that schema with all its columns, no other and each once."""
    known = inspect(connection)
    there = {
        name: {one["name"] for one in known.get_columns(name)}
        for name in known.get_table_names()
        if name not in ("alembic_version", *LEFT_OUT)
    }
    given = {part.name: {name for name, _ in part.columns} for part in archive.tables}
    if there != given or len(given) != len(archive.tables):
        raise archive.unusable(N_("“%(file)s” does not have the tables of its schema: nothing was restored."))


def _load(connection: Connection, archive: Archive, part: Part) -> None:
    target = table(part.name, *(column(name, TYPES[kind][0]()) for name, kind in part.columns))
    try:
        for rows in archive.rows(part):
            connection.execute(target.insert(), rows)
    except (IntegrityError, DataError, StatementError) as error:
        raise archive.unusable(
            N_("The database does not take the table “%(name)s” of “%(file)s”: nothing was restored."),
            name=part.name,
        ) from error


def _restart_numbers(connection: Connection, archive: Archive) -> None:
    """PostgreSQL counts apart from the rows."""
    for part in archive.tables:
        if "id" in dict(part.columns):
            sequence = connection.scalar(select(func.pg_get_serial_sequence(part.name, "id")))
            last = connection.scalar(select(func.max(table(part.name, column("id")).c.id)))
            if sequence and last:
                connection.execute(select(func.setval(sequence, last)))


def _put_files(connection: Connection, vault: Vault, archive: Archive) -> int:
    """The vault's files by the books; one that the backup had to leave out stays out."""
    known = set(connection.scalars(select(StoredFile.sha256)))
    if known != archive.files | set(archive.manifest["missing"]):
        raise archive.unusable(
            N_("“%(file)s” does not have the files that its books name: nothing was restored.")
        )
    for sha256 in sorted(archive.files):
        vault.put(archive.file(sha256))
    return len(archive.files)


def _hold(connection: Connection) -> tuple[int, int]:
    """(mails, jobs) that a person has to decide on."""
    mails = _changed(connection, Mail, ("queued", "sending"), "unknown")
    backups = (
        update(Job).where(Job.kind == "backup", Job.state == "running").values(state="done", claimed_by=None)
    )
    connection.execute(backups)  # the one that wrote this very backup
    return mails, _changed(connection, Job, ("queued", "running"), "stopped", claimed_by=None)


def _changed(connection: Connection, model: Any, states: tuple[str, ...], state: str, **more: Any) -> int:
    result = connection.execute(update(model).where(model.state.in_(states)).values(state=state, **more))
    return int(result.rowcount)
