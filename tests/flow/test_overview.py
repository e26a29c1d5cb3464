"""The overview's figures are the rule's own, to the fen, whatever the contract says; its parts add up."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from billing.core.ageing import BRACKETS, NOT_DUE, Bracket, span
from billing.core.dunning import USUAL_LADDER, Step
from billing.core.late_fee import Cap
from billing.core.problem import Refused
from billing.flow.debtor_list import Listed, listed
from billing.flow.debtors import debts
from billing.flow.estate import policies
from billing.flow.overview import overview, sum_of
from billing.flow.tariffs import set_ladder
from billing.store.arrears import Account
from billing.store.base import writing
from billing.store.remembered import forget
from billing.store.standing import accounts
from billing.store.waivers import WaiverRequest
from tests.flow.town import ACTOR, ROSTER, Town

YEARS = (
    "2024Q1",
    "2024Q2",
    "2024Q3",
    "2024Q4",
    "2025Q1",
    "2025Q2",
    "2025Q3",
    "2025Q4",
    "2026Q1",
    "2026Q2",
    "2026Q3",
)
DAYS = (date(2025, 1, 15), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1), date(2026, 11, 23))

#: What the contract may say: the plain rule is worked out from two integers, the others from the entries.
CONTRACTS: dict[str, list[dict[str, Any]]] = {
    "plain": [{}],
    "late fee first": [{"order": "late-fee-first"}],
    "grace": [{"grace_days": 20}],
    "grace from its end": [{"grace_days": 20, "grace_from": "end"}],
    "cap": [{"cap": Cap(percent_ppm=200_000)}],
    "a rate that changed": [{}, {"since": date(2025, 10, 10), "rate_ppm": 500}],
    "a rate said again": [{}, {"since": date(2025, 10, 10)}],
    "a cap that came later": [{}, {"since": date(2026, 1, 1), "cap": Cap(fixed_fen=5_000)}],
    "a rate still to come": [{}, {"since": date(2027, 1, 1), "rate_ppm": 100}],
}


def lived_in(town: Town, seed: str) -> Town:
    """Nearly three years of bills, and payments of every kind, some of them taken back."""
    random = Random(seed)
    for period in YEARS:
        town.issue(period)
    for _ in range(40):
        on = date(2024, 2, 1) + timedelta(days=random.randrange(1000))
        unit = random.choice(("1-1-101", "1-1-102", "2-1-201"))
        try:
            payment = town.pay(
                unit, f"{random.randrange(1, 1500)}.{random.randrange(100):02d}", on.isoformat()
            ).payment
        except Refused:  # dated before late fee that was already taken
            continue
        if random.random() < 0.2:
            town.reverse(payment)
    return town


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_debt_is_what_the_rule_says(town: Town, contract: str) -> None:
    for terms in CONTRACTS[contract]:
        town.set_policy(**terms)
    lived_in(town, contract)
    session, number = town.session, town.community_id
    found = accounts(session, number, policies(session, number))
    for day in DAYS:
        exact = {
            line.charge.id: (line.open, line.late_fee_due)
            for account in found
            for line in account.lines(day)
            if line.total > 0
        }
        assert {debt.charge_id: (debt.open, debt.late_fee) for debt in debts(session, number, day)} == exact


def everybody(town: Town, day: date, age: Bracket | None = None) -> list[Listed]:
    """All who have bills, overdue or not, as they would be listed."""
    found = debts(town.session, town.community_id, day)
    accounts = list(
        dict.fromkeys(Account(debt.unit_id, debt.unit, debt.debtor_id, debt.debtor) for debt in found)
    )
    rules = policies(town.session, town.community_id)
    return listed(town.session, town.community_id, day, rules, accounts, USUAL_LADDER, age)


def test_a_row_of_the_list_is_the_sum_of_its_bills(town: Town) -> None:
    """With grace from a day on and a waiver, so that some are added up by the database and some by the rule."""
    lived_in(town, "rows")
    town.set_policy(since=date(2026, 7, 1), grace_days=5)
    town.waive("1-1-101", "office-error", percent=50)
    every = debts(town.session, town.community_id, town.today)
    for age in (None, *BRACKETS):
        first, last = span(age, town.today) if age else (date.min, town.today - timedelta(days=1))
        expected: dict[tuple[int, int], list[int]] = {}
        for debt in every:
            if first <= debt.due <= last:
                row = expected.setdefault((debt.unit_id, debt.debtor_id), [0, 0, 0])
                for place, value in enumerate((1, debt.open, debt.late_fee)):
                    row[place] += value
        found = everybody(town, town.today, age)
        assert {
            (one.unit_id, one.debtor_id): [one.bills, one.open, one.late_fee] for one in found
        } == expected


def test_the_parts_add_up_to_the_whole(town: Town) -> None:
    lived_in(town, "sums")
    view = overview(town.session, town.community_id, town.today)
    whole = view.whole
    assert whole.charged == sum(part.charged for part in view.by_building)
    for parts in (view.by_age, view.by_building):
        assert (sum(part.overdue for part in parts), sum(part.late_fee for part in parts)) == (
            whole.overdue,
            whole.late_fee,
        )
    assert sum(part.debtors for part in view.by_stage) == whole.debtors
    assert all(part.coming == 0 for part in view.by_age)
    assert [part.name for part in view.by_building] == ["1", "2"]


def test_what_is_remembered_of_the_books_is_never_stale(town: Town) -> None:
    """Whatever is done to them is seen at once: an act writes an entry, and an entry ends what was remembered."""
    town.issue("2026Q1")
    taken = town.pay("1-1-101", "100.00", "2026-04-20")
    acts: dict[str, Callable[[], object]] = {
        "a period": lambda: town.issue("2026Q2"),
        "a payment": lambda: town.pay("1-1-102", "966.00", "2026-05-20"),
        "its reversal": lambda: town.reverse(taken.payment),
        "a charge's reversal": lambda: town.reverse(town.charges("2-1-201")[0]),
        "a waiver": lambda: waivers.append(town.waive("1-1-101", "office-error", percent=50)),
        "its end": lambda: town.withdraw(waivers[0]),
        "another rate": lambda: town.set_policy(since=date(2026, 1, 1), rate_ppm=500),
        "another ladder": lambda: _set_ladder(town, USUAL_LADDER[:2]),
        "another roster": lambda: town.import_roster(ROSTER.replace("2  1   201", "3  1   201")),
    }
    waivers: list[WaiverRequest] = []
    before = overview(town.session, town.community_id, town.today)
    for name, act in acts.items():
        act()
        seen = overview(town.session, town.community_id, town.today)
        forget()
        assert seen == overview(town.session, town.community_id, town.today), name
        if name != "another roster":
            assert seen != before, name
        before = seen


def _set_ladder(town: Town, steps: Sequence[Step]) -> None:
    with writing(town.session, town.community_id):
        set_ladder(town.session, ACTOR, town.community_id, date(2026, 1, 1), steps)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_sums_of_many_charges_say_the_same(
    town: Town, contract: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a community of a hundred thousand units is added up; its late fee is rounded once a sum."""
    for terms in CONTRACTS[contract]:
        town.set_policy(**terms)
    lived_in(town, contract)
    town.waive("1-1-101", "office-error", percent=50)
    exact = overview(town.session, town.community_id, town.today)
    forget()
    monkeypatch.setattr("billing.flow.overview._FEW", 0)
    summed = overview(town.session, town.community_id, town.today)
    for name in ("by_age", "by_building", "by_stage"):
        for one, other in zip(getattr(exact, name), getattr(summed, name), strict=True):
            assert abs(one.late_fee - other.late_fee) <= len(town.charges("1-1-101"))
            assert replace(one, late_fee=0) == replace(other, late_fee=0)


