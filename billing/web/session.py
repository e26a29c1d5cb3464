"""Who is asking: a token in our own cookie, a row on the server, a person with a role.

The edge of signing in is here too: it commits the try before the password is looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Request, after_this_request, current_app, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.clock import now
from billing.core import roles
from billing.extensions import db, login
from billing.flow import access, tries
from billing.flow.access import OWNER_SPAN
from billing.store.accounts import OwnerAccount, User
from billing.store.base import writing


@dataclass(frozen=True)
class Person:
    """Whoever asks, as `current_user` gives it: staff, an owner with his `parties`, or nobody (no role)."""

    id: int = 0
    name: str = ""
    full_name: str = ""
    role: str | None = None
    parties: frozenset[int] = frozenset()

    @property
    def is_authenticated(self) -> bool:
        return self.role is not None

    def may(self, permission: str) -> bool:
        return roles.may(self.role, permission)


def init_app(app: Flask) -> None:
    login.anonymous_user = Person
    login.session_protection = None  # Flask's own cookie holds no identity
    login.request_loader(load_person)


def cookie_name() -> str:
    """Over https the browser itself holds the cookie to this host and path."""
    return "__Host-permille" if current_app.config["SESSION_COOKIE_SECURE"] else "permille"


def token() -> str | None:
    return request.cookies.get(cookie_name())


def load_person(asked: Request) -> Person | None:
    """Whose session the request's cookie belongs to; notes its use now and then.

    The guard asks first, before any view begins to write.
    """
    presented = asked.cookies.get(cookie_name())
    if not presented:
        return None
    database, moment = db.session(), now()
    visitor = access.find_visitor(database, moment, presented)
    if visitor is None:
        return None
    if access.wants_note(database, moment, presented):
        with writing(database):
            access.note_use(database, moment, presented)
    return Person(visitor.id, visitor.name, visitor.full_name, visitor.role, visitor.parties)


def sign_in_staff(name: str, password: str) -> bool:
    """Sign a member of staff in; False for a wrong name or password. Raises TooMany."""
    return _sign_in("staff", access.check_staff, name, password)


def sign_in_owner(name: str, password: str) -> bool:
    """Sign an owner in; False for a wrong name or password. Raises TooMany."""
    return _sign_in("owner", access.check_owner, name, password)


def _sign_in(
    kind: str, check: Callable[[Session, str, str], User | OwnerAccount | None], name: str, password: str
) -> bool:
    database, moment = db.session(), now()
    subjects = access.subjects(kind, name, address())
    with writing(database):
        tries.count_try(database, moment, subjects)
    whose = check(database, name, password)
    if whose is None:
        return False
    proved = whose.password_hash
    with writing(database):
        if whose.password_hash != proved:  # changed while it was being checked
            return False
        tries.take_back(database, moment, subjects)
        opened = access.open_session(database, moment, whose, replaced=token())
    remember(opened, staff=kind == "staff")
    return True


def remember(opened: str, staff: bool) -> None:
    """Give the browser its new token; forms made before the sign-in are void."""
    session.pop("csrf_token", None)
    name, secure = cookie_name(), current_app.config["SESSION_COOKIE_SECURE"]
    lasts = None if staff else int(OWNER_SPAN.idle.total_seconds())

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(name, opened, max_age=lasts, httponly=True, samesite="Lax", secure=secure)
        return response


def sign_out() -> None:
    """End the session on the server and in the browser."""
    presented = token()
    if presented:
        with writing(db.session()):
            access.close_session(db.session(), now(), presented)
    session.clear()
    name, secure = cookie_name(), current_app.config["SESSION_COOKIE_SECURE"]

    @after_this_request
    def forget(response: Response) -> Response:
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=secure)
        return response


def address() -> str:
    """Where the request comes from, as far as the server knows."""
    return request.remote_addr or "unknown"
