"""The rules of collection: hours, how often, how many go together, and when a promise holds a letter; dated."""

from dataclasses import asdict

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired

from billing.clock import today
from billing.core.collection_rules import COUNTS, CollectionRules
from billing.core.numbers import parse_percent, percent
from billing.extensions import db
from billing.flow.collection_rules import entered, rules_on, set_rules
from billing.store.base import writing
from billing.web.form import DayField, Form, Parsed
from billing.web.permission import permission, visitor
from billing.web.staff.cases.blueprint import Page, bp


def _count(name: str) -> IntegerField:
    return IntegerField(lazy_gettext(COUNTS[name][0]), [InputRequired(lazy_gettext("Fill this in."))])


class RulesForm(Form):
    opens = StringField(lazy_gettext("Calls and visits from"), [InputRequired()])
    closes = StringField(lazy_gettext("until"), [InputRequired()])
    calls_a_day = _count("calls_a_day")
    calls_a_week = _count("calls_a_week")
    visitors = _count("visitors")
    quiet_days = _count("quiet_days")
    repeat_days = _count("repeat_days")
    promise_days = _count("promise_days")
    promises_broken = _count("promises_broken")
    promise_share_ppm = Parsed(
        lazy_gettext("A promise holds a letter if it covers so much of what is overdue, in percent"),
        parse=parse_percent,
        show=percent,
    )
    since = DayField(lazy_gettext("Holds from"))


@bp.route("/rules", methods=["GET", "POST"])
@permission("case.rules")
def rules(community_id: int) -> Page:
    """The rules in force, and the form for new ones from a day on."""
    session = db.session()
    form = RulesForm(data=asdict(rules_on(session, community_id, today())) | {"since": today()})
    if form.validate_on_submit():
        told = {name: form[name].data for name in CollectionRules.__dataclass_fields__}
        with form.refusals(), writing(session, community_id):
            set_rules(session, visitor().name, community_id, CollectionRules(**told))
        if not form.errors:
            flash(gettext("The rules hold from %(day)s.", day=form.since.data))
            return redirect(url_for("cases.rules"), 303)
    page = render_template("staff/cases/rules.html", form=form, before=entered(session, community_id)[::-1])
    return page, form.status
