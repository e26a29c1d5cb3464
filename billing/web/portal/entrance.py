"""An owner's door: a code from paper becomes an account; then a name and a password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from billing import clock
from billing.clock import now
from billing.extensions import db
from billing.flow import access, activation, passwords, tries
from billing.store.base import writing
from billing.web import session
from billing.web.address import local
from billing.web.form import Form, Required
from billing.web.permission import permission, public, visitor

bp = Blueprint("portal", __name__, url_prefix="/my")

Page = str | Response | tuple[str, int]

_CODE = {
    "autocomplete": "one-time-code",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "placeholder": "XXXX-XXXX-XXXXX",
    "class": "code",
}


class SignIn(Form):
    name = StringField(
        lazy_gettext("Sign-in name"),
        [Required()],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        lazy_gettext("Password"), [Required()], render_kw={"autocomplete": "current-password"}
    )


class AddCode(Form):
    code = StringField(lazy_gettext("Activation code"), [Required()], render_kw=_CODE)


class Activate(AddCode):
    name = StringField(
        lazy_gettext("Sign-in name"),
        [Required()],
        description=lazy_gettext("Your phone number is easy to remember."),
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    password = PasswordField(
        lazy_gettext("Choose a password"),
        [Required()],
        description=lazy_gettext("8 characters or more."),
        render_kw={"autocomplete": "new-password"},
    )


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    form = SignIn()
    if form.validate_on_submit():
        with form.refusals():
            if session.sign_in_owner(form.name.data, form.password.data):
                return redirect(local(request.args.get("next")) or url_for("my.index"), 303)
            form.add_error(gettext("The name or the password is wrong."))
    return render_template("portal/sign_in.html", form=form), form.status


@bp.route("/activate", methods=["GET", "POST"])
@public
def activate() -> Page:
    """The paper's own address. Who is signed in adds the code to the account he has."""
    if request.method == "GET" and current_user.may("owner.self"):
        return redirect(url_for("portal.add"))
    form = Activate()
    if form.validate_on_submit():
        opened = _redeem(form)
        if opened:
            session.remember(opened, staff=False)
            return redirect(url_for("my.index"), 303)
    return render_template("portal/activate.html", form=form), form.status


def _redeem(form: Activate) -> str | None:
    """The new account's session, or None with the form saying why not."""
    with form.refusals("name"):
        access.clean_name(form.name.data)
    with form.refusals("password"):
        sealed = passwords.seal(form.password.data, form.name.data)
    if form.errors:
        return None
    database, moment, opened = db.session(), now(), None
    subjects = activation.subjects(form.code.data, session.address())
    with form.refusals("code"), form.refusals("name", only=activation.NameTaken):
        with writing(database):
            tries.count_try(database, moment, subjects)
        with writing(database):
            account = activation.redeem_activation(
                database, clock.today(), moment, form.code.data, form.name.data, sealed
            )
            tries.take_back(database, moment, subjects)
            opened = access.open_session(database, moment, account, replaced=session.token())
    return opened


@bp.route("/add", methods=["GET", "POST"])
@permission("owner.self")
def add() -> Page:
    """Another unit's code, shown in the same account from then on."""
    form = AddCode()
    if form.validate_on_submit():
        database, moment = db.session(), now()
        subjects = activation.subjects(form.code.data, session.address())
        with form.refusals("code"):
            with writing(database):
                tries.count_try(database, moment, subjects)
            with writing(database):
                activation.add_to_account(database, clock.today(), moment, form.code.data, visitor().id)
                tries.take_back(database, moment, subjects)
        if not form.errors:
            flash(gettext("The unit was added to your account."))
            return redirect(url_for("my.index"), 303)
    return render_template("portal/add.html", form=form), form.status


@bp.post("/sign-out")
@permission("owner.self")
def sign_out() -> Response:
    session.sign_out()
    return redirect(url_for("front.index"), 303)
