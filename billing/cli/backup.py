"""`flask backup` and `flask restore`: the whole office in one file, and back from it."""

from pathlib import Path
from typing import Any

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import current_app
from flask_babel import gettext
from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from billing.cli.command import Command, answers, the_vault
from billing.clock import now
from billing.core.problem import Unusable
from billing.extensions import db
from billing.store import backup, restore
from billing.store.archive import opened, verify
from billing.translations import N_


@click.command("backup", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@answers
def backup_office(file: Path) -> dict[str, Any]:
    """Write everything into FILE, a ZIP: the books and the vault. The office may go on working."""
    if not file.name or file.is_dir() or not file.absolute().parent.is_dir():
        raise Unusable(N_("“%(file)s” is not a file in a folder that exists."), file=file)
    try:
        made = backup.write(db.engine, the_vault(), file.absolute(), now(), verify)
    except OSError as error:
        raise Unusable(
            N_("“%(file)s” cannot be written: %(reason)s."), file=file, reason=error.strerror or str(error)
        ) from error
    _tell_missing(made.missing)
    return {
        "file": str(file),
        "size": made.size,
        "sha256": made.sha256,
        "schema": made.schema,
        "rows": made.rows,
        "files": made.files,
        "missing": made.missing,
    }


@click.command("restore", cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@answers
def restore_office(file: Path) -> dict[str, Any]:
    """Put the backup FILE into an empty database: DATABASE_URL says into which, of either kind."""
    with opened(file) as archive, db.engine.connect().execution_options(writing=True) as connection:
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(select(sql.pg_advisory_xact_lock(0)))
            made = restore.restore(connection, the_vault(), archive, _rebuild, _upgrade)
        schema, made_at = archive.schema, archive.manifest["made_at"]
    _tell_missing(made.missing)
    return {
        "made_at": made_at,
        "schema": schema,
        "rows": made.rows,
        "files": made.files,
        "missing": made.missing,
        "mails_held": made.mails_held,
        "jobs_stopped": made.jobs_stopped,
    }


def _rebuild(connection: Connection, revision: str) -> None:
    config = _alembic(connection)
    try:
        command.downgrade(config, "base")
        command.upgrade(config, revision)
    except CommandError as error:
        raise Unusable(
            N_("The backup has the schema %(schema)s, which this Permille does not know: upgrade it first."),
            schema=revision[:40],
        ) from error


def _upgrade(connection: Connection) -> None:
    command.upgrade(_alembic(connection), "head")


def _alembic(connection: Connection) -> Config:
    """Alembic at work inside the transaction of this connection."""
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    config.attributes["connection"] = connection
    return config


def _tell_missing(missing: list[str]) -> None:
    if missing:
        click.echo(
            gettext(
                "Not in it, because they are gone from the vault or were changed there: %(count)s files.",
                count=len(missing),
            ),
            err=True,
        )


COMMANDS = (backup_office, restore_office)
