"""Money at the counter: taken once, numbered without a gap, given to the debtor's own charges in the agreed order."""

import json
from pathlib import Path

import pytest

from billing.core.money import parse_yuan, yuan
from billing.core.problem import Missing, Refused
from billing.flow.estate import EVER
from billing.flow.payments import Money, Taken, take_payment
from billing.flow.profile import set_profile
from billing.store.base import writing
from billing.store.ledger import Allocation, Entry, Payment
from tests.flow.town import Town, together

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "late_fee.json").read_text())
}


def parts(town: Town, taken: Taken) -> list[tuple[str, str, str]]:
    """(period, principal, late fee) of each charge that the payment reached."""
    periods = {charge.id: charge.period for charge in town.charges("1-1-101")}
    return [(periods[part.charge], yuan(part.principal), yuan(part.late_fee)) for part in taken.parts]


def test_the_same_key_and_content_is_the_same_payment(town: Town) -> None:
    town.issue("2026Q1")
    first = town.pay("1-1-101", "500.00", "2026-05-15", key="K1")
    again = town.pay("1-1-101", "500.00", "2026-05-15", key="K1")
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.payment.receipt, again.parts, again.prepayment) == (
        first.payment.receipt,
        first.parts,
        first.prepayment,
    )
    assert len(town.all(Payment)) == 1


def test_a_replay_tells_what_the_payment_did_then_whatever_came_later(town: Town) -> None:
    first = town.pay("1-1-101", "500.00", "2026-01-15", key="K1")
    town.issue("2026Q1")
    again = town.pay("1-1-101", "500.00", "2026-01-15", key="K1")
    assert (first.prepayment, again.prepayment, list(again.parts)) == (50_000, 50_000, [])


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "500.01"},
        {"on": "2026-05-16"},
        {"channel": "wechat"},
        {"label": "1-1-102"},
        {"debtor": "张伟"},
        {"note": "补"},
    ],
    ids=str,
)
def test_the_same_key_with_another_content_is_refused(town: Town, other: dict[str, str]) -> None:
    town.issue("2026Q1")
    asked = {"label": "1-1-101", "amount": "500.00", "on": "2026-05-15"}
    town.pay(**asked, key="K1")
    with pytest.raises(Refused, match="“K1” was already used for something else"):
        town.pay(**{**asked, **other}, key="K1")
    assert len(town.all(Payment)) == 1


def test_money_never_pays_another_debtors_charge(town: Town) -> None:
    town.issue("2026Q1")
    (others,) = town.charges("1-1-102")
    entries = town.latest
    with pytest.raises(Refused, match="money pays his own charges only"):
        town.pay("1-1-101", "500.00", "2026-05-15", charges=(others.id,))
    town.session.rollback()
    assert town.latest == entries
    town.pay("1-1-101", "9999.00", "2026-05-15")
    assert town.statement("1-1-102", "2026-05-15")["totals"]["open"] == "966.00"


def test_after_a_sale_todays_owner_does_not_pay_the_sellers_debt(town: Town) -> None:
    town.issue("2026Q1")
    town.import_roster(SOLD, sold_on=town.on("2026-04-10").today)
    town.pay("1-1-101", "700.00", "2026-05-15")
    assert town.statement("1-1-101", "2026-05-15")["totals"]["open"] == "1200.00"
    taken = town.pay("1-1-101", "700.00", "2026-05-15", debtor="张伟")
    assert parts(town, taken) == [("2026Q1", "700.00", "0.00")]


SOLD = """
楼 单元 房号 业主 建筑面积
1  1   101  孙丽 100
"""


def test_a_debtor_whom_the_unit_does_not_know_is_refused(town: Town) -> None:
    with pytest.raises(Missing, match="neither owns nor owes anything"):
        town.pay("1-1-101", "500.00", "2026-05-15", debtor="李娜")


def test_a_payment_of_tomorrow_is_refused(town: Town) -> None:
    town.pay("1-1-101", "500.00", "2026-11-23")
    with pytest.raises(Refused, match="dated 2026-11-24, after today"):
        town.pay("1-1-101", "500.00", "2026-11-24")


