"""Payment notices: preview those of a fee period, number them once, watch their papers being made, print them."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from billing.clock import now, today
from billing.core.calendar import Period, parse_period
from billing.core.problem import Missing, Refused
from billing.extensions import db
from billing.flow import work
from billing.flow.bill_plan import BillPlan, plan_bills
from billing.flow.bills import issue_bills
from billing.flow.documents import find_document
from billing.flow.printing import BILLS, by_reason
from billing.store import bills, runs
from billing.store.base import writing
from billing.store.bills import Wish
from billing.store.collection import BillRun
from billing.translations import N_
from billing.web import mailing, sealed, vault
from billing.web.form import Form, PeriodField, Required
from billing.web.gaps import gaps
from billing.web.permission import permission, visitor
from billing.web.staff.jobs import waits_in_vain

bp = Blueprint("bills", __name__, url_prefix="/c/<int:community_id>/bills")

PAGE = 100

#: More rows than these are no preview.
MOST_ROWS = 300


class Print(Form):
    """What was seen: the period, and the digest of the plan."""

    period = PeriodField()
    digest = HiddenField(validators=[Required()])


@bp.get("/")
@permission("notice.view")
def index(community_id: int) -> str | Response:
    """All payment notices, the newest first, narrowed by period and by unit or debtor."""
    session, text = db.session(), request.args.get("q", "").strip()
    if named := BILLS.named(session, g.community.id, text):
        return redirect(url_for("bills.pdf", number=named.number))
    wish = Wish(request.args.get("period", ""), text)
    count = bills.count(session, g.community.id, wish)
    pages = max(1, -(-count // PAGE))
    page = min(pages, max(1, request.args.get("page", 1, type=int)))
    rows = bills.listed(session, g.community.id, wish, (page - 1) * PAGE, PAGE)
    return render_template(
        "staff/bills/index.html",
        rows=rows,
        outdated=bills.outdated(session, [row.Bill for row in rows]),
        count=count,
        page=page,
        pages=pages,
        wish=wish,
        text=text,
        periods=bills.periods(session, g.community.id),
    )


@bp.get("/<number>.pdf")
@permission("notice.view")
def pdf(community_id: int, number: str) -> Response:
    """The very bytes that were printed."""
    bill = BILLS.find(db.session(), g.community.id, number)
    document = find_document(db.session(), BILLS.about, bill.id)
    if document is None:
        raise Missing(N_("The paper of notice %(number)s is not made yet."), number=bill.number)
    return sealed.paper(vault.kept(document.sha256), bill.number)


@bp.get("/preview")
@permission("period.issue")
def preview(community_id: int) -> str:
    """Who of the period would get one, for how much; who is left out and why. Nothing is written."""
    plan = _plan(parse_period(request.args.get("period", "")))
    return render_template(
        "staff/bills/preview.html",
        plan=plan,
        form=Print(formdata=None, period=plan.period, digest=plan.digest),
        gaps=gaps(g.community.id),
        most=MOST_ROWS,
        left_out=by_reason(plan.left_out),
    )


@bp.post("/")
@permission("period.issue")
def issue(community_id: int) -> Response:
    """Number what was seen, and queue the papers. Twice numbers nothing twice."""
    form = Print()
    if not form.validate_on_submit():
        abort(400)
    session, period, seen = db.session(), form.period.data, form.digest.data
    try:
        with writing(session, g.community.id):
            run = issue_bills(session, visitor().name, g.community.id, _plan(period), seen)
            if run:
                BILLS.queue(session, visitor().name, now(), run)
    except Refused as refused:
        run = runs.with_digest(session, BillRun, g.community.id, seen)
        if run is None:
            flash(refused.sentence(gettext), "error")
            return redirect(url_for("bills.preview", period=period.name), 303)
    if run is None:
        return redirect(url_for("periods.show", period=period.name), 303)
    return redirect(url_for("bills.run", run_id=run.id), 303)


@bp.get("/runs/<int:run_id>")
@permission("period.issue")
def run(community_id: int, run_id: int) -> str:
    """How far the papers are, the print file, and each notice."""
    found, session = _find(run_id), db.session()
    rows = bills.of_run(session, run_id)
    return render_template(
        "staff/bills/run.html",
        run=found,
        entry=runs.entry_of(session, found),
        rows=rows,
        outdated=bills.outdated(session, [row.Bill for row in rows]),
        made=sum(1 for row in rows if row.Document),
        pages=sum(row.Document.pages for row in rows if row.Document),
        job=BILLS.job(session, run_id),
        in_vain=waits_in_vain,
        **mailing.mailed(BILLS, run_id),
    )


@bp.post("/runs/<int:run_id>/papers")
@permission("period.issue")
def make_papers(community_id: int, run_id: int) -> Response:
    """Queue the papers of a run that has none yet, or not all."""
    found, session = _find(run_id), db.session()
    with writing(session, g.community.id):
        job = BILLS.queue(session, visitor().name, now(), found)
        if job.state in ("stopped", "failed"):
            work.resume(session, job.id)
    return redirect(url_for("bills.run", run_id=run_id), 303)


@bp.post("/runs/<int:run_id>/mail")
@permission("period.issue")
def email(community_id: int, run_id: int) -> Response:
    """Mail the run's notices to their debtors, each once however often this is pressed."""
    mailing.mail_run(BILLS, _find(run_id).id)
    return redirect(url_for("bills.run", run_id=run_id, _anchor="mail"), 303)


@bp.get("/runs/<int:run_id>/print.pdf")
@permission("period.issue")
def print_file(community_id: int, run_id: int) -> Response:
    """Every payment notice of the run in delivery order, one file, streamed from disk."""
    found = _find(run_id)
    merged = vault.print_file(BILLS, found.id)
    return sealed.paper(merged, f"bills-{found.period}-{found.id}", saved="save" in request.args)


def _plan(period: Period) -> BillPlan:
    return plan_bills(db.session(), g.community.id, period, today())


def _find(run_id: int) -> BillRun:
    return bills.find_run(db.session(), g.community.id, run_id) or abort(404)
