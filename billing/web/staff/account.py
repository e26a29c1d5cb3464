"""A member of staff's own door: sign in, sign out, change the password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from billing.clock import now
from billing.extensions import db
from billing.flow import access, passwords, staff, tries
from billing.store.base import writing
from billing.web import session
from billing.web.address import local
from billing.web.form import Form, Required
from billing.web.permission import permission, public, visitor

bp = Blueprint("account", __name__, url_prefix="/staff")

Page = str | Response | tuple[str, int]


class SignIn(Form):
    name = StringField(
        lazy_gettext("Name"), [Required()], render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    password = PasswordField(
        lazy_gettext("Password"), [Required()], render_kw={"autocomplete": "current-password"}
    )


class ChangePassword(Form):
    old = PasswordField(
        lazy_gettext("Present password"), [Required()], render_kw={"autocomplete": "current-password"}
    )
    new = PasswordField(
        lazy_gettext("New password"), [Required()], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        lazy_gettext("New password again"), [Required()], render_kw={"autocomplete": "new-password"}
    )


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    form = SignIn()
    if form.validate_on_submit():
        with form.refusals():
            if session.sign_in_staff(form.name.data, form.password.data):
                return redirect(local(request.args.get("next")) or url_for("home.index"), 303)
            form.add_error(gettext("The name or the password is wrong."))
    return render_template("staff/account/sign_in.html", form=form), form.status


@bp.post("/sign-out")
@permission("staff.self")
def sign_out() -> Response:
    session.sign_out()
    return redirect(url_for("front.index"), 303)


@bp.route("/password", methods=["GET", "POST"])
@permission("staff.self")
def password() -> Page:
    """A change ends every session of one's own, at other desks too; this desk gets a new one."""
    form = ChangePassword()
    if form.validate_on_submit():
        if form.new.data != form.again.data:
            form.add_error(gettext("The two differ."), "again")
        else:
            _change(form)
        if not form.errors:
            flash(gettext("The password is changed. Other desks where you were signed in are signed out."))
            return redirect(url_for("home.index"), 303)
    return render_template("staff/account/password.html", form=form), form.status


def _change(form: ChangePassword) -> None:
    database, moment, person = db.session(), now(), visitor()
    subjects = access.subjects("staff", person.name, session.address())
    with form.refusals("old"):
        with writing(database):
            tries.count_try(database, moment, subjects)
        user = access.check_staff(database, person.name, form.old.data)
        if user is None:
            form.add_error(gettext("This is not the present password."), "old")
    if form.errors or user is None:
        return
    with form.refusals("new"):
        sealed = passwords.seal(form.new.data, user.name)
        with writing(database):
            tries.take_back(database, moment, subjects)
            staff.set_password(database, moment, user.id, sealed)
            opened = access.open_session(database, moment, user)
        session.remember(opened, staff=True)