@pytest.mark.parametrize("fen", [0, -1, 10_000_000_001])
def test_an_impossible_amount_is_refused(town: Town, fen: int) -> None:
    money = Money(fen, town.today, "cash", "K1")
    with pytest.raises(Refused, match="above zero"):
        take_payment(town.session, "clerk", town.today, town.unit("1-1-101"), money)


def test_an_unknown_channel_and_an_empty_key_are_refused(town: Town) -> None:
    with pytest.raises(Refused, match="no way to pay"):
        town.pay("1-1-101", "1.00", "2026-05-15", channel="cheque")
    with pytest.raises(Refused, match="needs a key"):
        town.pay("1-1-101", "1.00", "2026-05-15", key=" ")


def test_one_click_twice_is_one_payment(town: Town) -> None:
    town.issue("2026Q1")
    told = together(town, 4, lambda own, _: own.pay("1-1-101", "500.00", "2026-05-15", key="K1"))
    takens = [one for one in told if isinstance(one, Taken)]
    assert len(takens) == 4, told
    assert sorted(one.replayed for one in takens) == [False, True, True, True]
    assert len({one.payment.receipt for one in takens}) == 1
    assert len(town.all(Payment)) == 1
    assert sum(part.principal_fen for part in town.all(Allocation)) == 50_000


def test_receipts_and_entries_are_numbered_without_a_gap(town: Town) -> None:
    town.issue("2026Q1")

    def pay_and_fail(own: Town, number: int) -> list[str]:
        receipts = [
            own.pay("1-1-101", "1.00", "2026-05-15", key=f"{number}.{turn}").payment.receipt
            for turn in range(2)
        ]
        with pytest.raises(Refused):
            own.pay("1-1-101", "2.00", "2026-05-15", key=f"{number}.0")
        return receipts

    told = together(town, 16, pay_and_fail)
    receipts = [receipt for one in told for receipt in one]  # type: ignore[union-attr]
    assert sorted(receipts) == [f"R{town.community_id}-{serial:06d}" for serial in range(1, 33)]
    assert [entry.seq for entry in town.entries()] == list(range(1, town.latest + 1))


def test_what_is_left_over_pays_the_next_charge_and_bears_no_late_fee(town: Town) -> None:
    town = town.on("2026-01-05")
    town.issue("2026Q1")
    taken = town.pay("1-1-101", "2500.00", "2026-01-05")
    assert (parts(town, taken), taken.prepayment) == ([("2026Q1", "1200.00", "0.00")], 130_000)
    town = town.on("2026-07-20")  # issued late, after its due date
    town.issue("2026Q2")
    found = town.statement("1-1-101", "2027-06-30")
    assert (found["totals"]["total"], found["totals"]["late_fee"]) == ("0.00", "0.00")
    assert found["prepayment"] == "100.00"
    (part,) = [part for part in town.all(Allocation) if part.charge_id == town.charges("1-1-101")[1].id]
    assert part.on <= town.charges("1-1-101")[1].due
    assert town.statement("1-1-101", "2026-03-31")["prepayment"] == "1300.00"


def test_what_the_prepayment_does_not_cover_bears_late_fee_alone(town: Town) -> None:
    town.pay("1-1-101", "200.00", "2026-01-05")
    town.issue("2026Q1")
    found = town.statement("1-1-101", "2026-04-10")
    assert (found["totals"]["open"], found["totals"]["late_fee"]) == ("1000.00", "10.00")


def test_the_debtors_word_goes_first(town: Town) -> None:
    town.issue("2026Q1")
    town.issue("2026Q2")
    _, second = town.charges("1-1-101")
    taken = town.pay("1-1-101", "1300.00", "2026-07-10", charges=(second.id,))
    # 1200 and ten days of late fee go where he said; the rest goes to the oldest.
    assert parts(town, taken) == [("2026Q2", "1200.00", "12.00"), ("2026Q1", "88.00", "0.00")]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        # On 2026-07-10: Q1 is 101 days late (121.20), Q2 10 days (12.00).
        ("principal-first", [("2026Q1", "1200.00", "0.00"), ("2026Q2", "800.00", "0.00")]),
        ("late-fee-first", [("2026Q1", "1200.00", "121.20"), ("2026Q2", "666.80", "12.00")]),
        ("by-charge", [("2026Q1", "1200.00", "121.20"), ("2026Q2", "678.80", "0.00")]),
    ],
)
def test_each_order_of_allocation(town: Town, order: str, expected: list[tuple[str, str, str]]) -> None:
    town.set_policy(order=order)
    town.issue("2026Q1")
    town.issue("2026Q2")
    assert parts(town, town.pay("1-1-101", "2000.00", "2026-07-10")) == expected


