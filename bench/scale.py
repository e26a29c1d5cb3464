"""A city's figures, each beside a floor measured in the same run: issuing a period, the late fee of every charge.

`make bench` builds the books of bench/city.py on SQLite, and on PostgreSQL too where BENCH_POSTGRESQL names an empty
database (postgresql+psycopg://…). BENCH_UNITS makes a smaller city.
"""

import os
import platform
import resource
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from statistics import median

from flask_migrate import upgrade
from sqlalchemy import func, literal, select, text
from sqlalchemy.orm import Session

from bench import city, pages
from bench.figures import beside, say, seconds
from bench.figures import median as time
from billing.app import create_app
from billing.core.calendar import Period, parse_period
from billing.extensions import db
from billing.flow.charges import issue_period, plan_period
from billing.flow.owed import owed
from billing.store import index
from billing.store.base import days_late, summed, writing
from billing.store.ledger import Charge

UNITS = int(os.environ.get("BENCH_UNITS", city.UNITS))
#: The last day of the city's books, and the two periods after it.
TODAY = date(2026, 11, 23)
NEXT, AFTER = parse_period("2026-08"), parse_period("2026-09")
_REPEATS = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(f"sqlite:///{folder}/city.db")
    if given := os.environ.get("BENCH_POSTGRESQL"):
        measure(given)


def measure(uri: str) -> None:
    app = create_app({"SQLALCHEMY_DATABASE_URI": uri, "VAULT_DIR": Path(tempfile.gettempdir())})
    with app.app_context():
        upgrade()
        session = db.session()
        taken = seconds(lambda: city.build(session, UNITS))
        community_id = session.scalar(text("SELECT MAX(id) FROM community"))
        assert community_id
        say(f"a city on {db.engine.dialect.name}", f"{_counts(session)}; built in {taken:.0f} s")
        say(
            "machine", f"{os.cpu_count()} cores, Python {platform.python_version()}, {_size(session)} of disk"
        )
        if db.engine.dialect.name == "postgresql":
            session.execute(
                text("ANALYZE")
            )  # as PostgreSQL does by itself some time after so much was written
        session.commit()
        issuing(session, community_id)
        late_fees(session, community_id)
    pages.measure(app, community_id, TODAY)
    say("memory at most", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def issuing(session: Session, community_id: int) -> None:
    """Plan and book a period, and INSERT ... SELECT of the rows that it books; every time is given up again."""
    with writing(session, community_id):
        last = index.last_id(session)
        _issue(session, community_id, NEXT)
    names = [column.name for column in Charge.__table__.columns if column.name != "id"]
    told = [f"'{AFTER.name}' AS period" if name == "period" else name for name in names]
    session.execute(
        text(f"CREATE TEMPORARY TABLE ready AS SELECT {', '.join(told)} FROM charge WHERE id > {last}")
    )
    session.commit()
    columns = ", ".join(names)
    insert = text(f"INSERT INTO charge ({columns}) SELECT {columns} FROM ready")
    floors, ours = [], []
    for _ in range(_REPEATS):
        floors.append(_given_up(session, community_id, lambda: session.execute(insert)))
        ours.append(_given_up(session, community_id, lambda: _issue(session, community_id, AFTER)))
    what = f"plan and issue a period for {UNITS:,} units"
    beside(what, median(ours), median(floors), "INSERT ... SELECT of its charges")


def late_fees(session: Session, community_id: int) -> None:
    """What every charge owes today, each rounded by itself, and the shortest statement that says anything of it."""
    days = days_late(literal(TODAY), Charge.due)
    fen_days = select(summed(Charge.open_fen * days + Charge.settled_fen_days))
    statement = fen_days.where(Charge.community_id == community_id)
    told = owed(session, community_id, TODAY, TODAY)
    assert told.late_fee > 0
    floor = time(lambda: session.execute(statement).one())
    ours = time(lambda: owed(session, community_id, TODAY, TODAY))
    charges = session.scalar(select(func.count()).select_from(Charge))
    beside(f"late fee of {charges:,} charges as of a day", ours, floor, "one SELECT SUM")


def _issue(session: Session, community_id: int, period: Period) -> None:
    plan = plan_period(session, community_id, period)
    assert issue_period(session, "bench", TODAY, community_id, plan) == UNITS


def _given_up(session: Session, community_id: int, act: Callable[[], object]) -> float:
    """Seconds of it inside a writer's transaction that is rolled back."""
    taken = 0.0
    with suppress(_GivenUp), writing(session, community_id):
        taken = seconds(act)
        raise _GivenUp
    return taken


class _GivenUp(Exception):
    """Nothing of it is kept."""


def _counts(session: Session) -> str:
    tables = {"units": "unit", "charges": "charge", "payments": "payment", "allocations": "allocation"}
    counts = {word: session.scalar(text(f"SELECT COUNT(*) FROM {table}")) for word, table in tables.items()}
    return ", ".join(f"{count:,} {word}" for word, count in counts.items())


def _size(session: Session) -> str:
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if session.get_bind().dialect.name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
    return f"{(session.scalar(text(query)) or 0) / 2**30:.2f} GiB"


if __name__ == "__main__":
    main()
