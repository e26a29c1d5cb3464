"""The counter: find the unit, see what is owed, take the money. Booked once, however often the button is pressed."""

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from billing.clock import today
from billing.core.calendar import parse_date
from billing.core.money import yuan
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import payments
from billing.flow.desk import Desk, Unexplained, open_desk, take_at_desk
from billing.flow.payments import Money, Preview, Taken
from billing.flow.statements import granted_on
from billing.store import lookup, receipts
from billing.store.base import writing
from billing.store.estate import Unit
from billing.web.community import find_unit
from billing.web.form import DayField, Form, Required, YuanField, choices
from billing.web.permission import permission, visitor
from billing.web.render import CHANNELS
from billing.web.staff.receipts import print_receipt

bp = Blueprint("counter", __name__, url_prefix="/c/<int:community_id>/counter")

Page = str | Response | tuple[str, int]


class TakeMoney(Form):
    """`key` stands for the state of the account the page showed; `charges` are those the debtor named."""

    key = HiddenField(validators=[Required()])
    debtor = IntegerField(widget=HiddenInput(), validators=[Required()])
    on = DayField(lazy_gettext("Day of the payment"))
    amount = YuanField(lazy_gettext("Amount received"))
    channel = SelectField(lazy_gettext("Way of payment"), choices=choices(CHANNELS))
    payer = StringField(lazy_gettext("Payer"), [Length(max=64)], render_kw={"autocomplete": "off"})
    note = StringField(lazy_gettext("Note"), [Length(max=200)], render_kw={"autocomplete": "off"})
    charges = SelectMultipleField(coerce=int, validate_choice=False, validators=[Optional()])

    def money(self, desk: Desk) -> Money:
        assert self.amount.data and self.on.data, "asked of a form that did not validate"
        return Money(
            amount=self.amount.data,
            on=self.on.data,
            channel=self.channel.data,
            key=self.key.data,
            charges=tuple(sorted(self.charges.data or ())),
            debtor=desk.debtor.name,
            payer=self.payer.data or "",
            note=self.note.data or "",
        )


@bp.get("/")
@permission("payment.take")
def index(community_id: int) -> Page:
    """Type a room or an owner; the only unit that fits is opened at once."""
    text = request.args.get("q", "")
    found = lookup.find_units(db.session(), g.community.id, text, today())
    if request.headers.get("HX-Request") == "true":
        return render_template("staff/counter/found.html", text=text, found=found)
    exact = [one for one in found if one.exact]
    if len(exact or found) == 1:
        return redirect(url_for("counter.take", unit_id=(exact or found)[0].id))
    return render_template("staff/counter/index.html", text=text, found=found)


@bp.route("/<int:unit_id>", methods=["GET", "POST"])
@permission("payment.take")
def take(community_id: int, unit_id: int) -> Page:
    """What the debtor owes, the form, and how the money would be allocated."""
    unit = find_unit(unit_id)
    form = TakeMoney()
    if form.validate_on_submit() and "preview" not in request.form:
        taken = _book(unit, form)
        if taken:
            return redirect(url_for("receipts.show", payment_id=taken.payment.id), 303)
    desk = _desk(unit, form)
    if request.method == "GET":
        form.debtor.data, form.on.data = desk.debtor.id, desk.on
        form.amount.render_kw["autofocus"] = True
    form.key.data = desk.key
    foreseen = None if form.form_errors else _preview(unit, desk, form)
    page = render_template("staff/counter/take.html", **_shown(desk, form, foreseen), latest=_latest(desk))
    return page, form.status


@bp.post("/<int:unit_id>/preview")
@permission("payment.take")
def preview(community_id: int, unit_id: int) -> Page:
    """The table of debts again, with what the money typed so far would give to each; nothing is booked."""
    unit = find_unit(unit_id)
    form = TakeMoney()
    form.validate()
    desk = _desk(unit, form)
    foreseen = _preview(unit, desk, form)
    return render_template("staff/counter/debts.html", **_shown(desk, form, foreseen), fragment=True)


def _desk(unit: Unit, form: TakeMoney) -> Desk:
    if request.method == "POST":
        return open_desk(db.session(), unit, form.on.data or today(), today(), form.debtor.data)
    return open_desk(db.session(), unit, _asked_day(), today(), request.args.get("debtor", type=int))


def _asked_day() -> date:
    """The day in the address, if it is one that has come."""
    try:
        return min(parse_date(request.args["on"]), today()) if "on" in request.args else today()
    except Refused:
        return today()


def _preview(unit: Unit, desk: Desk, form: TakeMoney) -> Preview | None:
    """What the money would do, once its amount and day can be read; a refusal stands at the form."""
    foreseen = None
    if form.amount.data and form.on.data:
        with form.refusals():
            foreseen = payments.preview_payment(db.session(), today(), unit, form.money(desk))
    return foreseen


def _book(unit: Unit, form: TakeMoney) -> Taken | None:
    """Take the money, or None with the refusal at the form; the paper is made after the books are closed again."""
    desk, taken = _desk(unit, form), None
    person, money = visitor(), form.money(desk)
    may_backdate = person.may("payment.backdate")
    with form.refusals(), form.refusals("note", only=Unexplained), writing(db.session(), g.community.id):
        taken = take_at_desk(db.session(), person.name, today(), unit, desk.debtor.id, money, may_backdate)
    if taken is not None:
        print_receipt(taken.payment)
        flash(_said(taken))
    return taken


def _said(taken: Taken) -> str:
    if taken.replayed:
        return gettext("This was booked already, under this receipt. Nothing was booked a second time.")
    return gettext("Booked: receipt %(number)s.", number=taken.payment.receipt)


def _latest(desk: Desk) -> object:
    return receipts.latest_of(db.session(), desk.unit.id, desk.debtor.id)


def _shown(desk: Desk, form: TakeMoney, preview: Preview | None) -> dict[str, object]:
    """What both the page and its table of debts are rendered from."""
    rows = desk.rows(preview, today())
    ticked = set(form.charges.data or ())
    return {
        "desk": desk,
        "form": form,
        "preview": preview,
        "rows": rows,
        "granted": granted_on(desk.debtor.account, [row.line for row in rows], desk.on),
        "days_ago": desk.days_ago(today()),
        "due_text": yuan(desk.due),
        "ticked": ticked,
        "ticked_total": sum(row.line.total for row in rows if row.line.charge.id in ticked),
    }
