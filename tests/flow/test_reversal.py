"""红冲: a new entry says that something never counted; what was known before it stays what was known."""

import pytest

from billing.core.problem import Refused
from billing.store import index
from billing.store.ledger import Allocation, Charge, Payment, Reversal
from tests.flow.town import Town, together
from tests.support.databases import on_sqlite


def test_reversing_a_payment_gives_back_the_statement_before_it(town: Town) -> None:
    town.issue("2026Q1")
    before, known = town.statement("1-1-101", "2026-08-31"), town.latest
    payment = town.pay("1-1-101", "500.00", "2026-05-15").payment
    paid, after_payment = town.statement("1-1-101", "2026-08-31"), town.latest
    town.reverse(payment)
    assert town.statement("1-1-101", "2026-08-31") == before
    assert town.statement("1-1-101", "2026-08-31", known_at=known) == before
    assert town.statement("1-1-101", "2026-08-31", known_at=after_payment) == paid != before
    assert index.differences(town.session) == []


@on_sqlite
def test_the_only_payment_of_a_debtor_who_owes_nothing_is_reversed(town: Town) -> None:
    """A prepayment booked on the wrong unit, before anything was issued."""
    payment = town.pay("1-1-101", "500.00", "2026-01-05").payment
    town.reverse(payment)
    assert town.statement("1-1-101", "2026-12-31")["prepayment"] == "0.00"


@on_sqlite
def test_the_only_charge_of_a_debtor_who_paid_nothing_is_reversed(town: Town) -> None:
    town.issue("2026Q1")
    (charge,) = town.charges("1-1-101")
    town.reverse(charge)
    assert town.statement("1-1-101", "2026-12-31")["charges"] == []
    assert index.differences(town.session) == []


@on_sqlite
def test_money_of_a_reversed_charge_pays_the_debtors_other_charges(town: Town) -> None:
    town.issue("2026Q1")
    town.issue("2026Q2")
    first = town.charges("1-1-101")[0]
    town.pay("1-1-101", "1200.00", "2026-02-01")
    town.reverse(first)
    found = town.statement("1-1-101", "2026-06-30")
    assert [(row["period"], row["open"]) for row in found["charges"]] == [("2026Q2", "0.00")]
    assert town.charges("1-1-101")[0].open_fen == 0
    assert index.differences(town.session) == []


@on_sqlite
def test_a_reversed_charge_is_issued_anew_under_its_next_revision(town: Town) -> None:
    town.issue("2026Q1")
    town.reverse(town.charges("1-1-101")[0])
    assert town.issue("2026Q1") == 1
    assert [charge.revision for charge in town.charges("1-1-101")] == [0, 1]
    assert town.issue("2026Q1") == 0


def test_two_clerks_reverse_a_payment_once(town: Town) -> None:
    town.issue("2026Q1")
    payment = town.pay("1-1-101", "500.00", "2026-05-15").payment
    told = together(town, 4, lambda own, _: own.reverse(own.session.get_one(Payment, payment.id)))
    assert sorted(type(one).__name__ for one in told) == ["NoneType", "Refused", "Refused", "Refused"]
    assert len(town.all(Reversal)) == 1
    assert town.charges("1-1-101")[0].open_fen == 120_000


@on_sqlite
def test_the_same_reversal_again_is_the_same(town: Town) -> None:
    payment = town.pay("1-1-101", "500.00", "2026-05-15").payment
    town.pay("1-1-101", "1.00", "2026-05-15")
    town.reverse(payment, key="R1")
    town.reverse(payment, key="R1")
    assert len(town.all(Reversal)) == 1
    with pytest.raises(Refused, match="already reversed"):
        town.reverse(payment, key="R2")


@on_sqlite
def test_nothing_recorded_is_touched_by_a_reversal(town: Town) -> None:
    town.issue("2026Q1")
    payment = town.pay("1-1-101", "500.00", "2026-05-15").payment
    before = [(row.id, row.entry) for table in (Charge, Payment, Allocation) for row in town.all(table)]
    town.reverse(payment)
    after = [(row.id, row.entry) for table in (Charge, Payment, Allocation) for row in town.all(table)]
    assert after == before


@on_sqlite
def test_a_policy_recorded_later_does_not_change_what_was_known(town: Town) -> None:
    """A statement that was printed can be printed again, whatever rules were entered since."""
    town.issue("2026Q1")
    known = town.latest
    printed = town.statement("1-1-101", "2026-08-31", known_at=known)
    town.set_policy(rate_ppm=500)
    assert town.statement("1-1-101", "2026-08-31") != printed
    assert town.statement("1-1-101", "2026-08-31", known_at=known) == printed
