"""Background jobs: how far each is, what stopped it, who asked for it; stopped and resumed from here."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from billing.clock import now
from billing.extensions import db
from billing.flow import work
from billing.flow.printing import BILLS, NOTICES
from billing.store.base import writing
from billing.store.estate import Community
from billing.store.work import Job
from billing.translations import N_
from billing.web.address import local
from billing.web.permission import permission

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


@bp.get("/")
@permission("job.view")
def index() -> str:
    rows = db.session.execute(
        select(Job, Community.name)
        .outerjoin(Community, Community.id == Job.community_id)
        .order_by(Job.id.desc())
        .limit(MOST_ROWS)
    ).all()
    return render_template("staff/jobs/index.html", rows=rows, kinds=KINDS, runs=RUNS, in_vain=waits_in_vain)


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
