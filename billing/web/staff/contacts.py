"""How an owner is reached: what is known and who said so, and its correction."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length

from billing.extensions import db
from billing.flow import contacts
from billing.store import outbox
from billing.store.base import writing
from billing.store.people import standing
from billing.translations import N_
from billing.web.community import find_unit
from billing.web.form import Form, Once, choices
from billing.web.permission import permission, visitor

bp = Blueprint("contacts", __name__, url_prefix="/c/<int:community_id>/units")

KINDS = {"email": N_("E-mail"), "phone": N_("Phone")}


class Correct(Form):
    key = Once()
    kind = RadioField(lazy_gettext("What it is"), choices=choices(KINDS), default="email")
    value = StringField(
        lazy_gettext("What holds from now on"),
        [Length(max=254)],
        description=lazy_gettext("Empty: what is known holds no more, and there is nothing else."),
        render_kw={"autocomplete": "off"},
    )
    beside = BooleanField(lazy_gettext("What is known already goes on to hold"))


@bp.route("/<int:unit_id>/people/<int:party_id>", methods=["GET", "POST"])
@permission("contact.edit")
def correct(community_id: int, unit_id: int, party_id: int) -> Response | tuple[str, int]:
    """Everything ever told, the newest first, and the form for what holds from now on."""
    session, unit, form = db.session(), find_unit(unit_id), Correct()
    party = contacts.find_party(session, unit, party_id)
    if form.validate_on_submit():
        who, told = visitor().name, form.value.data or ""
        with form.refusals("value"), writing(session, community_id):
            contacts.set_contact(
                session,
                who,
                f"staff, {who}",
                party,
                form.kind.data,
                told,
                form.key.data,
                form.beside.data,
            )
        if not form.errors:
            flash(gettext("Saved."))
            return redirect(url_for("contacts.correct", unit_id=unit_id, party_id=party_id), 303)
    told_before = contacts.history(session, party_id)
    page = render_template(
        "staff/contacts/correct.html",
        unit=unit,
        party=party,
        form=form,
        told=told_before,
        holding={one.id for one in standing(reversed(told_before))},
        refused={row.value for row in outbox.addresses(session, [party_id]).get(party_id, []) if row.refused},
        kinds=KINDS,
    )
    return page, form.status
