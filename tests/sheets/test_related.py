"""Units, customers and tariffs on sheets of their own: a code leading nowhere is told, naming both sheets."""

from billing.sheets import Roster, read_roster
from tests.sheets.making import grid, make_csv, make_xlsx

UNITS = """
楼宇  单元  室号  计费面积  客户编码  收费标准编码
5    1    0101  89.5    C1      F1
"""
CUSTOMERS = """
客户编码  客户名称  客户类型  联系电话
C1      万磊     个人     13800001234
"""
TARIFFS = """
收费标准编码  费用名称  计费方式  单价  周期(月)
F1         物业费   面积     1.85  3
"""


def read(units: str = UNITS, customers: str = CUSTOMERS, tariffs: str = TARIFFS) -> Roster:
    return read_roster(make_xlsx({"房产": units, "客户": customers, "收费标准": tariffs}), "a.xlsx")


def told(roster: Roster) -> list[tuple[str, int, str, str]]:
    return [(problem.sheet, problem.row, problem.column, problem.value) for problem in roster.problems]


def test_sheets_are_known_by_their_columns_not_by_name_or_order() -> None:
    roster = read_roster(make_xlsx({"Sheet1": TARIFFS, "Sheet2": CUSTOMERS, "Sheet3": UNITS}), "a.xlsx")
    assert (roster.rows[0].owner, roster.rows[0].phones) == ("万磊", ("13800001234",))
    assert roster.problems == ()


def test_an_unknown_customer_is_told_with_the_sheet_that_lacks_him() -> None:
    roster = read(UNITS + "5 1 0102 89.5 C9 F1")
    assert told(roster) == [("房产", 3, "客户编码", "C9")]
    assert "C9 is not on sheet 客户" in roster.problems[0].sentence()


def test_an_unknown_tariff_is_told() -> None:
    roster = read(UNITS + "5 1 0102 89.5 C1 F1、F7")
    assert told(roster) == [("房产", 3, "收费标准编码", "F1、F7")]
    assert "F7 is not on sheet 收费标准" in roster.problems[0].sentence()


def test_a_customer_without_a_name_is_told_and_so_is_his_unit() -> None:
    roster = read(customers="客户编码 客户名称 联系电话\nC1 _ 13800001234")
    assert told(roster) == [("房产", 2, "客户编码", "C1"), ("客户", 2, "客户名称", "")]
    assert "Row 2 of sheet 客户" in roster.problems[0].sentence()


def test_a_unit_without_a_customers_code_has_no_owner() -> None:
    assert told(read(UNITS + "5 1 0102 89.5 _ F1")) == [("房产", 3, "客户编码", "")]


def test_a_code_twice_is_told_and_the_first_stays() -> None:
    roster = read(customers=CUSTOMERS + "C1 何芳 个人 _")
    assert told(roster) == [("客户", 3, "客户编码", "C1")]
    assert roster.rows[0].owner == "万磊"


def test_a_row_without_a_code_is_told() -> None:
    assert told(read(customers=CUSTOMERS + "_ 何芳 个人 _")) == [("客户", 3, "客户编码", "")]


def test_a_units_own_words_go_before_the_customer_sheets() -> None:
    units, customers = grid(UNITS), grid(CUSTOMERS)
    units[0].append("联系电话")
    units[1].append("13800009999")
    assert read_roster(make_xlsx({"a": units, "b": customers}), "a.xlsx").rows[0].phones == ("13800009999",)


def test_codes_without_their_sheets_are_kept_for_what_they_are() -> None:
    row = read_roster(make_csv(UNITS.replace("客户编码", "业主")), "a.csv").rows[0]
    assert (row.owner, row.fee_codes) == ("C1", ("F1",))


def test_tariffs_are_checked() -> None:
    roster = read(
        tariffs=TARIFFS
        + """
        F2  _      按户  6   每月
        F3  水费    抄表  _   季度
        F4  电梯费  随便  贵   5
        F5  物业费  面积  _   12
        """
    )
    rows = [(row.code, row.basis, row.months) for row in roster.tariffs]
    assert rows == [("F1", "area", 3), ("F3", "given", 3)]
    assert told(roster) == [
        ("收费标准", 4, "费用名称", ""),
        ("收费标准", 6, "计费方式", "随便"),
        ("收费标准", 6, "单价", "贵"),
        ("收费标准", 6, "周期(月)", "5"),
        ("收费标准", 7, "单价", ""),
    ]
