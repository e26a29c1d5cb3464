"""Where an owner is reached by e-mail: he says so himself."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import EmailField
from wtforms.validators import Length

from billing.extensions import db
from billing.flow import contacts
from billing.store import outbox
from billing.store.base import writing
from billing.store.people import Party
from billing.web.form import Form, Once
from billing.web.permission import permission, visitor

bp = Blueprint("my_contact", __name__, url_prefix="/my/contact")


class Reach(Form):
    key = Once()
    email = EmailField(
        lazy_gettext("Your e-mail address"),
        [Length(max=254)],
        description=lazy_gettext(
            "The property office sends receipts, notices and news of your account there. Empty: to no address."
        ),
        render_kw={"autocomplete": "email"},
    )


@bp.route("/", methods=["GET", "POST"])
@permission("owner.self")
def email() -> Response | tuple[str, int]:
    """One address for all that the account owns; the office sees that the owner entered it."""
    session, form = db.session(), Reach()
    mine = sorted(visitor().parties)
    if form.validate_on_submit():
        with form.refusals("email"):
            contacts.clean("email", form.email.data or "")
            for party_id in mine:
                _set(party_id, form)
        if not form.errors:
            flash(gettext("Saved."))
            return redirect(url_for("my.index"), 303)
    elif not form.is_submitted():
        known = [rows[0].value for rows in outbox.addresses(session, mine).values() if rows]
        form.email.data = known[0] if known else ""
    return render_template("portal/contact.html", form=form), form.status


def _set(party_id: int, form: Reach) -> None:
    session = db.session()
    community_id = session.scalars(select(Party.community_id).where(Party.id == party_id)).one()
    with writing(session, community_id):
        party = session.get_one(Party, party_id)
        key = f"{form.key.data}:{party_id}"
        contacts.set_contact(
            session, visitor().name, contacts.OWNER, party, "email", form.email.data or "", key
        )