def test_a_small_building_of_a_large_community_is_added_up_like_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not charge by charge: for that every charge of the community would be read."""
    town.set_policy(
        rate_ppm=333
    )  # no late fee is whole fen, so that rounding each charge comes to another sum
    lived_in(town, "a small building")
    monkeypatch.setattr("billing.flow.overview._FEW", len(YEARS) + 1)
    today, of_all = town.today, (date.min, town.today)
    parts = overview(town.session, town.community_id, today).by_building
    assert len(town.charges("2-1-201")) <= len(YEARS) + 1
    for part in parts:
        found = sum_of(town.session, town.community_id, today, part.name, of_all)
        assert (found.overdue, found.late_fee) == (part.overdue, part.late_fee)


def test_what_is_not_due_yet_is_no_arrears(town: Town) -> None:
    """Issued 2026Q4, due 2026-12-31: 3,606.00 billed. Of 2026Q3 only 1-1-101 is still open, 54 days late."""
    for period in ("2026Q3", "2026Q4"):
        town.issue(period)
    for unit, amount in (("1-1-102", "966.00"), ("2-1-201", "1440.00")):
        town.pay(unit, amount, "2026-09-30")
    view = overview(town.session, town.community_id, town.today)
    first, second = view.by_building
    assert (first.overdue, first.late_fee, first.coming) == (120_000, 6_480, 216_600)
    assert (second.overdue, second.late_fee, second.coming, second.debtors) == (0, 0, 144_000, 0)
    assert (view.whole.total, view.whole.coming, view.whole.debtors) == (126_480, 360_600, 1)
    assert view.whole.collected == view.whole.charged - 120_000 - 360_600 == 240_600


@pytest.mark.parametrize(
    ("day", "overdue", "coming"), [("2026-12-31", 0, 360_600), ("2027-01-01", 360_600, 0)]
)
def test_a_bill_is_overdue_from_the_day_after_it_was_due(
    town: Town, day: str, overdue: int, coming: int
) -> None:
    town.issue("2026Q4")
    whole = overview(town.session, town.community_id, date.fromisoformat(day)).whole
    assert (whole.overdue, whole.coming) == (overdue, coming)


def test_the_days_of_a_debtor_are_those_of_his_oldest_open_principal(town: Town) -> None:
    """The first bill was paid late, its late fee is owed; the second is open."""
    town.issue("2026Q2")
    town.pay("1-1-101", "1200.00", "2026-07-10")
    alone = everybody(town, town.today)[0]
    assert (alone.open, alone.late_fee, alone.days(town.today)) == (0, 1_200, 0)
    town.issue("2026Q3")
    both = everybody(town, town.today)[0]
    assert (both.days(town.today), both.step and both.step.stage) == (54, 4)


def test_the_years_rate_counts_the_years_periods_only(town: Town) -> None:
    """收缴率 by the charge's period, not by the day of the money: 966.00 of 3 x 3,606.00 is 8.9 %."""
    town.issue("2025Q4")
    for period in ("2026Q1", "2026Q2", "2026Q3"):
        town.issue(period)
    town.pay("1-1-101", "1200.00", "2026-10-01")  # goes to 2025Q4, the oldest
    town.pay("1-1-102", "1932.00", "2026-10-01")  # 2025Q4, then 2026Q1
    view = overview(town.session, town.community_id, town.today)
    assert (view.this_year.charged, view.this_year.collected) == (3 * 360_600, 96_600)
    assert view.this_year.rate_ppm == 89_295
    assert view.whole.collected == 120_000 + 193_200


