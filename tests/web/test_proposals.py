"""Pages of good faith: the list with for and against side by side, the requests it makes, the rules, the report."""

import io
from datetime import date

import pytest
import python_calamine as calamine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.store.good_faith import GoodFaithRuleRow
from billing.store.waivers import WaiverDecision, WaiverRequest
from tests.flow.town import Town, day, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden

pytestmark = on_sqlite


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    """All three households are a few days late for the first time; 1-1-102 has been late before."""
    town = found(session, today)
    for period, due in (("2026Q1", "2026-03-31"), ("2026Q2", "2026-06-30")):
        town.on(due).issue(period, due)
        town.on(due).pay("1-1-101", "1200.00", due)
        town.on(due).pay("2-1-201", "1440.00", due)
    town.issue("2026Q3", "2026-11-16")
    return town


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return english(browser_of("collector"))


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    return english(browser_of("manager"))


@pytest.fixture
def page(town: Town) -> str:
    return f"/c/{town.community_id}/proposals/"


def key_of(town: Town, label: str) -> str:
    charge = town.charges(label)[0]
    return f"{charge.unit_id}-{charge.debtor_id}"


def one_page(town: Town, label: str) -> str:
    unit, debtor = key_of(town, label).split("-")
    return f"/c/{town.community_id}/proposals/units/{unit}/debtors/{debtor}"


def test_the_list_says_why_and_what_speaks_against(town: Town, clerk: FlaskClient, page: str) -> None:
    html = at(clerk, page)
    assert "First late in 36 months: paid in time on 2 other due dates." in html
    assert "Late by 7 days, and by no more than 10." in html
    assert "nothing in the books" in html
    assert "李娜" not in html, "late on every due date: no rule speaks for her"


def test_several_are_put_on_file_at_once_and_twice_is_once(town: Town, clerk: FlaskClient, page: str) -> None:
    fields = hidden(at(clerk, page)) | {
        "chosen": [key_of(town, "1-1-101"), key_of(town, "2-1-201")],
        "reason": "首次逾期",
    }
    for _ in range(2):
        assert clerk.post(page, data=fields).status_code == 303
    requests = town.all(WaiverRequest)
    assert [one.reason for one in requests] == ["首次逾期"] * 2
    assert town.all(WaiverDecision) == []
    assert "No rule speaks for anybody" in at(clerk, page)


def test_nobody_chosen_or_no_reason_puts_nothing_on_file(town: Town, clerk: FlaskClient, page: str) -> None:
    fields = hidden(at(clerk, page))
    answer = clerk.post(page, data=fields | {"reason": "首次逾期"})
    assert answer.status_code == 422 and "Choose whom to ask for." in answer.text
    chosen = key_of(town, "1-1-101")
    answer = clerk.post(page, data=fields | {"chosen": chosen, "reason": " "})
    assert answer.status_code == 422 and f'value="{chosen}"' in answer.text and " checked" in answer.text
    answer = clerk.post(page, data=fields | {"chosen": "no-such", "reason": "首次逾期"})
    assert answer.status_code == 422 and "not proposed any more" in answer.text
    assert town.all(WaiverRequest) == []


def test_whoever_may_only_look_is_offered_no_boxes(town: Town, browser_of: Browser, page: str) -> None:
    cashier = english(browser_of("cashier"))
    assert 'name="chosen"' not in at(cashier, page)
    assert cashier.post(page, data={}).status_code in (400, 403)


def test_what_only_people_know_is_ticked_with_a_paper(town: Town, clerk: FlaskClient) -> None:
    address = one_page(town, "1-1-102")
    html = at(clerk, address)
    assert "No rule speaks for it." in html and "Late on each of the last 3 due dates." in html
    fields = hidden(html) | {"attested": "away", "reason": "住院"}
    answer = clerk.post(address, data=fields)
    assert answer.status_code == 422 and "which paper" in answer.text
    assert clerk.post(address, data=fields | {"paper-away": "住院证明"}).status_code == 303
    (request,) = town.all(WaiverRequest)
    assert request.found[0]["params"] == {"by": "collector", "paper": "住院证明"}
    assert "waiting for a decision" in at(clerk, address)


