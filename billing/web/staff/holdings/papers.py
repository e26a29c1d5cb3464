"""The papers that prove who holds a unit or joined a debt, handed back as they came."""

from flask import Response, abort
from sqlalchemy import select

from billing.extensions import db
from billing.store.evidence import StoredFile
from billing.store.liability import Joinder
from billing.store.people import Ownership
from billing.web import sealed
from billing.web.community import find_unit
from billing.web.permission import permission
from billing.web.staff.holdings.blueprint import bp
from billing.web.vault import kept


@bp.get("/holdings/<int:holding_id>/paper")
@permission("contact.reveal")
def paper(community_id: int, unit_id: int, holding_id: int) -> Response:
    """Of a transfer or a tenancy."""
    query = select(Ownership.paper).where(
        Ownership.id == holding_id, Ownership.unit_id == find_unit(unit_id).id
    )
    return _original(db.session.scalar(query), f"holding-{holding_id}")


@bp.get("/joinders/<int:joinder_id>/paper")
@permission("contact.reveal")
def joinder(community_id: int, unit_id: int, joinder_id: int) -> Response:
    query = select(Joinder.paper).where(Joinder.id == joinder_id, Joinder.unit_id == find_unit(unit_id).id)
    return _original(db.session.scalar(query), f"joinder-{joinder_id}")


def _original(sha256: str | None, name: str) -> Response:
    if sha256 is None:
        abort(404)
    file = db.session.get_one(StoredFile, sha256)
    return sealed.original(kept(sha256), name, file.media_type)
