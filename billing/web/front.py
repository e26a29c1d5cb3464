"""What anyone may open: the door with its two ways in, and the choice of language."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from billing.web import language
from billing.web.address import local
from billing.web.permission import public

bp = Blueprint("front", __name__)

_YEAR = 365 * 24 * 3600


@bp.get("/")
@public
def index() -> str | Response:
    """Owners first: they come by phone, and seldom. Who is signed in goes straight on."""
    if current_user.may("staff.self"):
        return redirect(url_for("home.index"))
    if current_user.may("owner.self"):
        return redirect(url_for("my.index"))
    return render_template("front.html")


@bp.post("/language")
@public
def choose_language() -> Response:
    chosen = request.form.get("locale", "")
    if chosen not in language.LANGUAGES:
        abort(400)
    response = redirect(local(request.form.get("next")) or url_for("front.index"), 303)
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(language.COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="Lax", secure=secure)
    return response
