"""A tenant who agreed to pay, and the end of his time."""

from datetime import date, timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow.holding import Person
from billing.flow.tenancy import add_tenant, end_tenancy
from billing.store.base import writing
from billing.store.people import TENANT, Ownership, Party
from billing.web.community import find_unit
from billing.web.form import DayField, Form, Required
from billing.web.permission import permission, visitor
from billing.web.staff.holdings.blueprint import Page, bp, paper_field, paper_of
from billing.web.vault import the_vault


class Tenant(Form):
    name = StringField(
        lazy_gettext("Tenant"), [Required(), Length(max=100)], render_kw={"autocomplete": "off"}
    )
    phone = StringField(
        lazy_gettext("Phone"), [Length(max=40)], render_kw={"autocomplete": "off", "inputmode": "tel"}
    )
    since = DayField(lazy_gettext("From"))
    until = DayField(lazy_gettext("Until and including"), required=False)
    paper = paper_field(lazy_gettext("Agreement in which he agreed to pay"))


class End(Form):
    until = DayField(lazy_gettext("Last day"))


@bp.route("/tenant", methods=["GET", "POST"])
@permission("ownership.edit")
def tenant(community_id: int, unit_id: int) -> Page:
    unit, form = find_unit(unit_id), Tenant(since=today())
    if form.validate_on_submit():
        paper = paper_of(form)
        if not form.errors:
            assert form.since.data
            person = Person(form.name.data or "", form.phone.data or "")
            with form.refusals(), writing(db.session(), unit.community_id):
                add_tenant(
                    db.session(),
                    the_vault(),
                    visitor().name,
                    unit,
                    person,
                    form.since.data,
                    _after(form.until.data),
                    paper,
                )
        if not form.errors:
            flash(gettext("Entered: charges of that time name the tenant beside the owner."))
            return redirect(url_for("units.show", unit_id=unit.id, _anchor="people"), 303)
    return render_template("staff/holdings/tenant.html", unit=unit, form=form), form.status


@bp.route("/tenants/<int:holding_id>/end", methods=["GET", "POST"])
@permission("ownership.edit")
def end(community_id: int, unit_id: int, holding_id: int) -> Page:
    unit, form = find_unit(unit_id), End(until=today())
    query = (
        select(Ownership, Party)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.id == holding_id, Ownership.unit_id == unit.id, Ownership.role == TENANT)
    )
    row = db.session.execute(query).one_or_none() or abort(404)
    if form.validate_on_submit():
        after = _after(form.until.data)
        assert after
        with form.refusals(), writing(db.session(), unit.community_id):
            end_tenancy(db.session(), visitor().name, unit, row.Party.name, after)
        if not form.errors:
            flash(gettext("Ended: charges of later days name the tenant no more."))
            return redirect(url_for("units.show", unit_id=unit.id, _anchor="people"), 303)
    return render_template("staff/holdings/end.html", unit=unit, form=form, row=row), form.status


def _after(last: date | None) -> date | None:
    """The day behind the last one, as times are kept."""
    return last + timedelta(days=1) if last else None
