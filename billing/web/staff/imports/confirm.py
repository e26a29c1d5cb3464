"""The wizard's last steps: do what was shown, once, and say what was done and what is left to correct."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from billing.extensions import db
from billing.store.base import writing
from billing.store.ledger import Entry
from billing.web.permission import permission, visitor
from billing.web.staff.imports.blueprint import bp
from billing.web.staff.imports.preview import MOST, make_plan, page
from billing.web.staff.imports.waiting import Waiting, find_waiting


@bp.post("/<any(roster, arrears):kind>/<string(length=64):sha256>")
@permission("roster.import")
def confirm(community_id: int, kind: str, sha256: str) -> Response | tuple[str, int]:
    """Write what the preview showed. Sent twice, the second finds everything in the books."""
    waiting = find_waiting(kind, sha256)
    if waiting.attempt[0] is None:
        return page(waiting, None), 422
    shown = request.form.get("digest")
    with writing(db.session(), community_id):
        plan = make_plan(waiting)
        agreed = waiting.kind.digest(plan) == shown
        entry = waiting.kind.apply(db.session(), visitor().name, community_id, plan) if agreed else None
    if not agreed and not waiting.kind.is_empty(plan):
        return page(
            waiting, plan, gettext("The books changed meanwhile: this is what the file does now.")
        ), 409
    if entry is None:
        flash(gettext("Nothing was entered: what is good in this file stands in the books already."))
    return redirect(_result(waiting, entry), 303)


def _result(waiting: Waiting, entry: int | None) -> str:
    known: dict[str, Any] = waiting.address
    return url_for("imports.result", community_id=g.community.id, entry=entry, **known)


@bp.get("/<any(roster, arrears):kind>/<string(length=64):sha256>/result")
@permission("roster.import")
def result(community_id: int, kind: str, sha256: str) -> str:
    """What was entered (`?entry=`), and the rows that still need a person."""
    waiting = find_waiting(kind, sha256)
    number = request.args.get("entry", type=int)
    entry = db.session.get(Entry, (g.community.id, number)) if number else None
    return render_template(
        "staff/imports/result.html",
        waiting=waiting,
        kind=waiting.kind,
        entry=entry if entry and entry.kind == kind else None,
        plan=make_plan(waiting),
        most=MOST,
    )
