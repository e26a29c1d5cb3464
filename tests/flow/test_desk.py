"""The counter's desk: the preview is what booking does, and a form sent twice, or from two desks, books once."""

from datetime import date

import pytest

from billing.core.allocation import Part
from billing.core.money import parse_yuan
from billing.core.problem import Refused
from billing.flow.desk import open_desk, take_at_desk
from billing.flow.payments import Money, Taken, preview_payment
from billing.flow.reversals import freed_by_reversal
from billing.store.base import writing
from billing.store.ledger import Payment
from tests.flow.town import Town, day, together
from tests.support.databases import on_sqlite


@pytest.fixture
def owing(town: Town) -> Town:
    """张伟 owes three quarters, one of them issued for a day that is still to come."""
    for period in ("2026Q2", "2026Q3"):
        town.on("2026-07-01").issue(period)
    town.issue("2026Q4")
    return town


@on_sqlite
@pytest.mark.parametrize("amount", ["800", "1264.80", "2600", "9999.99"])
@pytest.mark.parametrize("on", ["2026-06-01", "2026-08-15", "2026-11-23"])
@pytest.mark.parametrize("named", [(), (0, 2)])
def test_the_preview_is_what_booking_does(owing: Town, amount: str, on: str, named: tuple[int, ...]) -> None:
    charges = tuple(owing.charges("1-1-101")[index].id for index in named)
    unit, money = owing.unit("1-1-101"), Money(parse_yuan(amount), day(on), "cash", "look", charges)
    foreseen = preview_payment(owing.session, owing.today, unit, money)
    assert owing.all(Payment) == []
    taken = owing.pay("1-1-101", amount, on, charges=charges)
    assert (foreseen.parts, foreseen.prepayment) == (taken.parts, taken.prepayment)


@on_sqlite
@pytest.mark.parametrize(
    ("on", "overdue", "coming", "due_today"),
    [
        ("2026-06-30", 0, 120_000, 120_000),  # due on the very day: to be paid, but not overdue
        ("2026-07-01", 120_120, 120_000, 0),
        ("2026-11-23", 120_000 + 17_520 + 120_000 + 6_480, 120_000, 0),
    ],
)
def test_the_desk_tells_arrears_from_what_is_not_due(
    owing: Town, on: str, overdue: int, coming: int, due_today: int
) -> None:
    desk = open_desk(owing.session, owing.unit("1-1-101"), day(on), owing.today)
    assert (desk.debtor.overdue, desk.debtor.coming, desk.due_today) == (overdue, coming, due_today)
    states = [row.state for row in desk.rows(None, owing.today)]
    assert states == sorted(states, reverse=True), "the overdue stand first"
    assert desk.due == overdue + due_today


@on_sqlite
def test_money_for_an_earlier_day_reaches_bills_that_were_not_due_then(owing: Town) -> None:
    unit, money = owing.unit("1-1-101"), Money(300_000, day("2026-07-01"), "cash", "look")
    desk = open_desk(owing.session, unit, money.on, owing.today)
    rows = desk.rows(preview_payment(owing.session, owing.today, unit, money), owing.today)
    assert [row.state for row in rows] == ["overdue", "coming", "coming"]


def test_the_preview_refuses_what_booking_refuses(owing: Town) -> None:
    unit = owing.unit("1-1-101")
    for money in (
        Money(0, owing.today, "cash", "k"),
        Money(1, date(2027, 1, 1), "cash", "k"),
        Money(1, owing.today, "cash", "k", (owing.charges("1-1-102")[0].id,)),
        Money(1, owing.today, "cash", "k", debtor="nobody"),
    ):
        with pytest.raises(Refused):
            preview_payment(owing.session, owing.today, unit, money)


def test_of_somebody_who_owes_nothing_all_is_prepayment(town: Town) -> None:
    money = Money(5000, town.today, "cash", "k")
    foreseen = preview_payment(town.session, town.today, town.unit("1-1-101"), money)
    assert (foreseen.parts, foreseen.prepayment) == ([], 5000)


def test_what_a_reversal_frees_is_what_the_payment_holds_today(owing: Town) -> None:
    taken = owing.pay("1-1-101", "1500", "2026-11-20")
    first, second = owing.charges("1-1-101")[:2]
    assert freed_by_reversal(owing.session, taken.payment) == [
        Part(first.id, 120_000, 0),
        Part(second.id, 30_000, 0),
    ]
    owing.reverse(first)  # its money went on to what was open
    freed = freed_by_reversal(owing.session, taken.payment)
    assert first.id not in [part.charge for part in freed]
    assert sum(part.principal + part.late_fee for part in freed) == 150_000


def test_two_desks_with_the_same_form_book_once(owing: Town) -> None:
    desk = open_desk(owing.session, owing.unit("1-1-101"), owing.today, owing.today)

    def press(town: Town, clerk: int) -> Taken:
        money = Money(150_000, town.today, "cash", desk.key)
        with writing(town.session, town.community_id):
            return take_at_desk(
                town.session, f"clerk {clerk}", town.today, town.unit("1-1-101"), desk.debtor.id, money
            )

    taken = together(owing, 6, press)
    assert len(owing.all(Payment)) == 1
    assert sorted(one.replayed for one in taken if isinstance(one, Taken)) == [False] + [True] * 5


def test_two_desks_with_different_forms_for_one_state_book_one_of_them(owing: Town) -> None:
    desk = open_desk(owing.session, owing.unit("1-1-101"), owing.today, owing.today)

    def press(town: Town, clerk: int) -> Taken:
        money = Money(1000 + clerk, town.today, "cash", desk.key)
        with writing(town.session, town.community_id):
            return take_at_desk(
                town.session, f"clerk {clerk}", town.today, town.unit("1-1-101"), desk.debtor.id, money
            )

    met = together(owing, 4, press)
    assert len(owing.all(Payment)) == 1
    assert sum(isinstance(one, Refused) for one in met) == 3


def test_the_desk_offers_the_owner_first_and_whoever_else_owes(owing: Town) -> None:
    sold = "楼 单元 房号 业主 共有人 建筑面积 交房日期\n1 1 101 孙强 钱琳 100 2020-01-01"
    owing.import_roster(sold, sold_on=date(2026, 10, 1))
    desk = open_desk(owing.session, owing.unit("1-1-101"), owing.today, owing.today)
    assert [(one.name, one.owner) for one in desk.debtors] == [("孙强", True), ("张伟", False)]
    assert desk.debtor.name == "孙强"
