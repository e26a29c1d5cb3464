"""The data layer's ground: column types, the engine's settings, and the one way to write.

SQLite's defaults lose updates without an error (a transaction that reads before it writes is not
serialised) and its WAL loses acknowledged commits at a power cut unless synchronous is FULL. So each
connection is set up here, and whoever writes does it inside `writing`, which takes the lock first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    String,
    cast,
    event,
    select,
)
from sqlalchemy import func as sql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeDecorator

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: What every SQLite connection is set to; `assert_settings` proves it at start-up.
SQLITE_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "busy_timeout": 30_000,
    "trusted_schema": 0,
    "cell_size_check": 1,
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant without a zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return (
            None
            if value is None
            else value.replace(tzinfo=UTC)
            if value.tzinfo is None
            else value.astimezone(UTC)
        )


class Base(DeclarativeBase):
    """All tables. On SQLite they are STRICT, so that no text or float can stand in a column of fen."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {
        int: BigInteger,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[dict[str, Any]]: JSON,
        list[int]: JSON,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        given = cls.__dict__.get("__table_args__", ())
        own = given[-1] if given and isinstance(given[-1], dict) else {}
        cls.__table_args__ = (*(one for one in given if one is not own), {"sqlite_strict": True, **own})
        super().__init_subclass__(**kwargs)


class Keyed:
    """A surrogate key of the database's own."""

    id: Mapped[int] = mapped_column(primary_key=True)


# STRICT tables know INTEGER, TEXT and BLOB only; INTEGER is also what makes a key the row's own number.
for _type, _name in (
    (BigInteger, "INTEGER"),
    (Boolean, "INTEGER"),
    (Date, "TEXT"),
    (DateTime, "TEXT"),
    (String, "TEXT"),
    (JSON, "TEXT"),
    (LargeBinary, "BLOB"),
):
    compiles(_type, "sqlite")(lambda element, compiler, _name=_name, **options: _name)


class days_late(FunctionElement[int]):  # noqa: N801  # it reads as a function of SQL
    """Days from the second date to the first, 0 where it lies before it."""

    type = BigInteger()
    inherit_cache = True


@compiles(days_late, "sqlite")
def _days_late_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    as_of, due = (compiler.process(clause, **options) for clause in element.clauses)
    return f"MAX(0, CAST(julianday({as_of}) - julianday({due}) AS INTEGER))"


@compiles(days_late, "postgresql")
def _days_late_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    as_of, due = (compiler.process(clause, **options) for clause in element.clauses)
    return f"GREATEST(0, CAST({as_of} AS DATE) - CAST({due} AS DATE))"


class local_date(FunctionElement[date]):  # noqa: N801  # it reads as a function of SQL
    """The day in Shanghai of a moment; its clock has never been put forward since 1991."""

    type = Date()
    inherit_cache = True


@compiles(local_date, "sqlite")
def _local_date_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(local_date, "postgresql")
def _local_date_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AT TIME ZONE 'Asia/Shanghai' AS DATE)"


def summed(column: Any) -> ColumnElement[int]:
    """A sum, 0 of nothing. PostgreSQL sums bigints into a decimal; money is whole fen on every database."""
    return cast(sql.coalesce(sql.sum(column), 0), BigInteger)


def prepare(engine: Engine) -> None:
    """Set up an engine so that nothing acknowledged is lost and no update vanishes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: `_begin_sqlite` does
    for name, value in SQLITE_SETTINGS.items():
        connection.execute(f"PRAGMA {name} = {value}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    """A page's queries see one state of the books; a writer, who holds the lock, always the newest."""
    if not connection.get_execution_options().get("writing", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def assert_settings(engine: Engine) -> None:
    """Stop at the start if the database would not keep what it acknowledges."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for name, value in SQLITE_SETTINGS.items():
                found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                if found != value:
                    raise RuntimeError(
                        f"SQLite's {name} is {found}, not {value}: the database is not safe to use"
                    )
        else:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                found = connection.exec_driver_sql(f"SHOW {name}").scalar()
                if found == "off":
                    raise RuntimeError(f"PostgreSQL's {name} is off: the database is not safe to use")


@contextmanager
def writing(session: Session, community_id: int = 0) -> Iterator[None]:
    """One writing transaction: locked before the first read, committed at the end, else rolled back.

    Writers of one community queue (0 is the office itself); what was read before in this session ends here.
    """
    session.commit()
    session.expire_all()  # what was read before the lock may be stale now
    connection = session.connection(execution_options={"writing": True})
    try:
        if connection.dialect.name == "postgresql":
            session.execute(select(sql.pg_advisory_xact_lock(community_id)))
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
