"""A transfer: what it touches is looked at first, then it is entered with its paper; one entered wrongly withdrawn."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.core.calendar import parse_date
from billing.extensions import db
from billing.flow.ownership import splits
from billing.flow.transfer import Deal, TransferPlan, enter_transfer, plan_transfer, withdraw_transfer
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.people import Party
from billing.web.community import find_unit
from billing.web.form import DayField, Form, Required
from billing.web.permission import permission, visitor
from billing.web.staff.holdings.blueprint import Page, bp, paper_field, paper_of
from billing.web.staff.tariffs.split import SPLITS
from billing.web.vault import the_vault


class Transfer(Form):
    to = StringField(
        lazy_gettext("New owner"), [Required(), Length(max=100)], render_kw={"autocomplete": "off"}
    )
    on = DayField(
        lazy_gettext("Owner from"),
        description=lazy_gettext(
            "The first day that is the new owner's. Bought from the developer: the day of the hand-over."
        ),
    )
    co_owners = StringField(lazy_gettext("Co-owners"), [Length(max=300)], render_kw={"autocomplete": "off"})
    phone = StringField(
        lazy_gettext("Phone"), [Length(max=40)], render_kw={"autocomplete": "off", "inputmode": "tel"}
    )
    id_number = StringField(lazy_gettext("ID number"), [Length(max=40)], render_kw={"autocomplete": "off"})
    same_name = BooleanField(lazy_gettext("Another person who has the same name as the owner so far"))
    paper = paper_field(lazy_gettext("Proof of the transfer"))
    due = DayField(
        lazy_gettext("New due date for the new owner"),
        required=False,
        description=lazy_gettext("Empty: as issued, so that late fee counts from then."),
    )
    keep_charges = BooleanField(
        lazy_gettext("Leave what is issued on the former owner"),
        description=lazy_gettext(
            "The two settle it between themselves; only later periods are the new owner's."
        ),
    )

    def deal(self) -> Deal:
        assert self.on.data, "asked of a form that did not validate"
        texts = {name: self[name].data or "" for name in ("to", "co_owners", "phone", "id_number")}
        return Deal(
            on=self.on.data,
            due=self.due.data,
            same_name=self.same_name.data,
            keep_charges=self.keep_charges.data,
            **texts,
        )


class Withdraw(Form):
    reason = TextAreaField(lazy_gettext("Why"), [Required(), Length(max=300)], render_kw={"rows": 3})


@bp.route("/transfer", methods=["GET", "POST"])
@permission("ownership.edit")
def transfer(community_id: int, unit_id: int) -> Page:
    """The buyer and his day; then what that touches and the button that enters it."""
    unit, form = find_unit(unit_id), Transfer()
    if form.validate_on_submit() and "again" not in request.form:
        answer = _enter(unit, form) if request.form.get("seen") else _effect(unit, form)
        if answer:
            return answer
    return render_template("staff/holdings/transfer.html", unit=unit, form=form), form.status


def _effect(unit: Unit, form: Transfer) -> Page | None:
    """What the transfer would do, with all that was typed carried on; None where it is refused."""
    told = list(form.form_errors)
    with form.refusals():
        plan = plan_transfer(db.session(), unit, form.deal(), today())
    if form.form_errors != told:
        return None
    kept = set(form.data) - {"csrf_token", "keep_charges", "due"}
    page = render_template(
        "staff/holdings/effect.html",
        unit=unit,
        form=form,
        plan=plan,
        names=_names(plan),
        typed=[(name, text) for name, text in request.form.items() if name in kept],
        split=SPLITS[splits(db.session(), unit.community_id).on(plan.deal.on)],
    )
    return page, form.status


def _names(plan: TransferPlan) -> dict[int, str]:
    """Party -> name, of whoever a part is booked on; the buyer is not in the books yet."""
    parties = {part.party for one in plan.moved for part, _ in one.parts if part.party}
    known = {number: db.session.get_one(Party, number).name for number in parties}
    return {0: plan.deal.names[0]} | known


def _enter(unit: Unit, form: Transfer) -> Page | None:
    paper = paper_of(form)
    if not form.errors:
        with form.refusals(), writing(db.session(), unit.community_id):
            enter_transfer(
                db.session(),
                the_vault(),
                visitor().name,
                today(),
                unit,
                form.deal(),
                paper,
                expected=request.form["seen"],
            )
    if form.errors:
        return _effect(unit, form)
    flash(gettext("Transferred: %(name)s from %(day)s on.", name=form.deal().names[0], day=form.on.data))
    return redirect(url_for("units.show", unit_id=unit.id, _anchor="people"), 303)


@bp.route("/transfer/<on>/withdrawal", methods=["GET", "POST"])
@permission("ownership.edit")
def withdraw(community_id: int, unit_id: int, on: str) -> Page:
    """A transfer entered by mistake never was; the charges it moved go back."""
    unit, form, day = find_unit(unit_id), Withdraw(), parse_date(on)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), unit.community_id):
            withdraw_transfer(db.session(), visitor().name, today(), unit, day, form.reason.data)
        if not form.errors:
            flash(gettext("Withdrawn: the unit is the former owner's as before."))
            return redirect(url_for("units.show", unit_id=unit.id, _anchor="people"), 303)
    return render_template("staff/holdings/withdraw.html", unit=unit, form=form, day=day), form.status
