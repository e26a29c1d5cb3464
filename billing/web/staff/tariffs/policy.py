"""The late-fee policy: rate, grace, cap, order of allocation, each from a day on; added, never edited."""

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, NumberRange

from billing.clock import today
from billing.core.late_fee import Cap
from billing.core.numbers import parse_percent, percent
from billing.core.policy import Policy
from billing.extensions import db
from billing.flow.estate import EVER, policies
from billing.flow.policy import PolicyEffect, enter_policy, policy_effect
from billing.store.base import writing
from billing.store.estate import PolicyRow
from billing.store.ledger import Charge
from billing.translations import N_
from billing.web.form import DayField, Form, Parsed, RateField, YuanField, choices
from billing.web.permission import permission, visitor
from billing.web.staff.tariffs.blueprint import bp

ORDERS = {
    "principal-first": N_("Principal first: all principals, the oldest due first, then late fees"),
    "late-fee-first": N_("Late fee first: charge by charge, the oldest first, late fee before principal"),
    "by-charge": N_("By charge: charge by charge, the oldest first, principal before late fee"),
}

#: Two charges of 600 with a late fee of 100 each; 1,000 is paid: what goes where, in order (fen).
EXAMPLE = {
    "principal-first": ((60_000, 0), (40_000, 0)),
    "late-fee-first": ((60_000, 10_000), (20_000, 10_000)),
    "by-charge": ((60_000, 10_000), (30_000, 0)),
}
GRACE = {
    "due": N_("counts from the day after the due date, as if there had been no grace"),
    "end": N_("counts from the day after the grace ends"),
}
CAPS = {
    "none": N_("none"),
    "percent": N_("a share of the charge's amount"),
    "amount": N_("an amount per charge"),
}


Page = str | Response | tuple[str, int]


class PolicyForm(Form):
    rate_ppm = RateField(
        lazy_gettext("Rate, ‰ a day"),
        description=lazy_gettext("As the contract's clause says. 1 is 1‰ a day, 0.5 is 5 in ten thousand."),
        render_kw={"inputmode": "decimal"},
    )
    grace_days = IntegerField(
        lazy_gettext("Grace in days"),
        [InputRequired(lazy_gettext("Write a whole number of days.")), NumberRange(0, 366)],
        description=lazy_gettext("What is paid within these days after the due date bears no late fee."),
    )
    grace_from = SelectField(lazy_gettext("What is paid later than the grace"), choices=choices(GRACE))
    cap = SelectField(lazy_gettext("Cap: the late fee stops growing at"), choices=choices(CAPS))
    cap_percent = Parsed(
        lazy_gettext("Share in percent"),
        parse=parse_percent,
        show=percent,
        required=False,
        render_kw={"inputmode": "decimal"},
    )
    cap_amount = YuanField(lazy_gettext("Amount in yuan"), required=False)
    order = RadioField(lazy_gettext("A payment goes to"), choices=choices(ORDERS))
    roll_rest_days = BooleanField(
        lazy_gettext("A due date on a rest day moves to the next working day"),
        description=lazy_gettext("Civil Code art. 203; clear it if the contract agrees otherwise."),
    )
    since = DayField(
        lazy_gettext("Holds from"),
        description=lazy_gettext(
            "Grace and cap hold for charges due from that day on, the rate for every day from then on."
        ),
    )

    def wanted(self) -> Policy:
        return Policy(
            since=self.since.data,
            rate_ppm=self.rate_ppm.data,
            grace_days=self.grace_days.data,
            grace_from=self.grace_from.data,
            cap=Cap(
                self.cap_percent.data if self.cap.data == "percent" else None,
                self.cap_amount.data if self.cap.data == "amount" else None,
            ),
            order=self.order.data,
            roll_rest_days=self.roll_rest_days.data,
        )

    def demand_cap(self) -> None:
        """A chosen cap needs its figure."""
        name = {"percent": "cap_percent", "amount": "cap_amount"}.get(self.cap.data)
        if name and self[name].data is None and not self[name].errors:
            self.add_error(gettext("Fill this in."), name)


@bp.route("/late-fee", methods=["GET", "POST"])
@permission("tariff.edit")
def policy(community_id: int) -> Page:
    """The policies so far, and a new one that begins with the terms of the one in force."""
    form = PolicyForm(data=_in_force(community_id))
    if form.validate_on_submit() and "again" not in request.form:
        form.demand_cap()
        if not form.errors and (answer := _enter(community_id, form)):
            return answer
    return _page(community_id, form)


def _enter(community_id: int, form: PolicyForm) -> Page | None:
    """Enter what changes no figure of today at once, anything else once its effect was seen; None if refused."""
    session, wanted = db.session(), form.wanted()
    seen = request.form.get("seen", "")
    with form.refusals():
        effect = policy_effect(session, community_id, wanted, today())
        if effect.changes and not seen:
            return _effect(form, effect), 200
    if not form.errors:
        with form.refusals(), writing(session, community_id):
            enter_policy(session, visitor().name, community_id, wanted, today(), seen or effect.digest)
        if form.errors:
            return _effect(form, policy_effect(session, community_id, wanted, today())), 409
        flash(gettext("The late-fee policy is set from %(day)s.", day=wanted.since))
        return redirect(url_for("tariffs.policy"), 303)
    return None


def _effect(form: PolicyForm, effect: PolicyEffect) -> str:
    """What the policy would change, with all that was typed carried on to the button that enters it."""
    typed = [(name, text) for name, text in request.form.items() if name in form and name != "csrf_token"]
    return render_template("staff/tariffs/effect.html", form=form, effect=effect, typed=typed)


def _page(community_id: int, form: PolicyForm) -> tuple[str, int]:
    query = select(PolicyRow).where(PolicyRow.community_id == community_id)
    rows = db.session.scalars(query.order_by(PolicyRow.since.desc(), PolicyRow.id.desc())).all()
    page = render_template(
        "staff/tariffs/policy.html",
        form=form,
        rows=rows,
        example=EXAMPLE,
        orders=ORDERS,
        grace=GRACE,
        ever=EVER,
    )
    return page, form.status


def _in_force(community_id: int) -> dict[str, object]:
    """Its terms; from the beginning while nothing is charged yet, else from today."""
    held = policies(db.session(), community_id).on(today())
    charged = db.session.scalar(select(Charge.id).where(Charge.community_id == community_id).limit(1))
    cap = (
        "percent"
        if held.cap.percent_ppm is not None
        else "amount"
        if held.cap.fixed_fen is not None
        else "none"
    )
    return asdict(held) | {
        "since": today() if charged else EVER,
        "cap": cap,
        "cap_percent": held.cap.percent_ppm,
        "cap_amount": held.cap.fixed_fen,
    }
