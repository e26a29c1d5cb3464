"""What a manager reads: how much of the year's bills came in, how much of the old arrears was cleared.

Each quarter 1-1-101 is billed 1,200.00, 1-1-102 966.00 and 2-1-201 1,440.00: together 3,606.00.
"""

from collections.abc import Callable

import pytest

from billing.core.collection_rate import Rates
from billing.core.problem import Refused
from billing.flow.collection import collection, households, standing
from billing.flow.waivers import add_paper
from billing.store import collected
from billing.store.base import writing
from billing.store.collected import FIGURES, Wish
from billing.store.ledger import Allocation, Charge, Payment, Reversal
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town, day
from tests.web.desk import photo


def of(town: Town, year: int) -> Rates:
    return collection(town.session, town.community_id, year, town.today).whole


def two_years(town: Town) -> None:
    """Bills of 2025 and 2026, paid early, late, in part, or not at all."""
    for period in ("2025Q3", "2025Q4", "2026Q1", "2026Q2"):
        town.issue(period)
    town.pay("1-1-101", "1200.00", "2025-09-30")  # 2025Q3, in its year
    town.pay("1-1-101", "1500.00", "2026-02-01")  # 2025Q4, its late fee of 38.40, and 261.60 of 2026Q1
    town.pay("1-1-102", "966.00", "2025-10-31")  # 2025Q3
    town.pay("1-1-102", "466.00", "2026-03-01")  # of 2025Q4


def test_money_counts_for_the_period_of_its_bill_and_not_for_its_own_day(town: Town) -> None:
    two_years(town)
    # Billed in 2026 twice 3,606.00; old: 2025Q4 whole, and 1,440.00 of 2025Q3.
    assert of(town, 2026) == Rates(721_200, 26_160, 360_600 + 144_000, 120_000 + 46_600)
    assert of(town, 2025) == Rates(721_200, 120_000 * 2 + 96_600 + 46_600, 0, 0)


def test_what_is_paid_in_advance_counts_for_nothing_until_it_has_a_bill(town: Town) -> None:
    town.issue("2026Q1")
    town.pay("1-1-101", "2400.00", "2026-01-15")
    assert of(town, 2026).collected == 120_000
    town.issue("2026Q2")
    assert of(town, 2026).collected == 240_000


def test_a_payment_taken_back_was_never_collected(town: Town) -> None:
    two_years(town)
    before = of(town, 2026)
    taken = town.pay("2-1-201", "1440.00", "2026-06-30")
    assert of(town, 2026) != before
    town.reverse(taken.payment)
    assert of(town, 2026) == before


def test_principal_waived_is_not_collected_and_no_old_arrears_in_the_next_year(
    town: Town, vault: Vault
) -> None:
    town.on("2026-05-01").issue("2026Q1")
    earlier = town.on("2026-07-01")
    asked = earlier.ask_waiver("2-1-201", "service-fault", principal="144.00")
    with writing(town.session, town.community_id):
        add_paper(town.session, vault, ACTOR, asked, photo(), "报修.jpg")
    earlier.approve(asked)
    assert (of(town, 2026).collected, of(town, 2026).missing) == (0, 360_600)
    town.issue("2027Q1")
    later = town.on("2027-04-01")
    assert of(later, 2027).old == 360_600 - 14_400


def test_by_period_and_by_building_come_to_the_same(town: Town) -> None:
    two_years(town)
    found = collection(town.session, town.community_id, 2026, town.today)
    assert list(found.by_period) == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert list(found.own_periods) == ["2026Q1", "2026Q2"]
    assert list(found.by_building) == ["1", "2"]
    assert sum(found.by_building.values(), Rates()) == found.whole
    units = [town.unit(label).id for label in ("1-1-101", "1-1-102", "2-1-201")]
    by_unit = collected.by_unit(town.session, town.community_id, 2026, units)
    assert sum(by_unit.values(), Rates()) == found.whole
    assert by_unit[units[0]] == Rates(240_000, 26_160, 120_000, 120_000)


