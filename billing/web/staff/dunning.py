"""Dunning: preview a run as of a day, send it, watch its papers being made, print them in delivery order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from billing.clock import now, today
from billing.core.calendar import parse_date
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import dunning, prepared, work
from billing.flow.addressee import NAMELESS
from billing.flow.dunning import PlannedNotice, RunPlan
from billing.flow.printing import NOTICES, LeftOut, by_reason
from billing.store import runs
from billing.store.base import writing
from billing.store.collection import DunningRun
from billing.web import mailing, sealed, stage, vault
from billing.web.form import DayField, Form, Required
from billing.web.gaps import gaps
from billing.web.permission import permission, visitor
from billing.web.staff.jobs import waits_in_vain

bp = Blueprint("dunning", __name__, url_prefix="/c/<int:community_id>/dunning")
bp.context_processor(stage.context)
bp.context_processor(lambda: {"nameless": NAMELESS})

Page = str | Response | tuple[str, int]

#: More rows than these are no preview: the filter finds the rest.
MOST_ROWS = 300


class Send(Form):
    """What was seen: the day, and the digest of the plan."""

    as_of = DayField()
    digest = HiddenField(validators=[Required()])


@dataclass(frozen=True)
class Sum:
    """Of a stage or a building: how many notices, for how much (fen)."""

    name: Any
    notices: int
    principal: int
    late_fee: int

    @property
    def total(self) -> int:
        return self.principal + self.late_fee


@bp.get("/")
@permission("dunning.run")
def index(community_id: int) -> str:
    found = runs.newest(db.session(), g.community.id)
    signed = runs.signed(db.session(), [row.DunningRun.id for row in found])
    return render_template(
        "staff/dunning/index.html",
        rows=found,
        signed=signed,
        gaps=gaps(g.community.id),
        as_of=today(),
        waiting=prepared.waiting_dunning(db.session(), g.community.id),
    )


@bp.get("/prepared")
@permission("dunning.run")
def moved(community_id: int) -> str:
    """Whether the books, or the day, moved since the dunning preview was made."""
    session = db.session()
    one = prepared.waiting_dunning(session, g.community.id)
    stale = one is not None and prepared.dunning_moved(session, g.community.id, one, today())
    return render_template("staff/prepared/moved.html", stale=stale)


@bp.get("/preview")
@permission("dunning.run")
def preview(community_id: int) -> str:
    """Who would get which stage, for how much and why; who is left out and why. Nothing is written."""
    as_of = _asked_day()
    plan = dunning.plan_run(db.session(), g.community.id, as_of, today())
    shown = _narrowed(plan)
    return render_template(
        "staff/dunning/preview.html",
        plan=plan,
        form=Send(formdata=None, as_of=as_of, digest=plan.digest),
        gaps=gaps(g.community.id),
        shown=shown[:MOST_ROWS],
        matching=len(shown),
        stages=_sums(plan.notices, lambda one: one.step.stage),
        buildings=_sums(plan.notices, building),
        left_out=by_reason(plan.left_out),
    )


@bp.post("/")
@permission("dunning.run")
def send(community_id: int) -> Page:
    """Number and record the notices of the plan that was seen, and queue their papers. Twice sends nothing twice."""
    form = Send()
    if not form.validate_on_submit():
        abort(400)
    assert form.as_of.data
    session, run = db.session(), None
    try:
        with writing(session, g.community.id):
            plan = dunning.plan_run(session, g.community.id, form.as_of.data, today())
            run = dunning.issue_run(session, visitor().name, g.community.id, plan, form.digest.data)
            if run:
                NOTICES.queue(session, visitor().name, now(), run)
    except Refused as refused:
        run = runs.with_digest(session, DunningRun, g.community.id, form.digest.data)
        if run is None:
            flash(refused.sentence(gettext), "error")
            return redirect(url_for("dunning.preview", as_of=form.as_of.data.isoformat()), 303)
    if run is None:
        return redirect(url_for("dunning.index"), 303)
    return redirect(url_for("dunning.run", run_id=run.id), 303)


@bp.get("/runs/<int:run_id>")
@permission("dunning.run")
def run(community_id: int, run_id: int) -> str:
    """How far the papers are, the print file, and each notice."""
    found, session = _find(run_id), db.session()
    rows = runs.papers(session, run_id)
    return render_template(
        "staff/dunning/run.html",
        run=found,
        entry=runs.entry_of(session, found),
        rows=rows,
        made=sum(1 for row in rows if row.pages),
        pages=sum(row.pages or 0 for row in rows),
        stages=runs.by_stage(session, run_id),
        signed=runs.signed(session, [run_id]).get(run_id, 0),
        job=NOTICES.job(session, run_id),
        in_vain=waits_in_vain,
        **mailing.mailed(NOTICES, run_id),
        left_out=by_reason([LeftOut(**one) for one in found.left_out]),
    )


@bp.post("/runs/<int:run_id>/papers")
@permission("dunning.run")
def make_papers(community_id: int, run_id: int) -> Response:
    """Queue the papers of a run that has none yet, or not all."""
    found, session = _find(run_id), db.session()
    with writing(session, g.community.id):
        job = NOTICES.queue(session, visitor().name, now(), found)
        if job.state in ("stopped", "failed"):
            work.resume(session, job.id)
    return redirect(url_for("dunning.run", run_id=run_id), 303)


@bp.post("/runs/<int:run_id>/mail")
@permission("dunning.run")
def email(community_id: int, run_id: int) -> Response:
    """Mail the run's notices to their debtors, each once however often this is pressed."""
    mailing.mail_run(NOTICES, _find(run_id).id)
    return redirect(url_for("dunning.run", run_id=run_id, _anchor="mail"), 303)


@bp.get("/runs/<int:run_id>/print.pdf")
@permission("dunning.run")
def print_file(community_id: int, run_id: int) -> Response:
    """Every notice of the run in delivery order, one file, streamed from disk."""
    found = _find(run_id)
    name = f"run-{found.id}-{found.as_of.isoformat()}"
    return sealed.paper(vault.print_file(NOTICES, found.id), name, saved="save" in request.args)


def building(one: PlannedNotice) -> str:
    row = one.account.rows[one.lines[0].charge.id]
    return str(row.building)


def _narrowed(plan: RunPlan) -> list[PlannedNotice]:
    stage, place = request.args.get("stage", type=int), request.args.get("building", "")
    text = request.args.get("q", "").strip()
    return [
        one
        for one in plan.notices
        if (stage is None or one.step.stage == stage)
        and (not place or building(one) == place)
        and (not text or any(text in each for each in (one.account.unit, one.account.debtor, one.addressee)))
    ]


def _sums(notices: Sequence[PlannedNotice], name_of: Any) -> list[Sum]:
    groups: dict[Any, list[PlannedNotice]] = defaultdict(list)
    for one in notices:
        groups[name_of(one)].append(one)
    return [
        Sum(name, len(group), sum(one.principal for one in group), sum(one.late_fee for one in group))
        for name, group in groups.items()
    ]


def _find(run_id: int) -> DunningRun:
    return runs.find(db.session(), g.community.id, run_id) or abort(404)


def _asked_day() -> date:
    """The day in the address; one that is none is refused in a sentence, none at all is today."""
    return parse_date(request.args["as_of"]) if "as_of" in request.args else today()
