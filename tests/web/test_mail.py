"""A receipt goes out by e-mail at a button's press or by itself; what became of it stands on its page."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import post
from billing.flow.profile import set_profile
from billing.store.base import writing
from billing.store.mail import Mail
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town, found
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden

pytestmark = on_sqlite

REACHED = """
楼 单元 房号 业主 建筑面积 交房日期   邮箱
1  1   101  张伟 100     2020-01-01 zhangwei@example.cn
1  1   102  李娜 80.50   2020-01-01 _
"""
OUTBOX = "/staff/mail/"


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"PROPAGATE_EXCEPTIONS": False, **letterbox.settings()}


@pytest.fixture
def town(session: Session, today: Any, people: object) -> Town:
    town = found(session, today, roster=REACHED)
    town.fill_profile()
    town.set_community(mail_account="no")  # receipts alone are looked at here
    town.issue("2026Q3")
    return town


@pytest.fixture
def cashier(browser_of: Browser) -> FlaskClient:
    return english(browser_of("cashier"))


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    return english(browser_of("manager"))


def receipt(town: Town, label: str = "1-1-101") -> str:
    """The page of a new payment's receipt."""
    payment = town.pay(label, "100", "2026-11-20").payment
    return f"/c/{town.community_id}/receipts/{payment.id}"


def press(client: FlaskClient, page: str, **fields: Any) -> Any:
    """Press the button that mails the receipt shown there."""
    return client.post(f"{page}/mail", data=hidden(at(client, page)) | fields)


def send(app: Flask, session: Session) -> None:
    with app.app_context():
        while post.send_next(session, Vault(app.config["VAULT_DIR"]), "test"):
            pass


def mails(session: Session) -> list[Mail]:
    session.rollback()
    return list(session.scalars(select(Mail).order_by(Mail.id)))


