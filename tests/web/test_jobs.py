"""The recurring tasks on their page: what they came to, run now, another time; previews where they are acted on."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.roles import STAFF, may
from billing.flow import schedule
from billing.store.ledger import Charge
from billing.store.work import Job
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, work

pytestmark = on_sqlite

PAGE = "/staff/jobs/"


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q2")
    return town


@pytest.fixture
def manager(browser_of: Browser, town: Town) -> FlaskClient:
    return english(browser_of("manager"))


@pytest.fixture
def done(app: Flask, town: Town, manager: FlaskClient) -> None:
    """Every task was run once from the page."""
    for kind in schedule.TASKS:
        press(manager, f"{PAGE}tasks/{kind}/run")
    work(app, town.session)


def press(client: FlaskClient, address: str, **fields: str) -> None:
    answer = client.post(address, data={**hidden(at(client, PAGE)), "community": "0", **fields})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)


def row(client: FlaskClient, kind: str) -> str:
    """The task's row as text."""
    (found,) = [
        one for one in re.findall(r"<tr.*?</tr>", at(client, PAGE), re.S) if f"/tasks/{kind}/run" in one
    ]
    return re.sub(r"<[^>]*>|\s+", " ", found)


def test_before_the_first_run_every_task_is_told(manager: FlaskClient) -> None:
    for kind in schedule.TASKS:
        assert "never yet" in row(manager, kind)


@pytest.mark.usefixtures("done")
def test_each_tells_its_result(manager: FlaskClient) -> None:
    assert "2026Q4 : 3 charges, ¥3,606.00" in re.sub(" +", " ", row(manager, "periods"))
    assert "3 notices" in row(manager, "dunning")
    assert re.search(r"permille-.*\.zip.*SHA-256 [0-9a-f]{64}", row(manager, "backup"))


def test_pressed_twice_it_is_queued_once(manager: FlaskClient, session: Session) -> None:
    fields = {**hidden(at(manager, PAGE)), "community": "0"}
    for _ in range(2):
        assert manager.post(f"{PAGE}tasks/periods/run", data=fields).status_code == 303
    session.rollback()
    assert [job.actor for job in session.scalars(select(Job))] == ["manager"]
    assert manager.post(f"{PAGE}tasks/periods/run", data=fields | {"key": ""}).status_code == 400


def test_a_task_gets_another_time_and_is_turned_off(manager: FlaskClient) -> None:
    press(manager, f"{PAGE}tasks/backup", at="04:45")
    page = at(manager, PAGE)
    assert 'value="04:45"' in page and '<span class="badge off">off</span>' in page
    press(manager, f"{PAGE}tasks/backup", at="04:45", active="on")
    assert re.search(r"\d{4}-\d\d-\d\d 04:45", at(manager, PAGE))


def test_what_is_no_time_or_no_task_is_refused(manager: FlaskClient) -> None:
    press(manager, f"{PAGE}tasks/backup", at="25:00")
    page = at(manager, PAGE)
    assert 'value="02:30"' in page
    fields = {**hidden(page), "at": "03:00"}
    assert manager.post(f"{PAGE}tasks/nothing", data=fields).status_code == 404
    assert manager.post(f"{PAGE}tasks/backup", data=fields | {"community": "1"}).status_code == 404


def test_only_who_may_sets_and_runs_them(browser_of: Browser, town: Town) -> None:
    for role in STAFF:
        if may(role, "job.view"):
            page = at(english(browser_of(role)), PAGE)
            assert ("Run now" in page) == may(role, "schedule.edit") == (role in ("manager", "admin"))


@pytest.mark.usefixtures("done")
def test_a_previewed_period_waits_for_a_person(town: Town, manager: FlaskClient, session: Session) -> None:
    base = f"/c/{town.community_id}/"
    for page in (base, f"{base}periods/"):
        assert "2026Q4 waits to be issued" in at(manager, page)
        assert f"{base}periods/issue?period=2026Q4" in at(manager, page)
    assert "badge" not in at(manager, f"{base}periods/prepared/2026Q4")
    session.rollback()
    assert not session.scalars(select(Charge.id).where(Charge.period == "2026Q4")).all()
    town.issue("2026Q4")
    assert "waits to be issued" not in at(manager, base) + at(manager, f"{base}periods/")


@pytest.mark.usefixtures("done")
def test_the_days_dunning_waits_and_says_when_it_is_stale(town: Town, manager: FlaskClient) -> None:
    base = f"/c/{town.community_id}/"
    for page in (base, f"{base}dunning/"):
        assert "Dunning as of 2026-11-23 waits to be sent" in at(manager, page)
    assert "Stage " in at(manager, f"{base}dunning/")
    assert "badge" not in at(manager, f"{base}dunning/prepared")
    town.pay("1-1-101", "200", "2026-11-20")
    assert "the books moved since" in at(manager, f"{base}dunning/prepared")


@pytest.mark.usefixtures("done")
def test_who_may_not_act_sees_that_it_waits_without_a_link(town: Town, browser_of: Browser) -> None:
    page = at(english(browser_of("cashier")), f"/c/{town.community_id}/")
    assert "2026Q4 waits to be issued" in page and "periods/issue" not in page and "prepared" not in page