def test_late_fee_first_of_the_published_case_in_the_books(town: Town) -> None:
    case = CASES["S3"]
    town.set_policy(order="late-fee-first")
    town.issue("2026Q1")
    (charge,) = town.charges("1-1-101")
    assert (charge.due.isoformat(), charge.amount_fen) == (case["due"], int(case["principal"]) * 100)
    ((on, amount, _),) = case["pay"]
    taken = town.pay("1-1-101", f"{amount}.00", on)
    assert parts(town, taken)[0][2] == case["late_paid"]
    (row,) = town.statement("1-1-101", case["asof"])["charges"]
    assert (row["open"], row["late_fee_paid"]) == (case["principal_left"], case["late_paid"])
    assert yuan(parse_yuan(row["late_fee"]) - parse_yuan(case["late_paid"])) == case["new_late"]


def test_money_of_an_earlier_day_that_would_unmake_late_fee_already_taken_is_refused(town: Town) -> None:
    town.set_policy(order="late-fee-first")
    town.issue("2026Q1")
    town.pay("1-1-101", "54.00", "2026-05-15")
    before, entries = town.statement("1-1-101", "2026-08-31"), town.latest
    with pytest.raises(Refused, match="2026-05-15 already took late fee for 2026Q1"):
        town.pay("1-1-101", "1200.00", "2026-04-15", key="K1")
    assert (town.statement("1-1-101", "2026-08-31"), town.latest) == (before, entries)
    town.reverse(town.all(Payment)[0])
    town.pay("1-1-101", "1200.00", "2026-04-15", key="K1")
    town.pay("1-1-101", "54.00", "2026-05-15")
    assert town.statement("1-1-101", "2026-08-31")["totals"]["total"] == "0.00"


def test_every_entry_keeps_who_and_what(town: Town) -> None:
    town.pay("1-1-101", "500.00", "2026-05-15", key="K1", payer="张伟之妻")
    entry = town.session.get_one(Entry, (town.community_id, town.latest))
    assert (entry.kind, entry.key, entry.actor) == ("payment", "pay:K1", "clerk")
    assert (entry.detail["unit"], entry.detail["amount"], entry.detail["payer"]) == (
        "1-1-101",
        50_000,
        "张伟之妻",
    )


def test_money_of_a_year_without_contract_or_debt_is_a_mistyped_year(town: Town) -> None:
    town.fill_profile()
    town.issue("2026Q1")
    with pytest.raises(Refused, match="before the contract"):
        town.pay("1-1-101", "500.00", "2000-01-01")
    assert town.all(Payment) == []
    town.pay("1-1-101", "500.00", "2020-01-01")  # the contract's first day: paid ahead


def test_a_new_contract_makes_no_payment_impossible(town: Town) -> None:
    """Paid ahead for a contract that begins next month, by somebody who was never charged."""
    with writing(town.session):
        set_profile(town.session, "clerk", town.today, town.community_id, {"contract_from": "2026-12-01"})
    assert town.pay("1-1-101", "500.00", "2026-11-23").prepayment == 50_000


def test_money_of_a_day_before_the_present_contract_pays_older_debts(town: Town) -> None:
    """A renewed contract does not make the older one's payments impossible."""
    town.issue("2026Q1")
    with writing(town.session):
        set_profile(
            town.session, "clerk", town.today, town.community_id, {"contract_from": "2026-06-01"}, EVER
        )
    assert town.pay("1-1-101", "500.00", "2026-05-15").prepayment == 0
