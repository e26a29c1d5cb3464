"""The wizard's first step: which file."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from billing.core.problem import Refused
from billing.extensions import db
from billing.store.base import writing
from billing.store.ledger import Entry
from billing.web.permission import permission
from billing.web.staff.imports.blueprint import bp
from billing.web.staff.imports.kind import KINDS, Kind
from billing.web.staff.imports.waiting import keep_upload, plain_name

Page = str | Response | tuple[str, int]

_RECENT = 10


@bp.get("/")
@permission("roster.import")
def index(community_id: int) -> str:
    """Both kinds, and what was imported lately."""
    query = select(Entry).where(Entry.community_id == community_id, Entry.kind.in_(KINDS))
    recent = db.session.scalars(query.order_by(Entry.seq.desc()).limit(_RECENT)).all()
    return render_template("staff/imports/index.html", kinds=KINDS, recent=recent)


@bp.route("/roster", methods=["GET", "POST"])
@permission("roster.import")
def roster(community_id: int) -> Page:
    return _upload(KINDS["roster"])


@bp.route("/arrears", methods=["GET", "POST"])
@permission("roster.import")
def arrears(community_id: int) -> Page:
    return _upload(KINDS["arrears"])


def _upload(kind: Kind) -> Page:
    """Take a file that can be opened on to its preview; say at once why another cannot be used."""
    if request.method == "GET":
        return render_template("staff/imports/upload.html", kind=kind, error="")
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        error = gettext("Choose the file first.")
        return render_template("staff/imports/upload.html", kind=kind, error=error), 422
    name, data = plain_name(sent.filename), sent.read()
    try:
        with writing(db.session()):
            sha256 = keep_upload(kind, data, name)
    except Refused as refused:
        error = refused.sentence(gettext)
        return render_template("staff/imports/upload.html", kind=kind, error=error), 422
    return redirect(url_for("imports.preview", kind=kind.name, sha256=sha256, name=name), 303)
