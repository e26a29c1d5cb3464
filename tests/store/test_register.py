"""The register finds units by what people know of them, in as many queries for ten units as for a thousand."""

from datetime import date

import pytest
from sqlalchemy import event

from billing.store import issued, lookup, register, setup
from billing.store.register import Wanted
from tests.flow.town import found

TODAY = date(2026, 11, 23)
ROSTER = """
楼 单元 房号 业主 共有人 电话 身份证号 建筑面积 交房日期
1  1   101  张伟 _    13800001234 _ 100    2020-01-01
1  1   1011 李娜 _    0990-5550123 _ 80.50  2020-01-01
2  1   201  王芳 赵强 13912345678 _ 120    2020-01-01
10 1   8    王静 _    _ _ 200    2020-01-01
"""


@pytest.fixture
def town(session):
    town = found(session, TODAY, roster=ROSTER)
    town.on("2026-07-01").issue("2026Q2")
    town.issue("2026Q4")
    return town


def quickly(town, text):
    """As the counter, the holds and the notices search: what the text names first of all comes first."""
    return [one.label for one in lookup.find_units(town.session, town.community_id, text, TODAY)]


def labels(town, **wanted):
    units = register.find_units(town.session, town.community_id, Wanted(**wanted), TODAY).units
    return [unit.label for unit in units]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1-1-101", ["1-1-101", "1-1-1011"]),
        ("201", ["2-1-201"]),
        ("赵强", ["2-1-201"]),
        ("王", ["2-1-201", "10-1-8"]),
        ("%", []),
        ("5678", ["2-1-201"]),
        ("5550123", ["1-1-1011"]),
        ("0990-5550123", ["1-1-1011"]),
        ("0990", ["1-1-1011"]),
        ("139 1234 5678", ["2-1-201"]),
        ("1栋1单元", ["1-1-101", "1-1-1011"]),
        ("１号楼１０１室", ["1-1-101", "1-1-1011"]),
        ("10号楼", ["10-1-8"]),
        ("nobody", []),
        ("_", []),
    ],
)
def test_it_finds_by_room_name_and_phone(town, text, expected):
    assert labels(town, text=text) == expected
    assert sorted(quickly(town, text)) == sorted(expected)


def test_a_label_is_no_phone_number(town):
    """The digits of 1-1-101 stand in somebody's number too."""
    town.import_roster("房号 业主 建筑面积 电话\n2-1-202 周敏 90 13800111011")
    assert labels(town, text="1-1-101") == ["1-1-101", "1-1-1011"]


def test_a_name_is_found_as_it_is_written(town):
    town.import_roster("房号 业主 建筑面积\n3-1-301 示例（清河）有限公司 90")
    assert labels(town, text="（清河）有限") == quickly(town, "示例（清河）") == ["3-1-301"]


@pytest.mark.parametrize("text", ["1-1-101", "1栋1单元101", "1号楼1单元101室", "１－１－１０１"])
def test_a_whole_label_is_told_from_what_only_begins_like_it(town, text):
    found_ = lookup.find_units(town.session, town.community_id, text, TODAY)
    assert [(one.label, one.exact) for one in found_] == [("1-1-101", True), ("1-1-1011", False)]


def test_it_narrows_to_a_building_and_to_who_owes_most_first(town):
    assert labels(town, building="1") == ["1-1-101", "1-1-1011"]
    town.pay("1-1-1011", "966.00", "2026-07-02")
    assert labels(town, owing=True) == ["10-1-8", "2-1-201", "1-1-101"]


def test_a_page_beyond_the_last_is_the_last(town):
    found_ = register.find_units(town.session, town.community_id, Wanted(page=99), TODAY)
    assert (found_.page, found_.pages, found_.count) == (1, 1, 4)


def test_another_communitys_units_are_not_found(town, session):
    found(session, TODAY, name="别处")
    assert len(labels(town)) == 4


def test_holders_are_told_with_their_days_and_contacts(town):
    town.import_roster("房号 业主 建筑面积\n1-1-101 周敏 100", sold_on=date(2026, 8, 1))
    unit = town.unit("1-1-101")
    now, before = register.holders(town.session, [unit.id])[unit.id]
    assert (now.party.name, now.since, now.until) == ("周敏", date(2026, 8, 1), None)
    assert (before.party.name, before.until) == ("张伟", date(2026, 8, 1))
    assert [contact.value for contact in before.contacts] == ["13800001234"]
    assert before.holds_on(date(2026, 7, 31)) and not before.holds_on(date(2026, 8, 1))


def test_issued_periods_add_up(town):
    newest, older = issued.periods(town.session, town.community_id)
    assert (newest.period.name, newest.charges, newest.carried) == ("2026Q4", 4, False)
    assert older.amount == older.open == 120_000 + 96_600 + 144_000 + 240_000
    town.pay("1-1-101", "1000.00", "2026-07-01")
    first = issued.by_building(town.session, town.community_id, "2026Q2")[0]
    assert (first.name, first.units, first.amount, first.open) == ("1", 2, 216_600, 116_600)
    assert [type(value) for value in (first.amount, first.open)] == [int, int]
    assert [row.charges for row in issued.by_item(town.session, town.community_id, "2026Q2")] == [4]
    assert issued.cycles(town.session, town.community_id) == [3]


def test_progress_is_one_query(town):
    asked = []
    engine = town.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    assert setup.progress(town.session, town.community_id) == setup.Progress(4, 1, 0, 2, 0)
    assert sum(statement.startswith("SELECT") for statement in asked) == 1
