"""The blueprint that the pages of this package share, and what each of them shows at its head."""

from flask import Blueprint

bp = Blueprint("tariffs", __name__, url_prefix="/c/<int:community_id>/tariffs")
