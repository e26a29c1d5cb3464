"""Waivers looked up: the list by what has become of each, and the papers that speak for one."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template, request

from billing.clock import today
from billing.core.calendar import EARLIEST, LATEST
from billing.core.waiver_policy import KINDS
from billing.extensions import db
from billing.flow import preview, waiver_book
from billing.flow.waivers import find_waiver
from billing.store import waiver_list
from billing.store.granted import terms_of
from billing.store.waiver_list import SHELVES, Wish
from billing.store.waivers import WaiverRequest
from billing.web import sealed, waiver_form, waiver_words
from billing.web.permission import permission
from billing.web.vault import kept

bp = Blueprint("waivers", __name__, url_prefix="/c/<int:community_id>/waivers")
bp.teardown_request(waiver_form.close_uploads)

PAGE = 50
_YEARS = range(EARLIEST.year, LATEST.year + 1)


@bp.get("/")
@permission("waiver.view")
def index(community_id: int) -> str:
    """One shelf at a time, the newest first; how each stands is worked out for those of the page only."""
    session, day = db.session(), today()
    shelf = request.args.get("state", "asked")
    wish = Wish(
        shelf if shelf in SHELVES else None,
        kind if (kind := request.args.get("kind", "")) in KINDS else "",
        request.args.get("unit", type=int),
        year if (year := request.args.get("year", 0, type=int)) in _YEARS else None,
    )
    count = waiver_list.count(session, community_id, wish, day)
    pages = max(1, -(-count // PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    rows = waiver_list.listed(session, community_id, wish, day, (page - 1) * PAGE, PAGE)
    return render_template(
        "staff/waivers/index.html",
        rows=rows,
        looked=waiver_book.look(session, community_id, rows, day),
        terms_of=terms_of,
        wish=wish,
        shelves=waiver_words.SHELVES,
        kinds=KINDS,
        count=count,
        page=page,
        pages=pages,
    )


@bp.get("/<number>/papers/<sha256>")
@permission("waiver.request")
def paper(community_id: int, number: str, sha256: str) -> Response:
    """The file as it came, to be saved: never shown as part of the site, whatever is in it."""
    row = _paper(number, sha256)
    return sealed.original(kept(sha256), row.WaiverPaper.file_name or number, row.StoredFile.media_type)


@bp.get("/<number>/papers/<sha256>/preview.jpg")
@permission("waiver.request")
def picture(community_id: int, number: str, sha256: str) -> Response:
    """A photo drawn anew, small and without EXIF; a PDF has none and is only handed back."""
    row = _paper(number, sha256)
    if not row.StoredFile.media_type.startswith("image/"):
        abort(404)
    folder = Path(current_app.config["INSTANCE_DIR"]) / "previews"
    return sealed.picture(preview.cached(folder, sha256, kept(sha256)))


def _paper(number: str, sha256: str) -> Any:
    request = find(number)
    rows = waiver_list.papers(db.session(), request.id)
    return next((row for row in rows if row.WaiverPaper.sha256 == sha256), None) or abort(404)


def find(number: str) -> WaiverRequest:
    """The community's request of that number. Raises Missing."""
    return find_waiver(db.session(), g.community.id, number)
