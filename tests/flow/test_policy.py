"""What a policy would change is worked out by the very rule that will say so, before anything is entered."""

from datetime import date

import pytest

from billing.core.late_fee import Cap
from billing.core.money import parse_yuan
from billing.core.policy import Policy
from billing.core.problem import Refused
from billing.flow.dunning import issue_run, plan_run
from billing.flow.estate import EVER, policies
from billing.flow.policy import PolicyEffect, enter_policy, policy_effect
from billing.store.base import writing
from billing.store.estate import PolicyRow
from tests.flow.town import ACTOR, Town, day
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

NOTHING = Policy(since=EVER, rate_ppm=0)
POLICIES = {
    "none at all": NOTHING,
    "half": Policy(since=EVER, rate_ppm=500),
    "half from this year": Policy(since=date(2026, 1, 1), rate_ppm=500),
    "grace": Policy(since=EVER, grace_days=60),
    "cap": Policy(since=EVER, cap=Cap(percent_ppm=50_000)),
}


@pytest.fixture
def town(town: Town) -> Town:
    """Four quarters; one household paid one of them late, with its late fee."""
    for period in ("2025Q4", "2026Q1", "2026Q2", "2026Q3"):
        town.issue(period)
    town.pay("1-1-101", "1200.00", "2026-02-28")
    town.pay("1-1-102", "3000.00", "2026-11-01")
    return town


def effect(town: Town, policy: Policy) -> PolicyEffect:
    town.session.rollback()
    return policy_effect(town.session, town.community_id, policy, town.today)


def enter(town: Town, policy: Policy, expected: str | None = None) -> PolicyEffect:
    with writing(town.session, town.community_id):
        return enter_policy(town.session, ACTOR, town.community_id, policy, town.today, expected)


def owed(town: Town) -> int:
    """Late fee left to pay by the statements."""
    sums = [town.statement(label, town.today)["totals"] for label in ("1-1-101", "1-1-102", "2-1-201")]
    return sum(parse_yuan(one["late_fee"]) - parse_yuan(one["late_fee_paid"]) for one in sums)


@pytest.mark.parametrize("name", POLICIES)
def test_what_was_told_before_is_what_the_statements_say_after(town: Town, name: str) -> None:
    told = effect(town, POLICIES[name])
    assert told.before == owed(town) and told.changes
    enter(town, POLICIES[name], told.digest)
    assert told.after - sum(told.overpaid) == owed(town)
    assert effect(town, POLICIES[name]).changes == []


def test_the_largest_change_comes_first(town: Town) -> None:
    told = effect(town, NOTHING)
    sizes = [abs(one.difference) for one in told.changes]
    assert sizes == sorted(sizes, reverse=True)
    assert told.debtors == 3


def test_notices_that_quoted_other_figures_are_counted(town: Town) -> None:
    town.fill_profile()
    assert effect(town, NOTHING).notices == 0
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, day("2026-10-10"), day("2026-10-10"))
        issue_run(town.session, ACTOR, town.community_id, plan)
    assert effect(town, NOTHING).notices == len(plan.notices)
    assert effect(town, Policy(since=date(2027, 1, 1), rate_ppm=0)).notices == 0


def test_late_fee_paid_beyond_what_would_be_owed_is_counted(town: Town) -> None:
    town.pay("2-1-201", "9000.00", "2026-11-20")
    assert sum(effect(town, NOTHING).overpaid) > 0 == effect(town, NOTHING).after


def test_a_policy_to_come_or_without_charges_changes_nothing(town: Town) -> None:
    assert effect(town, Policy(since=date(2027, 1, 1), rate_ppm=0)).changes == []
    assert effect(town, Policy(since=EVER, order="by-charge")).changes == []


def test_books_that_moved_since_are_looked_at_again(town: Town) -> None:
    seen = effect(town, NOTHING).digest
    town.pay("2-1-201", "100.00", "2026-11-20")
    with pytest.raises(Refused, match="look at it again"):
        enter(town, NOTHING, seen)
    assert policies(town.session, town.community_id).on(town.today).rate_ppm == 1000


def test_the_same_twice_is_entered_once(town: Town) -> None:
    seen = effect(town, NOTHING).digest
    rows = len(town.all(PolicyRow))
    enter(town, NOTHING, seen)
    enter(town, NOTHING, seen)
    assert len(town.all(PolicyRow)) == rows + 1


def test_terms_that_no_contract_has_are_refused_before_they_are_reckoned(town: Town) -> None:
    with pytest.raises(Refused, match="per mille"):
        effect(town, Policy(since=EVER, rate_ppm=1_000_000))
