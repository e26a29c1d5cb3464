"""The guide leads an empty office to its first bills."""

import pytest

from billing.clock import now
from billing.flow import access, staff
from billing.store.base import writing
from tests.flow.town import found
from tests.support.databases import on_sqlite
from tests.web.desk import SEALED
from tests.web.forms import send

pytestmark = on_sqlite

GUIDE = "/staff/guide/"


@pytest.fixture
def manager(app, session):
    """The first manager of an office without a community."""
    with writing(session):
        user = staff.create_user(session, now(), "manager", "manager", SEALED)
        token = access.open_session(session, now(), user)
    client = app.test_client()
    client.set_cookie("permille", token)
    client.set_cookie("permille_language", "en")
    return client


def done(page: str) -> int:
    return page.count("✓")


def test_an_empty_office_is_led_here(manager):
    assert manager.get("/staff/").headers["Location"] == GUIDE
    page = manager.get(GUIDE).text
    assert done(page) == 0 and f'href="{GUIDE}community"' in page
    assert "#licence" in page, "each missing fact leads to its field"


def test_a_new_community_begins_with_usual_rules_and_lacks_its_contract(manager):
    answer = send(manager, f"{GUIDE}community", name=" 静园 ")
    page = manager.get(answer.headers["Location"]).text
    assert "静园" in page and "#late_fee_clause" in page
    number = answer.headers["Location"].rpartition("=")[2]
    policy = manager.get(f"/c/{number}/tariffs/late-fee").text
    assert 'name="rate_ppm"' in policy and 'value="1"' in policy


def test_a_nameless_community_is_refused(manager):
    answer = send(manager, f"{GUIDE}community", name="  ")
    assert answer.status_code == 422 and 'id="name-error"' in answer.text


def test_the_same_name_twice_is_one_community(manager):
    first = send(manager, f"{GUIDE}community", name="静园").headers["Location"]
    assert send(manager, f"{GUIDE}community", name="静园").headers["Location"] == first


def test_each_step_counts_once_it_is_done(manager, session, today):
    town = found(session, today)
    page = manager.get(GUIDE).text
    assert done(page) == 2 and "3 units" in page
    town.fill_profile()
    town.issue("2026Q4")
    page = manager.get(GUIDE).text
    assert done(page) == 5 and "Everything is set up" in page


def test_another_community_can_be_looked_at(manager, session, today):
    first = found(session, today, "静园")
    found(session, today, "和园", roster="房号 业主 建筑面积\n1-1-101 周敏 100")
    assert "1 unit" in manager.get(GUIDE).text
    assert "3 units" in manager.get(f"{GUIDE}?community={first.community_id}").text
    assert manager.get(f"{GUIDE}?community=99").status_code == 404
