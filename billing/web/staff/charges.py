"""A charge booked in error: taken back by a new entry, which frees the money that had paid it."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow import reversals
from billing.store.allocated import paid_on
from billing.store.base import writing
from billing.store.estate import FeeItem, Unit
from billing.store.ledger import Charge, live
from billing.store.people import Party
from billing.web.form import Form, Once, Required
from billing.web.permission import permission, visitor

bp = Blueprint("charges", __name__, url_prefix="/c/<int:community_id>/charges")


class Reverse(Form):
    key = Once()
    reason = TextAreaField(
        lazy_gettext("Why it is reversed"), [Required(), Length(max=300)], render_kw={"rows": 3}
    )


@bp.route("/<int:charge_id>/reversal", methods=["GET", "POST"])
@permission("payment.reverse")
def reverse(community_id: int, charge_id: int) -> str | Response | tuple[str, int]:
    """What goes and what its money does then; then a new entry by which the charge never counted."""
    row, form = _find(charge_id), Reverse()
    back = redirect(url_for("units.show", unit_id=row.Unit.id), 303)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            reversals.reverse_charge(
                db.session(), visitor().name, today(), row.Charge, form.reason.data, form.key.data
            )
        if not form.errors:
            flash(
                gettext("Reversed. Money that had paid it pays the debtor's other charges, or stays prepaid.")
            )
            return back
    elif not row.live:
        return back
    paid = paid_on(db.session(), charge_id)
    return render_template("staff/charges/reverse.html", row=row, form=form, paid=paid), form.status


def _find(charge_id: int) -> Any:
    """Charge, Unit, item, debtor, live; 404 for another community's."""
    query = (
        select(
            Charge, Unit, FeeItem.name.label("item"), Party.name.label("debtor"), live(Charge).label("live")
        )
        .join(Unit, Unit.id == Charge.unit_id)
        .join(FeeItem, FeeItem.id == Charge.item_id)
        .join(Party, Party.id == Charge.debtor_id)
        .where(Charge.id == charge_id, Charge.community_id == g.community.id)
    )
    return db.session.execute(query).one_or_none() or abort(404)
