"""Receipts: each day's takings add up, every number is there, a paper is kept as printed, a reversal shows."""

import io
from datetime import date

import pikepdf
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.collection import Document
from billing.store.ledger import Payment, Reversal
from tests.flow.town import Town, found
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q2")
    town.issue("2026Q3")
    return town


@pytest.fixture
def cashier(browser_of: Browser) -> FlaskClient:
    return english(browser_of("cashier"))


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    return english(browser_of("manager"))


def receipts(town: Town, rest: str = "") -> str:
    return f"/c/{town.community_id}/receipts/{rest}"


class TestADay:
    def test_adds_up_by_channel_without_what_was_reversed(self, town: Town, cashier: FlaskClient) -> None:
        town.pay("1-1-101", "300", "2026-11-20")
        town.pay("1-1-102", "200.50", "2026-11-20", channel="wechat")
        town.reverse(town.pay("2-1-201", "1000", "2026-11-20").payment)
        town.pay("2-1-201", "7", "2026-11-21")
        page = at(cashier, receipts(town, "?day=2026-11-20"))
        assert "1,300.00" in page  # cash received
        assert "1,500.50" in page and "500.50" in page  # received; of it counted
        assert "7.00" not in page
        assert page.count(f"R{town.community_id}-00000") == 3

    def test_by_the_day_it_was_booked(self, town: Town, cashier: FlaskClient) -> None:
        town.pay("1-1-101", "301", "2026-11-20")
        booked = town.entries()[-1].recorded_at
        from billing.clock import local_day

        assert "301.00" in at(cashier, receipts(town, f"?by=booked&day={local_day(booked)}"))
        assert "301.00" not in at(cashier, receipts(town, "?by=booked&day=2026-01-01"))

    def test_says_that_no_number_is_missing(self, town: Town, cashier: FlaskClient) -> None:
        for _ in range(3):
            town.pay("1-1-101", "1", "2026-11-20")
        page = at(cashier, receipts(town, "?day=2026-11-20"))
        assert "none is missing" in page

    def test_a_day_that_cannot_be_read_is_today(self, town: Town, cashier: FlaskClient) -> None:
        assert "2026-11-23" in at(cashier, receipts(town, "?day=gestern"))

    def test_money_from_older_books_is_not_in_the_till(self, town: Town, cashier: FlaskClient) -> None:
        page = at(cashier, receipts(town, "?day=2026-11-23"))
        assert "No receipt on 2026-11-23" in page


class TestTheReceipt:
    def test_is_kept_as_it_was_first_printed(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        shown = cashier.get(receipts(town, f"{payment.id}.pdf"))
        assert shown.mimetype == "application/pdf" and session.scalars(select(Document)).all() == []
        assert (
            cashier.post(
                receipts(town, f"{payment.id}/paper"),
                data=hidden(at(cashier, receipts(town, f"{payment.id}"))),
            )
            .headers["Location"]
            .endswith(f"{payment.id}.pdf")
        )
        kept = cashier.get(receipts(town, f"{payment.id}.pdf")).data
        town.on("2026-11-24").fill_profile()
        assert cashier.get(receipts(town, f"{payment.id}.pdf")).data == kept
        assert session.scalars(select(Document.about_id).where(Document.about == "payment")).all() == [
            payment.id
        ]

    def test_holds_nothing_active_and_may_do_nothing(self, town: Town, cashier: FlaskClient) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        answer = cashier.get(receipts(town, f"{payment.id}.pdf"))
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "no-store"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert len(pdf.pages) == 1

    def test_of_another_community_is_not_found(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        other = found(session, town.today, "别处").community_id
        for rest in (f"{payment.id}", f"{payment.id}.pdf"):
            assert cashier.get(f"/c/{other}/receipts/{rest}").status_code == 404

    def test_from_older_books_has_no_paper_of_ours(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        from billing.flow.payments import Money, take_payment
        from billing.store.base import writing

        with writing(session, town.community_id):
            money = Money(100, date(2026, 1, 5), "cash", "old")
            old = take_payment(
                session, "clerk", town.today, town.unit("1-1-101"), money, outside_number="A-17"
            )
        assert "A-17" in at(cashier, receipts(town, f"{old.payment.id}"))
        assert cashier.get(receipts(town, f"{old.payment.id}.pdf")).status_code == 422


class TestReversal:
    def test_names_what_will_be_open_then_opens_it(self, town: Town, manager: FlaskClient) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        page = receipts(town, f"{payment.id}/reversal")
        asked = at(manager, page)
        assert "1,200.00" in asked and "300.00" in asked
        assert town.all(Reversal) == []
        answer = manager.post(page, data={**hidden(asked), "reason": "刷卡未成功"})
        assert answer.status_code == 303
        assert town.statement("1-1-101", "2026-11-23")["totals"]["open"] == "2400.00"
        shown = at(manager, answer.headers["Location"])
        assert "刷卡未成功" in shown and "manager" in shown

    def test_twice_reverses_once(self, town: Town, manager: FlaskClient) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        page = receipts(town, f"{payment.id}/reversal")
        asked = at(manager, page)
        for _ in range(2):
            assert manager.post(page, data={**hidden(asked), "reason": "错"}).status_code == 303
        assert len(town.all(Reversal)) == 1
        assert manager.get(page).status_code == 302

    def test_needs_a_reason(self, town: Town, manager: FlaskClient) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        page = receipts(town, f"{payment.id}/reversal")
        answer = manager.post(page, data={**hidden(at(manager, page)), "reason": "  "})
        assert answer.status_code == 422 and town.all(Reversal) == []

    def test_makes_a_second_paper_and_keeps_the_first(
        self, town: Town, manager: FlaskClient, session: Session
    ) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        manager.post(
            receipts(town, f"{payment.id}/paper"), data=hidden(at(manager, receipts(town, f"{payment.id}")))
        )
        first = manager.get(receipts(town, f"{payment.id}.pdf")).data
        page = receipts(town, f"{payment.id}/reversal")
        manager.post(page, data={**hidden(at(manager, page)), "reason": "刷卡未成功"})
        assert manager.get(receipts(town, f"{payment.id}.pdf")).data != first
        assert manager.get(receipts(town, f"{payment.id}.pdf?original=1")).data == first
        assert set(session.scalars(select(Document.about))) == {"payment", "reversal"}

    def test_is_not_the_cashiers(self, town: Town, cashier: FlaskClient) -> None:
        payment = town.pay("1-1-101", "1500", "2026-11-20").payment
        assert cashier.get(receipts(town, f"{payment.id}/reversal")).status_code == 403
        assert "reversal" not in at(cashier, receipts(town, f"{payment.id}"))
        assert len(town.all(Payment)) == 1
