"""The workbook of bad rows: corrected and uploaded again, it is read as the first file was."""

import io
import zipfile
from collections.abc import Callable

import pytest
import python_calamine as calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from billing.sheets import read_arrears, read_roster, write_problem_book
from tests.sheets.making import Grid, make_csv, make_xlsx, sample

HEADING = "What is wrong, and what to do"


def sheets_of(data: bytes) -> dict[str, list[list[str]]]:
    book = calamine.load_workbook(io.BytesIO(data))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    return {name: [[str(cell) for cell in row] for row in rows] for name, rows in sheets.items()}


def corrected(data: bytes, correct: Callable[[list[str]], None]) -> bytes:
    """The workbook after a person has mended its rows; headers stay."""
    sheets = sheets_of(data)
    for rows in sheets.values():
        for row in rows[1:]:
            correct(row)
    return make_xlsx(sheets)


def test_the_samples_bad_rows_stand_under_their_own_headings() -> None:
    roster = read_roster(sample("业主台账.xlsx"), "业主台账.xlsx")
    rows = sheets_of(write_problem_book(roster))["业主台账"]
    assert rows[0] == [*roster.survey.main[0].headers, HEADING]
    assert [row[2] for row in rows[1:]] == ["101", "1001", "1002", "1003", "1004", "1005"]
    assert rows[3][7] == "九十八"
    assert "业主: The owner is missing" in rows[6][-1]
    assert "交房日期: There is no day" in rows[6][-1]


def test_a_corrected_workbook_is_read_whole() -> None:
    def correct(row: list[str]) -> None:
        row[3] = row[3] or "何芳"
        row[7] = "98.50"
        row[8] = ""

    roster = read_roster(sample("业主台账.xlsx"), "业主台账.xlsx")
    again = read_roster(corrected(write_problem_book(roster), correct), "改正.xlsx")
    assert again.problems == ()
    assert [row.label for row in again.rows] == [
        "1-1-101",
        "2-1-1001",
        "2-2-1002",
        "3-1-1003",
        "3-2-1004",
        "3-2-1005",
    ]


def test_uploaded_as_it_is_it_tells_the_same_and_grows_no_column() -> None:
    roster = read_roster(sample("业主台账.xlsx"), "业主台账.xlsx")
    once = write_problem_book(roster)
    twice = write_problem_book(read_roster(once, "a.xlsx"))
    assert sheets_of(twice)["业主台账"][0] == sheets_of(once)["业主台账"][0]
    assert (
        sheets_of(twice)["业主台账"][1:] == sheets_of(once)["业主台账"][2:]
    )  # all but the unit listed twice


def test_the_sentences_are_translated() -> None:
    roster = read_roster(make_csv("楼 单元 房号 业主 面积\n1 1 101 _ 90"), "a.csv")
    rows = sheets_of(write_problem_book(roster, lambda message: "译：" + message))["a"]
    assert rows[0][-1] == "译：" + HEADING
    assert rows[1][-1].startswith("业主: 译：")


def test_a_row_keeps_the_building_it_stood_under() -> None:
    def name_owner(row: list[str]) -> None:
        if row[0].isdecimal():
            row[1] = "何芳"

    picture = """
    房号   业主  面积
    1号楼  _    _
    101   万磊  90
    2号楼  _    _
    101   _    90
    102   _    90
    """
    roster = read_roster(make_csv(picture), "a.csv")
    data = write_problem_book(roster)
    assert [row[0] for row in sheets_of(data)["a"]] == ["房号", "2号楼", "101", "102"]
    again = read_roster(corrected(data, name_owner), "b.xlsx")
    assert [row.label for row in again.rows] == ["2-1-101", "2-1-102"]


def test_a_merged_building_is_written_into_its_row() -> None:
    picture = """
    楼   单元  房号  业主  面积
    1栋  1    101  万磊  90
    _    _    102  _    90
    """
    roster = read_roster(make_xlsx({"a": picture}, merged=["A2:A3", "B2:B3"]), "a.xlsx")
    assert sheets_of(write_problem_book(roster))["a"][1][:3] == ["1栋", "1", "102"]


def test_sheets_that_rows_refer_to_come_along() -> None:
    def correct(row: list[str]) -> None:
        if row[0] == "5":
            row[3] = row[3] or "90"

    units = "楼宇 单元 室号 面积 客户编码\n5 1 101 _ C1\n5 1 102 90 C1"
    roster = read_roster(make_xlsx({"房产": units, "客户": "客户编码 客户名称\nC1 万磊"}), "a.xlsx")
    again = read_roster(corrected(write_problem_book(roster), correct), "b.xlsx")
    assert [(row.label, row.owner) for row in again.rows] == [("5-1-101", "万磊")]


def test_arrears_come_back_too() -> None:
    arrears = read_arrears(make_csv("房号 期间 应收 实收\n1-1-101 2023Q2 100 50"), "a.csv")
    assert sheets_of(write_problem_book(arrears))["a"][1][:4] == ["1-1-101", "2023Q2", "100", "50"]


@pytest.mark.parametrize("name", ["[a]:*?/\\b", "history", "'单引号'", "长" * 60, "", "a" * 31])
def test_a_sheets_name_is_made_one_that_a_workbook_allows(name: str) -> None:
    roster = read_roster(make_csv("楼 单元 房号 业主 面积\n1 1 101 _ 90"), f"{name}.csv")
    assert len(sheets_of(write_problem_book(roster))) == 1


def test_without_problems_it_is_an_empty_workbook() -> None:
    roster = read_roster(make_csv("楼 单元 房号 业主 面积\n1 1 101 万磊 90"), "a.csv")
    assert list(sheets_of(write_problem_book(roster)).values()) == [[]]


NASTY = st.one_of(
    st.text(min_size=1, max_size=30),
    st.sampled_from(["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\")", "http://example.com", "{=A1}",
                     "＝1+1", "_x0041_", "1e9", "0101", "internal:a!A1", "mailto:a@b.c", "<a&b>", "\u202e=1"]),
)  # fmt: skip


@given(st.lists(NASTY, min_size=1, max_size=6))
def test_no_cell_ever_becomes_a_formula_or_a_link_and_every_text_returns(texts: list[str]) -> None:
    rows: Grid = [
        ["楼", "单元", "房号", "业主", "面积", "备注"],
        *([1, 1, n + 1, "", 90, text] for n, text in enumerate(texts)),
    ]
    roster = read_roster(plain_xlsx(rows), "a.xlsx")
    data = write_problem_book(roster)
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in xml
    assert "hyperlink" not in xml
    before = {row.cells[2]: row.cell(5) for row in roster.survey.main[0].rows}
    after = {row.cells[2]: row.cell(5) for row in read_roster(data, "b.xlsx").survey.main[0].rows}
    assert after == before


def plain_xlsx(rows: Grid) -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("a")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write_string(number, column, str(value))
    book.close()
    return stream.getvalue()
