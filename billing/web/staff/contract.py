"""A community's service contract: what papers quote of it, and the late-fee clause in its own words."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from billing.clock import today
from billing.core.profile import COMMUNITY_REQUIRED
from billing.flow.estate import EVER
from billing.flow.profile import keys
from billing.web.address import local
from billing.web.permission import permission
from billing.web.staff.facts import profile_form, say_saved

bp = Blueprint("contract", __name__, url_prefix="/c/<int:community_id>/contract")


@bp.route("/", methods=["GET", "POST"])
@permission("profile.edit")
def index(community_id: int) -> str | Response | tuple[str, int]:
    form = profile_form(community_id)
    if form.validate_on_submit():
        changed = form.save()
        if not form.errors:
            back = local(request.args.get("next"))
            say_saved(form, changed, leaving=back is not None)
            return redirect(back or url_for("contract.index"), 303)
    held = form.told.on(today())
    missing = [key for key in COMMUNITY_REQUIRED if key not in held]
    page = render_template(
        "staff/contract/index.html", form=form, labels=keys(community_id), missing=missing, ever=EVER
    )
    return page, form.status
