"""The approval form of a waiver, as a paper to read, print and sign."""

from flask import Blueprint, Response

from billing.clock import today
from billing.extensions import db
from billing.flow.waiver_form import waiver_form_pdf
from billing.flow.waivers import find_waiver
from billing.web import sealed
from billing.web.permission import permission
from billing.web.vault import the_vault

bp = Blueprint("waiver_form", __name__, url_prefix="/c/<int:community_id>/waivers")


@bp.get("/<number>/form")
@permission("statement.view")
def show(community_id: int, number: str) -> Response:
    session = db.session()
    request = find_waiver(session, community_id, number)
    return sealed.paper(waiver_form_pdf(session, the_vault(), request, today()), request.number)
