"""Opening a file: any encoding and delimiter an office has, and no bytes that bring the reader down."""

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.core.problem import Unusable
from billing.sheets import read_arrears, read_roster
from billing.sheets.book import MOST_ROWS, open_book
from billing.sheets.delimited import DELIMITERS
from tests.sheets.making import make_csv, make_xlsx, sample

ROSTER = """
楼  单元  房号  业主  面积
1   1    101  张㛃  90
1   1    102  王𬱟  91.5
"""

WORKSHEET = "xl/worksheets/sheet1.xml"
SHEET_XML = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'


def with_member(name: str, content: str | bytes) -> bytes:
    """A good workbook with one member replaced."""
    source = zipfile.ZipFile(io.BytesIO(make_xlsx({"a": ROSTER})))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            target.writestr(member, content if member == name else source.read(member))
    return stream.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(Unusable) as caught:
        read_roster(data, "业主台账.xlsx")
    return caught.value.sentence()


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    @pytest.mark.parametrize("delimiter", DELIMITERS)
    def test_every_encoding_and_delimiter(self, encoding: str, delimiter: str) -> None:
        roster = read_roster(make_csv(ROSTER, encoding, delimiter), "a.txt")
        assert [(row.owner, row.area_e2) for row in roster.rows] == [("张㛃", 9000), ("王𬱟", 9150)]

    def test_plain_gbk(self) -> None:
        assert (
            read_roster(make_csv(ROSTER.replace("㛃", "三").replace("𬱟", "四"), "gbk"), "a.csv")
            .rows[0]
            .owner
            == "张三"
        )

    def test_rows_are_numbered_as_a_spreadsheet_does(self) -> None:
        text = '台账,,,,\n,,,,\n\n楼,单元,房号,业主,面积\n1,1,101,"张\n三",90\n1,1,102,,90\n'
        roster = read_roster(text.encode(), "a.csv")
        assert [(row.row, row.owner, row.co_owners) for row in roster.rows] == [(5, "张", ("三",))]
        assert [problem.row for problem in roster.problems] == [6]

    def test_the_sheet_is_named_as_the_file(self) -> None:
        assert open_book(make_csv(ROSTER), "C:\\账\\业主.csv").sheets[0].name == "业主"
        assert open_book(make_csv(ROSTER), "业主.2026.csv").sheets[0].name == "业主.2026"
        assert open_book(make_csv(ROSTER), "").sheets[0].name == "csv"

    @pytest.mark.parametrize("cell", ['="0101"', "'=0101", "\t0101"])
    def test_a_cell_forced_to_be_text_is_that_text(self, cell: str) -> None:
        text = cell if cell.startswith("=") else f'"{cell}"'
        book = open_book(f"a,b\n{text},1\n".encode(), "a.csv")
        assert book.sheets[0].rows[1].cells[0] in ("0101", "=0101")

    def test_mojibake_is_refused_with_its_line(self) -> None:
        data = make_csv(ROSTER, "gb18030") + b"1,1,103,\xaa\xa1\xaa\xa2,90\r\n"
        assert "Line 4 holds characters that cannot be read" in refused(data)

    @pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0", b"\xff\xd8\xff\xe0\0\x10JFIF", b"a,b\0,c"])
    def test_what_is_no_text_is_refused(self, data: bytes) -> None:
        assert "neither a workbook" in refused(data)

    @pytest.mark.parametrize(
        "data", [b"<html><table><tr><td>", b"\xef\xbb\xbf\n<?xml version='1.0'?><Workbook/>"]
    )
    def test_a_web_page_under_a_spreadsheets_name_is_refused(self, data: bytes) -> None:
        assert "web page" in refused(data)

    def test_an_open_quotation_mark_is_refused_not_swallowing_rows(self) -> None:
        assert "quotation mark" in refused(make_csv(ROSTER) + '1,1,103,"张三,90\n1,1,104,李四,90\n'.encode())

    @pytest.mark.parametrize("data", [b"", b"  \n \n", b"\n" * 1_000_000])
    def test_an_empty_file_is_refused(self, data: bytes) -> None:
        assert "empty" in refused(data)

    def test_a_row_of_too_many_columns_is_refused(self) -> None:
        assert "columns" in refused(make_csv(ROSTER) + b"x," * 600)


class TestSize:
    def test_a_hundred_thousand_rows_are_read_in_seconds(self) -> None:
        head = "楼,单元,房号,业主,面积\n"
        rows = "".join(
            f"{n // 200},{n % 2 + 1},{n // 4 % 25 + 1}{n // 2 % 2 + 1:02d}-{n},何伟,90\n"
            for n in range(MOST_ROWS - 1)
        )
        start = time.perf_counter()
        roster = read_roster((head + rows).encode(), "a.csv")
        assert (len(roster.rows), roster.problems) == (MOST_ROWS - 1, ())
        assert time.perf_counter() - start < 60
        assert "more than 100000 rows" in refused((head + rows + "1,1,1,何伟,90\n" * 2).encode())

    def test_more_than_twenty_megabytes_are_refused_unread(self) -> None:
        assert "larger than 20 MB" in refused(b"1,2\n" * 5_000_001)


