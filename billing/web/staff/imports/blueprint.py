"""The blueprint that the steps of the wizard share."""

from flask import Blueprint

bp = Blueprint("imports", __name__, url_prefix="/c/<int:community_id>/import")
