"""A day's rounds, for a phone: whom to call, and whom to visit, by building and floor."""

from flask import render_template

from billing.clock import now, today
from billing.extensions import db
from billing.flow import case_file
from billing.store.sums import buildings
from billing.web.permission import permission
from billing.web.staff.cases.blueprint import Page, bp
from billing.web.staff.cases.book import looked_at
from billing.web.staff.cases.forms import collectors

#: Nobody does more in a day.
MOST = 80


@bp.get("/calls")
@permission("case.work")
def calls(community_id: int) -> Page:
    return _round(community_id, "calls")


@bp.get("/visits")
@permission("case.work")
def visits(community_id: int) -> Page:
    return _round(community_id, "visits")


def _round(community_id: int, task: str) -> str:
    look = looked_at(today(), task)
    return render_template(
        "staff/cases/rounds.html",
        stops=case_file.rounds(db.session(), community_id, look, now(), MOST),
        look=look,
        most=MOST,
        kind="visit" if task == "visits" else "call",
        collectors=collectors(),
        buildings=buildings(db.session(), community_id),
    )
