"""Triggers by which the database itself refuses to change or delete what was recorded."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, inspect, text

_REFUSAL = "facts are only added, never changed or deleted"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: {_REFUSAL}', TG_TABLE_NAME; END $$
"""


def guard(connection: Connection, table: str, free: Sequence[str] = ()) -> None:
    """Make the table append-only as it stands now, but for the columns `free`."""
    known = inspect(connection)
    columns = [column["name"] for column in known.get_columns(table)]
    unique = [key["column_names"] for key in known.get_unique_constraints(table)]
    keys = [known.get_pk_constraint(table)["constrained_columns"], *unique]
    for statement in guards(connection.dialect.name, table, columns, free, keys):
        connection.execute(text(statement))


def unguard(connection: Connection, table: str) -> None:
    """For a migration that makes the table anew and guards it again in the same transaction."""
    on_table = "" if connection.dialect.name == "sqlite" else f" ON {table}"
    for act in ("update", "renumber", "delete", "replace", "truncate"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}{on_table}"))


def guards(
    dialect: str,
    table: str,
    columns: Sequence[str],
    free: Sequence[str] = (),
    keys: Sequence[Sequence[str]] = (),
) -> Iterator[str]:
    """Statements that make `table` append-only, but for the index columns `free`; `keys` are its unique ones."""
    fixed = ", ".join(f'"{column}"' for column in columns if column not in free)
    if dialect == "sqlite":
        yield from _sqlite_guards(table, fixed, keys)
        return
    yield _FUNCTION
    for name, act, scope in (
        ("update", f"UPDATE OF {fixed}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        yield (
            f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} "
            f"FOR EACH {scope} EXECUTE FUNCTION refuse_change()"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_{name}"


def _sqlite_guards(table: str, fixed: str, keys: Sequence[Sequence[str]]) -> Iterator[str]:
    """SQLite also knows a row by its rowid, and REPLACE deletes what is in the way without telling a trigger."""
    here = (" AND ".join(f'"{name}" = NEW."{name}"' for name in key) for key in (("rowid",), *keys))
    taken = " OR ".join(f"({key})" for key in here)
    for name, act in (
        ("update", f"UPDATE OF {fixed} ON {table}"),
        ("renumber", f"UPDATE ON {table} WHEN NEW.rowid IS NOT OLD.rowid"),
        ("delete", f"DELETE ON {table}"),
        ("replace", f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"),  # noqa: S608  # no input
    ):
        yield (
            f"CREATE TRIGGER {table}_no_{name} BEFORE {act} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: {_REFUSAL}'); END"
        )
