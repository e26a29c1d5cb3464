"""A file given to the wrong importer is told for what it is; one given to its own is read without a word."""

from pathlib import Path

import pytest

from billing.sheets import OtherKind, read_arrears, read_roster, survey_arrears, survey_roster
from tests.sheets.making import make_csv, make_xlsx, sample

SURVEYS = {"roster": survey_roster, "arrears": survey_arrears}
OWN = {"业主台账.xlsx": "roster", "多表导出.xlsx": "roster", "欠费台账.csv": "arrears"}
OLD = Path(__file__).parent / "files/old.xls"

BANK = """
记账日期  摘要 对方名称 收入金额 支出金额 余额
2026-11-01 转账 张伟 699.58 _ 10699.58
"""
DEBITED = """
协议号 房号 户名 扣款账号 扣款金额 扣款结果
A1 1-1-101 张伟 6222000000001 524.81 成功
"""


def looks(data: bytes, name: str, taken_for: str) -> str:
    """What the file is taken for, or what it looks like instead."""
    survey = SURVEYS[taken_for](data, name)
    return survey.other.name if survey.other else taken_for


@pytest.mark.parametrize("taken_for", SURVEYS)
@pytest.mark.parametrize("name", OWN)
def test_every_sample_goes_where_it_belongs(name: str, taken_for: str) -> None:
    assert looks(sample(name), name, taken_for) == OWN[name]


def test_an_old_workbook_is_a_roster() -> None:
    assert {looks(OLD.read_bytes(), OLD.name, taken_for) for taken_for in SURVEYS} == {"roster"}


@pytest.mark.parametrize("taken_for", SURVEYS)
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (sample("银行流水.xlsx"), "statement"),
        (sample("银行代扣回盘.txt"), "debit-return"),
        (make_csv(BANK), "statement"),
        (make_csv(DEBITED), "debit-return"),
    ],
)
def test_a_banks_files_are_neither(data: bytes, kind: str, taken_for: str) -> None:
    assert looks(data, "银行.csv", taken_for) == kind


@pytest.mark.parametrize("read", [read_roster, read_arrears])
def test_what_it_is_instead_is_one_sentence(read) -> None:
    name = "业主台账.xlsx" if read is read_arrears else "欠费台账.csv"
    with pytest.raises(OtherKind, match=r"looks like .+\.\Z") as told:
        read(sample(name), name)
    assert told.value.kind == OWN[name]


@pytest.mark.parametrize(
    ("picture", "taken_for"),
    [
        (
            "房号 业主 建筑面积 欠费\n1-1-101 张伟 88.5 100.00",
            "arrears",
        ),  # only the period's heading is missing
        ("房号 业主 建筑面积 季度\n1-1-101 张伟 88.5 2023Q2", "arrears"),
        ("房号 业主 应收 面积\n1-1-101 张伟 100 88.5", "roster"),
        ("房号 业主\n1-1-101 张伟", "roster"),
        ("房号 期间\n1-1-101 2023Q2", "arrears"),
        ("甲 乙 丙\n1 2 3", "roster"),
    ],
)
def test_what_only_lacks_a_column_is_no_other_kind(picture: str, taken_for: str) -> None:
    assert looks(make_csv(picture), "a.csv", taken_for) == taken_for


def test_arrears_with_owners_and_areas_are_readable_as_a_roster_and_told() -> None:
    data = make_csv("房号 业主 面积 期间 应收\n1-1-101 张伟 88.5 2023Q2 100\n1-1-102 李娜 90 2023Q2 100")
    roster = read_roster(data, "a.csv")
    assert len(roster.rows) == 2 and "old arrears" in roster.notes[-1].sentence()
    assert looks(data, "a.csv", "arrears") == "arrears"


def test_what_a_person_says_of_the_columns_stands() -> None:
    data = make_csv("房号 业主 期间 应收\n1-1-101 张伟 2023Q2 100")
    assert survey_roster(data, "a.csv", {"area": "应收"}).other is None


def test_one_sheet_of_several_is_enough() -> None:
    book = make_xlsx({"说明": "填表 说明\n请 勿改", "欠费": "房号 期间 欠费\n1-1-101 2023Q2 100"})
    assert looks(book, "a.xlsx", "roster") == "arrears"