def test_without_any_rule_nothing_is_asked_for_here(town: Town, clerk: FlaskClient) -> None:
    address = one_page(town, "1-1-102")
    answer = clerk.post(address, data=hidden(at(clerk, address)) | {"reason": "求情"})
    assert answer.status_code == 422 and "No rule speaks for it" in answer.text
    assert town.all(WaiverRequest) == []


def test_another_communitys_unit_and_debtor_are_not_found(
    town: Town, clerk: FlaskClient, session: Session
) -> None:
    other = found(session, town.today, "别处").community_id
    address = one_page(town, "1-1-101").replace(f"/c/{town.community_id}/", f"/c/{other}/")
    assert clerk.get(address).status_code == 404


RULE = {
    "code": "short-delay",
    "kind": "short-delay",
    "days": "5",
    "months": "0",
    "policy": "non-malicious",
    "share_ppm": "50",
    "pay_days": "10",
    "since": "2026-11-01",
    "on": "y",
}


def test_a_rule_is_entered_from_a_day_on(town: Town, manager: FlaskClient, page: str) -> None:
    address = f"{page}rules/"
    assert "late by at most 10 days" in at(manager, address)
    assert manager.post(address, data=hidden(at(manager, address)) | RULE).status_code == 303
    assert "late by at most 5 days" in at(manager, address)
    html = at(manager, page)
    assert "First late in 36 months" in html and "Late by 7 days" not in html


@pytest.mark.parametrize(
    "typed",
    [{"days": "0"}, {"days": "x"}, {"code": " "}, {"kind": "pity"}, {"share_ppm": "101"}, {"policy": "none"}],
)
def test_a_rule_that_makes_no_sense_is_refused(
    town: Town, manager: FlaskClient, page: str, typed: dict[str, str]
) -> None:
    address = f"{page}rules/"
    answer = manager.post(address, data=hidden(at(manager, address)) | RULE | typed)
    assert answer.status_code == 422
    assert town.all(GoodFaithRuleRow) == []


@pytest.fixture
def report(town: Town) -> str:
    """Two like cases, one given all, the other nothing."""
    for unit, share in (("1-1-101", 100), ("2-1-201", 10)):
        request = town.ask_waiver(unit, "non-malicious", percent=share, pay_by=day("2026-12-01"))
        town.approve(request, actor="director")
    return f"/c/{town.community_id}/consistency/"


def test_the_report_marks_like_cases_that_were_decided_unlike(manager: FlaskClient, report: str) -> None:
    html = at(manager, report)
    assert "like cases, unlike decisions" in html and "director" in html
    assert "given 10% to 100%" in html
    assert "like cases, unlike decisions" not in at(manager, f"{report}?span=90")
    assert "No waiver was decided" in at(manager, f"{report}?from=2025-01-01&to=2025-02-01")
    for wrong in ("from=yesterday", "from=2026-12-01&to=2026-01-01", "span=x", "to=2026-02-30"):
        assert manager.get(f"{report}?{wrong}").status_code == 422, wrong


def test_the_workbook_holds_the_same(manager: FlaskClient, report: str) -> None:
    answer = manager.get(f"{report}report.xlsx?from=2026-11-01")
    book = calamine.load_workbook(io.BytesIO(answer.data))
    decisions, groups, people = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[2] for row in decisions[1:]] == ["1-1-101", "2-1-201"]
    assert [row[5] for row in decisions[1:]] == ["100%", "10%"]
    assert len(groups) == 2 and people[1][1] == "director"
    assert all(isinstance(cell, str) for row in decisions for cell in row)
    assert manager.get(f"{report}report.xlsx?from=x").status_code == 422


@pytest.mark.parametrize("role", ["clerk", "cashier", "collector"])
def test_only_those_who_answer_for_it_see_the_report(report: str, browser_of: Browser, role: str) -> None:
    assert browser_of(role).get(report).status_code == 403
