"""The community at a glance: every figure leads to the rows that make it up."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.core.money import grouped
from billing.core.roles import STAFF
from billing.flow.overview import overview
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.neighbours import Neighbours

pytestmark = on_sqlite

EN = {"Accept-Language": "en"}


@pytest.fixture
def clerk(neighbours: Neighbours, browser_of: Browser) -> FlaskClient:
    return browser_of("clerk")


@pytest.fixture
def home(neighbours: Neighbours) -> str:
    return f"/c/{neighbours.town.community_id}/"


def test_it_says_what_is_charged_collected_and_owed(
    neighbours: Neighbours, clerk: FlaskClient, home: str, session: Session, today: date
) -> None:
    page = clerk.get(home, headers=EN).text
    whole = overview(session, neighbours.town.community_id, today).whole
    for fen in (whole.charged, whole.collected, whole.overdue, whole.late_fee):
        assert f">{grouped(fen)}<" in page
    assert (whole.charged, whole.collected) == (1_081_800, 210_980)


def test_every_figure_leads_to_rows_of_the_same_sum(
    neighbours: Neighbours, clerk: FlaskClient, home: str, session: Session, today: date
) -> None:
    view = overview(session, neighbours.town.community_id, today)
    for name, parts in (("age", view.by_age), ("stage", view.by_stage), ("building", view.by_building)):
        for part in parts:
            page = clerk.get(f"{home}debtors/?{name}={part.name}", headers=EN).text
            link = f"debtors/?{name}={part.name}"
            assert (link in clerk.get(home).text) == bool(part.debtors or part.total), link
            if part.debtors:
                assert f"{part.debtors} debtor" in page.split("<tfoot>")[1], link
            elif part.total:
                assert grouped(part.total) in page.split("<tfoot>")[1], link
            else:
                assert "Nobody owes" in page


def listed(clerk: FlaskClient, home: str) -> str:
    """The list of debtors, without what is new on every page."""
    return clerk.get(f"{home}debtors/", headers=EN).text.partition("<main")[2]


def test_what_is_not_due_yet_is_a_list_of_its_own(
    neighbours: Neighbours, clerk: FlaskClient, home: str, session: Session, today: date
) -> None:
    """Issued for 2026-12-31: it changes no figure of the arrears, nor their list."""
    before = listed(clerk, home)
    neighbours.town.issue("2026Q4")
    whole = overview(session, neighbours.town.community_id, today).whole
    page = clerk.get(home, headers=EN).text
    assert f">{grouped(whole.overdue)}<" in page and grouped(whole.overdue + whole.coming) not in page
    assert f'debtors/?age=0">{grouped(whole.coming)}<' in page
    assert listed(clerk, home) == before
    coming = clerk.get(f"{home}debtors/?age=0", headers=EN).text
    assert "<h1>Not due yet</h1>" in coming and grouped(whole.coming) in coming.split("<tfoot>")[1]
    assert "Nobody owes" in clerk.get(f"{home}debtors/?age=0&stage=4", headers=EN).text


def test_whoever_owes_late_fee_alone_is_listed_without_days(
    neighbours: Neighbours, clerk: FlaskClient, home: str
) -> None:
    neighbours.town.pay("1-1-101", "3266.81", "2026-11-23", debtor="张伟")
    row = re.search(
        r"<tr>(?:(?!</tr>).)*张伟.*?</tr>", clerk.get(f"{home}debtors/", headers=EN).text, re.DOTALL
    )
    assert row and "late fee only" in row[0] and ">479.09<" in row[0]


def test_the_stage_of_a_debtor_is_that_of_all_his_debts(clerk: FlaskClient, home: str) -> None:
    """Also where only some of them are listed: 张伟's bills of 54 and of 237 days call for the same."""
    stages = [
        _stages(clerk.get(f"{home}debtors/?age={age}", headers=EN).text) for age in ("31-90", "181-365")
    ]
    assert {"4"} == set().union(*stages)


def test_a_filter_that_nobody_made_finds_nothing(clerk: FlaskClient, home: str) -> None:
    for wrong in ("age=old", "stage=9", "building=%27%20or%201=1"):
        answer = clerk.get(f"{home}debtors/?{wrong}", headers=EN)
        assert answer.status_code == 200 and "Nobody owes" in answer.text


def test_it_tells_what_waits(neighbours: Neighbours, clerk: FlaskClient, home: str) -> None:
    assert "4 notices are not signed for" in clerk.get(home, headers=EN).text


@pytest.mark.parametrize("role", STAFF)
def test_everybody_on_the_staff_may_look(
    neighbours: Neighbours, browser_of: Browser, home: str, role: str
) -> None:
    """And is led nowhere he may not go."""
    browser = browser_of(role)
    page = browser.get(home)
    assert page.status_code == 200
    for link in set(re.findall(r'href="(/[^"#]*)"', page.text.replace("&amp;", "&"))):
        assert browser.get(link, buffered=True).status_code in (200, 302), link


def test_an_empty_community_says_what_to_do_next(browser_of: Browser, session: Session) -> None:
    page = browser_of("admin").get("/staff/").text
    home = re.search(r'href="(/c/\d+/)"', page)
    assert home and "Nothing is charged yet" in browser_of("admin").get(home[1], headers=EN).text


def _stages(page: str) -> set[str]:
    return set(re.findall(r'<td class="money">\d+</td><td class="money">(\d)</td>', page))
