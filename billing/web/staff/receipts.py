"""Receipts: what was taken each day, one receipt with its paper, and its reversal."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from billing.clock import now, today
from billing.core.calendar import parse_date
from billing.core.money import capital
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import mail, payments, reversals
from billing.flow import outbox as sending
from billing.flow import receipts as papers
from billing.flow.overtaken import BOOKED
from billing.store import outbox, receipts
from billing.store.base import writing
from billing.store.collection import Document
from billing.store.ledger import Payment
from billing.store.mail import UNSENT
from billing.store.people import Party
from billing.store.receipts import By
from billing.web import sealed
from billing.web.form import Form, Once, Required
from billing.web.gaps import gaps
from billing.web.permission import permission, visitor
from billing.web.vault import kept, the_vault

bp = Blueprint("receipts", __name__, url_prefix="/c/<int:community_id>/receipts")

Page = str | Response | tuple[str, int]

MOST_ROWS = 500
#: What mails about a payment say of it.
_MAILED = (papers.ORIGINAL, BOOKED, "payment-reversed")


class Reverse(Form):
    key = Once()
    reason = TextAreaField(
        lazy_gettext("Why it is reversed"), [Required(), Length(max=300)], render_kw={"rows": 3}
    )


@bp.get("/")
@permission("payment.take")
def index(community_id: int) -> str:
    """A day's receipts and its totals by channel, for the count of the till."""
    session, day = db.session(), _asked_day()
    by: By = "booked" if request.args.get("by") == "booked" else "received"
    totals = receipts.channel_totals(session, g.community.id, day, by)
    return render_template(
        "staff/receipts/index.html",
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        by=by,
        rows=receipts.on_day(session, g.community.id, day, by, MOST_ROWS),
        totals=totals,
        cash=sum(total.counted for total in totals if total.channel == "cash"),
        numbers=receipts.numbers(session, g.community.id),
    )


@bp.get("/<int:payment_id>")
@permission("statement.view")
def show(community_id: int, payment_id: int) -> str:
    """What became of the money, and its paper."""
    row = _find(payment_id)
    taken = payments.taken(db.session(), row.Payment)
    counts = reversals.freed_by_reversal(db.session(), row.Payment) if row.Reversal is None else []
    ids = [part.charge for part in (*taken.parts, *counts)]
    return render_template(
        "staff/receipts/show.html",
        row=row,
        taken=taken,
        capital=capital(row.Payment.amount_fen),
        gaps=gaps(g.community.id),
        left=row.Payment.amount_fen - sum(part.principal + part.late_fee for part in counts),
        charges=receipts.charges(db.session(), ids),
        reversed_by=receipts.reversing_entry(db.session(), row.Reversal) if row.Reversal else None,
        printed=papers.find_paper(db.session(), row.Payment) is not None,
        original=papers.find_original(db.session(), row.Payment) if row.Reversal else None,
        **_by_mail(row),
    )


def _by_mail(row: Any) -> dict[str, object]:
    """The receipt's mails, and to which address the next one would go, or why none would."""
    mails, address, sentence = outbox.about(db.session(), _MAILED, row.Payment.id), "", ""
    if row.Payment.serial is not None and row.Reversal is None:
        try:
            address = mail.address_of(db.session(), db.session.get_one(Party, row.Payment.debtor_id))
        except Refused as refused:
            sentence = refused.sentence(gettext)
    return {
        "mails": mails,
        "address": address,
        "no_address": sentence,
        "last": next(
            (one for one in mails if one.about == papers.ORIGINAL and one.recipient == address), None
        ),
        "unsent": UNSENT,
        "mail_server": current_app.config["MAIL_SERVER"],
    }


@bp.get("/<int:payment_id>.pdf")
@permission("statement.view")
def pdf(community_id: int, payment_id: int) -> Response:
    """The kept paper: the receipt, after a reversal the one that bears its mark, `?original=1` the first one.

    A receipt that was never printed is only shown: looking changes nothing, `issue` keeps it.
    """
    payment: Payment = _find(payment_id).Payment
    original = "original" in request.args
    document = (papers.find_original if original else papers.find_paper)(db.session(), payment)
    if document:
        return sealed.paper(kept(document.sha256), payment.receipt)
    if original:
        abort(404)
    return sealed.paper(
        papers.make_receipt(db.session(), the_vault(), today(), payment).data, payment.receipt
    )


@bp.post("/<int:payment_id>/paper")
@permission("payment.take")
def issue(community_id: int, payment_id: int) -> Response:
    """Make and keep the paper of a payment that has none yet, and show it."""
    payment: Payment = _find(payment_id).Payment
    if papers.find_paper(db.session(), payment) is None:
        _keep_paper(payment)
    return redirect(url_for("receipts.pdf", payment_id=payment_id), 303)


@bp.post("/<int:payment_id>/mail")
@permission("payment.take")
def email(community_id: int, payment_id: int) -> Response:
    """Mail the receipt to its debtor, once; `again` names the mail that did not go out and is sent again."""
    session, payment = db.session(), _find(payment_id).Payment
    document = papers.find_paper(session, payment) or _keep_paper(payment)
    again = request.form.get("again", "")
    mails = {str(one.id): one for one in outbox.about(session, [papers.ORIGINAL], payment_id)}
    if again and again not in mails:
        abort(404)
    with writing(session, g.community.id):
        if again:
            sending.send_again(session, visitor().name, today(), now(), mails[again])
        else:
            mail.queue_receipt(session, visitor().name, today(), now(), payment, document)
    flash(gettext("Put in the outbox."))
    return redirect(url_for("receipts.show", payment_id=payment_id, _anchor="mail"), 303)


@bp.route("/<int:payment_id>/reversal", methods=["GET", "POST"])
@permission("payment.reverse")
def reverse(community_id: int, payment_id: int) -> Page:
    """What will be open again; then a new entry by which the payment never counted."""
    row, form = _find(payment_id), Reverse()
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            reversals.reverse_payment(
                db.session(), visitor().name, today(), row.Payment, form.reason.data, form.key.data
            )
        if not form.errors:
            print_receipt(row.Payment)
            flash(gettext("Reversed. What it had paid is open again."))
            return redirect(url_for("receipts.show", payment_id=payment_id), 303)
    elif row.Reversal:
        return redirect(url_for("receipts.show", payment_id=payment_id))
    parts = reversals.freed_by_reversal(db.session(), row.Payment)
    charges = receipts.charges(db.session(), [part.charge for part in parts])
    page = render_template("staff/receipts/reverse.html", row=row, form=form, parts=parts, charges=charges)
    return page, form.status


def print_receipt(payment: Payment) -> None:
    """Make and keep the paper now. What the profile still lacks does not undo a payment: it is named on the page."""
    if payment.serial is not None and papers.find_paper(db.session(), payment) is None:
        with suppress(Refused):
            _keep_paper(payment)


def _keep_paper(payment: Payment) -> Document:
    session = db.session()
    printed = papers.make_receipt(session, the_vault(), today(), payment)
    with writing(session, payment.community_id):
        document = papers.file_receipt(session, the_vault(), payment, printed)
        if mail.receipts_go_out(session, payment.community_id, today()):
            with suppress(Refused):  # no address, or reversed already: the page says so
                mail.queue_receipt(session, visitor().name, today(), now(), payment, document)
    return document


def _find(payment_id: int) -> Any:
    return receipts.find(db.session(), g.community.id, payment_id) or abort(404)


def _asked_day() -> date:
    with suppress(Refused):
        return parse_date(request.args.get("day", ""))
    return today()
