"""The approval form of a waiver is opened by its number, by whoever may see what a unit owes."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.flow.town import Town, found
from tests.notices import reading
from tests.web.conftest import Browser


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    town = found(session, today)
    town.issue("2026Q2")
    return town


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return browser_of("clerk")


def test_it_is_a_paper_once_the_profile_is_complete(town: Town, clerk: FlaskClient) -> None:
    number = town.ask_waiver("1-1-101", "office-error", percent=50).number
    address = f"/c/{town.community_id}/waivers/{number}/form"
    assert clerk.get(address).status_code == 422
    town.fill_profile()
    answer = clerk.get(address)
    assert answer.mimetype == "application/pdf"
    assert number in answer.headers["Content-Disposition"]
    assert number in reading.joined(answer.data) and "张伟" in reading.joined(answer.data)


@pytest.mark.parametrize("number", ["W1-000099", "W9-000001", "R1-000001", "0", "x" * 400, "²"])
def test_a_number_that_is_none_is_not_found(town: Town, clerk: FlaskClient, number: str) -> None:
    town.fill_profile()
    assert clerk.get(f"/c/{town.community_id}/waivers/{number}/form").status_code == 404


def test_another_communitys_request_is_not_here(town: Town, clerk: FlaskClient, session: Session) -> None:
    request = town.ask_waiver("1-1-101", "office-error", percent=50)
    other = found(session, town.today, name="别处")
    assert clerk.get(f"/c/{other.community_id}/waivers/{request.number}/form").status_code == 404
