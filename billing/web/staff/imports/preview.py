"""The wizard's second step: how the file is understood, and what it would do. Nothing is written here."""

import io
from collections import Counter
from dataclasses import replace
from typing import Any

from flask import Response, g, render_template, send_file
from flask_babel import gettext

from billing.core.problem import Missing
from billing.extensions import db
from billing.flow.item_names import Names, read_names
from billing.sheets import write_problem_book
from billing.translations import N_
from billing.web.permission import permission
from billing.web.staff.imports.blueprint import bp
from billing.web.staff.imports.columns import by_sheet
from billing.web.staff.imports.kind import KINDS
from billing.web.staff.imports.waiting import Waiting, find_waiting

#: Rows a page shows of each list; the workbook of bad rows holds all of them.
MOST = 200

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/<any(roster, arrears):kind>/<string(length=64):sha256>")
@permission("roster.import")
def preview(community_id: int, kind: str, sha256: str) -> tuple[str, int]:
    waiting = find_waiting(kind, sha256)
    plan = make_plan(waiting)
    return page(waiting, plan), 422 if plan is None else 200


def make_plan(waiting: Waiting) -> Any:
    """What the file would do to the community's books; None where it cannot be read like this."""
    reading, _, _ = waiting.attempt
    return (
        waiting.kind.plan(db.session(), g.community.id, reading, waiting.decided)
        if reading is not None
        else None
    )


def page(waiting: Waiting, plan: Any, sentence: str = "") -> str:
    reading, survey, refusal = waiting.attempt
    if refusal and not sentence:
        ask = N_("Say below what the columns mean, then read the file like that.")
        sentence = gettext(ask) if survey.missing and not survey.other else refusal.sentence(gettext)
    return render_template(
        "staff/imports/preview.html",
        waiting=waiting,
        kind=waiting.kind,
        other=KINDS.get(survey.other.name) if survey.other else None,
        columns=waiting.columns,
        survey=survey,
        sheets=by_sheet(survey),
        sentence=sentence,
        plan=plan,
        reading=reading,
        digest=waiting.kind.digest(plan) if plan else "",
        names=_names(waiting, reading) if plan else None,
        other_owners=len(plan.problems) - len(reading.problems) if plan else 0,
        by_building=_by_building(plan) if plan else {},
        bad_rows=len({(problem.sheet, problem.row) for problem in plan.problems}) if plan else 0,
        notes=reading.notes if reading else survey.notes,
        most=MOST,
    )


def _names(waiting: Waiting, reading: Any) -> Names | None:
    """The fee items of a list of arrears that the books do not know, where there are any to book them as."""
    if waiting.kind.name != "arrears":
        return None
    names = read_names(db.session(), g.community.id, reading)
    return names if names.strange and names.known else None


def _by_building(plan: Any) -> Counter[str]:
    """New rows by building, in the file's order."""
    rows = [one[0] if isinstance(one, tuple) else one for one in plan.new]
    return Counter(row.building for row in rows)


@bp.get("/<any(roster, arrears):kind>/<string(length=64):sha256>/problems.xlsx")
@permission("roster.import")
def problems(community_id: int, kind: str, sha256: str) -> Response:
    """A workbook of just the rows that need a person, to be corrected and sent again."""
    waiting = find_waiting(kind, sha256)
    plan = make_plan(waiting)
    if plan is None or not plan.problems:
        raise Missing(N_("There are no bad rows."))
    reading, _, _ = waiting.attempt
    data = write_problem_book(replace(reading, problems=tuple(plan.problems)), gettext)
    name = gettext("%(file)s, rows to correct", file=waiting.name.rsplit(".", 1)[0])
    return send_file(io.BytesIO(data), _XLSX, as_attachment=True, download_name=f"{name}.xlsx")
