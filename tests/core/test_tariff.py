"""What a unit is charged: the court's figures, part periods, and changes of price."""

import json
from datetime import date
from pathlib import Path

import pytest

from billing.core.calendar import Period, parse_period
from billing.core.money import parse_yuan, yuan
from billing.core.numbers import parse_area, parse_price
from billing.core.tariff import Tariff, charge_amount

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "cases" / "principal.json").read_text())
}
LONG_AGO = date(2000, 1, 1)


@pytest.mark.parametrize(("rounding", "expected"), [("month", "expect"), ("bill", "alt_lump")])
def test_it_replays_the_judgment_that_rounds_by_month_and_the_sum_rounded_once(rounding, expected):
    case = CASES["P1"]
    tariff = Tariff(LONG_AGO, "area", parse_price(case["rate"]), rounding)
    period = Period(date(2012, 1, 1), case["months"])
    assert yuan(charge_amount([tariff], period, area_e2=parse_area(case["area"]))) == case[expected]


def test_it_replays_the_judgment_with_a_given_monthly_sum():
    case = CASES["P5"]
    period = Period(date(2016, 1, 1), case["months"])
    amount = charge_amount([Tariff(LONG_AGO, "given", 0)], period, given_fen=parse_yuan(case["monthly"]))
    assert yuan(amount) == case["expect"]


def test_a_quarter_by_area_is_rounded_once():
    tariff = Tariff(LONG_AGO, "area", parse_price("1.85"))
    assert charge_amount([tariff], parse_period("2026Q4"), area_e2=10_573) == 58_680


def test_a_fixed_fee_is_the_same_for_every_unit():
    assert charge_amount([Tariff(LONG_AGO, "fixed", 60_000)], parse_period("2026-11")) == 600


def test_a_unit_handed_over_within_the_period_pays_its_days_only():
    tariff = Tariff(LONG_AGO, "fixed", 300_000)  # 30.00 a month
    assert (
        charge_amount([tariff], parse_period("2026Q2"), start=date(2026, 5, 16)) == 1548 + 3000
    )  # 16 of 31 days


def test_a_unit_handed_over_later_pays_nothing():
    assert (
        charge_amount([Tariff(LONG_AGO, "fixed", 300_000)], parse_period("2026Q2"), start=date(2026, 7, 1))
        == 0
    )


def test_each_month_is_priced_by_the_tariff_in_force():
    tariffs = [Tariff(LONG_AGO, "fixed", 100_000), Tariff(date(2026, 12, 1), "fixed", 200_000)]
    assert charge_amount(tariffs, parse_period("2026Q4")) == 1000 + 1000 + 2000
