"""Is the paper genuine? What its QR code opens, for anyone; staff who file return slips are led on to the notice."""

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from billing.clock import now
from billing.extensions import db
from billing.flow.verification import says, title
from billing.store.verification import Genuine, find_by_slip, find_paper
from billing.web import menu, session
from billing.web.form import Form, YuanField
from billing.web.permission import public

bp = Blueprint("verification", __name__)

#: Where a scanned return slip is filed, by someone who may.
SLIP_DESK = "slips.add"


class Compare(Form):
    amount = YuanField(lazy_gettext("The total printed on your paper"))


@bp.get("/v/")
@public
def about() -> Response:
    """How to check a paper, for whoever comes without its code."""
    return _page("verify/about.html", 200)


@bp.route("/v/<token>", methods=["GET", "POST"])
@public
def paper(token: str) -> Response:
    return _verified(find_paper(db.session(), token))


@bp.route("/s/<token>", methods=["GET", "POST"])
@public
def slip(token: str) -> Response | Answer:
    """The slip's own code: at the office it opens the place to file the slip, elsewhere it verifies the notice."""
    found = find_by_slip(db.session(), token)
    if found and current_user.may("receipt.file") and menu.exists(SLIP_DESK):
        return redirect(url_for(SLIP_DESK, community_id=found.community_id, number=found.number))
    return _verified(found)


def _verified(found: Genuine | None) -> Response:
    if found is None:
        return _page("verify/unknown.html", 404)
    form, same = Compare(), None
    if form.validate_on_submit():
        with form.refusals("amount"):
            same = says(db.session(), now(), found, form.amount.data, session.address())
    return _page("verify/paper.html", form.status, paper=found, title=title(found), form=form, same=same)


def _page(template: str, status: int, **values: object) -> Response:
    answer = make_response(render_template(template, **values), status)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
