"""Every route, as everybody: let in exactly who holds the permission that the route declares (T-03)."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core import roles
from billing.store.estate import Community
from billing.web import permission
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.routes import arguments, walk

pytestmark = on_sqlite

EVERYBODY = [None, roles.OWNER, *roles.STAFF]
DOORS = ("/staff/sign-in", "/my/sign-in")


class TestEveryRoute:
    """With forms unprotected, so that only the permission decides."""

    @pytest.fixture
    def settings(self) -> dict[str, object]:
        return {"WTF_CSRF_ENABLED": False, "PROPAGATE_EXCEPTIONS": False}

    @pytest.mark.parametrize("role", EVERYBODY)
    def test_lets_in_who_may_and_nobody_else(
        self, app: Flask, session: Session, browser_of: Browser, role: str | None
    ) -> None:
        values = arguments(session)
        for rule, method, address in walk(app, values):
            needed = permission.declared(app, rule.endpoint)
            assert needed is not None
            answer = browser_of(role).open(address, method=method, buffered=True)
            where = f"{role}: {method} {address} -> {answer.status} {answer.headers.get('Location', '')}"
            turned_away = answer.status_code == 303 and answer.headers["Location"].startswith(DOORS)
            if needed == permission.ANYONE or roles.may(role, needed):
                assert answer.status_code < 500 and answer.status_code not in (401, 403), where
                assert not turned_away, where
            elif role is None:
                assert turned_away, where
            else:
                assert answer.status_code == 403, where

    def test_changes_nothing_when_it_is_only_looked_at(
        self, app: Flask, session: Session, browser_of: Browser, office: dict[str, str]
    ) -> None:
        values = arguments(session)
        browsers = [browser_of(role) for role in EVERYBODY]
        before = _content(office)
        for _, method, address in walk(app, values):
            if method == "GET":
                for browser in browsers:
                    browser.get(address, buffered=True)
        assert _content(office) == before


def test_no_form_is_taken_without_its_token(
    app: Flask, session: Session, browser_of: Browser, office: dict[str, str]
) -> None:
    """T-05: another site's page cannot act in anybody's name."""
    values = arguments(session)
    browsers = [browser_of(role) for role in EVERYBODY]
    before = _content(office)
    for _, method, address in walk(app, values):
        if method != "GET":
            for browser in browsers:
                answer = browser.open(address, method=method)
                assert answer.status_code == 400, f"{method} {address}"
    assert _content(office) == before


def test_another_sites_form_is_refused_even_with_a_token(browser_of: Browser) -> None:
    answer = browser_of("clerk").post("/staff/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400


def test_a_route_that_declares_nothing_stops_the_start(fresh_app: Flask) -> None:
    fresh_app.add_url_rule("/open-to-all", "forgotten", lambda: "oops")
    with pytest.raises(RuntimeError, match="forgotten"):
        permission.require_declarations(fresh_app)


def test_a_misspelt_permission_stops_the_start(app: Flask) -> None:
    with pytest.raises(AssertionError, match=r"roster\.veiw"):
        permission.permission("roster.veiw")


def test_a_community_that_is_not_there_is_not_found(browser_of: Browser, session: Session) -> None:
    clerk = browser_of("clerk")
    known = session.scalars(select(Community.id)).one()
    assert clerk.get(f"/c/{known}/").status_code == 200
    for number in (known + 1, 2**63 - 1, 2**63, 10**40):
        assert clerk.get(f"/c/{number}/").status_code == 404


def test_after_signing_in_the_page_asked_for_opens(client: FlaskClient) -> None:
    assert (
        client.get("/staff/users/?page=2").headers["Location"] == "/staff/sign-in?next=/staff/users/?page%3D2"
    )


def test_a_part_of_a_page_sends_the_whole_page_to_the_door(client: FlaskClient) -> None:
    answer = client.get("/staff/users/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/staff/sign-in")


def _content(office: dict[str, str]) -> list[str]:
    file = Path(office["DATABASE_URL"].removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        return list(connection.iterdump())