def test_by_household_who_owes_nothing_of_the_year_is_paid_up(town: Town) -> None:
    two_years(town)
    town.pay("1-1-101", "2400.00", "2026-08-01")
    told = [
        (one.building, one.billed, one.paid_up) for one in households(town.session, town.community_id, 2026)
    ]
    assert told == [("1", 2, 1), ("2", 1, 0)]


@pytest.mark.parametrize("figure", FIGURES)
def test_the_bills_behind_a_figure_come_to_it(town: Town, figure: collected.Figure) -> None:
    two_years(town)
    found = collection(town.session, town.community_id, 2026, town.today)
    value: Callable[[Rates], int] = {
        "billed": lambda one: one.billed,
        "collected": lambda one: one.collected,
        "open": lambda one: one.missing,
        "old": lambda one: one.old,
        "cleared": lambda one: one.cleared,
    }[figure]
    narrowed = [
        (Wish(2026, figure), found.whole),
        *((Wish(2026, figure, building=name), one) for name, one in found.by_building.items()),
        *((Wish(2026, figure, period=name), one) for name, one in found.by_period.items()),
    ]
    for wish, rates in narrowed:
        count, total = collected.sum_of_bills(town.session, town.community_id, wish)
        rows = collected.bills(town.session, town.community_id, wish, 0, 100)
        assert (len(rows), total) == (count, value(rates)), wish


def test_a_year_without_bills_is_refused_and_none_means_the_newest_that_began(town: Town) -> None:
    town.issue("2026Q4")
    town.issue("2027Q1")
    assert collection(town.session, town.community_id, None, town.today).year == 2026
    with pytest.raises(Refused, match="Nothing was billed for 2024"):
        collection(town.session, town.community_id, 2024, town.today)


def test_the_stages_sums_and_the_years_waivers(town: Town) -> None:
    two_years(town)
    asked = town.ask_waiver("1-1-102", "office-error", percent=50)
    town.approve(asked)
    town.ask_waiver("2-1-201", "office-error", percent=50)
    found = standing(town.session, town.community_id, 2026, town.today)
    assert sum(found.open_by_stage.values()) == sum(row.open_fen for row in town.all(Charge))
    assert found.waivers["asked"][0] == 1
    count, fen = found.waivers["kept"]
    assert count == 1 and fen > 0
    assert standing(town.session, town.community_id, 2025, town.today).waivers["asked"] == (0, 0)


def recounted(town: Town, year: int) -> Rates:
    """By hand from the entries that count, asking no sum."""
    gone = {(row.target, row.target_id) for row in town.all(Reversal)}
    charges = {row.id: row for row in town.all(Charge) if ("charge", row.id) not in gone}
    live = [
        row
        for row in town.all(Allocation)
        if row.charge_id in charges and ("payment", row.payment_id) not in gone
    ]
    ours = {key for key, row in charges.items() if row.period_first.year == year}
    older = {key for key, row in charges.items() if row.period_first.year < year}
    before = sum(row.principal_fen for row in live if row.charge_id in older and row.on.year < year)
    return Rates(
        sum(charges[key].amount_fen for key in ours),
        sum(row.principal_fen for row in live if row.charge_id in ours),
        sum(charges[key].amount_fen for key in older) - before,
        sum(row.principal_fen for row in live if row.charge_id in older and row.on.year == year),
    )


def test_the_sums_say_what_the_entries_say(town: Town) -> None:
    two_years(town)
    town.set_policy(order="late-fee-first", since=day("2026-01-01"))
    town.pay("2-1-201", "2000.00", "2026-05-05")
    town.reverse(town.charges("1-1-101")[-1])
    town.reverse(town.all(Payment)[1])
    for year in (2025, 2026):
        assert of(town, year) == recounted(town, year)
