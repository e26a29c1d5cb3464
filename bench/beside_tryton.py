"""Beside Tryton's account_dunning: overdue lines to drafts, drafts to letters, in processor time.

Tryton comes from PyPI into an environment of its own (.bench/, never the office's); its lines are four bills of each
debtor, as ours are. Its letters are OpenDocument files, not yet turned into what a printer takes; ours are PDFs.
"""

import json
import subprocess
import tempfile
import venv
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy.orm import Session

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
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.db"})
        with app.app_context():
            upgrade()
            ours = permille(db.session())
    for what, place in (("overdue lines to drafts", 0), ("drafts to letters", 1)):
        say(
            what,
            f"{ours[place]:,.0f} a second; Tryton {theirs[place]:,.0f}: {ours[place] / theirs[place]:.1f}x",
        )


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
    done = subprocess.run(  # noqa: S603  # no input
        script, check=True, capture_output=True, text=True, env={"DB_NAME": ":memory:", "PATH": ""}
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return told["lines"] / told["drafted"], told["letters"] / told["written"]


def permille(session: Session) -> tuple[float, float]:
    community_id = found(session)
    fill(session, community_id)
    plan = dunning.plan_run(session, community_id, TODAY, TODAY)
    lines = sum(len(one.lines) for one in plan.notices)
    decided = busy(lambda: dunning.plan_run(session, community_id, TODAY, TODAY), REPEATS)
    session.rollback()
    with writing(session, community_id):
        dunning.issue_run(session, "bench", community_id, plan)
    records = [one.paper for one in session.query(Notice)]
    written = busy(lambda: [render.render(thaw(record)) for record in records], REPEATS)
    return lines / decided, len(records) / written


if __name__ == "__main__":
    main()