class TestTheButton:
    def test_sends_the_paper_that_is_kept(
        self, app: Flask, town: Town, cashier: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        page = receipt(town)
        answer = press(cashier, page)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}#mail")
        send(app, session)
        (file,) = letterbox.mails[0].iter_attachments()
        assert file.get_content() == cashier.get(f"{page}.pdf").data
        assert "Handed over to the mail server" in at(cashier, page)

    def test_twice_sends_once(
        self, app: Flask, town: Town, cashier: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        page = receipt(town)
        form = hidden(at(cashier, page))
        for _ in range(2):
            assert cashier.post(f"{page}/mail", data=form).status_code == 303
        send(app, session)
        assert cashier.post(f"{page}/mail", data=form).status_code == 303
        assert len(mails(session)) == len(letterbox.taken) == 1
        assert "E-mail to the owner" not in at(cashier, page)

    def test_shows_the_address_to_who_may_see_it(
        self, town: Town, cashier: FlaskClient, manager: FlaskClient
    ) -> None:
        page = receipt(town)
        assert "z*******@example.cn" in at(cashier, page) and "zhangwei@" not in at(cashier, page)
        assert "zhangwei@example.cn" in at(manager, page)

    def test_is_not_there_without_an_address_or_for_who_takes_no_money(
        self, town: Town, cashier: FlaskClient, browser_of: Browser
    ) -> None:
        assert "E-mail to the owner" not in at(english(browser_of("collector")), receipt(town))
        page = receipt(town, "1-1-102")
        assert "No e-mail address of 李娜 is known" in at(cashier, page)
        refused = cashier.post(f"{page}/mail", data=hidden(at(cashier, page)))
        assert refused.status_code == 422 and "No e-mail address of 李娜" in refused.text

    def test_is_gone_once_the_payment_is_reversed(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        page = receipt(town)
        form = hidden(at(cashier, page))
        payment = town.pay("1-1-101", "1", "2026-11-20").payment
        town.reverse(payment)
        reversed_page = f"/c/{town.community_id}/receipts/{payment.id}"
        assert "E-mail to the owner" not in at(cashier, reversed_page)
        assert "reversed" in cashier.post(f"{reversed_page}/mail", data=form).text
        assert mails(session) == []

    def test_of_an_address_that_was_refused_says_so(
        self, app: Flask, town: Town, cashier: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        letterbox.to_recipient = "550 5.1.1 no such user"
        page = receipt(town)
        press(cashier, page)
        send(app, session)
        shown = at(cashier, receipt(town))
        assert "The mail server refused the address z*******@example.cn" in shown
        assert "E-mail to the owner" not in shown and "Address refused" in at(cashier, page)

    def test_asks_before_it_sends_what_may_have_gone_out(
        self, app: Flask, town: Town, cashier: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        page = receipt(town)
        stale = hidden(at(cashier, page))
        letterbox.cuts = True
        press(cashier, page)
        send(app, session)
        shown = at(cashier, page)
        assert "May have gone out" in shown and "data-confirm" in shown
        cashier.post(f"{page}/mail", data=stale)
        assert len(mails(session)) == 1, "a page from before asked nothing"
        letterbox.cuts = False
        for _ in range(2):
            cashier.post(f"{page}/mail", data=hidden(shown))
        send(app, session)
        assert [one.state for one in mails(session)] == ["unknown", "handed_over"]
        assert cashier.post(f"{page}/mail", data=hidden(shown) | {"again": "9" * 30}).status_code == 404


class TestByThemselves:
    @pytest.fixture
    def counter(self, town: Town) -> str:
        return f"/c/{town.community_id}/counter/{town.unit('1-1-101').id}"

    def take(self, client: FlaskClient, counter: str) -> None:
        fields = {"on": "2026-11-23", "amount": "50", "channel": "cash"}
        assert client.post(counter, data=hidden(at(client, counter)) | fields).status_code == 303

    def test_receipts_go_out_where_the_community_says_so(
        self, town: Town, cashier: FlaskClient, session: Session, counter: str
    ) -> None:
        self.take(cashier, counter)
        assert mails(session) == []
        with writing(session):
            set_profile(session, ACTOR, town.today, town.community_id, {"mail_receipts": "yes"})
        self.take(cashier, counter)
        assert [(one.about, one.recipient) for one in mails(session)] == [("payment", "zhangwei@example.cn")]

    def test_a_payment_without_an_address_is_taken_all_the_same(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        with writing(session):
            set_profile(session, ACTOR, town.today, town.community_id, {"mail_receipts": "yes"})
        self.take(cashier, f"/c/{town.community_id}/counter/{town.unit('1-1-102').id}")
        assert mails(session) == []

    def test_a_manager_sets_it_with_the_contract(
        self, town: Town, manager: FlaskClient, cashier: FlaskClient, session: Session, counter: str
    ) -> None:
        page = f"/c/{town.community_id}/contract/"
        asked = at(manager, page)
        fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', asked))
        clause = {"late_fee_clause": "每日千分之一。", "mail_receipts": "maybe"}
        assert manager.post(page, data=fields | clause).status_code == 422
        assert manager.post(page, data=fields | clause | {"mail_receipts": "yes"}).status_code == 303
        self.take(cashier, counter)
        assert len(mails(session)) == 1


class TestTheOutbox:
    def test_lists_what_was_written_with_what_the_server_said(
        self, app: Flask, town: Town, manager: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        press(manager, receipt(town))
        letterbox.to_mail = "554 5.7.1 looks like spam"
        send(app, session)
        page = at(manager, OUTBOX)
        assert "554 5.7.1 looks like spam" in page and "Not taken" in page and "z*******@example.cn" in page
        assert "zhangwei@" not in page
        assert "looks like spam" not in at(manager, OUTBOX + "?state=handed_over")
        assert at(manager, OUTBOX + "?state=nonsense")

    def test_sends_again_once(
        self, app: Flask, town: Town, manager: FlaskClient, session: Session, letterbox: Letterbox
    ) -> None:
        press(manager, receipt(town))
        letterbox.to_mail = "554 5.7.1 looks like spam"
        send(app, session)
        letterbox.to_mail = "250 OK"
        (first,) = mails(session)
        form = hidden(at(manager, OUTBOX))
        for _ in range(2):
            assert manager.post(f"{OUTBOX}{first.id}/again", data=form).status_code == 303
        send(app, session)
        assert [one.state for one in mails(session)] == ["refused", "handed_over"]
        assert "sent again" in at(manager, OUTBOX) and f"{first.id}/again" not in at(manager, OUTBOX)
        refused = manager.post(f"{OUTBOX}{mails(session)[1].id}/again", data=form)
        assert refused.status_code == 422
        assert manager.post(f"{OUTBOX}999/again", data=form).status_code == 404

    def test_is_not_for_the_cashier(self, cashier: FlaskClient) -> None:
        assert cashier.get(OUTBOX).status_code == 403


class TestWithoutAServer:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"PROPAGATE_EXCEPTIONS": False}

    def test_mail_waits_and_the_pages_say_why(
        self, app: Flask, town: Town, manager: FlaskClient, session: Session
    ) -> None:
        page = receipt(town)
        assert press(manager, page).status_code == 303
        send(app, session)
        assert [one.state for one in mails(session)] == ["queued"]
        assert all("No mail server is set up" in at(manager, each) for each in (page, OUTBOX))
