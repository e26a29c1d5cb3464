"""Notices by e-mail in the browser: a run's button, a notice's own, and what became of each."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import bounces
from billing.store.collection import Notice
from billing.store.evidence import Delivery
from billing.store.mail import Mail
from tests.flow.town import Town, found
from tests.post.returned import report
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, work
from tests.web.test_dunning import dunning, send
from tests.web.test_mail import REACHED, mails
from tests.web.test_mail import send as post

pytestmark = on_sqlite


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"PROPAGATE_EXCEPTIONS": False, **letterbox.settings()}


@pytest.fixture
def town(session: Session, today: Any, people: object) -> Town:
    town = found(session, today, roster=REACHED)
    town.fill_profile()
    town.issue("2026Q3")
    return town


@pytest.fixture
def collector(browser_of: Browser) -> FlaskClient:
    return english(browser_of("collector"))


@pytest.fixture
def run(app: Flask, town: Town, collector: FlaskClient, session: Session) -> str:
    """The page of a run whose two papers are made."""
    page = send(town, collector)
    work(app, session)
    return page


def notice(town: Town, label: str = "1-1-101") -> str:
    (found,) = (one for one in town.all(Notice) if one.unit_id == town.unit(label).id)
    return f"/c/{town.community_id}/notices/{found.id}"


def test_one_press_mails_the_run_once_and_says_who_is_left_out(
    app: Flask, town: Town, collector: FlaskClient, session: Session, run: str, letterbox: Letterbox
) -> None:
    page = at(collector, run)
    assert "E-mail this run: 1 notice" in page and "no e-mail address is known" in page
    for _ in range(2):
        assert collector.post(f"{run}/mail", data=hidden(page)).headers["Location"] == f"{run}#mail"
    post(app, session)
    assert [(one.about, one.state) for one in mails(session)] == [("notice", "handed_over")]
    (file,) = letterbox.mails[0].iter_attachments()
    assert file.get_content() == collector.get(f"{notice(town)}.pdf").data
    page = at(collector, run)
    assert "Handed over to the mail server: 1" in page and "E-mail this run" not in page
    assert town.all(Delivery) == [], "that proves no arrival"


def test_a_notices_page_tells_what_became_of_its_mail(
    app: Flask, town: Town, collector: FlaskClient, session: Session, run: str, letterbox: Letterbox
) -> None:
    page = at(collector, notice(town))
    form = hidden(page)
    for _ in range(2):
        answer = collector.post(f"{notice(town)}/mail", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{notice(town)}#mail")
    post(app, session)
    page = at(collector, notice(town))
    assert "Handed over to the mail server" in page and "proves no arrival" in page
    assert "E-mail to the owner" not in page and len(letterbox.taken) == 1
    assert bounces.note(session, report(letterbox.mails[0])) == "returned"
    page = at(collector, notice(town))
    assert "Came back: no such address" in page and "User unknown" in page
    assert "Came back: no such address" in at(collector, "/staff/mail/")


def test_a_mail_that_came_back_is_sent_again_at_a_persons_word(
    app: Flask, town: Town, collector: FlaskClient, session: Session, run: str, letterbox: Letterbox
) -> None:
    collector.post(f"{notice(town)}/mail", data=hidden(at(collector, notice(town))))
    post(app, session)
    full = report(letterbox.mails[0], status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full")
    bounces.note(session, full)
    page = at(collector, notice(town))
    assert "Send again" in page and "mailbox full" in page
    for _ in range(2):
        collector.post(f"{notice(town)}/mail", data=hidden(page))
    post(app, session)
    assert [one.state for one in mails(session)] == ["returned", "handed_over"]
    assert collector.post(f"{notice(town)}/mail", data=hidden(page) | {"again": "999"}).status_code == 404


def test_it_is_not_offered_where_it_may_not_be_sent(
    app: Flask, town: Town, collector: FlaskClient, browser_of: Browser, run: str, session: Session
) -> None:
    page = at(collector, notice(town, "1-1-102"))
    assert "no e-mail address is known" in page and "E-mail to the owner" not in page
    refused = collector.post(f"{notice(town, '1-1-102')}/mail", data=hidden(page))
    assert refused.status_code == 422 and "no e-mail address is known" in refused.text
    town.pay("1-1-101", "1264.80", "2026-11-23")
    assert "What it asks for is paid." in at(collector, notice(town))
    clerk = english(browser_of("clerk"))
    assert "E-mail to the owner" not in at(clerk, notice(town))
    assert clerk.post(f"{notice(town)}/mail", data=hidden(at(clerk, notice(town)))).status_code == 403
    assert [one for one in session.scalars(select(Mail)) if one.about == "notice"] == []


def test_payment_notices_are_mailed_from_their_run(
    app: Flask, town: Town, browser_of: Browser, session: Session, letterbox: Letterbox
) -> None:
    clerk = english(browser_of("clerk"))
    town.issue("2026Q4")
    bills = f"/c/{town.community_id}/bills/"
    seen = at(clerk, f"{bills}preview?period=2026Q4")
    page = clerk.post(bills, data=hidden(seen) | {"period": "2026Q4"}).headers["Location"]
    work(app, session)
    for _ in range(2):
        assert clerk.post(f"{page}/mail", data=hidden(at(clerk, page))).status_code == 303
    post(app, session)
    assert [one["To"] for one in letterbox.mails] == ["zhangwei@example.cn"]
    assert "Handed over to the mail server" in at(clerk, page) and "Not by e-mail" in at(clerk, page)


def test_a_run_of_which_nothing_is_made_mails_nothing(
    town: Town, collector: FlaskClient, session: Session
) -> None:
    page = send(town, collector)
    assert "its paper is not made yet" in at(collector, page)
    collector.post(f"{page}/mail", data=hidden(at(collector, page)))
    assert mails(session) == []
    assert collector.post(dunning(town, "runs/999/mail"), data=hidden(at(collector, page))).status_code == 404
