"""The pages: wired here, written in `staff`, `portal` and `front`."""

from typing import Any

from flask import Flask, g

from billing import clock
from billing.web import (
    address,
    community,
    errors,
    front,
    headers,
    language,
    library,
    menu,
    permission,
    portal,
    render,
    session,
    verification,
)
from billing.web import staff as office
from billing.web.language import choose_locale

__all__ = ["choose_locale", "init_app"]


def init_app(app: Flask) -> None:
    """Register every page, and what stands before and around all of them."""
    # A form is good as long as its session: a clerk may be called away.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    session.init_app(app)
    headers.init_app(app)
    app.before_request(permission.guard)
    app.before_request(address.refuse_nul)
    app.before_request(community.find_community)
    community.init_app(app)
    errors.init_app(app)
    render.init_app(app)
    library.init_app(app)
    for blueprint in (front.bp, verification.bp, *office.BLUEPRINTS, *portal.BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.context_processor(_surroundings)
    permission.require_declarations(app)


def _surroundings() -> dict[str, Any]:
    """What the layout itself asks for."""
    return {
        "today": clock.today(),
        "language_tag": language.tag(),
        "other_languages": language.others(),
        "menu": menu,
        "community": g.get("community"),
        "communities": community.communities,
    }
