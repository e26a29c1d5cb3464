"""Owners hear of what is done to their account, whoever does it; one payment makes one mail."""

from datetime import timedelta

import pytest

from billing.core.problem import Refused
from billing.flow import payments, reversals, waiver_news
from billing.flow.payments import Money, take_payment
from billing.flow.waiver_decision import refuse_waiver
from billing.store.base import writing
from billing.store.ledger import Charge
from tests.flow.town import ACTOR, Town, day
from tests.post.room import WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox, read


@pytest.fixture
def town(town: Town) -> Town:
    """As an office leaves it that set nothing: owners are told."""
    town.set_community(mail_account="")
    town.issue("2026Q3")
    return town


@pytest.fixture(autouse=True)
def same_clock(room: PostRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter's clock is the post room's."""
    for desk in (payments, reversals, waiver_news):
        monkeypatch.setattr(desk, "now", lambda: room.clock.now)


def told(room: PostRoom) -> list[tuple[str, str]]:
    return [(mail.about, mail.state) for mail in room.all()]


def test_a_payment_is_told_with_what_is_owed_now(room: PostRoom, town: Town, letterbox: Letterbox) -> None:
    payment = town.pay("1-1-101", "200", "2026-11-20", key="P1").payment
    town.pay("1-1-101", "200", "2026-11-20", key="P1")
    assert (room.send(), told(room)) == (1, [("payment-booked", "handed_over")])
    body = letterbox.mails[0].get_content()
    assert letterbox.taken[0].rcpt_tos == [WEI]
    for words in (
        "张伟",
        "静园 1-1-101",
        "2026年11月20日",
        "200.00元（现金）",
        payment.receipt,
        "0990-5550100",
    ):
        assert words in body
    owed = town.statement("1-1-101", town.today)["totals"]["total"]
    assert f"截至2026年11月23日，该房屋在您名下的欠费合计人民币{owed}元" in body.replace(",", "")


def test_a_reversal_is_told_with_its_reason(room: PostRoom, town: Town, letterbox: Letterbox) -> None:
    payment = town.pay("1-1-101", "200", "2026-11-20").payment
    room.send()
    town.reverse(payment)
    room.send()
    assert told(room) == [("payment-booked", "handed_over"), ("payment-reversed", "handed_over")]
    body = letterbox.mails[1].get_content()
    assert payment.receipt in body and "红冲" in body and "原因：入错账" in body and "200.00元" in body


@on_sqlite
def test_so_is_that_of_a_charge(room: PostRoom, town: Town, letterbox: Letterbox) -> None:
    charge: Charge = town.charges("1-1-101")[0]
    town.reverse(charge)
    room.send()
    body = letterbox.mails[0].get_content()
    assert "物业服务费 2026Q3" in body and "1,200.00元" in body and "没有逾期未缴" in body


@on_sqlite
def test_a_receipt_that_is_mailed_tells_of_its_payment(
    room: PostRoom, town: Town, letterbox: Letterbox
) -> None:
    town.set_community(mail_receipts="yes")
    receipt = room.mail()
    assert told(room) == [("payment-booked", "queued"), ("payment", "queued")]
    room.clock.let_pass(hours=1)
    room.send()
    assert told(room) == [("payment-booked", "withdrawn"), ("payment", "handed_over")]
    assert room.state(receipt)[0] == "handed_over" and len(letterbox.taken) == 1
    assert room.all()[0].last_answer == "receipt"


@on_sqlite
def test_where_the_receipt_is_not_made_the_payment_is_told_all_the_same(
    room: PostRoom, town: Town, letterbox: Letterbox
) -> None:
    town.set_community(mail_receipts="yes")
    town.pay("1-1-101", "200", "2026-11-20")
    assert room.send() == 0, "the receipt's mail may be on its way"
    room.clock.let_pass(minutes=11)
    assert (room.send(), told(room)) == (1, [("payment-booked", "handed_over")])


@on_sqlite
class TestNobodyIsTold:
    def test_without_an_address(self, room: PostRoom, town: Town) -> None:
        town.reverse(town.pay("2-1-201", "200", "2026-11-20").payment)
        assert told(room) == []

    def test_where_the_community_does_not_want_it(self, room: PostRoom, town: Town) -> None:
        town.set_community(mail_account="no")
        town.reverse(town.pay("1-1-101", "200", "2026-11-20").payment)
        assert told(room) == []

    def test_what_an_old_book_brought(self, room: PostRoom, town: Town) -> None:
        money = Money(20_000, day("2025-11-20"), "cash", "old 1")
        with writing(town.session, town.community_id):
            take_payment(town.session, ACTOR, town.today, town.unit("1-1-101"), money, outside_number="旧 17")
        assert told(room) == []

    def test_what_waited_too_long_for_a_mail_server(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        town.pay("1-1-101", "200", "2026-11-20")
        room.clock.let_pass(days=8)
        assert (room.send(), told(room)) == (0, [("payment-booked", "withdrawn")])
        assert letterbox.taken == []

    def test_of_an_act_that_did_not_happen(self, room: PostRoom, town: Town) -> None:
        """The mail is written with the act: where one is not kept, neither is the other."""
        with pytest.raises(Refused):
            town.pay("1-1-101", "200", "2026-11-20", charges=(10**9,))
        assert told(room) == []


@on_sqlite
class TestAWaiverIsTold:
    """张伟's third quarter of 2026 (1,200.00, due on 2026-09-30) is 54 days late: 64.80."""

    def test_approved_and_lapsed(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        request = town.waive("1-1-101", "non-malicious", percent=100, pay_by=town.today + timedelta(days=10))
        later = town.on((town.today + timedelta(days=11)).isoformat())
        assert later.note_lapses() == [request.number]
        assert later.note_lapses() == []
        room.send()
        approved, lapsed = (read(envelope) for envelope in letterbox.taken)
        assert request.number in approved["Subject"]
        assert "2026Q3" in approved.get_content() and "付清所涉各笔本金" in approved.get_content()
        assert "已自始失效" in lapsed.get_content() and "合计人民币1,278.00元" in lapsed.get_content()

    def test_refused_and_withdrawn(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        town.withdraw(
            town.ask_waiver("1-1-101", "office-error", percent=50)
        )  # nobody decided: nothing to tell
        town.withdraw(town.waive("1-1-101", "office-error", percent=50))
        refused = town.ask_waiver("1-1-101", "office-error", percent=50)
        with writing(town.session, town.community_id):
            refuse_waiver(town.session, "manager", "admin", town.today, refused, "账单无误", "one")
        room.send()
        bodies = [read(envelope).get_content() for envelope in letterbox.taken]
        for body, word in zip(bodies, ("至多减免人民币32.40元", "撤销", "账单无误"), strict=True):
            assert "张伟" in body and word in body
