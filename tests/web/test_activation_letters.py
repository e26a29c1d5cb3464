"""Activation letters: codes printed once, in the order of the doors, and good for what they promise."""

import io
import re
import subprocess

import pikepdf
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from billing.flow.profile import OFFICE, set_profile
from billing.store.accounts import AccountParty, ActivationCode
from billing.store.base import writing
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.forms import send
from tests.web.neighbours import Neighbours

pytestmark = on_sqlite

EN = {"Accept-Language": "en"}
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}")


@pytest.fixture
def clerk(neighbours: Neighbours, browser_of: Browser) -> FlaskClient:
    return browser_of("clerk")


@pytest.fixture
def page(neighbours: Neighbours) -> str:
    return f"/c/{neighbours.town.community_id}/activation/"


def test_all_owners_get_a_letter_in_the_order_of_the_doors(clerk: FlaskClient, page: str) -> None:
    shown = clerk.get(page + "?building=*", headers=EN).text
    assert "3 letters" in shown and "孙*" in shown and "王芳" not in shown  # the buyer's, not the seller's
    answer = send(clerk, page + "?building=*", to=page, building="*", key="one click")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    said = _words(answer)
    assert len(CODE.findall(said)) == 3
    assert [said.index(name) for name in ("张伟", "李娜", "孙强")] == sorted(
        said.index(name) for name in ("张伟", "李娜", "孙强")
    )
    with pikepdf.open(io.BytesIO(answer.data)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["1-1-101", "1-1-102", "2-1-201"]


def test_a_code_from_the_letter_opens_the_owners_page(
    clerk: FlaskClient, client: FlaskClient, page: str
) -> None:
    letter = send(clerk, page, unit="1-1-102", key="a")
    code = CODE.findall(_words(letter))[0]
    me = {"code": code, "name": "13800000000", "password": "a quiet afternoon"}
    assert send(client, "/my/activate", **me).status_code == 303
    assert "1-1-102" in client.get("/my/", follow_redirects=True).text


def test_codes_are_kept_nowhere_in_clear(clerk: FlaskClient, page: str, session: Session) -> None:
    code = CODE.findall(_words(send(clerk, page, unit="1-1-102", key="a")))[0]
    connection = session.connection().connection
    dump = "\n".join(connection.iterdump())
    assert code not in dump and code.replace("-", "") not in dump


def test_a_second_click_makes_nothing(clerk: FlaskClient, page: str, session: Session) -> None:
    first = send(clerk, page, building="*", key="the same")
    again = send(clerk, page, building="*", key="the same")
    assert (first.status_code, again.status_code) == (200, 422)
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(ActivationCode.id))) == 3
    assert session.scalar(sa.select(sa.func.count()).where(ActivationCode.voided_at.is_not(None))) == 0


def test_new_letters_void_older_ones_and_say_so(clerk: FlaskClient, client: FlaskClient, page: str) -> None:
    old = CODE.findall(_words(send(clerk, page, unit="1-1-101", key="a")))[0]
    assert "code that still works" in clerk.get(page + "?unit=1-1-101", headers=EN).text
    new = CODE.findall(_words(send(clerk, page, unit="1-1-101", key="b")))[0]
    me = {"name": "13800000000", "password": "a quiet afternoon"}
    assert send(client, "/my/activate", code=old, **me).status_code == 422
    assert send(client, "/my/activate", code=new, **me).status_code == 303


def test_who_has_an_account_is_left_out_but_for_a_letter_of_his_own(
    neighbours: Neighbours, clerk: FlaskClient, page: str
) -> None:
    neighbours.browser("张伟")
    assert "2 letters" in clerk.get(page + "?building=*", headers=EN).text
    assert "1 letter<" in clerk.get(page + "?building=1", headers=EN).text
    alone = clerk.get(page + "?unit=1-1-101", headers=EN).text
    assert "1 letter" in alone and "This owner has an account already." in alone


def test_nobody_left_is_said(neighbours: Neighbours, clerk: FlaskClient, page: str) -> None:
    neighbours.browser("孙强")
    assert "Everybody there has an account" in clerk.get(page + "?building=2", headers=EN).text
    assert send(clerk, page, building="2", key="a").status_code == 422


@pytest.mark.parametrize("unit", ["9-9-999", "x", "'; drop table unit; --"])
def test_a_unit_that_is_none_is_said_at_the_field(clerk: FlaskClient, page: str, unit: str) -> None:
    answer = clerk.get(page, query_string={"unit": unit})
    assert answer.status_code == 422 and 'id="unit-error"' in answer.text


def test_nothing_is_made_while_the_profile_has_gaps(
    neighbours: Neighbours, clerk: FlaskClient, page: str, session: Session
) -> None:
    with writing(session):
        set_profile(session, "clerk", neighbours.town.today, OFFICE, {"public_url": ""})
    answer = send(clerk, page, building="*", key="a")
    assert answer.status_code == 422 and "public_url" in answer.text
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(ActivationCode.id))) == 0
    assert session.scalar(sa.select(sa.func.count(AccountParty.party_id))) == 1  # the office's own owner


def _words(answer: TestResponse) -> str:
    assert answer.mimetype == "application/pdf", answer.text
    read = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True
    )
    return str(read.stdout, "utf-8")
