"""Every route says who may use it, or the app does not start."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from billing.core import roles
from billing.web.session import Person

View = TypeVar("View", bound=Callable[..., Any])

#: What `@public` declares: anyone may, signed in or not.
ANYONE = "anyone"


def permission(name: str) -> Callable[[View], View]:
    """Declare that a view needs that permission of billing.core.roles."""
    assert name in roles.PERMISSIONS, f"“{name}” is no permission of billing.core.roles"
    return lambda view: _declare(view, name)


def public(view: View) -> View:
    """Declare that anyone may use the view."""
    return _declare(view, ANYONE)


def _declare(view: View, name: str) -> View:
    view.permission = name  # type: ignore[attr-defined]
    return view


def declared(app: Flask, endpoint: str) -> str | None:
    """What the endpoint's view declares: a permission, ANYONE, or None where it forgot to."""
    return getattr(app.view_functions[endpoint], "permission", None)


def require_declarations(app: Flask) -> None:
    """Stop the start if any route does not say who may use it."""
    silent = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if declared(app, rule.endpoint) is None}
    )
    if silent:
        raise RuntimeError(f"routes without @permission or @public: {', '.join(silent)}")


def visitor() -> Person:
    """Who asks: `current_user` with its type."""
    person: Person = current_user._get_current_object()
    return person


def guard() -> Response | None:
    """Before each request: let in who may, send to the right sign-in page who has not signed in, refuse the rest."""
    if request.endpoint is None or request.url_rule is None:
        return None  # no such page: routing says so
    needed = declared(current_app, request.endpoint)
    if needed == ANYONE:
        return None
    assert needed is not None, "require_declarations let an undeclared route through"
    person = visitor()
    if person.may(needed):
        return None
    if person.is_authenticated:
        abort(403)
    return _ask_to_sign_in("portal.sign_in" if needed == "owner.self" else "account.sign_in")


def _ask_to_sign_in(endpoint: str) -> Response:
    """A page is opened again after sign-in; an act is not, since its form is gone."""
    following = request.full_path.rstrip("?") if request.method == "GET" and not _by_htmx() else None
    target = url_for(endpoint, next=following)
    if _by_htmx():
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _by_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"
