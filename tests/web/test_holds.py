"""Holds and disputes: placed and lifted with a reason, and a run heeds them."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.store.collection import Hold
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden

pytestmark = on_sqlite


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    return town


@pytest.fixture
def legal(browser_of: Browser) -> FlaskClient:
    return english(browser_of("legal"))


def page_of(town: Town, label: str = "1-1-101") -> str:
    return f"/c/{town.community_id}/holds/units/{town.unit(label).id}"


def debtor(town: Town, label: str = "1-1-101") -> int:
    return town.charges(label)[0].debtor_id


def place(town: Town, client: FlaskClient, **typed: object) -> int:
    page = page_of(town)
    fields = {
        "debtor": debtor(town),
        "kind": "disputed",
        "since": "2026-11-01",
        "until": "",
        "reason": "称漏水未修",
    }
    return client.post(page, data={**hidden(at(client, page)), **fields, **typed}).status_code


def test_a_dispute_keeps_the_debtor_out_of_the_run_until_it_is_lifted(
    town: Town, legal: FlaskClient, browser_of: Browser
) -> None:
    collector = english(browser_of("collector"))
    assert place(town, legal) == 303
    preview = f"/c/{town.community_id}/dunning/preview"
    assert "disputed" in at(collector, preview)
    lift = f"{page_of(town)}/debtors/{debtor(town)}/lift"
    answer = legal.post(
        lift, data={**hidden(at(legal, lift)), "on": "2026-11-23", "reason": "已修好，业主确认"}
    )
    assert answer.status_code == 303
    assert "disputed" not in at(collector, preview)
    # as of a day on which it still held it still holds
    assert "disputed" in at(collector, f"{preview}?as_of=2026-11-22")
    assert "已修好" in at(legal, f"/c/{town.community_id}/holds/")


def test_twice_is_once(town: Town, legal: FlaskClient) -> None:
    html = at(legal, page_of(town))
    fields = {"debtor": debtor(town), "kind": "held", "since": "2026-11-01", "reason": "住院"}
    for _ in range(2):
        assert legal.post(page_of(town), data={**hidden(html), **fields}).status_code == 303
    lift = f"{page_of(town)}/debtors/{debtor(town)}/lift"
    html = at(legal, lift)
    for _ in range(2):
        assert (
            legal.post(lift, data={**hidden(html), "on": "2026-11-23", "reason": "出院"}).status_code == 303
        )
    assert len(town.all(Hold)) == 2


@pytest.mark.parametrize(
    "typed",
    [{"reason": " "}, {"until": "2026-10-01"}, {"debtor": 10**6}, {"kind": "angry"}, {"since": "soon"}],
)
def test_wrong_input_places_nothing(town: Town, legal: FlaskClient, typed: dict[str, object]) -> None:
    assert place(town, legal, **typed) == 422
    assert town.all(Hold) == []


def test_nothing_to_lift_is_said(town: Town, legal: FlaskClient) -> None:
    lift = f"{page_of(town)}/debtors/{debtor(town)}/lift"
    answer = legal.post(lift, data={**hidden(at(legal, lift)), "on": "2026-11-23", "reason": "?"})
    assert answer.status_code == 422 and "Nothing holds notices back" in answer.text


def test_another_communitys_unit_and_debtor_are_not_found(
    town: Town, legal: FlaskClient, session: Session
) -> None:
    other = found(session, town.today, "别处").community_id
    unit, who = town.unit("1-1-101").id, debtor(town)
    for rest in (f"units/{unit}", f"units/{unit}/debtors/{who}/lift"):
        assert legal.get(f"/c/{other}/holds/{rest}").status_code == 404
