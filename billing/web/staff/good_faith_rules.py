"""The rules of good faith: in force today, and new ones from a day on; added, never edited."""

from dataclasses import asdict

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from billing.clock import today
from billing.core.good_faith import NAMES, Rule
from billing.core.numbers import parse_percent, percent
from billing.extensions import db
from billing.flow.good_faith_rules import entered, rules, set_rule
from billing.flow.waiver_policy import waiver_policies
from billing.store.base import writing
from billing.web.form import DayField, Form, Parsed, Required, choices
from billing.web.permission import permission, visitor

bp = Blueprint("good_faith_rules", __name__, url_prefix="/c/<int:community_id>/proposals/rules")

Page = str | Response | tuple[str, int]


def _whole(most: int) -> list[object]:
    return [InputRequired(lazy_gettext("Write a whole number.")), NumberRange(0, most)]


class RuleForm(Form):
    code = StringField(lazy_gettext("Code"), [Required(), Length(max=40)])
    kind = SelectField(lazy_gettext("What it finds"), choices=choices(NAMES))
    days = IntegerField(lazy_gettext("Number of days"), _whole(366), default=0)
    months = IntegerField(lazy_gettext("Number of months"), _whole(240), default=0)
    policy = SelectField(lazy_gettext("Asks under the policy"))
    share_ppm = Parsed(
        lazy_gettext("Share of the late fee, percent"),
        parse=parse_percent,
        show=percent,
        render_kw={"inputmode": "decimal"},
    )
    pay_days = IntegerField(
        lazy_gettext("Days to fulfil the policy's condition"),
        _whole(366),
        default=0,
        description=lazy_gettext("0: as long as the policy gives."),
    )
    since = DayField(lazy_gettext("Holds from"))
    on = BooleanField(
        lazy_gettext("In force"), description=lazy_gettext("Clear it to switch the rule off from that day.")
    )

    def wanted(self) -> Rule:
        return Rule(**{field.name: field.data for field in self if field.name in Rule.__dataclass_fields__})


@bp.route("/", methods=["GET", "POST"])
@permission("waiver.policy")
def index(community_id: int) -> Page:
    """The rules of today, everything entered so far, and a new one that begins with the terms of the one named."""
    session = db.session()
    in_force = rules(session, g.community.id, today())
    policies = waiver_policies(session, g.community.id, today())
    named = in_force.get(request.args.get("code", "")) or Rule("", today(), "short-delay", days=10)
    form = RuleForm(data=asdict(named) | {"since": today()})
    form.policy.choices = [SelectChoice(code, one.name) for code, one in policies.items()]
    if form.validate_on_submit():
        with form.refusals(), writing(session, g.community.id):
            set_rule(session, visitor().name, g.community.id, form.wanted())
        if not form.errors:
            flash(
                gettext("The rule “%(code)s” is set from %(day)s.", code=form.code.data, day=form.since.data)
            )
            return redirect(url_for("good_faith_rules.index"), 303)
    page = render_template(
        "staff/proposals/rules.html",
        form=form,
        rules=in_force,
        entered=entered(session, g.community.id),
        policies=policies,
    )
    return page, form.status
