"""Background jobs: recurring tasks with their last and next run; how far each job is, what stopped it, who asked."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from billing.clock import now, today
from billing.core.problem import Missing, Refused
from billing.extensions import db
from billing.flow import schedule, work
from billing.flow.printing import BILLS, NOTICES
from billing.store import outbox
from billing.store.base import writing
from billing.store.estate import Community
from billing.store.work import Job, JobUnit, Schedule
from billing.translations import N_
from billing.web.address import local
from billing.web.permission import permission, visitor

bp = Blueprint("jobs", __name__, url_prefix="/staff/jobs")

MOST_ROWS = 100
KINDS = {
    NOTICES.job_kind: N_("Papers of a dunning run"),
    BILLS.job_kind: N_("Payment notices of a fee period"),
}
#: Kind -> the page of the run whose papers it makes.
RUNS = {NOTICES.job_kind: "dunning.run", BILLS.job_kind: "bills.run"}
#: A job that waits longer than this has nobody to do it.
_PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Recurring:
    """A recurring task as it stands: the units of its last run tell what came of it."""

    row: Schedule
    label: str
    next: datetime | None
    last: Job | None
    units: list[JobUnit]


@bp.get("/")
@permission("job.view")
def index() -> str:
    """The recurring tasks, each with its last run; below them the jobs that somebody asked for."""
    session = db.session()
    rows = session.execute(
        select(Job, Community.name)
        .outerjoin(Community, Community.id == Job.community_id)
        .where(Job.kind.not_in(schedule.TASKS))
        .order_by(Job.id.desc())
        .limit(MOST_ROWS)
    ).all()
    return render_template(
        "staff/jobs/index.html",
        rows=rows,
        kinds=KINDS,
        runs=RUNS,
        in_vain=waits_in_vain,
        tasks=_tasks(),
        places={row.id: row.name for row in session.execute(select(Community.id, Community.name))},
        key=secrets.token_urlsafe(12),
        mail_server=current_app.config["MAIL_SERVER"],
        mails=outbox.counts(session),
        last_mail=outbox.last_handed_over(session),
    )


def _tasks() -> list[Recurring]:
    session = db.session()
    last = schedule.last_runs(session)
    units: dict[int, list[JobUnit]] = defaultdict(list)
    for unit in schedule.units_of(session, [job.id for job in last.values()]):
        units[unit.job_id].append(unit)
    found = []
    for row in schedule.listed(session):
        job = last.get((row.kind, row.community_id))
        due = schedule.next_due(row, now()) if row.active else None
        label = schedule.TASKS[row.kind].label
        found.append(Recurring(row, label, due, job, units[job.id] if job else []))
    return found


@bp.post("/tasks/<kind>")
@permission("schedule.edit")
def change(kind: str) -> Response:
    """When the task is due, and whether it is on."""
    session = db.session()
    try:
        with writing(session):
            schedule.change(session, kind, _place(), request.form.get("at", ""), "active" in request.form)
    except Missing:
        abort(404)
    except Refused as refused:
        flash(refused.sentence(gettext), "error")
    return _back()


@bp.post("/tasks/<kind>/run")
@permission("schedule.edit")
def run(kind: str) -> Response:
    """Queue a run now; the same form sent twice queues one."""
    session, key = db.session(), request.form.get("key") or abort(400)
    try:
        with writing(session):
            schedule.find(session, kind, _place())
            name = f"{kind}:now:{key}"
            schedule.start(session, visitor().name, now(), today(), kind, _place(), name)
    except Missing:
        abort(404)
    return _back()


def _place() -> int:
    """The community that the form names; 0 is the office."""
    return request.form.get("community", 0, type=int)


@bp.get("/<int:job_id>")
@permission("job.view")
def progress(job_id: int) -> Response | str:
    """The job's bar, asked for again each second; once the job has ended, the page around it is loaded anew."""
    job = work.find_job(db.session(), job_id)
    if job.state not in ("queued", "running"):
        return Response("", headers={"HX-Refresh": "true"})
    return render_template("staff/jobs/progress.html", job=job, in_vain=waits_in_vain)


@bp.post("/<int:job_id>/stop")
@permission("job.view")
def stop(job_id: int) -> Response:
    with writing(db.session()):
        work.stop(db.session(), job_id)
    return _back()


@bp.post("/<int:job_id>/resume")
@permission("job.view")
def resume(job_id: int) -> Response:
    with writing(db.session()):
        work.resume(db.session(), job_id)
    return _back()


def waits_in_vain(job: Job) -> bool:
    """Whether it has been waiting so long that no worker seems to be there."""
    return job.state == "queued" and (now() - job.created_at).total_seconds() > _PATIENCE_SECONDS


def _back() -> Response:
    return redirect(local(request.form.get("next")) or url_for("jobs.index"), 303)
