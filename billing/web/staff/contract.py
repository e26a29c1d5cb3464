"""A community's service contract: what papers quote of it, and the late-fee clause in its own words."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from billing.clock import today
from billing.extensions import db
from billing.flow import profile
from billing.web.address import local
from billing.web.permission import permission
from billing.web.staff.facts import profile_form

bp = Blueprint("contract", __name__, url_prefix="/c/<int:community_id>/contract")


@bp.route("/", methods=["GET", "POST"])
@permission("profile.edit")
def index(community_id: int) -> str | Response | tuple[str, int]:
    form = profile_form(community_id)
    if form.validate_on_submit():
        changed = form.save()
        if not form.errors:
            flash(gettext("Saved.") if changed else gettext("Nothing was different."))
            return redirect(local(request.args.get("next")) or url_for("contract.index"), 303)
    missing = profile.missing(db.session(), g.community.id, today())
    own = [key for key in missing if key in profile.COMMUNITY_REQUIRED]
    page = render_template("staff/contract/index.html", form=form, profile=profile, missing=own)
    return page, form.status
