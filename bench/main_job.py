"""The main job in figures: import, a period, five hundred notices with their print file, a statement.

`make bench` prints them; each is the median of its repeats on this machine.
"""

import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from bench.figures import median, say
from billing import demo, jobs
from billing.app import create_app
from billing.core.calendar import parse_period
from billing.extensions import db
from billing.flow import charges, dunning, estate, good_faith, printing, profile, roster, statements, tariffs
from billing.sheets import read_arrears, read_roster
from billing.store.base import writing
from billing.store.collection import Document
from billing.store.estate import Unit
from billing.store.evidence import StoredFile
from billing.store.vault import Vault

TODAY = date(2026, 11, 23)
NOTICES = 500
SAMPLES = Path(__file__).parent.parent / "tests" / "samples"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.db", "VAULT_DIR": Path(folder) / "vault"}
        )
        with app.app_context():
            upgrade()
            measure(app, Path(folder))


def measure(app: Flask, folder: Path) -> None:
    session, vault = db.session(), Vault(app.config["VAULT_DIR"])
    say("machine", f"Python {sys.version.split()[0]}, {db.engine.dialect.name}")
    reading()
    community_id = found(session)
    imported, issued = fill(session, community_id)
    say("import 600 units", f"{imported:.2f} s")
    say("plan and issue their charges of a quarter", f"{issued:.2f} s")
    statement(session, community_id)
    proposals(session, community_id)
    notices(session, vault, community_id, folder)


def found(session: Session) -> int:
    """A community whose papers lack nothing; its id."""
    with writing(session):
        place = estate.found_community(session, "bench", "测")
        profile.set_profile(session, "bench", TODAY, profile.OFFICE, demo.OFFICE_FACTS, estate.EVER)
        profile.set_profile(session, "bench", TODAY, place.id, demo.CONTRACT_FACTS, estate.EVER)
        return place.id


def reading() -> None:
    """The sample files, from bytes to rows."""
    for name, read in (
        ("业主台账.xlsx", read_roster),
        ("欠费台账.csv", read_arrears),
        ("多表导出.xlsx", read_roster),
    ):
        data = (SAMPLES / name).read_bytes()
        seconds = median(partial(read, data, name))
        say(f"read {name}", f"{seconds * 1000:.0f} ms")


def fill(session: Session, community_id: int) -> tuple[float, float]:
    """600 units with four quarters; the seconds that the import and the last quarter took."""
    book = demo.roster_book(Random(1))
    with writing(session, community_id):
        started = time.perf_counter()
        plan = roster.plan_roster(session, community_id, read_roster(book, "roster.xlsx"))
        roster.apply_roster(session, "bench", TODAY, community_id, plan)
        imported = time.perf_counter() - started
        price = tariffs.Price("物业费", "area", 18500, 3, estate.EVER)
        tariffs.set_tariff(session, "bench", community_id, price)
    for name in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
        with writing(session, community_id):
            started = time.perf_counter()
            period = charges.plan_period(session, community_id, parse_period(name))
            charges.issue_period(session, "bench", TODAY, community_id, period)
    return imported, time.perf_counter() - started


def statement(session: Session, community_id: int) -> None:
    unit = session.scalars(select(Unit).where(Unit.community_id == community_id).limit(1)).one()
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    statements.statement(session, unit, TODAY)
    queries = len(asked)
    seconds = median(lambda: statements.statement(session, unit, TODAY), 50)
    say("a statement", f"{queries} queries, {seconds * 1000:.1f} ms")


def proposals(session: Session, community_id: int) -> None:
    """Everybody late is heard, for and against."""
    seconds = median(lambda: good_faith.proposals(session, community_id, TODAY))
    say("good-faith proposals of all units", f"{seconds * 1000:.0f} ms")


def notices(session: Session, vault: Vault, community_id: int, folder: Path) -> None:
    """Decide, number, render, keep and merge."""
    with writing(session, community_id):
        started = time.perf_counter()
        plan = dunning.plan_run(session, community_id, TODAY, TODAY)
        plan = replace(plan, notices=plan.notices[:NOTICES])
        run = dunning.issue_run(session, "bench", community_id, plan)
        assert run
        say(f"decide and number {len(plan.notices)} notices", f"{time.perf_counter() - started:.2f} s")
    started, cpu = time.perf_counter(), time.process_time()
    for notice_id in printing.NOTICES.unmade(session, run.id):
        jobs.make_paper(session, vault, printing.NOTICES, notice_id)
    wall, busy = time.perf_counter() - started, time.process_time() - cpu
    made = session.execute(
        select(Document.pages, StoredFile.size).join(StoredFile, StoredFile.sha256 == Document.sha256)
    ).all()
    pages, size = sum(row.pages for row in made), sum(row.size for row in made)
    say(
        f"render and keep {len(made)} PDFs",
        f"{wall:.1f} s, {pages} pages, {pages / wall:.0f} pages/s, {size:,} bytes",
    )
    say("of which the processor", f"{busy:.1f} s, {pages / busy:.0f} pages a CPU-second")
    started = time.perf_counter()
    target = folder / "run.pdf"
    pages = printing.merge(vault, printing.NOTICES.made(session, run.id), target)
    say(
        "merge the print file",
        f"{time.perf_counter() - started:.2f} s, {pages} pages, {target.stat().st_size:,} bytes",
    )


if __name__ == "__main__":
    main()