class TestWorkbook:
    def test_an_xlsx_is_known_by_its_content(self) -> None:
        assert len(read_roster(make_xlsx({"a": ROSTER}), "照片.jpg").rows) == 2

    def test_a_truncated_workbook_is_refused(self) -> None:
        whole = sample("业主台账.xlsx")
        for part in range(1, 12):
            assert refused(whole[: len(whole) * part // 12]).endswith(".")

    def test_damaged_bytes_are_read_or_refused(self) -> None:
        whole, dice = make_xlsx({"a": ROSTER}), random.Random(8)
        for _ in range(25):
            damaged = bytearray(whole)
            for _ in range(dice.randint(1, 6)):
                damaged[dice.randrange(len(damaged))] = dice.randrange(256)
            answered(partial(read_roster, bytes(damaged), "a.xlsx"))

    def test_a_password_is_named(self) -> None:
        data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
        assert "password" in refused(data)

    def test_an_ole_file_that_is_no_workbook_is_refused(self) -> None:
        assert "damaged" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))

    def test_another_zip_is_refused(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("word/document.xml", "<w/>")
        assert "damaged or of an unknown kind" in refused(stream.getvalue())

    def test_cells_are_given_as_exact_text(self) -> None:
        row = ["_x0041_", "0101", 0.1 + 0.2, 13800003517, 98.5, 1e17, True, date(2019, 6, 30)]
        cells = open_book(make_xlsx({"a": [row]}), "a.xlsx").sheets[0].rows[0].cells
        assert cells == ("_x0041_", "0101", "0.3", "13800003517", "98.5", "1E+17", "TRUE", "2019-06-30")

    def test_invisible_characters_and_outer_blanks_go(self) -> None:
        row = ["\ufeff张三\u200b", "　101 ", "a\u202eb", "一\n二"]
        cells = open_book(make_xlsx({"a": [row]}), "a.xlsx").sheets[0].rows[0].cells
        assert cells == ("张三", "101", "ab", "一\n二")


class TestBombs:
    """Each is refused within seconds; the process that reads is never this one."""

    def test_a_member_squeezed_beyond_reason(self) -> None:
        assert "unpacks to far more" in refused(with_member(WORKSHEET, bytes(30_000_000)))

    def test_thousands_of_members(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for number in range(2_500):
                archive.writestr(str(number), b"")
        assert "unpacks to far more" in refused(stream.getvalue())

    def test_a_directory_that_lies_about_sizes(self) -> None:
        data = bytearray(with_member(WORKSHEET, b" " * 30_000_000))
        entry = data.rfind(WORKSHEET.encode()) - 46
        data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
        assert "damaged" in refused(bytes(data))

    def test_two_cells_at_the_ends_of_the_grid(self) -> None:
        cell = '<row r="{1}"><c r="{0}{1}" t="n"><v>1</v></c></row>'
        xml = SHEET_XML.format(cell.format("A", 1) + cell.format("XFD", 1_048_576), "")
        assert "copy the table alone" in refused(with_member(WORKSHEET, xml))

    def test_a_million_rows(self) -> None:
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 1_000_001))
        assert "too big" in refused(with_member(WORKSHEET, SHEET_XML.format(rows, "")))

    def test_merged_ranges_without_end(self) -> None:
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 2_001))
        merged = "".join(f'<mergeCell ref="A1:A{n}"/>' for n in range(2, 2_000))
        xml = SHEET_XML.format(rows, f"<mergeCells>{merged}</mergeCells>")
        assert "too big" in refused(with_member(WORKSHEET, xml))

    def test_entities_that_multiply(self) -> None:
        entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
        text = '<row r="1"><c r="A1" t="inlineStr"><is><t>&a11;</t></is></c></row>'
        xml = f'<!DOCTYPE x [<!ENTITY a0 "aaaaaaaaaa">{entities}]>' + SHEET_XML.format(text, "")
        assert refused(with_member(WORKSHEET, xml)).endswith(".")

    def test_one_long_string_in_every_cell(self) -> None:
        shared = with_member("xl/sharedStrings.xml", f"<sst><si><t>{'长' * 30_000}</t></si></sst>")
        rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 90_000))
        source, stream = zipfile.ZipFile(io.BytesIO(shared)), io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for member in source.namelist():
                target.writestr(
                    member, SHEET_XML.format(rows, "") if member == WORKSHEET else source.read(member)
                )
        assert refused(stream.getvalue()).endswith(".")


def answered(read: Callable[[], object]) -> None:
    """Read, or refused in a sentence: nothing else."""
    try:
        read()
    except Unusable as unusable:
        if not unusable.sentence().endswith("."):
            raise


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data: bytes) -> None:
    answered(lambda: read_roster(data, "a.csv"))
    answered(lambda: read_arrears(data, "a.csv"))


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "1号楼",
            "101",
            "0101",
            "1-2-301",
            "小计",
            "合计：",
            "张三、李四",
            "98.50㎡",
            "－5",
            "2019-02-30",
            "43646",
            "1e400",
            "NaN",
            "=1+1",
            "无",
            "2023Q2",
        ]
    ),
)


@settings(max_examples=150)
@given(st.lists(st.lists(CELLS, max_size=9), max_size=12), st.sampled_from([read_roster, read_arrears]))
def test_any_cells_under_good_headings_are_rows_or_problems(
    rows: list[list[str]], read: Callable[..., object]
) -> None:
    head = ["楼", "单元", "房号", "业主", "面积", "交房日期", "电话", "期间", "应收", "实收"]
    answered(lambda: read(make_csv([head, *rows]), "a.csv"))
