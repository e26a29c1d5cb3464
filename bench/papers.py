"""A thousand notices to their PDFs, beside a bare reportlab canvas that draws the very same marks.

The floor lays nothing out: where every text, line, code and picture stands was noted once, when our renderer drew
them. It draws them with reportlab's own calls and its own embedding of the same font files, and its QR codes are ready
made. Processor time of one process, so that other work on the machine does not count.
"""

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import Any
from unittest.mock import patch

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
from notices.fonts import WEIGHTS, Weight, fonts, pinned
from notices.record import thaw
from notices.sheet import PAGE_HEIGHT, PAGE_WIDTH, Align, Sheet, Style

#: The days of the runs, from the first reminder of one bill to the formal notice of four, and notices of each.
DAYS = [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 22), date(2026, 7, 10), date(2026, 11, 23)]
OF_EACH = 200
REPEATS = 3

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


@dataclass(slots=True)
class Traced(Sheet):
    """A sheet that also notes what a bare canvas would be told."""

    draws: list[Draw] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, style: Style, align: Align = "left", spread: float = 0.0
    ) -> None:
        Sheet.text(self, x, y, text, style, align, spread)
        if align != "left":
            x -= self.width(text, style) / (1 if align == "right" else 2)
        font = self.font(style)
        for face, run in groupby(map(font.drawn, text), lambda each: font.find(each)[0]):
            part = "".join(run)
            self.draws.append(_text(x, PAGE_HEIGHT - y, part, face_name(style.weight, face), style, spread))
            x += self.width(part, style)

    def rule(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        width: float = 0.4,
        grey: float = 0.0,
        dash: str = "",
    ) -> None:
        Sheet.rule(self, x1, y1, x2, y2, width, grey, dash)
        self.draws.append(_rule(x1, PAGE_HEIGHT - y1, x2, PAGE_HEIGHT - y2, width, grey, dash))

    def box(
        self, x: float, y: float, width: float, height: float, line: float = 0.6, fill: float = 1.0
    ) -> None:
        Sheet.box(self, x, y, width, height, line, fill)
        self.draws.append(_box(x, PAGE_HEIGHT - y - height, width, height, line, fill))

    def qr(self, x: float, y: float, size: float, content: str) -> None:
        Sheet.qr(self, x, y, size, content)
        self.draws.append(_code(x, PAGE_HEIGHT - y - size, size, content))


def face_name(weight: Weight, index: int) -> str:
    return f"{weight}-{index}"


def _text(x: float, y: float, text: str, font: str, style: Style, spread: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, style.size)
        canvas.setFillGray(style.grey)
        canvas.drawString(x, y, text, charSpace=spread)

    return draw


def _rule(x1: float, y1: float, x2: float, y2: float, width: float, grey: float, dash: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setLineWidth(width)
        canvas.setStrokeGray(grey)
        if dash:
            canvas.setDash([int(part) for part in dash.split()])
        canvas.line(x1, y1, x2, y2)
        if dash:
            canvas.setDash()

    return draw


def _box(x: float, y: float, width: float, height: float, line: float, fill: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setLineWidth(line)
        canvas.setStrokeGray(0)
        canvas.setFillGray(fill)
        canvas.rect(x, y, width, height, stroke=int(line > 0), fill=int(fill < 1))

    return draw


def _code(x: float, y: float, size: float, content: str) -> Draw:
    side, path = qr.modules(content)

    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillGray(0)
        canvas.translate(x, y)
        canvas.scale(size / side, size / side)
        canvas.addLiteral(f"{path} f")
        canvas.restoreState()

    return draw


def traced(record: str) -> list[list[Draw]]:
    """What our renderer draws of a paper, page by page."""
    kept: list[Any] = []

    def keep(sheets: list[Traced], *rest: object) -> bytes:
        kept.extend(sheets)
        return b""

    with patch.object(layout, "Sheet", Traced), patch.object(render, "bind", keep):
        render.render(thaw(record))
    return [sheet.draws for sheet in kept]


def bare(pages: list[list[Draw]]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), pageCompression=1, invariant=1)
    for page in pages:
        for draw in page:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def measure(records: Sequence[str]) -> None:
    _register_fonts()
    drawn = [traced(record) for record in records]
    pages = sum(map(len, drawn))
    ours = busy(lambda: [render.render(thaw(record)) for record in records], REPEATS)
    floor = busy(lambda: [bare(one) for one in drawn], REPEATS)
    say(f"render {len(records):,} notices", f"{pages / ours:.0f} pages a CPU-second ({pages:,} pages)")
    say(
        "a bare canvas with the same marks and fonts",
        f"{pages / floor:.0f} pages a CPU-second: {floor / ours:.0%}; goal 70%",
    )


def _register_fonts() -> None:
    """The same files, one to a weight and fallback."""
    known = fonts()
    for font in (known.regular, known.bold):
        for index, source in enumerate(font._sources):
            path = pinned(source, WEIGHTS[font.weight], font._cache_folder)
            face = TTFont(face_name(font.weight, index), str(path))
            face.face.name = face_name(font.weight, index).encode()
            pdfmetrics.registerFont(face)


if __name__ == "__main__":
    main()
