"""A fee period is looked at first and issued once."""

import re

import pytest

from tests.flow.town import found
from tests.support.databases import on_sqlite
from tests.web.forms import send, token_of

pytestmark = on_sqlite


@pytest.fixture
def town(session, people, today):
    return found(session, today)


@pytest.fixture
def periods(town):
    return f"/c/{town.community_id}/periods/"


@pytest.fixture
def clerk(browser_of):
    browser = browser_of("clerk")
    browser.set_cookie("permille_language", "en")
    return browser


def confirmation(clerk, address):
    """The hidden fields of the preview's form."""
    page = clerk.get(address).text
    form = page[page.index('class="panel confirm"') :]
    fields = dict(re.findall(r'name="(period|due|expected)" value="([^"]*)"', form))
    return fields | {"csrf_token": token_of(clerk, address)}


def test_the_preview_shows_buildings_and_books_nothing(clerk, periods, town):
    page = clerk.get(f"{periods}issue?period=2026q4").text
    assert "Issue 3 charges of 3,606.00 yuan" in page and "2,166.00" in page and "1,440.00" in page
    assert town.charges("1-1-101") == []


def test_it_offers_the_periods_of_the_tariffs_cycles(clerk, periods):
    page = clerk.get(periods).text
    assert "issue?period=2026Q4" in page and "issue?period=2027Q1" in page and "period=2026-11" not in page


def test_confirmed_it_is_issued_and_a_second_time_there_is_nothing(clerk, periods, town):
    fields = confirmation(clerk, f"{periods}issue?period=2026Q4")
    answer = clerk.post(f"{periods}issue", data=fields)
    assert answer.headers["Location"] == f"{periods}2026Q4"
    assert "3 charges" in clerk.get(answer.headers["Location"]).text
    answer = clerk.post(f"{periods}issue", data=fields)  # the double click
    assert answer.status_code == 303
    assert "nothing to issue" in clerk.get(answer.headers["Location"]).text
    assert len(town.charges("1-1-101")) == 1
    page = clerk.get(f"{periods}issue?period=2026Q4").text
    assert "all 3 charges of 2026Q4 are booked" in page and "panel confirm" not in page
    assert "3,606.00" in clerk.get(periods).text


def test_another_due_date_is_kept_through_the_confirmation(clerk, periods, town):
    fields = confirmation(clerk, f"{periods}issue?period=2026Q4&due=2026-11-30")
    clerk.post(f"{periods}issue", data=fields)
    assert str(town.charges("1-1-101")[0].due) == "2026-11-30"


def test_if_the_books_moved_the_preview_comes_back(clerk, periods, town):
    fields = confirmation(clerk, f"{periods}issue?period=2026Q4")
    town.import_roster("房号 业主 建筑面积\n1-1-101 张伟 101")
    answer = clerk.post(f"{periods}issue", data=fields)
    assert answer.status_code == 409 and "books changed" in answer.text and "3,618.00" in answer.text
    assert town.charges("1-1-101") == []


@pytest.mark.parametrize("period", ["2026Q5", "next", ""])
def test_a_period_that_is_none_is_told_at_its_field(clerk, periods, period):
    answer = clerk.get(f"{periods}issue?period={period}")
    assert answer.status_code == 422 and 'id="period-error"' in answer.text


def test_a_period_of_another_length_names_the_right_one(clerk, periods):
    answer = clerk.get(f"{periods}issue?period=2026-11")
    assert answer.status_code == 422 and "quarterly" in answer.text


def test_what_is_odd_is_grouped_and_leads_to_its_units(clerk, periods, town):
    town.import_roster(
        """
        房号 业主 建筑面积 交房日期
        1-1-101 张伟 100 2026-11-01
        1-1-102 李娜 80.50 2026-12-01
        3-1-301 空置（开发商） 90 _
        """
    )
    page = clerk.get(f"{periods}issue?period=2026Q4").text
    assert "charged from its hand-over only" in page and "2026-11-01" in page
    assert f'units/{town.unit("3-1-301").id}"' in page and "the developer owes it" in page


def test_who_may_not_issue_does_not_get_here(browser_of, periods):
    assert browser_of("cashier").get(periods).status_code == 403
    assert send(browser_of("clerk"), periods, to=f"{periods}issue", period="2026Q4").status_code == 409


def test_an_unissued_period_has_no_page(clerk, periods):
    assert clerk.get(f"{periods}2026Q4").status_code == 404
    assert clerk.get(f"{periods}someday").status_code == 422
