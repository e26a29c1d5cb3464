"""Cases at the desk and at the door: the lists, a case, the report of a call, the rounds, the playbook, the rules."""

import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.flow import cases
from billing.store.base import writing
from billing.store.cases import (
    AttemptRow,
    CaseAssignment,
    CollectionRulesRow,
    FollowUp,
    PlaybookPage,
    PromiseRow,
)
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden
from tests.web.forms import send

pytestmark = on_sqlite


@pytest.fixture
def town(session: Session, people: object, today: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setenv("PERMILLE_TODAY", "2026-11-23")
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    with writing(session, town.community_id):
        cases.open_cases(session, "scheduler", town.community_id, town.today)
    return town


@pytest.fixture
def collector(browser_of: Browser) -> FlaskClient:
    return english(browser_of("collector"))


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    return english(browser_of("manager"))


def under(town: Town, path: str = "") -> str:
    return f"/c/{town.community_id}/cases/{path}"


def one_case(town: Town) -> str:
    return under(town, f"K{town.community_id}-000001")


def tell(town: Town, client: FlaskClient, **typed: object) -> tuple[int, str]:
    """Fill in the report of a call at ten in the morning; the answer's status and its text."""
    address = one_case(town) + "/report?kind=call"
    form = {**hidden(at(client, address)), "kind": "call", "on": "2026-11-23", "at": "10:00", **typed}
    answer = client.post(address, data=form)
    return answer.status_code, answer.text


def test_the_lists_say_who_is_where(town: Town, manager: FlaskClient) -> None:
    page = at(manager, under(town))
    assert "张伟" in page and "李娜" in page
    assert re.search(r"Nobody&#39;s <b>3</b>", page)
    assert "No case is in this list" in at(manager, under(town, "?task=due"))
    assert "张伟" in at(manager, under(town, "?task=no-such-list&collector=x&reason=y&page=99"))


def test_a_call_is_entered_and_stands_in_the_case(town: Town, collector: FlaskClient) -> None:
    status, _ = tell(
        town, collector, outcome="talked", promised="600", promised_for="2026-12-01", note="发工资后"
    )
    assert status == 303
    page = at(collector, one_case(town))
    assert "Spoke with the debtor" in page and "发工资后" in page and "¥600.00 by 2026-12-01" in page
    assert "holds the next letter back until 2026-12-01" in page
    assert [row.code for row in town.all(FollowUp)] == ["await"]


def test_sent_without_an_outcome_nothing_is_lost(town: Town, collector: FlaskClient) -> None:
    status, page = tell(town, collector, note="很长的一段话")
    assert status == 422 and "Say what came of it." in page and "很长的一段话" in page
    status, page = tell(town, collector, outcome="talked", promised="600")
    assert status == 422 and "A promise has an amount and a day." in page
    assert town.all(PromiseRow) == []


def test_at_night_the_form_asks_why(town: Town, collector: FlaskClient) -> None:
    status, page = tell(town, collector, outcome="talked", at="07:00")
    assert status == 422 and "between 09:00 and 20:00 only" in page and "Why all the same" in page
    status, _ = tell(town, collector, outcome="talked", at="07:00", override="业主约定的时间")
    assert status == 303 and town.all(AttemptRow)[0].override == "业主约定的时间"


def test_the_rounds_leave_out_who_promised(town: Town, collector: FlaskClient) -> None:
    assert "张伟" in at(collector, under(town, "calls?collector="))
    tell(town, collector, outcome="talked", promised="600", promised_for="2026-12-01")
    calls = at(collector, under(town, "calls?collector="))
    assert "张伟" not in calls and "李娜" in calls
    assert "Nobody is to be visited today" in at(collector, under(town, "visits?collector="))


def test_the_next_step_and_the_reason_are_set_on_the_page(town: Town, collector: FlaskClient) -> None:
    page = one_case(town)
    send(collector, page, to=page + "/next", what="visit", due="2026-11-25", note="晚饭后")
    send(collector, page, to=page + "/reason", reason="died", note="家属称")
    shown = at(collector, page)
    assert "晚饭后" in shown and "has died" in shown and "Civil Code 1161" in shown
    assert send(collector, page, to=page + "/next", what="visit", due="").status_code == 422


def test_a_manager_gives_cases_out_and_hands_one_over(town: Town, manager: FlaskClient) -> None:
    send(manager, under(town), to=under(town, "share-out"))
    assert len(town.all(CaseAssignment)) == 3
    page = one_case(town)
    assert send(manager, page, to=page + "/assign", collector="", reason="").status_code == 422
    assert send(manager, page, to=page + "/assign", collector="", reason="离职").status_code == 303


def test_the_playbook_and_the_rules_are_written_by_the_manager_alone(
    town: Town, manager: FlaskClient, collector: FlaskClient
) -> None:
    page = under(town, "playbook/forgot")
    assert "Never" in at(collector, under(town, "playbook"))
    assert collector.get(page).status_code == 403
    assert send(manager, page, ask="", say="", do="短信", never="不吵", since="2026-11-23").status_code == 303
    assert "短信" in at(collector, under(town, "playbook"))
    assert send(manager, page, ask="", say="", do="", never="", since="2026-11-23").status_code == 422
    assert len(town.all(PlaybookPage)) == 1
    assert manager.get(under(town, "playbook/lazy")).status_code == 404
    rules = under(town, "rules")
    whole = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', at(manager, rules)))
    assert manager.post(rules, data=whole | {"calls_a_day": "0"}).status_code == 422
    assert manager.post(rules, data=whole | {"opens": "8"}).status_code == 422
    assert manager.post(rules, data=whole | {"calls_a_day": "2"}).status_code == 303
    assert [row.terms["calls_a_day"] for row in town.all(CollectionRulesRow)] == [2]


def test_a_case_of_another_community_or_none_is_not_found(town: Town, collector: FlaskClient) -> None:
    assert collector.get(under(town, "K9-000001")).status_code == 404
    assert collector.get(under(town, "nonsense/report")).status_code == 404


def test_visits_are_counted_for_the_manager(town: Town, manager: FlaskClient) -> None:
    assert "No visit was entered" in at(manager, under(town, "visit-report"))
    assert manager.get(under(town, "visit-report?first=2026-12-01&last=2026-11-01")).status_code == 422