def test_the_stage_is_that_of_the_oldest_overdue_bill(town: Town) -> None:
    town.issue("2026Q3")  # due on 2026-09-30
    for days, stage in ((0, None), (1, 1), (5, 1), (6, 2), (19, 3), (29, 4)):
        day = date(2026, 9, 30) + timedelta(days=days)
        found = everybody(town, day, NOT_DUE if stage is None else None)
        assert [one.step.stage if one.step else None for one in found] == [stage] * 3


def test_seven_queries_are_enough_for_any_number_of_charges(town: Town) -> None:
    """And two while the books stay as they are: the ladder, and what their newest entry is."""
    lived_in(town, "queries")
    seen: list[str] = []
    engine = town.session.get_bind()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    town.session.rollback()
    sa.event.listen(engine, "before_cursor_execute", note)
    overview(town.session, town.community_id, town.today)
    first = sum(statement.startswith("SELECT") for statement in seen)
    overview(town.session, town.community_id, town.today)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert (first, sum(statement.startswith("SELECT") for statement in seen) - first) == (7, 2)


def test_an_empty_community_owes_nothing(session: Session, town: Town) -> None:
    view = overview(session, town.community_id, town.today)
    assert (view.whole.charged, view.whole.total, view.whole.rate_ppm, view.by_building) == (0, 0, None, [])
