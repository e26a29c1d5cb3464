"""What holds for every page: its headers, its language, its errors, the files it loads."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from billing.core.problem import Missing, Refused
from billing.web.permission import public
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.forms import send

pytestmark = on_sqlite

PUBLIC = ["/", "/staff/sign-in", "/my/sign-in", "/my/activate", "/nothing-here"]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_may_load_nothing_but_what_is_ours(client: FlaskClient, address: str) -> None:
    """T-23: no inline script or style, so that none can be slipped in."""
    answer = client.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)


def test_chinese_unless_somebody_wants_english(client: FlaskClient) -> None:
    def language(**headers: str) -> str:
        match = re.search(r'<html lang="([^"]+)"', client.get("/", headers=headers).text)
        assert match
        return match[1]

    assert language() == "zh-CN"
    assert language(Accept_Language="en-GB,en;q=0.9") == "en"
    assert language(Accept_Language="zh-TW,en;q=0.5") == "zh-CN"
    assert language(Accept_Language="fr") == "zh-CN"
    answer = send(client, "/", to="/language", locale="en", next="/my/sign-in")
    assert answer.headers["Location"] == "/my/sign-in"
    assert language(Accept_Language="zh-CN") == "en", "a choice made counts for more than the browser's wish"
    assert send(client, "/", to="/language", locale="xx").status_code == 400


def test_the_door_leads_on_who_is_signed_in(browser_of: Browser) -> None:
    assert browser_of("clerk").get("/").headers["Location"] == "/staff/"
    assert browser_of("owner").get("/").headers["Location"] == "/my/"


@pytest.fixture
def failing(fresh_app: Flask) -> FlaskClient:
    """An office with pages that go wrong in every way."""

    def fail(how: str) -> str:
        match how:
            case "refused":
                raise Refused("The period %(period)s is issued already.", period="2026Q4")
            case "missing":
                raise Missing("There is no unit %(label)s.", label="<b>9</b>")
            case _:
                raise ZeroDivisionError("secret detail")

    fresh_app.add_url_rule("/fail/<how>", "fail", public(fail), methods=["GET", "POST"])
    return fresh_app.test_client()


def test_what_a_rule_refuses_is_said_in_one_sentence(failing: FlaskClient) -> None:
    answer = failing.get("/fail/refused")
    assert answer.status_code == 422 and "The period 2026Q4 is issued already." in answer.text
    part = failing.get("/fail/refused", headers={"HX-Request": "true"})
    assert part.status_code == 422 and "<html" not in part.text and "2026Q4" in part.text


def test_what_is_not_there_is_a_404_and_its_name_is_only_text(failing: FlaskClient) -> None:
    answer = failing.get("/fail/missing")
    assert answer.status_code == 404 and "&lt;b&gt;9" in answer.text


def test_a_fault_of_ours_tells_nothing_about_it(failing: FlaskClient) -> None:
    answer = failing.get("/fail/somehow")
    assert answer.status_code == 500 and "secret detail" not in answer.text and "<h1>" in answer.text


def test_a_file_too_large_is_said_to_be(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(client.application.config, "MAX_CONTENT_LENGTH", 1000)
    answer = client.post("/language", data={"next": "x" * 2000})
    assert answer.status_code == 413 and "25 MB" in answer.text


def test_a_form_that_lost_its_token_says_what_to_do(client: FlaskClient) -> None:
    answer = client.post("/language", data={"locale": "en"})
    assert answer.status_code == 400 and "<h1>" in answer.text


def test_files_are_kept_by_the_browser_under_an_address_that_names_their_content(client: FlaskClient) -> None:
    page = client.get("/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(addresses) == 7 and all("?v=" in address for address in addresses)
    for address in addresses:
        answer = client.get(address, buffered=True)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["bootstrap/package.json", "../config.py", "..%2f..%2fconfig.py", ".package-lock.json"]
)
def test_of_the_packages_only_what_pages_load_is_given(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/lib/{path}").status_code == 404
