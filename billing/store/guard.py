"""Triggers by which the database itself refuses to change or delete what was recorded."""

from collections.abc import Iterator, Sequence

_REFUSAL = "facts are only added, never changed or deleted"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: {_REFUSAL}', TG_TABLE_NAME; END $$
"""


def guards(dialect: str, table: str, columns: Sequence[str], free: Sequence[str] = ()) -> Iterator[str]:
    """Statements that make `table` append-only, but for the index columns `free`."""
    fixed = ", ".join(f'"{column}"' for column in columns if column not in free)
    if dialect == "sqlite":
        for act in (f"UPDATE OF {fixed}", "DELETE"):
            name = act.split()[0].lower()
            yield (
                f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: {_REFUSAL}'); END"
            )
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
