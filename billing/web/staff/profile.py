"""The office's profile: what its papers say of it, its seal and its logo."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirection

from billing.clock import today
from billing.core.problem import Refused
from billing.core.profile import OFFICE_REQUIRED
from billing.extensions import db
from billing.flow import pictures, profile
from billing.flow.estate import EVER
from billing.store.base import writing
from billing.web.address import local
from billing.web.permission import permission, visitor
from billing.web.staff.facts import Facts, profile_form, say_saved
from billing.web.vault import the_vault

bp = Blueprint("profile", __name__, url_prefix="/staff/profile")

Page = str | Redirection | tuple[str, int]


@bp.route("/", methods=["GET", "POST"])
@permission("profile.edit")
def index() -> Page:
    form = profile_form(profile.OFFICE)
    if form.validate_on_submit():
        changed = form.save()
        if not form.errors:
            back = local(request.args.get("next"))
            say_saved(form, changed, leaving=back is not None)
            return redirect(back or url_for("profile.index"), 303)
    return _page(form), form.status


def _page(form: Facts, picture_error: str = "") -> str:
    held = form.told.on(today())
    return render_template(
        "staff/profile/index.html",
        form=form,
        labels=profile.keys(profile.OFFICE),
        required=OFFICE_REQUIRED,
        ever=EVER,
        held=held,
        missing=[key for key in OFFICE_REQUIRED if key not in held],
        picture_error=picture_error,
    )


@bp.post("/<any(seal, logo):name>")
@permission("profile.edit")
def upload(name: str) -> Page:
    """A seal or a logo; sent without a file it is taken away."""
    sent = request.files.get("picture")
    data = sent.read() if sent and sent.filename else b""
    session = db.session()
    try:
        with writing(session):
            sha256 = ""
            if "remove" not in request.form:
                sha256 = pictures.keep_picture(session, the_vault(), data, drop_paper=name == "seal")
            profile.set_profile(session, visitor().name, today(), profile.OFFICE, {name: sha256})
    except Refused as refused:
        return _page(profile_form(profile.OFFICE), refused.sentence(gettext)), 422
    flash(gettext("Saved."))
    return redirect(url_for("profile.index", _anchor="pictures"), 303)


@bp.get("/<any(seal, logo):name>.png")
@permission("profile.edit")
def picture(name: str) -> Response:
    """The picture as papers show it: a PNG of our own making."""
    sha256 = profile.profile(db.session(), profile.OFFICE, today()).get(name) or abort(404)
    return Response(the_vault().get(sha256), mimetype="image/png")
