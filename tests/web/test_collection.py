"""The managers' screen: every rate with its definition, every figure with its rows, every drawing with its table."""

import io
import json
import re
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from billing.core.collection_rate import DEFINITIONS
from billing.core.money import grouped
from billing.flow.collection import collection
from billing.store.collected import FIGURES
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.neighbours import Neighbours

pytestmark = on_sqlite

EN = {"Accept-Language": "en"}


@pytest.fixture
def manager(neighbours: Neighbours, browser_of: Browser) -> FlaskClient:
    return browser_of("manager")


@pytest.fixture
def home(neighbours: Neighbours) -> str:
    return f"/c/{neighbours.town.community_id}/collection/"


def test_every_rate_stands_beside_what_it_means(
    neighbours: Neighbours, manager: FlaskClient, home: str, session: Session, today: date
) -> None:
    page = unescape(manager.get(home, headers=EN).text)
    whole = collection(session, neighbours.town.community_id, 2026, today).whole
    assert whole.collection and f"{whole.collection / 10_000:.4f}"[:4] in page
    for name in ("billed", "collected", "collection", "old", "cleared", "clearing", "combined"):
        assert DEFINITIONS[name] in page
    households = unescape(manager.get(f"{home}households", headers=EN).text)
    assert DEFINITIONS["households"] in households


def test_every_figure_opens_bills_that_come_to_it(manager: FlaskClient, home: str) -> None:
    opened = set()
    for page in (manager.get(home, headers=EN).text, manager.get(f"{home}households", headers=EN).text):
        for link, told in re.findall(r'<a href="([^"]*collection/bills[^"]*)">([0-9.,]+)</a>', page):
            rows = manager.get(unescape(link), headers=EN).text
            assert f"¥{told}</b>" in rows, link
            opened.add(re.search(r"figure=(\w+)", link)[1])  # type: ignore[index]
    assert {"billed", "collected", "open"} <= opened <= set(FIGURES)


def test_every_drawing_says_what_its_table_says(manager: FlaskClient, home: str) -> None:
    page = manager.get(home, headers=EN).text
    drawings = [json.loads(unescape(one)) for one in re.findall(r'data-chart="([^"]*)"', page)]
    assert len(drawings) == 4
    for told in drawings:
        assert told["names"] and all(len(values) == len(told["names"]) for _, values in told["series"])
        for _, values in told["series"]:
            for value in values:
                assert (
                    value is None
                    or (f"{value / 10_000:.4f}"[:4] if told["share"] else grouped(int(value))) in page
                )


def test_a_year_that_is_none_is_told_and_the_usual_one_shown(manager: FlaskClient, home: str) -> None:
    for year, said in (
        ("1999", "Nothing was billed for 1999"),
        ("20x6", "is not a year"),
        ("0000", "Nothing was"),
    ):
        answer = manager.get(f"{home}?year={year}", headers=EN)
        assert answer.status_code == 422 and said in unescape(answer.text) and "By building" in answer.text
    for page in ("households", "bills", "report.xlsx"):
        assert manager.get(f"{home}{page}?year=20x6", headers=EN).status_code in (400, 409, 422)


def test_what_nobody_asked_for_finds_nothing(manager: FlaskClient, home: str) -> None:
    for wrong in (
        "figure=all",
        "figure=billed&building=99",
        "figure=billed&unit=x1",
        "figure=billed&period=nonsense",
    ):
        answer = manager.get(f"{home}bills?{wrong}", headers=EN)
        assert answer.status_code == 200
        assert ("There are no such bills" in answer.text) == (wrong != "figure=billed&unit=x1"), wrong
    assert "There is no such building" in manager.get(f"{home}households?building=99", headers=EN).text


def test_the_workbook_has_the_same_figures(
    neighbours: Neighbours, manager: FlaskClient, home: str, session: Session, today: date
) -> None:
    data = manager.get(f"{home}report.xlsx?year=2026", headers=EN).data
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    whole = collection(session, neighbours.town.community_id, 2026, today).whole
    last = book.get_sheet_by_name("By period").to_python()[-1]
    assert last[1] == f"{whole.billed // 100}.{whole.billed % 100:02d}"
    assert book.sheet_names == ["By period", "By building", "By household", "What the figures mean"]


def test_the_years_waivers_are_found_from_there(manager: FlaskClient, home: str) -> None:
    page = unescape(manager.get(home, headers=EN).text)
    link = re.search(r'href="([^"]*waivers/\?state=asked&year=2026)"', page)
    assert link and "W1-" in manager.get(link[1], headers=EN).text.replace("W2-", "W1-")
    assert "No waiver is like that" in manager.get(link[1].replace("2026", "2025"), headers=EN).text
    assert manager.get(link[1].replace("2026", "99999"), headers=EN).status_code == 200


def test_a_clerk_does_not_see_it(browser_of: Browser, home: str) -> None:
    assert browser_of("clerk").get(home).status_code == 403
