"""Signing in and out as a browser sees it (T-04, T-06, T-08)."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from billing.store.accounts import OwnerAccount, SignIn, User
from billing.store.base import writing
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import PASSWORD
from tests.web.forms import send, token_of

pytestmark = on_sqlite

People = dict[str, User | OwnerAccount]
DOOR = "/staff/sign-in"


def test_staff_sign_in_and_out(people: People, client: FlaskClient) -> None:
    answer = send(client, DOOR, name=" Clerk ", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"permille=\S{40,}; HttpOnly; Path=/; SameSite=Lax$", cookie), cookie
    assert client.get("/staff/").status_code == 200

    stolen = client.get_cookie("permille")
    assert stolen
    send(client, "/staff/", to="/staff/sign-out")
    client.set_cookie("permille", stolen.value)
    assert client.get("/staff/").status_code == 303, "the server itself has ended the session"


def test_an_owner_signs_in_at_his_own_door_only(people: People, client: FlaskClient) -> None:
    assert send(client, DOOR, name="chenjing", password=PASSWORD).status_code == 422
    assert send(client, "/my/sign-in", name="clerk", password=PASSWORD).status_code == 422
    answer = send(client, "/my/sign-in", name="chenjing", password=PASSWORD)
    assert answer.headers["Location"] == "/my/"
    page = client.get("/my/", follow_redirects=True)
    assert "1-2-1503" in page.text and page.headers["Cache-Control"] == "no-store"
    assert client.get("/staff/").status_code == 403


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(people: People, client: FlaskClient) -> None:
    answers = [
        send(client, DOOR, name=name, password=password)
        for name, password in (("clerk", "wrong"), ("clark", "wrong"), ("clark", PASSWORD))
    ]
    pages = {_without_what_was_typed(answer.text) for answer in answers}
    assert {answer.status_code for answer in answers} == {422} and len(pages) == 1


def test_guessing_ends_and_the_right_password_does_not_help_then(people: People, client: FlaskClient) -> None:
    statuses = [send(client, DOOR, name="clerk", password=f"guess {n}").status_code for n in range(10)]
    assert statuses == [422] * 8 + [429] * 2
    answer = send(client, DOOR, name="clerk", password=PASSWORD)
    assert answer.status_code == 429 and "15" in answer.text
    assert send(client, DOOR, name="manager", password=PASSWORD).status_code == 303, "others work on"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", ""])
def test_nobody_is_sent_to_another_site(people: People, client: FlaskClient, target: str) -> None:
    page = f"{DOOR}?next={target}"
    token = token_of(client, DOOR)
    answer = client.post(page, data={"csrf_token": token, "name": "clerk", "password": PASSWORD})
    assert answer.headers["Location"] == "/staff/"


def test_a_new_sign_in_has_a_new_token_and_ends_the_old_one(people: People, client: FlaskClient) -> None:
    tokens = []
    for _ in range(2):
        send(client, DOOR, name="clerk", password=PASSWORD)
        cookie = client.get_cookie("permille")
        assert cookie
        tokens.append(cookie.value)
    assert tokens[0] != tokens[1]
    client.set_cookie("permille", tokens[0])
    assert client.get("/staff/").status_code == 303


def test_a_planted_token_is_worth_nothing(people: People, client: FlaskClient) -> None:
    """T-04: a session cannot be fixed beforehand."""
    client.set_cookie("permille", "planted")
    send(client, DOOR, name="clerk", password=PASSWORD)
    cookie = client.get_cookie("permille")
    assert cookie and cookie.value != "planted"


@pytest.mark.parametrize(("role", "idle"), [("clerk", timedelta(minutes=30)), ("owner", timedelta(days=30))])
def test_an_unused_session_ends(browser_of: Browser, session: Session, role: str, idle: timedelta) -> None:
    client, page = browser_of(role), "/my/add" if role == "owner" else "/staff/"
    for unused, status in ((idle - timedelta(seconds=30), 200), (idle, 303)):
        with writing(session):
            session.execute(update(SignIn).values(seen_at=SignIn.created_at, expires_at=SignIn.expires_at))
            seen = session.query(SignIn).one()
            seen.seen_at = seen.created_at - unused
        assert client.get(page).status_code == status


def test_use_keeps_a_session_alive(browser_of: Browser, session: Session) -> None:
    client = browser_of("clerk")
    with writing(session):
        row = session.query(SignIn).one()
        row.seen_at = row.created_at - timedelta(minutes=29)
    client.get("/staff/")
    session.expire_all()
    session.rollback()
    row = session.query(SignIn).one()
    assert row.seen_at >= row.created_at


def test_a_changed_password_ends_all_sessions_but_the_one_it_was_changed_in(browser_of: Browser) -> None:
    here, elsewhere = browser_of("clerk"), browser_of("clerk")
    fields = {"old": PASSWORD, "new": "another good one", "again": "another good one"}
    wrong = send(here, "/staff/password", **{**fields, "old": "not it"})
    assert wrong.status_code == 422 and elsewhere.get("/staff/").status_code == 200
    assert send(here, "/staff/password", **fields).status_code == 303
    assert here.get("/staff/").status_code == 200
    assert elsewhere.get("/staff/").status_code == 303


def test_over_https_the_cookie_is_bound_to_the_host(
    people: People, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(client.application.config, "SESSION_COOKIE_SECURE", True)
    page = client.get(DOOR, base_url="https://localhost").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    answer = client.post(
        DOOR,
        data={"csrf_token": token[1], "name": "clerk", "password": PASSWORD},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/staff/sign-in"},
    )
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if "permille=" in c)
    assert cookie.startswith("__Host-permille=") and "Secure" in cookie and "Path=/" in cookie
    assert "Strict-Transport-Security" in answer.headers


def _without_what_was_typed(page: str) -> str:
    return re.sub(r'(value|content)="[^"]*"', "", page)
