"""A dunning run in the browser: seen before it is sent, sent once, its papers made and printed in walking order."""

import io
from datetime import date

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.flow import work as queue
from billing.flow.profile import set_profile
from billing.store.base import writing
from billing.store.collection import DunningRun, Notice
from billing.store.work import Job
from tests.flow.town import Town, found
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, work


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    """Three debtors, 54 days late: 1,200.00, 966.00 and 1,440.00 with 64.80, 52.16 and 77.76 late fee."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    return town


@pytest.fixture
def collector(browser_of: Browser) -> FlaskClient:
    return english(browser_of("collector"))


def dunning(town: Town, rest: str = "") -> str:
    return f"/c/{town.community_id}/dunning/{rest}"


def send(town: Town, client: FlaskClient, page: str | None = None) -> str:
    """Press the button under the preview; where it leads."""
    seen = page or at(client, dunning(town, "preview?as_of=2026-11-23"))
    answer = client.post(dunning(town), data=hidden(seen))
    assert answer.status_code == 303
    return answer.headers["Location"]


class TestPreview:
    def test_says_who_how_firmly_how_much_and_why(self, town: Town, collector: FlaskClient) -> None:
        page = at(collector, dunning(town, "preview?as_of=2026-11-23"))
        assert "张伟" in page and "1,264.80" in page and "54 days late" in page and "formal demand" in page
        assert "3,606.00" in page and "194.72" in page  # principal and late fee of all
        assert town.all(Notice) == []

    def test_can_be_narrowed(self, town: Town, collector: FlaskClient) -> None:
        page = at(collector, dunning(town, "preview?as_of=2026-11-23&building=2"))
        assert "王芳" in page and "张伟" not in page
        assert "张伟" in at(collector, dunning(town, "preview?as_of=2026-11-23&q=1-1-101"))
        assert "张伟" not in at(collector, dunning(town, "preview?as_of=2026-11-23&stage=1"))

    def test_names_the_notice_already_served(self, town: Town, collector: FlaskClient) -> None:
        send(town, collector)
        page = at(collector, dunning(town, "preview?as_of=2026-11-23"))
        assert "already served at this stage" in page and town.all(Notice)[0].number in page
        assert "Nobody would be served" in page

    def test_names_what_the_profile_lacks_and_sends_nothing(
        self, session: Session, today: date, people: object, collector: FlaskClient
    ) -> None:
        town = found(session, today, "无合同")
        town.issue("2026Q3")
        page = at(collector, dunning(town, "preview?as_of=2026-11-23"))
        assert "Service contract" in page and " disabled" in page
        send(town, collector, page)
        assert town.all(Notice) == []

    def test_leads_to_where_the_developers_name_is_entered(
        self, session: Session, today: date, people: object, browser_of: Browser
    ) -> None:
        roster = "房号 业主 建筑面积\n1-1-101 张伟 100\n1-1-102 空置（开发商） 80"
        town = found(session, today, "待售园", roster=roster)
        town.fill_profile()
        town.issue("2026Q3")
        address = dunning(town, "preview?as_of=2026-11-23")
        link = f'href="/c/{town.community_id}/contract/#developer"'
        manager = english(browser_of("manager"))
        assert "addressed to no real name" in at(manager, address) and link in at(manager, address)
        with writing(session):
            set_profile(session, "manager", today, town.community_id, {"developer": "示例置业有限公司"})
        page = at(manager, address)
        assert "示例置业有限公司" in page and link not in page
        assert "示例置业有限公司" in at(manager, f"{address}&q=示例置业")
        send(town, manager, page)
        (notice,) = [one for one in town.all(Notice) if one.unit_id == town.unit("1-1-102").id]
        shown = at(manager, f"/c/{town.community_id}/notices/{notice.id}")
        assert "示例置业有限公司" in shown and 'value="空置' not in shown


class TestSending:
    def test_numbers_the_notices_and_queues_their_papers(self, town: Town, collector: FlaskClient) -> None:
        run = send(town, collector)
        assert [notice.serial for notice in town.all(Notice)] == [1, 2, 3]
        job = town.session.query(Job).one()
        assert (job.state, job.total, job.actor) == ("queued", 3, "collector")
        assert "0 / 3" in at(collector, run)

    def test_twice_sends_once_and_leads_to_the_same_run(self, town: Town, collector: FlaskClient) -> None:
        seen = at(collector, dunning(town, "preview?as_of=2026-11-23"))
        assert send(town, collector, seen) == send(town, collector, seen)
        assert len(town.all(DunningRun)) == 1 and len(town.all(Notice)) == 3

    def test_after_the_books_changed_shows_the_preview_anew(self, town: Town, collector: FlaskClient) -> None:
        seen = at(collector, dunning(town, "preview?as_of=2026-11-23"))
        town.pay("1-1-101", "1264.80", "2026-11-23")
        again = send(town, collector, seen)
        assert "preview" in again and town.all(Notice) == []
        assert "The books changed" in at(collector, again)

    def test_without_what_was_seen_is_no_request(self, town: Town, collector: FlaskClient) -> None:
        seen = hidden(at(collector, dunning(town, "preview?as_of=2026-11-23")))
        assert collector.post(dunning(town), data=seen | {"digest": ""}).status_code == 400


class TestPapers:
    def test_are_made_and_merged_in_delivery_order(
        self, app: Flask, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        run = send(town, collector)
        assert collector.get(f"{run}/print.pdf").status_code == 422
        work(app, session)
        page = at(collector, run)
        assert "3 / 3" in page and page.index("1-1-101") < page.index("1-1-102") < page.index("2-1-201")
        answer = collector.get(f"{run}/print.pdf", buffered=True)
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert len(pdf.pages) >= 3
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_a_run_made_elsewhere_gets_its_papers_here(
        self, app: Flask, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        run = send(town, collector)
        with writing(session):
            session.query(Job).delete()
        page = at(collector, run)
        for _ in range(2):
            collector.post(f"{run}/papers", data=hidden(page))
        assert session.query(Job).count() == 1
        work(app, session)
        assert "3 / 3" in at(collector, run)

    def test_stopped_keeps_what_is_made_and_goes_on_when_resumed(
        self, app: Flask, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        run = send(town, collector)
        page, job = at(collector, run), session.query(Job.id).scalar()
        answer = collector.post(f"/staff/jobs/{job}/stop", data=hidden(page))
        assert answer.headers["Location"] == run
        work(app, session)
        assert "0 / 3" in at(collector, run)
        collector.post(f"/staff/jobs/{job}/resume", data=hidden(at(collector, run)))
        work(app, session)
        assert "3 / 3" in at(collector, run)


class TestJobs:
    def test_the_bar_asks_again_until_the_job_has_ended(
        self, app: Flask, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        send(town, collector)
        job = session.query(Job.id).scalar()
        going = collector.get(f"/staff/jobs/{job}", headers={"HX-Request": "true"})
        assert "hx-trigger" in going.text and "HX-Refresh" not in going.headers
        work(app, session)
        assert collector.get(f"/staff/jobs/{job}").headers["HX-Refresh"] == "true"

    def test_all_are_listed_with_who_asked_and_what_stopped_them(
        self, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        send(town, collector)
        with writing(session):
            job = session.query(Job).one()
            job.state, job.message = "failed", "no room on the disk"
        page = at(collector, "/staff/jobs/")
        assert "no room on the disk" in page and "collector" in page and "静园" in page

    def test_what_has_ended_cannot_be_stopped(
        self, app: Flask, town: Town, collector: FlaskClient, session: Session
    ) -> None:
        run = send(town, collector)
        page = at(collector, run)
        work(app, session)
        assert (
            collector.post(
                f"/staff/jobs/{session.query(Job.id).scalar()}/stop", data=hidden(page)
            ).status_code
            == 422
        )
        assert queue.find_job(session, session.query(Job.id).scalar()).state == "done"
