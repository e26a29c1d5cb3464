"""An owner's way in, on a phone: the code from the letter, then his own page."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now, today
from billing.flow.activation import issue_activation_code
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.people import Ownership, Party
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.forms import send

pytestmark = on_sqlite

ME = {"name": "13800001234", "password": "a quiet afternoon"}


@pytest.fixture
def code(session: Session, browser_of: Browser) -> str:
    """For the second owner, 王芳 of 1-2-1504."""
    with writing(session):
        first = session.scalars(select(Unit)).one()
        unit = Unit(community_id=first.community_id, building="1", entrance="2", room="1504", area_e2=9850)
        unit.place()
        party = Party(community_id=first.community_id, name="王芳")
        session.add_all((unit, party))
        session.flush()
        session.add(Ownership(community_id=first.community_id, unit_id=unit.id, party_id=party.id, entry=1))
        session.flush()
        return issue_activation_code(session, "test", today(), now(), party, unit)[1]


def test_a_code_opens_an_account_that_shows_its_unit_only(client: FlaskClient, code: str) -> None:
    answer = send(client, "/my/activate", code=code.lower().replace("0", "o"), **ME)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/")
    assert "Max-Age=2592000" in answer.headers["Set-Cookie"]
    page = client.get("/my/", follow_redirects=True).text
    assert "1-2-1504" in page and "1-2-1503" not in page


def test_a_used_code_and_a_made_up_one_get_the_same_answer(client: FlaskClient, code: str) -> None:
    made_up = send(client, "/my/activate", code="7777-7777-77777", **ME)
    send(client, "/my/activate", code=code, **ME)
    client.delete_cookie("permille")
    used = send(client, "/my/activate", code=code, **ME)
    assert made_up.status_code == used.status_code == 422
    assert _error(made_up.text) == _error(used.text) != ""


def test_a_weak_password_or_a_taken_name_leaves_the_code_good(client: FlaskClient, code: str) -> None:
    for fields, field in (({"password": "12345678"}, "password"), ({"name": "chenjing"}, "name")):
        answer = send(client, "/my/activate", **{"code": code, **ME, **fields})
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert send(client, "/my/activate", code=code, **ME).status_code == 303


def test_five_wrong_tries_close_a_codes_beginning(client: FlaskClient, code: str) -> None:
    wrong = code[:4] + "-0000-00000"
    statuses = [send(client, "/my/activate", code=wrong, **ME).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert send(client, "/my/activate", code=code, **ME).status_code == 429


def test_an_owner_adds_another_units_code(browser_of: Browser, code: str) -> None:
    owner = browser_of("owner")
    assert owner.get("/my/activate").headers["Location"] == "/my/add"
    assert send(owner, "/my/add", code=code).status_code == 303
    page = owner.get("/my/", follow_redirects=True).text
    assert "1-2-1503" in page and "1-2-1504" in page
    assert send(owner, "/my/add", code=code).status_code == 422


def test_a_new_code_replaces_a_lost_password(client: FlaskClient, session: Session, code: str) -> None:
    """T-08: the way back in is the way in; whoever was signed in is signed out."""
    send(client, "/my/activate", code=code, **ME)
    with writing(session):
        unit = session.scalars(select(Unit).where(Unit.room == "1504")).one()
        party = session.scalars(select(Party).where(Party.name == "王芳")).one()
        again = issue_activation_code(session, "test", today(), now() + timedelta(days=1), party, unit)[1]
    new = client.application.test_client()
    assert send(new, "/my/activate", code=again, **ME | {"password": "a louder evening"}).status_code == 303
    assert client.get("/my/").status_code == 303
    assert send(client, "/my/sign-in", **ME).status_code == 422


def _error(page: str) -> str:
    match = re.search(r'id="code-error">(.*?)</div></div>', page, re.DOTALL)
    return match[1] if match else ""
