"""Beside Tryton's account_dunning: overdue lines to numbered dunnings in the database, dunnings to letters.

Both in processor time, each the median of three runs on books made for that run. Lines are found, decided and stored:
there "create" and "process", here plan and issue. Letters are rendered and not stored: there one OpenDocument file of
all, which a printer does not take yet, here a PDF for each. Tryton comes from PyPI into an environment of its own
(.bench/, never the office's); its debtors have four lines each, as ours have.
"""

import json
import statistics
import subprocess
import tempfile
import venv
from pathlib import Path

from flask_migrate import upgrade

from bench.figures import busy, say
from bench.main_job import TODAY, fill, found
from billing.app import create_app
from billing.extensions import db
from billing.flow import dunning
from billing.store.base import writing
from billing.store.collection import Notice
from notices import render
from notices.record import thaw

HERE = Path(__file__).parent
HOME = HERE.parent / ".bench" / "tryton"
PARTIES, LINES = 200, 4
REPEATS = 3


def main() -> None:
    theirs = tryton()
    if theirs is None:
        say("Tryton's account_dunning", "PyPI cannot be reached from here: not measured")
        return
    ours = [statistics.median(figures) for figures in zip(*(permille() for _ in range(REPEATS)), strict=True)]
    whats = ("overdue lines to numbered dunnings", "dunnings to letters")
    for what, mine, other in zip(whats, ours, theirs, strict=True):
        say(what, f"{mine:,.0f} a CPU-second; Tryton {other:,.0f}: {mine / other:.1f}x")


def tryton() -> tuple[float, float] | None:
    """(lines, letters) a second of the processor; None where its packages cannot be had."""
    python = HOME / "bin" / "python"
    wanted = HERE / "tryton" / "requirements.txt"
    if not (HOME / ".installed").exists():
        venv.create(HOME, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([*pip, "-r", str(wanted)], check=False).returncode:  # noqa: S603  # no input
            return None
        (HOME / ".installed").touch()
    script = [str(python), str(HERE / "tryton" / "dunning.py"), str(PARTIES), str(LINES)]
    told = [
        json.loads(
            subprocess.run(  # noqa: S603  # no input
                script, check=True, capture_output=True, text=True, env={"DB_NAME": ":memory:", "PATH": ""}
            ).stdout.splitlines()[-1]
        )
        for _ in range(REPEATS)
    ]
    return (
        statistics.median(one["lines"] / one["drafted"] for one in told),
        statistics.median(one["letters"] / one["written"] for one in told),
    )


def permille() -> tuple[float, float]:
    """(lines, letters) a second of the processor, on books made anew."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.db"})
        with app.app_context():
            upgrade()
            session = db.session()
            community_id = found(session)
            fill(session, community_id)
            lines: list[object] = []

            def numbered() -> None:
                with writing(session, community_id):
                    plan = dunning.plan_run(session, community_id, TODAY, TODAY)
                    lines.extend(line for one in plan.notices for line in one.lines)
                    dunning.issue_run(session, "bench", community_id, plan)

            decided = busy(numbered, 1)
            records = [one.paper for one in session.query(Notice)]
            written = busy(lambda: [render.render(thaw(record)) for record in records], 1)
            db.engine.dispose()
    return len(lines) / decided, len(records) / written


if __name__ == "__main__":
    main()
