"""What each unit owes of a listed item: a pasted list is entered whole or not at all, and never twice."""

import pytest

from billing.core.problem import Refused
from billing.flow import amounts
from billing.flow.amounts import Line
from billing.flow.estate import EVER
from billing.flow.tariffs import Price, find_item, set_tariff
from billing.store.base import writing
from tests.sheets.making import make_csv, make_xlsx
from tests.support.databases import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def parking(town):
    """车位服务费, each unit's own amount."""
    with writing(town.session, town.community_id):
        set_tariff(town.session, "clerk", town.community_id, Price("车位服务费", "given", 0, 3, EVER))
    return find_item(town.session, town.community_id, "车位服务费")


def enter(town, item, text, **options):
    plan = amounts.plan_amounts(town.session, item, amounts.split_lines(text))
    assert not plan.problems
    with writing(town.session, town.community_id):
        return amounts.apply_amounts(town.session, "clerk", plan, **options)


def held(town, item):
    """Label -> fen a month."""
    labels = {town.unit(label).id: label for label in ("1-1-101", "1-1-102", "2-1-201")}
    return {labels[unit_id]: fee.given_fen for unit_id, fee in amounts.amounts(town.session, item).items()}


@pytest.mark.parametrize(
    "text",
    [
        "1-1-101\t80\n2-1-201\t150.5",
        "1-1-101,80.00\n\n 2-1-201 , 150.50 元",
        "房号 月租\n１-１-１０１　８０\n2-1-201 ￥150.50",
    ],
)
def test_two_columns_are_read_however_they_were_pasted(town, parking, text):
    assert enter(town, parking, text) == 2
    assert held(town, parking) == {"1-1-101": 8000, "2-1-201": 15050}


def test_the_same_list_again_changes_nothing(town, parking):
    enter(town, parking, "1-1-101 80")
    before = town.latest
    assert enter(town, parking, "1-1-101 80") == 0
    assert town.latest == before
    assert enter(town, parking, "1-1-101 90") == 1
    assert town.entries()[-1].detail == {"item": "车位服务费", "units": {"1-1-101": "90.00"}}


def test_a_cleared_unit_owes_the_item_no_more(town, parking):
    enter(town, parking, "1-1-101 80\n1-1-102 80")
    unit = town.unit("1-1-102")
    assert enter(town, parking, "1-1-101 80", cleared=[unit.id]) == 1
    assert held(town, parking) == {"1-1-101": 8000}


def test_each_bad_line_is_told_with_its_number(town, parking):
    lines = amounts.split_lines("1-1-101 80\n9-9-999 80\n1-1-102\n2-1-201 -3\n1-1-101 90\nx-1 8")
    plan = amounts.plan_amounts(town.session, parking, lines)
    assert [problem.row for problem in plan.problems] == [2, 3, 4, 5, 6]
    assert "9-9-999" in plan.problems[0].sentence()


def test_a_file_gives_its_first_and_last_cell(town, parking):
    rows = "房号 业主 月租\n1-1-101 张伟 80\n1-1-102 李娜 95.50"
    for data, name in ((make_csv(rows, "gbk"), "a.csv"), (make_xlsx({"车位": rows}), "a.xlsx")):
        assert amounts.read_lines(data, name)[1:] == [Line(2, "1-1-101", "80"), Line(3, "1-1-102", "95.50")]


def test_an_item_with_a_price_of_its_own_needs_no_amounts(town):
    with writing(town.session, town.community_id):
        price = Price("车位服务费", "fixed", 800_000, 3, EVER, listed=True)
        set_tariff(town.session, "clerk", town.community_id, price)
    item = find_item(town.session, town.community_id, "车位服务费")
    assert enter(town, item, "1-1-101\n2-1-201") == 2
    assert held(town, item) == {"1-1-101": None, "2-1-201": None}


def test_listed_units_are_charged_and_no_others(town, parking):
    enter(town, parking, "1-1-101 80\n2-1-201 150.50")
    town.issue("2026Q4")
    assert [charge.amount_fen for charge in town.charges("1-1-101")] == [120_000, 24_000]
    assert [charge.amount_fen for charge in town.charges("1-1-102")] == [96_600]
    assert 45_150 in [charge.amount_fen for charge in town.charges("2-1-201")]


def test_nothing_is_no_amount(town, parking):
    unit = town.unit("1-1-101")
    plan = amounts.AmountsPlan(parking, {unit.id: 0}, {unit.id: unit}, ())
    with pytest.raises(Refused):
        amounts.apply_amounts(town.session, "clerk", plan)
