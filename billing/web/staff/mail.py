"""E-mail: what waits, what the mail server took or refused, and what a person has to decide."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from billing.clock import now, today
from billing.extensions import db
from billing.flow import outbox as sending
from billing.store import outbox
from billing.store.base import writing
from billing.store.mail import STATES, UNSENT
from billing.web.permission import permission, visitor

bp = Blueprint("mail", __name__, url_prefix="/staff/mail")

MOST_ROWS = 100


@bp.get("/")
@permission("job.view")
def index() -> str:
    state = request.args.get("state", "")
    counts = outbox.counts(db.session())
    return render_template(
        "staff/mail/index.html",
        rows=outbox.listed(db.session(), state if state in STATES else "", limit=MOST_ROWS),
        state=state,
        states=STATES,
        counts=counts,
        unsent=UNSENT,
        undecided=sum(counts.get(each, 0) for each in UNSENT),
        mail_server=current_app.config["MAIL_SERVER"],
        most=MOST_ROWS,
    )


@bp.post("/<int:mail_id>/again")
@permission("job.view")
def again(mail_id: int) -> Response:
    """The same letter as a new mail."""
    session = db.session()
    mail = sending.find_mail(session, mail_id)
    with writing(session, mail.community_id):
        sending.send_again(session, visitor().name, today(), now(), mail)
    flash(gettext("Put in the outbox."))
    return redirect(url_for("mail.index"), 303)
