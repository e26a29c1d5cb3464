"""Holds and disputes: what keeps notices from a debtor on a unit, placed and lifted with a reason."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow.holds import lift_hold, place_hold
from billing.store import holds, lookup
from billing.store.base import writing
from billing.translations import N_
from billing.web.community import find_party, find_unit
from billing.web.form import DayField, Form, Once, Required, choices
from billing.web.permission import permission, visitor

bp = Blueprint("holds", __name__, url_prefix="/c/<int:community_id>/holds")

Page = str | Response | tuple[str, int]

KINDS = {"disputed": N_("Disputed"), "held": N_("On hold")}
_EXPLAINED = {
    "disputed": N_("Disputed: the debtor contests the debt"),
    "held": N_("On hold: the office waits, for instance in hardship"),
}


class Place(Form):
    key = Once()
    debtor = SelectField(lazy_gettext("Debtor"), coerce=int)
    kind = RadioField(
        lazy_gettext("What it is"),
        choices=choices(_EXPLAINED),
        default="disputed",
    )
    since = DayField(lazy_gettext("From"))
    until = DayField(lazy_gettext("Until and including"), required=False)
    reason = TextAreaField(lazy_gettext("Why"), [Required(), Length(max=300)], render_kw={"rows": 3})


class Lift(Form):
    key = Once()
    on = DayField(lazy_gettext("Notices may go out again from"))
    reason = TextAreaField(lazy_gettext("Why"), [Required(), Length(max=300)], render_kw={"rows": 3})


@bp.get("/")
@permission("hold.edit")
def index(community_id: int) -> Page:
    """What holds today, what held before; and a search for the unit to place one on."""
    text = request.args.get("q", "").strip()
    found = lookup.find_units(db.session(), g.community.id, text, today())
    exact = [one for one in found if one.exact]
    if len(exact or found) == 1:
        return redirect(url_for("holds.place", unit_id=(exact or found)[0].id))
    rows = holds.newest(db.session(), g.community.id)
    return render_template(
        "staff/holds/index.html",
        text=text,
        found=found,
        now=[row for row in rows if row.Hold.until is None or row.Hold.until >= today()],
        before=[row for row in rows if row.Hold.until is not None and row.Hold.until < today()],
        kinds=KINDS,
    )


@bp.route("/units/<int:unit_id>", methods=["GET", "POST"])
@permission("hold.edit")
def place(community_id: int, unit_id: int) -> Page:
    unit = find_unit(unit_id)
    form = Place(since=today(), debtor=request.args.get("debtor", type=int))
    form.debtor.choices = [
        SelectChoice(party.id, party.name) for party in holds.debtors(db.session(), unit.id)
    ]
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            place_hold(
                db.session(),
                visitor().name,
                unit,
                form.debtor.data,
                form.kind.data,
                form.since.data,
                form.until.data,
                form.reason.data,
                form.key.data,
            )
        if not form.errors:
            flash(gettext("No notice will be sent there while this holds."))
            return redirect(url_for("holds.index"), 303)
    return render_template("staff/holds/place.html", unit=unit, form=form), form.status


@bp.route("/units/<int:unit_id>/debtors/<int:debtor_id>/lift", methods=["GET", "POST"])
@permission("hold.edit")
def lift(community_id: int, unit_id: int, debtor_id: int) -> Page:
    """What is held and why; then a new entry that ends it. The earlier one stays to be read."""
    unit, debtor, form = find_unit(unit_id), find_party(debtor_id), Lift(on=today())
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            assert form.on.data
            lift_hold(
                db.session(), visitor().name, unit, debtor.id, form.on.data, form.reason.data, form.key.data
            )
        if not form.errors:
            flash(gettext("Lifted. From that day notices go out again."))
            return redirect(url_for("holds.index"), 303)
    history: Any = holds.history(db.session(), g.community.id, unit.id, debtor.id)
    page = render_template(
        "staff/holds/lift.html", unit=unit, debtor=debtor, form=form, history=history, kinds=KINDS
    )
    return page, form.status
