"""Payment notices in the browser: seen on a period's page, numbered once, printed in walking order, found again."""

import io
from datetime import date

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.store.base import writing
from billing.store.collection import Bill, BillRun
from billing.store.work import Job
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, work
from tests.web.forms import send


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    """1,200.00, 966.00 and 1,440.00 for the fourth quarter, due on 2026-12-31."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q4")
    return town


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return english(browser_of("clerk"))


def place(town: Town, rest: str = "") -> str:
    return f"/c/{town.community_id}/{rest}"


def preview(town: Town) -> str:
    return place(town, "bills/preview?period=2026Q4")


def issue(town: Town, client: FlaskClient, page: str | None = None) -> str:
    """Press the button under the preview; where it leads."""
    answer = client.post(place(town, "bills/"), data=hidden(page or at(client, preview(town))))
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_from_the_period_to_the_print_file(
    app: Flask, town: Town, clerk: FlaskClient, session: Session
) -> None:
    """On both databases."""
    period = at(clerk, place(town, "periods/2026Q4"))
    assert (
        "At most 3 debtors owe for this period and have no notice yet" in period and preview(town) in period
    )
    page = at(clerk, preview(town))
    assert "3,606.00" in page and "张伟" in page and "2026-12-31" in page and town.all(Bill) == []
    run = issue(town, clerk)
    session.rollback()
    job = session.query(Job).one()
    assert (job.kind, job.state, job.total, job.actor) == ("bills", "queued", 3, "clerk")
    assert "0 / 3" in at(clerk, run) and clerk.get(f"{run}/print.pdf").status_code == 422
    assert "Payment notices of a fee period" in at(clerk, "/staff/jobs/")
    work(app, session)
    page = at(clerk, run)
    assert "3 / 3" in page and page.index("1-1-101") < page.index("1-1-102") < page.index("2-1-201")
    answer = clerk.get(f"{run}/print.pdf", buffered=True)
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert len(pdf.pages) == 3
    period = at(clerk, place(town, "periods/2026Q4"))
    assert "Whoever owes for this period has a notice" in period and run in period


@on_sqlite
class TestIssuing:
    def test_twice_numbers_once_and_leads_to_the_same_run(self, town: Town, clerk: FlaskClient) -> None:
        seen = at(clerk, preview(town))
        assert issue(town, clerk, seen) == issue(town, clerk, seen)
        assert len(town.all(BillRun)) == 1 and len(town.all(Bill)) == 3

    def test_after_the_books_changed_shows_the_preview_anew(self, town: Town, clerk: FlaskClient) -> None:
        seen = at(clerk, preview(town))
        town.pay("1-1-101", "1200.00", "2026-11-23")
        again = issue(town, clerk, seen)
        assert "preview" in again and town.all(Bill) == []
        page = at(clerk, again)
        assert "The books changed" in page and "paid already" in page

    def test_without_what_was_seen_is_no_request(self, town: Town, clerk: FlaskClient) -> None:
        seen = hidden(at(clerk, preview(town)))
        for wrong in ({"digest": ""}, {"period": "2026Q5"}):
            assert clerk.post(place(town, "bills/"), data=seen | wrong).status_code == 400

    def test_names_what_the_profile_lacks_and_prints_nothing(
        self, session: Session, today: date, people: object, clerk: FlaskClient
    ) -> None:
        bare = found(session, today, "无合同")
        bare.issue("2026Q4")
        page = at(clerk, preview(bare))
        assert "Service contract" in page and " disabled" in page
        issue(bare, clerk, page)
        assert bare.all(Bill) == []

    def test_of_a_period_that_is_none_or_not_issued_is_told(self, town: Town, clerk: FlaskClient) -> None:
        for wrong in ("2026Q5", "2026Q3", ""):
            answer = clerk.get(place(town, f"bills/preview?period={wrong}"))
            assert answer.status_code == 422

    def test_is_for_those_who_issue(self, town: Town, browser_of: Browser) -> None:
        assert browser_of("cashier").get(preview(town)).status_code == 403
        assert send(browser_of("cashier"), "/staff/password", to=place(town, "bills/")).status_code == 403


@on_sqlite
class TestPapers:
    def test_a_run_without_a_job_gets_its_papers(
        self, app: Flask, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        run = issue(town, clerk)
        with writing(session):
            session.query(Job).delete()
        page = at(clerk, run)
        for _ in range(2):
            clerk.post(f"{run}/papers", data=hidden(page))
        assert session.query(Job).count() == 1
        work(app, session)
        assert "3 / 3" in at(clerk, run)

    def test_are_found_and_read_by_whoever_sees_notices(
        self, app: Flask, town: Town, clerk: FlaskClient, browser_of: Browser, session: Session
    ) -> None:
        issue(town, clerk)
        first = town.all(Bill)[0]
        cashier = english(browser_of("cashier"))
        paper = place(town, f"bills/{first.number}.pdf")
        assert cashier.get(paper).status_code == 404, "it is not made yet"
        work(app, session)
        answer = cashier.get(paper)
        assert answer.data.startswith(b"%PDF") and "sandbox" in answer.headers["Content-Security-Policy"]
        assert paper in at(cashier, place(town, "bills/?period=2026Q4&q=张伟"))
        assert paper not in at(cashier, place(town, "bills/?q=李娜"))
        assert "No payment notice fits" in at(cashier, place(town, "bills/?period=2026Q3"))
        assert cashier.get(place(town, f"bills/?q={first.number}")).headers["Location"] == paper
        assert paper in at(cashier, place(town, f"units/{first.unit_id}"))
        assert cashier.get(place(town, "bills/N1-999999.pdf")).status_code == 404

    def test_one_that_was_replaced_is_marked(self, town: Town, clerk: FlaskClient) -> None:
        issue(town, clerk)
        town.reverse(town.charges("1-1-101")[0])
        town.issue("2026Q4")
        page = at(clerk, place(town, "periods/2026Q4"))
        assert "At most 1 is to be printed still" in page
        assert "charges changed" in at(clerk, preview(town))
        issue(town, clerk)
        page = at(clerk, place(town, "bills/"))
        assert page.count(">replaced<") == 1 and "corrected since" not in page

    def test_one_that_bills_what_was_reversed_is_marked(self, town: Town, clerk: FlaskClient) -> None:
        run = issue(town, clerk)
        town.reverse(town.charges("1-1-101")[0])
        unit = f"units/{town.unit('1-1-101').id}"
        for page in (run, place(town, "bills/"), place(town, unit)):
            assert at(clerk, page).count(">corrected since<") == 1
        assert "corrected since" not in at(clerk, place(town, f"units/{town.unit('1-1-102').id}"))

    def test_only_a_number_in_full_is_opened(self, town: Town, clerk: FlaskClient) -> None:
        """What only begins like one may be a unit of a building N1."""
        town.import_roster(f"楼 单元 房号 业主 建筑面积\nN{town.community_id} 2 001 周敏 100")
        town.issue("2026Q4")
        issue(town, clerk)
        first = town.all(Bill)[0].number
        full_width = first.translate({ord(sign): ord(sign) + 0xFEE0 for sign in first})
        answer = clerk.get(place(town, "bills/"), query_string={"q": full_width})
        assert answer.headers["Location"] == place(town, f"bills/{first}.pdf")
        for unit in (f"N{town.community_id}-2-001", f"N{town.community_id}-001", f"N{town.community_id}-0"):
            assert "周敏" in at(clerk, place(town, f"bills/?q={unit}"))
        for none in (f"N{town.community_id}-000099", "N77-000001"):
            assert "No payment notice fits" in at(clerk, place(town, f"bills/?q={none}"))

    def test_a_search_lists_however_many_units_it_means(self, town: Town, clerk: FlaskClient) -> None:
        rows = "\n".join(f"9 1 {room} 周敏 100" for room in range(1001, 1202))
        town.import_roster(f"楼 单元 房号 业主 建筑面积\n{rows}")
        town.issue("2026Q4")
        issue(town, clerk)
        assert "201 payment notices" in at(clerk, place(town, "bills/?q=周敏"))
