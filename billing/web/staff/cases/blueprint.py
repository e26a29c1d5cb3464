"""The blueprint of all pages of cases, and how a case is found."""

from flask import Blueprint, g
from werkzeug.wrappers import Response

from billing.core.playbook import PARTS, USUAL
from billing.extensions import db
from billing.flow.cases import find_case
from billing.store.cases import Case

bp = Blueprint("cases", __name__, url_prefix="/c/<int:community_id>/cases")

# The playbook stands beside the case, the call and the visit.
bp.context_processor(lambda: {"usual": USUAL, "parts": PARTS})

Page = str | Response | tuple[str, int]


def the_case(number: str) -> Case:
    """The community's case of that number. Raises Missing."""
    return find_case(db.session(), g.community.id, number)
