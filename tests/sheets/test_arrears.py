"""Old charges: the sample whole, and every way in which amounts, days and periods fail to fit together."""

from datetime import date

import pytest

from billing.core.problem import Unusable
from billing.sheets import Arrears, read_arrears, survey_arrears
from tests.sheets.making import Grid, grid, make_csv, make_xlsx, sample

HEAD, GOOD = grid("""
房号     费项   期间    单价  应收    实收    欠费    应缴日      收款日期   方式  票据号
1-1-101 物业费 2023Q2 1.85 586.80 293.40 293.40 2023-06-30 2024/2/10 现金 NO168711
""")


def with_cells(**cells: str) -> list[str]:
    return [cells.get(name, value) for name, value in zip(HEAD, GOOD, strict=True)]


def read(*rows: list[str]) -> Arrears:
    return read_arrears(make_csv([HEAD, *rows]), "a.csv")


def told(arrears: Arrears) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.value) for problem in arrears.problems]


def test_the_sample_has_245_old_charges_and_no_problem() -> None:
    arrears = read_arrears(sample("欠费台账.csv"), "欠费台账.csv")
    assert (len(arrears.rows), arrears.problems, arrears.notes) == (245, (), ())
    assert sum(row.amount for row in arrears.rows) == 14_603_695
    assert sum(row.paid for row in arrears.rows) == 1_855_767
    assert sum(row.open or 0 for row in arrears.rows) == 12_747_928
    assert sum(row.paid_on is not None for row in arrears.rows) == 61


def test_the_samples_first_row_in_full() -> None:
    first = read_arrears(sample("欠费台账.csv"), "欠费台账.csv").rows[0]
    assert (first.sheet, first.row, first.label) == ("欠费台账", 2, "1-1-101")
    assert (first.item, first.period.name, first.price_e4) == ("物业费", "2023Q2", 18500)
    assert (first.amount, first.paid, first.open) == (58680, 29340, 29340)
    assert (first.due, first.due_assumed, first.paid_on) == (date(2023, 6, 30), False, date(2024, 2, 10))
    assert (first.channel, first.receipt) == ("cash", "NO168711")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"欠费": "293.41"}, "欠费"),
        ({"收款日期": ""}, "收款日期"),
        ({"实收": "600", "欠费": "-13.20"}, "实收"),
        ({"实收": "-1", "欠费": "587.80"}, "实收"),
        ({"应收": "0", "实收": "0", "欠费": "0", "收款日期": ""}, "应收"),
        ({"应收": ""}, "应收"),
        ({"应收": "586.805"}, "应收"),
        ({"应收": "1e3"}, "应收"),
        ({"应收": "NaN"}, "应收"),
        ({"应收": "٥٨٦"}, "应收"),
        ({"应收": "99999999999.00"}, "应收"),
        ({"期间": ""}, "期间"),
        ({"期间": "去年"}, "期间"),
        ({"期间": "2023年4-5月"}, "期间"),
        ({"应缴日": "2023-06-31"}, "应缴日"),
        ({"收款日期": "1999-12-31"}, "收款日期"),
        ({"实收": "", "欠费": "586.80"}, "收款日期"),
        ({"单价": "1.85321"}, "单价"),
        ({"房号": "101"}, "房号"),
        ({"房号": ""}, "房号"),
    ],
)
def test_one_defect_is_one_problem_under_its_heading(cells: dict[str, str], column: str) -> None:
    arrears = read(with_cells(房号="9-9-909"), with_cells(**cells))
    assert [(row, heading) for row, heading, _ in told(arrears)] == [(3, column)]
    assert len(arrears.rows) == 1


def test_the_same_charge_twice_is_told() -> None:
    arrears = read(GOOD, with_cells(期间="2023年第二季度", 房号="1栋1单元101"))
    assert told(arrears) == [(3, "期间", "2023年第二季度")]
    assert "row 2" in arrears.problems[0].sentence()


def test_without_a_due_date_the_periods_last_day_is_taken_and_noted() -> None:
    arrears = read(with_cells(应缴日=""), with_cells(期间="2024-02", 应缴日="－"))
    assert [(row.due, row.due_assumed) for row in arrears.rows] == [
        (date(2023, 6, 30), True),
        (date(2024, 2, 29), True),
    ]
    assert "2 of them" in arrears.notes[0].sentence()


def test_a_list_of_what_is_left_alone() -> None:
    arrears = read_arrears(make_csv("楼栋 单元 房号 账期 欠费金额\n1 1 101 2023年 1,234.50元"), "a.csv")
    row = arrears.rows[0]
    assert (row.label, row.period.name, row.item) == ("1-1-101", "2023", "物业费")
    assert (row.amount, row.paid, row.open) == (123450, 0, 123450)
    assert "taken for 物业费" in arrears.notes[0].sentence()


def test_rooms_merged_over_their_periods() -> None:
    picture = """
    房号      业主  期间    应收
    1-1-101  万磊  2023Q1  100
    _        _    2023Q2  100
    """
    arrears = read_arrears(make_xlsx({"a": picture}, merged=["A2:A3", "B2:B3"]), "a.xlsx")
    assert [(row.label, row.owner, row.period.name) for row in arrears.rows] == [
        ("1-1-101", "万磊", "2023Q1"),
        ("1-1-101", "万磊", "2023Q2"),
    ]


def test_a_month_that_the_spreadsheet_made_a_date_is_that_month() -> None:
    rows: Grid = [["房号", "期间", "应收"], ["1-1-101", date(2023, 5, 1), 100]]
    assert read_arrears(make_xlsx({"a": rows}), "a.xlsx").rows[0].period.name == "2023-05"


def test_an_entrance_the_file_does_not_name_is_left_open() -> None:
    assert read_arrears(make_csv("楼栋 房号 期间 应收\n1 101 2023 100"), "a.csv").rows[0].entrance == ""


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("现金", "cash"),
        ("银行转账", "transfer"),
        ("微信支付", "wechat"),
        ("支付宝", "alipay"),
        ("POS机", "pos"),
        ("刷卡", "pos"),
        ("银行代扣", "debit"),
        ("以物抵债", "other"),
        ("", None),
    ],
)
def test_ways_of_payment(word: str, channel: str | None) -> None:
    assert read(with_cells(方式=word)).rows[0].channel == channel


def test_amounts_in_fen_are_refused_not_read_as_yuan() -> None:
    with pytest.raises(Unusable, match=r"应收\(分\) is not in yuan"):
        read_arrears(make_csv("房号 期间 应收(分)\n1-1-101 2023 58680"), "a.csv")


def test_what_is_missing_is_named() -> None:
    data = make_csv("房号 业主 电话\n1-1-101 万磊 _")
    assert [field.name for field in survey_arrears(data, "a.csv").missing] == ["period", "amount"]
    with pytest.raises(Unusable, match="fee period"):
        read_arrears(data, "a.csv")
