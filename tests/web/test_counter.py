"""The counter: the right unit found, the right sum asked for, the money booked once."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from billing.store.collection import Document
from billing.store.ledger import Allocation, Payment
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    """1-1-101 owes 2026Q2 (due 06-30) and 2026Q3 (due 09-30), 1,200.00 each."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q2")
    town.issue("2026Q3")
    return town


@pytest.fixture
def cashier(browser_of: Browser) -> FlaskClient:
    return browser_of("cashier")


def counter(town: Town, label: str = "1-1-101") -> str:
    return f"/c/{town.community_id}/counter/{town.unit(label).id}"


def pay(client: FlaskClient, page: str, html: str | None = None, **typed: object) -> TestResponse:
    """Fill in the form as the page at hand gives it, and press the button."""
    fields = {"on": "2026-11-23", "amount": "1500", "channel": "cash", **typed}
    return client.post(page, data={**hidden(html or at(client, page)), **fields})


class TestFinding:
    pytestmark = on_sqlite

    @pytest.mark.parametrize(
        "text", ["1-1-101", "1栋1单元101", "1号楼1单元101室", "１－１－１０１", "11101", "张伟", "张"]
    )
    def test_the_only_unit_that_fits_is_opened_at_once(
        self, town: Town, cashier: FlaskClient, text: str
    ) -> None:
        answer = cashier.get(f"/c/{town.community_id}/counter/", query_string={"q": text})
        assert answer.headers["Location"] == counter(town)

    def test_several_are_listed_with_their_owners_and_what_is_open(
        self, town: Town, cashier: FlaskClient
    ) -> None:
        page = at(cashier, f"/c/{town.community_id}/counter/?q=10")
        assert "张伟" in page and "李娜" in page and "王芳" not in page
        assert "2,400.00" in page

    def test_what_is_not_due_yet_is_told_as_such(self, town: Town, cashier: FlaskClient) -> None:
        address = f"/c/{town.community_id}/counter/?q=10"
        town.pay("1-1-102", "1932", "2026-06-30")  # principal of both bills, the second before it is due
        town.issue("2026Q4")
        page = at(english(cashier), address)
        assert "¥2,400.00 overdue" in page and "¥966.00 not due yet" in page

    def test_a_wildcard_is_only_a_character(self, town: Town, cashier: FlaskClient) -> None:
        assert "张伟" not in at(cashier, f"/c/{town.community_id}/counter/?q=%25")

    def test_while_typing_only_the_list_is_sent(self, town: Town, cashier: FlaskClient) -> None:
        answer = cashier.get(f"/c/{town.community_id}/counter/?q=101", headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "<html" not in answer.text and "张伟" in answer.text


class TestDesk:
    pytestmark = on_sqlite

    def test_shows_what_is_owed_with_late_fee_as_of_the_day(self, town: Town, cashier: FlaskClient) -> None:
        # 146 days on 1,200.00 and 54 days on 1,200.00 at 1 per mille
        assert "2,640.00" in at(cashier, counter(town))
        # before the second was due: 86 days on the first
        assert "1,303.20" in at(cashier, f"{counter(town)}?on=2026-09-24")

    def test_arrears_stand_apart_from_what_is_not_due(self, town: Town, cashier: FlaskClient) -> None:
        town.issue("2026Q4")
        page = at(english(cashier), counter(town))
        assert "<dt>Overdue on 2026-11-23</dt><dd>¥2,640.00" in page
        assert "<dt>Not due yet</dt><dd>¥1,200.00" in page
        assert 'data-fill="2640.00"' in page
        overdue, coming = page.split('<tr class="group">')[1:]
        assert "2026Q3" in overdue and "2026Q4" not in overdue and "2026Q4" in coming
        assert ">2,640.00<" in overdue and "3,840.00" in page.split("<tfoot>")[1]

    def test_a_bill_due_today_is_asked_for_but_not_overdue(self, town: Town, cashier: FlaskClient) -> None:
        page = at(english(cashier), f"{counter(town, '1-1-102')}?on=2026-06-30")
        assert "<dt>Overdue on 2026-06-30</dt><dd>¥0.00" in page
        assert "of it due today: 966.00" in page and 'data-fill="966.00"' in page
        assert page.count('<tr class="group">') == 1 and ">due today<" in page

    def test_of_several_debtors_one_is_chosen(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        sold = "楼 单元 房号 业主 共有人 建筑面积 交房日期\n1 1 101 孙强 _ 100 2020-01-01"
        town.import_roster(sold, sold_on=date(2026, 10, 1))
        page = at(cashier, counter(town))
        assert "孙强" in page and "张伟" in page and "¥0.00" in page
        seller = town.charges("1-1-101")[0].debtor_id
        assert "2,640.00" in at(cashier, f"{counter(town)}?debtor={seller}")

    def test_a_debtor_of_another_unit_is_not_found(self, town: Town, cashier: FlaskClient) -> None:
        stranger = town.charges("1-1-102")[0].debtor_id
        assert cashier.get(f"{counter(town)}?debtor={stranger}").status_code == 404

    def test_another_communitys_unit_is_not_found(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        other = found(
            session, town.today, "别处", "楼 单元 房号 业主 建筑面积 交房日期\n1 1 1 赵一 9 2020-01-01"
        )
        assert cashier.get(f"/c/{town.community_id}/counter/{other.unit('1-1-1').id}").status_code == 404


class TestPreview:
    pytestmark = on_sqlite

    def test_shows_the_allocation_that_booking_then_makes(self, town: Town, cashier: FlaskClient) -> None:
        page = counter(town)
        fields = {**hidden(at(cashier, page)), "on": "2026-11-23", "amount": "1500", "channel": "cash"}
        shown = cashier.post(f"{page}/preview", data=fields)
        assert shown.status_code == 200 and town.all(Payment) == []
        assert "1,200.00" in shown.text and "300.00" in shown.text
        cashier.post(page, data=fields)
        assert [part.principal_fen for part in town.all(Allocation)] == [120_000, 30_000]

    def test_of_a_named_charge(self, town: Town, cashier: FlaskClient) -> None:
        page, (_, named) = counter(town), town.charges("1-1-101")
        fields = {**hidden(at(cashier, page)), "on": "2026-11-23", "amount": "1500", "channel": "cash"}
        cashier.post(page, data={**fields, "charges": [named.id]})
        # the named charge first, principal and late fee; what it leaves goes by the contract's order
        assert [(part.charge_id, part.principal_fen, part.late_fee_fen) for part in town.all(Allocation)] == [
            (named.id, 120_000, 6_480),
            (town.charges("1-1-101")[0].id, 23_520, 0),
        ]

    def test_what_cannot_be_read_changes_nothing_and_breaks_nothing(
        self, town: Town, cashier: FlaskClient
    ) -> None:
        for typed in (
            {"amount": "abc"},
            {"amount": ""},
            {"on": "2026-13-01"},
            {"on": "2030-01-01"},
            {"charges": "x"},
        ):
            fields = {
                **hidden(at(cashier, counter(town))),
                "on": "2026-11-23",
                "amount": "5",
                "channel": "cash",
            }
            assert cashier.post(f"{counter(town)}/preview", data={**fields, **typed}).status_code == 200
        assert town.all(Payment) == []

    def test_the_plain_button_shows_it_too(self, town: Town, cashier: FlaskClient) -> None:
        answer = pay(cashier, counter(town), preview="yes")
        assert answer.status_code == 200 and "300.00" in answer.text and town.all(Payment) == []


class TestBooking:
    def test_takes_the_money_and_keeps_its_receipt(
        self, town: Town, cashier: FlaskClient, session: Session
    ) -> None:
        answer = pay(cashier, counter(town), payer="张伟之女", channel="wechat")
        payment = town.all(Payment)[0]
        assert (payment.amount_fen, payment.payer, payment.channel, payment.serial) == (
            150_000,
            "张伟之女",
            "wechat",
            1,
        )
        assert answer.headers["Location"] == f"/c/{town.community_id}/receipts/{payment.id}"
        assert session.scalars(select(Document.about_id).where(Document.about == "payment")).all() == [
            payment.id
        ]

    def test_a_double_click_books_once(self, town: Town, cashier: FlaskClient) -> None:
        html = at(cashier, counter(town))
        answers = [pay(cashier, counter(town), html) for _ in range(3)]
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert len(town.all(Payment)) == 1
        assert f"R{town.community_id}-000001" in at(cashier, answers[2].headers["Location"])

    def test_two_tabs_with_the_same_payment_book_once(self, town: Town, browser_of: Browser) -> None:
        desks = [english(browser_of("cashier")), english(browser_of("manager"))]
        pages = [at(desk, counter(town)) for desk in desks]
        first, second = [pay(desk, counter(town), page) for desk, page in zip(desks, pages, strict=True)]
        assert first.headers["Location"] == second.headers["Location"]
        assert len(town.all(Payment)) == 1
        assert "Nothing was booked a second time" in at(desks[1], second.headers["Location"])

    def test_a_page_out_of_date_is_shown_anew_and_books_only_when_sent_again(
        self, town: Town, cashier: FlaskClient
    ) -> None:
        stale = at(cashier, counter(town))
        pay(cashier, counter(town), stale)
        refused = pay(cashier, counter(town), stale, amount="20")
        assert refused.status_code == 422 and len(town.all(Payment)) == 1
        assert pay(cashier, counter(town), refused.text, amount="20").status_code == 303
        assert [payment.amount_fen for payment in town.all(Payment)] == [150_000, 2_000]

    def test_another_payment_after_the_first_is_another_payment(
        self, town: Town, cashier: FlaskClient
    ) -> None:
        for _ in range(2):
            assert pay(cashier, counter(town)).status_code == 303
        assert len(town.all(Payment)) == 2

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ({"amount": ""}, "amount"),
            ({"amount": "1.234"}, "1.234"),
            ({"amount": "-5"}, "-5"),
            ({"amount": "0"}, "0"),
            ({"on": "2026-12-24"}, "2026-12-24"),
            ({"channel": "barter"}, "channel"),
        ],
    )
    def test_wrong_input_comes_back_with_what_was_typed(
        self, town: Town, cashier: FlaskClient, typed: dict[str, str], says: str
    ) -> None:
        answer = pay(cashier, counter(town), **{"note": "现金两张", **typed})
        assert answer.status_code == 422 and says in answer.text and "现金两张" in answer.text
        assert town.all(Payment) == []

    def test_a_charge_of_somebody_else_is_refused(self, town: Town, cashier: FlaskClient) -> None:
        answer = pay(cashier, counter(town), charges=[town.charges("1-1-102")[0].id])
        assert answer.status_code == 422 and town.all(Payment) == []

    def test_what_nobody_owes_stays_as_prepayment(self, town: Town, cashier: FlaskClient) -> None:
        answer = pay(cashier, counter(town), amount="3000")
        assert "360.00" in at(cashier, answer.headers["Location"])
        assert "360.00" in at(cashier, counter(town))

    def test_the_money_is_booked_even_if_no_paper_can_be_made(
        self, session: Session, today: date, people: object, cashier: FlaskClient
    ) -> None:
        town = found(session, today, "无合同")
        town.issue("2026Q3")
        answer = pay(cashier, counter(town))
        page = at(cashier, answer.headers["Location"])
        assert len(town.all(Payment)) == 1 and "alert-warning" in page

    def test_money_of_days_ago_wants_a_reason(self, town: Town, cashier: FlaskClient) -> None:
        """The till of today may be counted by the day the money came: three days are nothing, four are asked about."""
        assert pay(english(cashier), counter(town), on="2026-11-20", amount="10").status_code == 303
        page = at(cashier, counter(town) + "?on=2026-11-19")
        assert "Money of 4 days ago" in page
        asked = pay(cashier, counter(town), page, on="2026-11-19", amount="20")
        assert asked.status_code == 422 and "say here why" in asked.text
        given = pay(cashier, counter(town), asked.text, on="2026-11-19", amount="20", note="银行回单 1119")
        assert given.status_code == 303
        assert [payment.note for payment in town.all(Payment)] == ["", "银行回单 1119"]

    def test_money_of_long_ago_is_the_managers_to_enter(self, town: Town, browser_of: Browser) -> None:
        typed = {"on": "2026-10-22", "note": "补录"}
        refused = pay(english(browser_of("cashier")), counter(town), **typed)
        assert refused.status_code == 422 and "a manager enters it" in refused.text
        assert town.all(Payment) == []
        assert pay(browser_of("manager"), counter(town), **typed).status_code == 303

    @pytest.mark.parametrize("role", ["clerk", "collector", "legal"])
    def test_whoever_takes_no_money_sees_no_counter(self, town: Town, browser_of: Browser, role: str) -> None:
        assert browser_of(role).get(counter(town)).status_code == 403
        assert browser_of(role).post(counter(town)).status_code in (400, 403)
