"""Fee periods: those issued, and the next one: looked at first, then issued once."""

from collections.abc import Iterator

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from billing.clock import today
from billing.core.calendar import Period, parse_date, parse_period, period_around
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import charges, prepared
from billing.flow.bill_plan import count_unprinted
from billing.flow.charges import Odd, Plan
from billing.store import bills, issued
from billing.store.base import writing
from billing.web.form import DayField, Form, PeriodField
from billing.web.permission import permission, visitor

bp = Blueprint("periods", __name__, url_prefix="/c/<int:community_id>/periods")

#: Units shown for each kind of oddity before the rest is folded away.
MOST = 12


class Chosen(Form):
    """Which period, and another due date if the tariffs' is not meant."""

    period = PeriodField(
        lazy_gettext("Fee period"),
        description=lazy_gettext("2026-11, 2026Q4, 2026H2 or 2026"),
        render_kw={"list": "periods", "autocomplete": "off"},
    )
    due = DayField(
        lazy_gettext("Another due date"),
        required=False,
        description=lazy_gettext("For every charge of this issue; leave it empty for the tariffs' own."),
    )


@bp.get("/")
@permission("period.issue")
def index(community_id: int) -> str:
    """Every period with what it came to, and those that could be issued next."""
    rows = issued.periods(db.session(), community_id)
    return render_template(
        "staff/periods/index.html",
        rows=rows,
        offered=offered(community_id),
        waiting=prepared.waiting_periods(db.session(), community_id),
    )


@bp.get("/prepared/<period>")
@permission("period.issue")
def moved(community_id: int, period: str) -> str:
    """Whether the books moved since the period's preview was made: asked for by the page that shows it."""
    session = db.session()
    found = [one for one in prepared.waiting_periods(session, community_id) if one.name == period]
    stale = any(prepared.period_moved(session, community_id, one) for one in found)
    return render_template("staff/prepared/moved.html", stale=stale)


@bp.get("/issue")
@permission("period.issue")
def issue(community_id: int) -> tuple[str, int]:
    """Choose a period; with one chosen, what issuing it would charge. Nothing is written here."""
    form = Chosen(request.args, meta={"csrf": False})
    if "period" not in request.args:
        form = Chosen(formdata=None, meta={"csrf": False})
        return _preview(form, None), 200
    plan = _plan(form) if form.validate() else None
    return _preview(form, plan), form.status


@bp.post("/issue")
@permission("period.issue")
def book(community_id: int) -> Response | tuple[str, int]:
    """Issue what the preview showed; whatever is charged already is left alone."""
    period = parse_period(request.form.get("period", ""))
    due = parse_date(request.form["due"]) if request.form.get("due") else None
    session = db.session()
    count = 0
    try:
        with writing(session, community_id):
            plan = charges.plan_period(session, community_id, period, due)
            if plan.count:
                expected = request.form.get("expected", "")
                count = charges.issue_period(session, visitor().name, today(), community_id, plan, expected)
    except Refused as refused:
        form = Chosen(request.form, meta={"csrf": False})
        form.add_error(refused.sentence(gettext))
        return _preview(form, _plan(form)), 409
    if count:
        flash(gettext("%(period)s is issued: %(count)s charges.", period=period.name, count=count))
    else:
        flash(
            gettext(
                "There is nothing to issue for %(period)s: everything is charged already.", period=period.name
            )
        )
    return redirect(url_for("periods.show", period=period.name), 303)


@bp.get("/<period>")
@permission("period.issue")
def show(community_id: int, period: str) -> str:
    """One period's charges by building and by fee item, what of them is open, and its payment notices."""
    session, asked = db.session(), parse_period(period)
    buildings = issued.by_building(session, community_id, asked.name)
    if not buildings:
        abort(404)
    return render_template(
        "staff/periods/show.html",
        period=asked,
        buildings=buildings,
        items=issued.by_item(session, community_id, asked.name),
        unprinted=count_unprinted(session, community_id, asked, today()),
        runs=bills.runs(session, community_id, asked.name),
    )


def _plan(form: Chosen) -> Plan | None:
    plans: list[Plan] = []
    with form.refusals():
        plans.append(charges.plan_period(db.session(), g.community.id, form.period.data, form.due.data))
    return plans[0] if plans else None


def _preview(form: Chosen, plan: Plan | None) -> str:
    return render_template(
        "staff/periods/issue.html",
        form=form,
        plan=plan,
        odd=list(_grouped(plan)) if plan else [],
        unit_ids=issued.unit_ids(db.session(), g.community.id) if plan and plan.odd else {},
        offered=offered(g.community.id),
        most=MOST,
    )


def _grouped(plan: Plan) -> Iterator[tuple[str, bool, list[Odd]]]:
    """(reason, whether it stops the charge, all that have it), the graver first."""
    groups: dict[tuple[bool, str], list[Odd]] = {}
    for odd in plan.odd:
        groups.setdefault((not odd.blocks, odd.reason), []).append(odd)
    for (passes, reason), found in sorted(groups.items(), key=lambda group: group[0][0]):
        yield reason, not passes, found


def offered(community_id: int) -> list[tuple[Period, bool]]:
    """For each cycle of the tariffs the period of today and the next; whether any charge of it is booked."""
    booked = {row.period for row in issued.periods(db.session(), community_id)}
    found = []
    for months in issued.cycles(db.session(), community_id):
        now = period_around(today(), months)
        found += [now, now.next]
    return [(period, period in booked) for period in found]
