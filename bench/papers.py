"""A thousand notices to their PDFs, beside a bare reportlab canvas that draws the very same marks.

The floor lays nothing out: where every text, line, code and picture stands was noted once, when our renderer drew
them. It draws them with reportlab's own calls and its own embedding of the same font files, and its QR codes are ready
made. Processor time of one process, so that other work on the machine does not count.
"""

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pikepdf
from flask_migrate import upgrade
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.figures import busy, say
from bench.main_job import fill, found
from billing.app import create_app
from billing.extensions import db
from billing.flow import dunning
from billing.store.base import writing
from billing.store.collection import Notice
from notices import layout, qr, render
from notices.fonts import WEIGHTS, fonts, pinned
from notices.record import thaw
from notices.sheet import PAGE_HEIGHT, PAGE_WIDTH, Sheet, Style

#: The days of the runs, from the first reminder of one bill to the formal notice of four, and notices of each.
DAYS = [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 22), date(2026, 7, 10), date(2026, 11, 23)]
OF_EACH = 200
REPEATS = 5

Draw = Callable[[Canvas], None]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/bench.db"})
        with app.app_context():
            upgrade()
            records = issued(db.session())
    measure(records)


def issued(session: Session) -> Sequence[str]:
    """What was frozen of the notices of several runs."""
    community = found(session)
    fill(session, community)
    for day in DAYS:
        with writing(session, community):
            plan = dunning.plan_run(session, community, day, day)
            some = replace(plan, notices=plan.notices[:OF_EACH])
            assert dunning.issue_run(session, "bench", community, some)
    return session.scalars(select(Notice.paper).order_by(Notice.serial)).all()
