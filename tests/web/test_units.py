"""A unit is found by what a caller says, and its page tells all that is known and owed, as of any day."""

from datetime import date

import pytest
from sqlalchemy import event

from billing.extensions import db
from billing.flow.holds import place_hold
from billing.store.base import writing
from tests.flow.town import found
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

ROSTER = """
楼 单元 房号 业主 共有人 电话 身份证号 建筑面积 交房日期
1  1   101  张伟 _    13800001234 99010119700101123X 100    2020-01-01
1  1   102  李娜 _    13800005678 _ 80.50  2020-01-01
2  1   201  王芳 赵强 _ _ 120    2020-01-01
"""


@pytest.fixture
def town(session, people, today):
    town = found(session, today, roster=ROSTER)
    town.on("2026-04-01").issue("2026Q2")
    town.issue("2026Q4")
    return town


@pytest.fixture
def units(town):
    return f"/c/{town.community_id}/units/"


@pytest.fixture
def open_as(browser_of):
    def open_(role, address):
        browser = browser_of(role)
        browser.set_cookie("permille_language", "en")
        return browser.get(address)

    return open_


def show(units, town, label, query=""):
    return f"{units}{town.unit(label).id}{query}"


def test_the_list_shows_what_each_unit_owes_to_the_fen(open_as, units, town):
    town.pay("1-1-101", "200.00", "2026-07-10")
    page = open_as("cashier", units).text
    # 1,000.00 of 1,200.00 due on 30 June; late fee 1,200 × 10 + 1,000 × 136 days at 1‰.
    assert "1,000.00" in page and "148.00" in page and "王芳、赵强" in page
    assert "138****1234" in page and "13800001234" not in page


@pytest.mark.parametrize(
    ("text", "shown"), [("1-1-102", "李娜"), ("王芳", "王芳"), ("１３８００００５６７８", "李娜")]
)
def test_it_is_found_by_room_name_and_phone(open_as, units, text, shown):
    page = open_as("cashier", f"{units}?q={text}").text
    assert shown in page and page.count('class="number"><a') == 1


def test_a_search_for_nothing_known_says_what_to_try(open_as, units):
    assert "Try a part" in open_as("cashier", f"{units}?q=Nobody").text


def test_the_page_tells_the_late_fee_with_its_working(open_as, units, town):
    town.pay("1-1-101", "200.00", "2026-07-10")
    page = open_as("collector", show(units, town, "1-1-101")).text
    assert "2026-07-01 – 2026-07-10: 1,200.00 × 1‰ × 10 days = <b>12.00</b>" in page
    assert "2026-07-11 – 2026-11-23: 1,000.00 × 1‰ × 136 days = <b>136.00</b>" in page


def test_arrears_and_what_is_not_due_yet_stand_apart(open_as, units, town):
    """2026Q2 is 146 days late: 1,200.00 and 175.20; 2026Q4 is due on 2026-12-31."""
    page = open_as("collector", show(units, town, "1-1-101")).text
    assert "<dt>Owed in all</dt><dd>1,375.20</dd>" in page
    assert "<dt>Not due yet</dt><dd>1,200.00</dd>" in page
    assert "2,575.20" not in page
    overdue, coming = page.split("<h3>Overdue</h3>")[1].split("<h3>Not due yet</h3>")
    assert "2026Q2" in overdue and "2026Q4" not in overdue
    assert "2026Q4" in coming and "2026Q2" not in coming and "money owed" not in coming


def test_what_is_due_that_day_is_not_overdue(open_as, units, town):
    page = open_as("collector", show(units, town, "1-1-101", "?as_of=2026-06-30")).text
    assert "<dt>Owed in all</dt><dd>0.00</dd>" in page and "<h3>Overdue</h3>" not in page


def test_as_of_an_earlier_day_later_payments_are_not_seen(open_as, units, town):
    town.pay("1-1-101", "1200.00", "2026-07-10")
    page = open_as("collector", show(units, town, "1-1-101", "?as_of=2026-07-05")).text
    assert (
        "1,200.00" in page
        and "1,200.00 × 1‰ × 5 days" in page
        and "R" not in page.partition("Payments")[2][:40]
    )


def test_a_day_that_is_none_is_told(open_as, units, town):
    answer = open_as("collector", show(units, town, "1-1-101", "?as_of=2026-02-30"))
    assert answer.status_code == 422 and "There is no such day" in answer.text


def test_numbers_are_masked_and_shown_in_full_to_whom_they_concern(open_as, units, town):
    page = open_as("cashier", show(units, town, "1-1-101")).text
    assert "138****1234" in page and "99010119700101123X" not in page and "/contacts" not in page
    contacts = show(units, town, "1-1-101", "/contacts")
    assert open_as("cashier", contacts).status_code == 403
    page = open_as("collector", contacts).text
    assert "13800001234" in page and "99010119700101123X" in page


def test_owners_before_and_now_are_told_with_their_days(open_as, units, town):
    town.import_roster("房号 业主 建筑面积\n1-1-102 周敏 80.50", sold_on=date(2026, 9, 1))
    page = open_as("legal", show(units, town, "1-1-102")).text
    assert "since 2026-09-01" in page and "until 2026-08-31" in page


def test_a_hold_is_told(open_as, units, town, session, today):
    unit = town.unit("1-1-101")
    debtor = town.charges("1-1-101")[0].debtor_id
    with writing(session, town.community_id):
        place_hold(session, "legal", unit, debtor, "disputed", today, None, "屋面渗水", "k")
    page = open_as("cashier", show(units, town, "1-1-101")).text
    assert "disputed since 2026-11-23" in page and "屋面渗水" in page


def test_the_statement_is_a_paper_once_the_profile_is_complete(open_as, units, town):
    address = show(units, town, "1-1-101", "/statement.pdf")
    assert open_as("cashier", address).status_code == 422
    town.fill_profile()
    answer = open_as("cashier", address)
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert open_as("cashier", f"{address}?debtor=999").status_code == 404


def test_a_chinese_label_names_the_file_as_well(open_as, units, town):
    town.fill_profile()
    town.import_roster("楼 单元 房号 业主 建筑面积\n商铺 1 8 周敏 60")
    town.issue("2027Q1")
    answer = open_as("cashier", show(units, town, "商铺-1-8", "/statement.pdf?as_of=2027-04-01"))
    assert answer.status_code == 200 and "%E5%95%86%E9%93%BA" in answer.headers["Content-Disposition"]


def test_another_communitys_unit_is_not_here(open_as, town, session, today):
    other = found(session, today, name="别处")
    assert open_as("clerk", f"/c/{other.community_id}/units/{town.unit('1-1-101').id}").status_code == 404


@pytest.mark.parametrize(("where", "most"), [("", 16), ("1-1-101", 19)])
def test_a_page_asks_no_more_with_years_of_charges(app, open_as, units, town, where, most):
    def queries():
        asked = []
        with app.app_context():
            engine = db.engine

        def note(*call):
            asked.append(call[2])

        event.listen(engine, "before_cursor_execute", note)
        open_as("manager", show(units, town, where) if where else units)
        event.remove(engine, "before_cursor_execute", note)
        return [statement for statement in asked if statement.startswith("SELECT")]

    few = queries()
    for year in (2024, 2025):
        for quarter in range(1, 5):
            town.issue(f"{year}Q{quarter}")
            town.pay("1-1-101", "500.00", f"{year}-0{quarter}-05")
    assert len(queries()) == len(few) <= most
