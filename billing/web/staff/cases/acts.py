"""What is done to a case without a call: why it is unpaid, what comes next, who looks after it."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from billing.clock import today
from billing.extensions import db
from billing.flow import cases
from billing.store.accounts import User
from billing.store.base import writing
from billing.web.permission import permission, visitor
from billing.web.staff.cases.blueprint import Page, bp, the_case
from billing.web.staff.cases.book import shown
from billing.web.staff.cases.forms import AssignForm, NextForm, ReasonForm


@bp.post("/<number>/next")
@permission("case.work")
def plan_next(community_id: int, number: str) -> Page:
    form, case = NextForm(), the_case(number)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), community_id):
            due = None if form.what.data == "none" else form.due.data
            cases.plan_next(
                db.session(),
                visitor().name,
                today(),
                case,
                form.what.data,
                due,
                form.note.data or "",
                form.key.data,
            )
        if not form.errors:
            return _done(number)
    return shown(case, next_form=form)


@bp.post("/<number>/reason")
@permission("case.work")
def learn_reason(community_id: int, number: str) -> Page:
    form, case = ReasonForm(), the_case(number)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), community_id):
            cases.learn_reason(
                db.session(),
                visitor().name,
                today(),
                case,
                form.reason.data,
                form.note.data or "",
                form.key.data,
            )
        if not form.errors:
            return _done(number)
    return shown(case, reason_form=form)


@bp.post("/<number>/assign")
@permission("case.assign")
def assign(community_id: int, number: str) -> Page:
    form, case = AssignForm(), the_case(number)
    if form.validate_on_submit():
        user = db.session.get(User, int(form.collector.data)) if form.collector.data else None
        with form.refusals("reason"), writing(db.session(), community_id):
            cases.assign(
                db.session(), visitor().name, today(), case, user, form.reason.data or "", form.key.data
            )
        if not form.errors:
            return _done(number)
    return shown(case, assign_form=form)


@bp.post("/share-out")
@permission("case.assign")
def share_out(community_id: int) -> Response:
    """Give every case that nobody looks after to a collector, by load and building."""
    key = request.form.get("key", "")[:80]
    with writing(db.session(), community_id):
        given = cases.assign_by_load(db.session(), visitor().name, today(), community_id, key)
    count = sum(given.values())
    flash(ngettext("%(num)s case was given out.", "%(num)s cases were given out.", count))
    return redirect(url_for("cases.index"), 303)


def _done(number: str) -> Response:
    flash(gettext("Saved."))
    return redirect(url_for("cases.show", number=number), 303)
