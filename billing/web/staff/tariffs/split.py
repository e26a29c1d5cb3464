"""Who owes a period in which a unit changes hands: a rule for the community, from a day on; added, never edited."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import RadioField

from billing.clock import today
from billing.extensions import db
from billing.flow.estate import EVER
from billing.flow.ownership import rules, set_split, splits
from billing.store.base import writing
from billing.store.ledger import Charge
from billing.translations import N_
from billing.web.form import DayField, Form, choices
from billing.web.permission import permission, visitor
from billing.web.staff.tariffs.blueprint import bp

SPLITS = {
    "first-day": N_("Whole to whoever owned on the period's first day"),
    "last-day": N_("Whole to whoever owned on the period's last day"),
    "days": N_("By days: a charge for each, for the days that were his"),
}


class SplitForm(Form):
    split = RadioField(lazy_gettext("The period is owed"), choices=choices(SPLITS))
    since = DayField(
        lazy_gettext("Holds from"),
        description=lazy_gettext(
            "For periods that begin on that day or later; issued charges stay as they are."
        ),
    )


@bp.route("/change-of-owner", methods=["GET", "POST"])
@permission("tariff.edit")
def split(community_id: int) -> str | Response | tuple[str, int]:
    """The rules so far, and a new one; from the beginning while nothing is charged yet."""
    session = db.session()
    charged = session.scalar(select(Charge.id).where(Charge.community_id == community_id).limit(1))
    form = SplitForm(
        split=splits(session, community_id).on(today()), since=today().replace(day=1) if charged else EVER
    )
    if form.validate_on_submit():
        assert form.since.data
        with form.refusals(), writing(session, community_id):
            set_split(session, visitor().name, community_id, form.split.data, form.since.data)
        if not form.errors:
            flash(gettext("The rule is set for periods that begin from %(day)s on.", day=form.since.data))
            return redirect(url_for("tariffs.split"), 303)
    page = render_template(
        "staff/tariffs/split.html", form=form, rows=rules(session, community_id), labels=SPLITS, ever=EVER
    )
    return page, form.status
