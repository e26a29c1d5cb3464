"""The community a page is about: /c/<community_id>/… finds it before the view runs, and the view what is in it."""

from collections.abc import Sequence
from typing import Any

from flask import Flask, abort, current_app, g, request
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from billing.core.problem import Missing
from billing.extensions import db
from billing.store.estate import Community, Unit
from billing.store.people import Party
from billing.translations import N_


class RowNumber(IntegerConverter):
    """An integer that a database can hold: a longer one is simply not found."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **options})


def init_app(app: Flask) -> None:
    """To be called before any blueprint is registered: it changes what <int:…> means."""
    app.url_map.converters["int"] = RowNumber
    app.url_defaults(_stay)


def find_community() -> None:
    """Before each request, after the guard: `g.community`, or 404."""
    number = (request.view_args or {}).get("community_id")
    if number is not None:
        g.community = db.session.get(Community, number) or abort(404)


def _stay(endpoint: str, values: dict[str, Any]) -> None:
    """A link made on a community's page leads to the same community."""
    known = g.get("community")
    if (
        known
        and "community_id" not in values
        and current_app.url_map.is_endpoint_expecting(endpoint, "community_id")
    ):
        values["community_id"] = known.id


def find_unit(unit_id: int) -> Unit:
    """The community's unit of that number. Raises Missing."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or unit.community_id != g.community.id:
        raise Missing(N_("There is no such unit here."))
    return unit


def find_party(party_id: int) -> Party:
    """The owner or debtor of that number whom the community knows. Raises Missing."""
    party = db.session.get(Party, party_id)
    if party is None or party.community_id != g.community.id:
        raise Missing(N_("There is no such person here."))
    return party


def communities() -> Sequence[Community]:
    return db.session.scalars(select(Community).order_by(Community.name)).all()
