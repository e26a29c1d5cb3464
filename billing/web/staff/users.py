"""Staff, as an administrator sees them: who may sign in, with which role."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length

from billing.clock import now
from billing.core import roles
from billing.extensions import db
from billing.flow import passwords, staff
from billing.store.accounts import SignIn, User
from billing.store.base import writing
from billing.web.form import Form, Required, choices
from billing.web.permission import permission

bp = Blueprint("users", __name__, url_prefix="/staff/users")

Page = str | Response | tuple[str, int]

_NEW = {"autocomplete": "new-password"}


class Describe(Form):
    full_name = StringField(lazy_gettext("Full name"), [Length(max=64)], render_kw={"autocomplete": "off"})
    role = SelectField(lazy_gettext("Role"), choices=choices(roles.STAFF))


class Add(Describe):
    name = StringField(
        lazy_gettext("Sign-in name"),
        [Required()],
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    password = PasswordField(lazy_gettext("First password"), [Required()], render_kw=_NEW)


class GivePassword(Form):
    password = PasswordField(lazy_gettext("New password"), [Required()], render_kw=_NEW)


@bp.get("/")
@permission("user.manage")
def index() -> str:
    users = db.session.scalars(select(User).order_by(User.active.desc(), User.name)).all()
    return render_template("staff/users/index.html", users=users, seen=_last_seen(), roles=roles)


def _last_seen() -> dict[int, datetime]:
    last = (
        select(SignIn.user_id, func.max(SignIn.seen_at))
        .where(SignIn.user_id.is_not(None))
        .group_by(SignIn.user_id)
    )
    return {user_id: seen for user_id, seen in db.session.execute(last) if user_id}


@bp.route("/add", methods=["GET", "POST"])
@permission("user.manage")
def add() -> Page:
    form = Add()
    if form.validate_on_submit():
        _create(form)
        if not form.errors:
            flash(gettext("%(name)s can sign in now.", name=form.name.data))
            return redirect(url_for("users.index"), 303)
    return render_template("staff/users/add.html", form=form), form.status


def _create(form: Add) -> None:
    with form.refusals("password"):
        sealed = passwords.seal(form.password.data, form.name.data)
    if not form.errors:
        with form.refusals("name"), writing(db.session()):
            staff.create_user(
                db.session(), now(), form.name.data, form.role.data, sealed, form.full_name.data
            )


@bp.route("/<int:user_id>", methods=["GET", "POST"])
@permission("user.manage")
def edit(user_id: int) -> Page:
    user = staff.find_user(db.session(), user_id)
    form = Describe(obj=user)
    if form.validate_on_submit():
        with form.refusals("role"), writing(db.session()):
            staff.describe(db.session(), user_id, form.full_name.data, form.role.data)
        if not form.errors:
            flash(gettext("Saved."))
            return redirect(url_for("users.index"), 303)
    return _editing(user, form, GivePassword(formdata=None))


@bp.post("/<int:user_id>/password")
@permission("user.manage")
def give_password(user_id: int) -> Page:
    """A new password for somebody who lost his; wherever he is signed in, he is signed out."""
    user = staff.find_user(db.session(), user_id)
    form = GivePassword()
    if form.validate_on_submit():
        with form.refusals("password"):
            sealed = passwords.seal(form.password.data, user.name)
            with writing(db.session()):
                staff.set_password(db.session(), now(), user_id, sealed)
        if not form.errors:
            flash(gettext("%(name)s has a new password.", name=user.name))
            return redirect(url_for("users.index"), 303)
    return _editing(user, Describe(formdata=None, obj=user), form)


def _editing(user: User, form: Describe, password: GivePassword) -> tuple[str, int]:
    page = render_template("staff/users/edit.html", user=user, form=form, password=password)
    return page, max(form.status, password.status)


@bp.post("/<int:user_id>/shut-out")
@permission("user.manage")
def shut_out(user_id: int) -> Response:
    with writing(db.session()):
        staff.deactivate(db.session(), now(), user_id)
    flash(gettext("%(name)s cannot sign in any more.", name=staff.find_user(db.session(), user_id).name))
    return redirect(url_for("users.index"), 303)


@bp.post("/<int:user_id>/let-in")
@permission("user.manage")
def let_in(user_id: int) -> Response:
    with writing(db.session()):
        staff.reactivate(db.session(), user_id)
    flash(gettext("%(name)s can sign in again.", name=staff.find_user(db.session(), user_id).name))
    return redirect(url_for("users.index"), 303)
