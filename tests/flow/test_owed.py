"""What a community is owed as of any day is the sum of what the statements say of that day, however it is added up."""

from datetime import date, timedelta

import pytest

from billing.flow.estate import policies
from billing.flow.owed import owed
from billing.store.standing import accounts
from tests.flow.town import Town, day
from tests.support.databases import on_sqlite

DAYS = [date(2026, 1, 10) + timedelta(days=19 * number) for number in range(26)]


def by_statements(town: Town, as_of: date) -> tuple[int, int]:
    rules = policies(town.session, town.community_id)
    found = accounts(town.session, town.community_id, rules)
    lines = [line for account in found for line in account.lines(as_of)]
    return sum(line.open for line in lines), sum(line.late_fee_due for line in lines)


def check(town: Town) -> None:
    for as_of in DAYS:
        told = owed(town.session, town.community_id, as_of, town.today)
        assert (told.open, told.late_fee) == by_statements(town, as_of), as_of
    town.session.rollback()


def live(town: Town) -> None:
    """Bills late, paid in part, late fee paid, one payment taken back, one bill not due yet."""
    for period in ("2026Q1", "2026Q2", "2026Q3", "2026Q4"):
        town.issue(period)
    town.pay("1-1-101", "700.00", "2026-05-15")
    town.pay("1-1-101", "2000.00", "2026-09-01")
    town.pay("1-1-102", "966.00", "2026-03-31")
    town.pay("1-1-102", "1500.33", "2026-11-02")
    town.reverse(town.pay("2-1-201", "1440.00", "2026-08-01").payment)


def test_of_any_day_past_or_to_come(town: Town) -> None:
    live(town)
    check(town)
    assert owed(town.session, town.community_id, day("2026-11-23"), town.today).late_fee > 0


@on_sqlite
@pytest.mark.parametrize("order", ["principal-first", "late-fee-first"])
def test_where_late_fee_may_be_paid_first(town: Town, order: str) -> None:
    town.set_policy(order=order)
    live(town)
    check(town)


@on_sqlite
def test_with_grace_a_cap_or_another_rate_from_a_day_on(town: Town) -> None:
    live(town)
    town.set_policy(since=day("2026-06-01"), rate_ppm=500, grace_days=10)
    check(town)
    town.set_policy(since=day("2026-09-01"), rate_ppm=500)
    check(town)


def test_with_waivers_that_stand_and_that_end(town: Town) -> None:
    live(town)
    town.approve(town.ask_waiver("1-1-101", "office-error", percent=50))
    asked = town.ask_waiver("2-1-201", "office-error", percent=30)
    town.approve(asked)
    check(town)
    town.withdraw(asked)
    check(town)
