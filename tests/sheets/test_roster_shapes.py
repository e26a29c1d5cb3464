"""Rosters as offices lay them out: merged cells, heading rows, a sheet for each building, their own words."""

from datetime import date
from pathlib import Path

import pytest

from billing.core.problem import Unusable
from billing.sheets import Roster, read_roster, survey_roster
from tests.sheets.making import Grid, grid, make_csv, make_xlsx


def read(picture: str) -> Roster:
    return read_roster(make_csv(picture), "a.csv")


def labels(roster: Roster) -> list[str]:
    return [row.label for row in roster.rows]


def told(roster: Roster) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in roster.problems]


def test_a_building_merged_downwards_holds_for_every_row_beneath() -> None:
    picture = """
    楼宇  单元   房间号  户主姓名  产权面积（平方米）
    1栋  一单元  101    万磊     88.5
    _    _     102    何芳     90
    _    二单元  101    于红     91
    """
    data = make_xlsx({"台账": picture}, merged=["A2:A4", "B2:B3"])
    assert labels(read_roster(data, "a.xlsx")) == ["1-1-101", "1-1-102", "1-2-101"]


def test_an_area_merged_over_two_rooms_is_not_counted_twice() -> None:
    picture = """
    栋  单元  房号  业主  面积
    1   1    101  万磊  200
    1   1    102  万磊  _
    """
    roster = read_roster(make_xlsx({"台账": picture}, merged=["E2:E3"]), "a.xlsx")
    assert labels(roster) == ["1-1-101"]
    assert told(roster) == [(3, "面积")]


def test_a_building_that_stands_nowhere_is_missing() -> None:
    roster = read("""
    楼  单元  房号  业主  面积
    1   1    101  万磊  90
    _   1    102  何芳  90
    """)
    assert told(roster) == [(3, "楼")]


def test_rooms_stand_under_their_building_row_until_its_subtotal() -> None:
    roster = read("""
    房号              业主  面积
    1号楼1单元（共2户）  _    _
    101              万磊  90
    102              何芳  90
    小~计             _    180
    2号楼             _    _
    101              于红  91
    合计：             _    271
    103              谁家  91
    """)
    assert labels(roster) == ["1-1-101", "1-1-102", "2-1-101"]
    assert told(roster) == [(9, "房号")]


def test_a_sheet_for_each_building() -> None:
    picture = """
    单元  房号  业主  面积
    1    101  万磊  90
    """
    roster = read_roster(make_xlsx({"1号楼": picture, "A座": picture, "说明": "填表说明"}), "a.xlsx")
    assert labels(roster) == ["1-1-101", "A-1-101"]
    assert [note.sentence() for note in roster.notes] == ["Sheets without such a table were not read: 说明."]


def test_hidden_sheets_are_named_and_not_read() -> None:
    picture = """
    楼  单元  房号  业主  面积
    1   1    101  万磊  90
    """
    roster = read_roster(make_xlsx({"新": picture, "旧": picture}, hidden=["旧"]), "a.xlsx")
    assert len(roster.rows) == 1
    assert roster.notes[0].sentence() == "Hidden sheets were not read: 旧."


def test_a_header_over_two_rows_under_a_title() -> None:
    picture = """
    业主清册  _    _    _      _    _
    楼栋     单元  房号  业主信息  _    面积
    _       _    _    姓名     手机  _
    1       1    101  万磊     13800001234  90
    """
    merged = ["A1:F1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3"]
    row = read_roster(make_xlsx({"台账": picture}, merged=merged), "a.xlsx").rows[0]
    assert (row.label, row.owner, row.phones) == ("1-1-101", "万磊", ("13800001234",))


def test_whole_labels_in_the_room_column() -> None:
    roster = read("""
    房号          业主  面积
    1-2-301      万磊  90
    3栋2单元401室  何芳  90
    2-5          于红  9
    """)
    assert labels(roster) == ["1-2-301", "3-2-401", "2-1-5"]


def test_a_whole_label_must_agree_with_the_columns() -> None:
    roster = read("""
    楼  单元  房号     业主  面积
    1   2    1-2-301  万磊  90
    1   2    1-1-302  何芳  90
    """)
    assert labels(roster) == ["1-2-301"]
    assert told(roster) == [(3, "房号")]


def test_a_room_number_that_became_a_date_is_told() -> None:
    roster = read("""
    房号         业主  面积
    1-2-301     万磊  90
    2003-02-01  何芳  90
    """)
    assert [problem.value for problem in roster.problems] == ["2003-02-01"]
    assert "turned the room number into a date" in roster.problems[0].sentence()


def test_headings_in_english() -> None:
    roster = read("""
    Building  Entrance  Room~No.  Owner~name  Co-owners       Mobile~phone  Floor~area~(m2)  E-mail
    A         1         101       Ada~Low     Bo~Low,~Cy~Low  13800001234   98.50            ada@example.com
    """)
    row = roster.rows[0]
    assert (row.label, row.owner, row.co_owners) == ("A-1-101", "Ada Low", ("Bo Low", "Cy Low"))
    assert (row.emails, row.area_e2) == (("ada@example.com",), 9850)


def test_the_area_that_is_charged_wins_over_the_built_one() -> None:
    roster = read("""
    楼  单元  房号  业主  套内面积  建筑面积  计费面积
    1   1    101  万磊  70      90       88
    """)
    assert roster.rows[0].area_e2 == 8800
    assert roster.survey.main[0].unmapped == ("套内面积", "建筑面积")


def test_several_columns_of_telephones() -> None:
    roster = read("""
    楼  单元  房号  业主  面积  电话1         电话2
    1   1    101  万磊  90   13800001234  0571-88001234
    """)
    assert roster.rows[0].phones == ("13800001234", "0571-88001234")


def test_a_header_on_every_page_and_a_signature_are_no_units() -> None:
    roster = read("""
    楼      单元  房号  业主    面积
    1       1    101  万磊    90
    楼      单元  房号  业主    面积
    1       1    102  何芳    90
    制表人：张  _   _    审核：李  _
    """)
    assert (len(roster.rows), roster.problems) == (2, ())


@pytest.mark.parametrize(
    "word", ["小计", "合~计：", "1号楼小计", "总计（元）", "合计金额", "Subtotal", "GRAND~TOTAL:"]
)
def test_totals_are_no_units(word: str) -> None:
    roster = read(f"楼 单元 房号 业主 面积\n1 1 101 Total~Ltd. 90\n{word} _ _ _ 90\n_ _ {word} _ 90")
    assert (len(roster.rows), roster.problems) == (1, ())


def test_a_row_with_an_owner_and_no_room_is_told() -> None:
    roster = read("""
    楼  单元  房号  业主  面积
    1   1    101  万磊  90
    1   1    _    何芳  90
    """)
    assert told(roster) == [(3, "房号")]


def test_no_column_for_the_entrance_means_one_entrance_and_says_so() -> None:
    roster = read("""
    楼  房号  业主  面积
    1   101  万磊  90
    """)
    assert labels(roster) == ["1-1-101"]
    assert "entrance 1" in roster.notes[0].sentence()


def test_a_blank_entrance_in_its_column_is_told() -> None:
    roster = read("""
    楼  单元  房号  业主  面积
    1   _    101  万磊  90
    """)
    assert told(roster) == [(2, "单元")]


def test_0101_and_101_are_one_room() -> None:
    roster = read("""
    楼   单元  房号   业主  面积
    1    1    0101  万磊  90
    1栋   1    101室  何芳  90
    """)
    assert labels(roster) == ["1-1-101"]
    assert told(roster) == [(3, "房号")]


def test_an_id_number_kept_as_a_number_has_lost_its_end_and_is_told() -> None:
    rows: Grid = [*grid("楼 单元 房号 业主 面积 身份证号"), [1, 1, 101, "万磊", 90, 990101197111184379]]
    roster = read_roster(make_xlsx({"a": rows}), "a.xlsx")
    assert told(roster) == [(2, "身份证号")]
    assert roster.problems[0].value == "9.90101197111184E+17"


def test_words_for_nothing_are_nothing() -> None:
    roster = read("""
    楼  单元  房号  业主  共有人  电话  身份证号  面积
    1   1    101  万磊  无     /    －       90
    """)
    row = roster.rows[0]
    assert (row.co_owners, row.phones, row.id_number) == ((), (), "")


def test_owners_written_into_one_cell() -> None:
    roster = read("""
    楼  单元  房号  业主         面积
    1   1    101  万~~磊、何芳  90
    1   1    102  Low,~Ltd.   90
    """)
    first, second = roster.rows
    assert (first.owner, first.co_owners) == ("万磊", ("何芳",))
    assert (second.owner, second.owner_kind) == ("Low, Ltd.", "company")


def test_an_old_xls_is_read_whatever_its_name_says() -> None:
    data = (Path(__file__).parent / "files" / "old.xls").read_bytes()
    roster = read_roster(data, "old.csv")
    assert labels(roster) == ["6-1-101", "6-1-102"]
    assert [row.handover for row in roster.rows] == [date(2015, 5, 1), date(2015, 5, 2)]


class TestMapping:
    FILE = make_csv("""
    幢号  单元  编   住户  平米
    1    1    101  万磊  90
    """)

    def test_a_column_nobody_could_place_is_refused_by_name(self) -> None:
        with pytest.raises(Unusable, match="No column holds the room number"):
            read_roster(self.FILE, "a.csv")

    def test_a_survey_shows_headings_samples_and_what_is_missing(self) -> None:
        survey = survey_roster(self.FILE, "a.csv")
        assert [field.name for field in survey.missing] == ["room", "area", "owner"]
        assert survey.main[0].headers == ("幢号", "单元", "编", "住户", "平米")
        assert survey.main[0].sample() == (("1", "1", "101", "万磊", "90"),)
        assert survey.main[0].mapping == {"building": ("幢号",), "entrance": ("单元",)}

    def test_a_persons_word_completes_the_mapping(self) -> None:
        roster = read_roster(self.FILE, "a.csv", {"room": "编", "owner": "住户", "area": "平米"})
        assert labels(roster) == ["1-1-101"]
        # The mapping in use can be handed back as it is.
        assert read_roster(self.FILE, "a.csv", roster.survey.main[0].mapping).rows == roster.rows

    def test_a_persons_word_goes_before_the_vocabulary(self) -> None:
        picture = """
        楼  单元  房号  业主  面积  备注
        1   1    101  万磊  90   何芳
        """
        row = read_roster(make_csv(picture), "a.csv", {"owner": "备注", "note": None}).rows[0]
        assert (row.owner, row.note) == ("何芳", "")

    def test_a_heading_or_field_that_does_not_exist_is_refused(self) -> None:
        with pytest.raises(Unusable, match="No column is headed “门”"):
            read_roster(self.FILE, "a.csv", {"room": "门"})
        with pytest.raises(Unusable, match="“door” is not something"):
            read_roster(self.FILE, "a.csv", {"door": "编"})

    def test_a_file_without_any_known_heading_can_be_mapped_by_hand(self) -> None:
        data = make_csv("""
        甲  乙  丙   丁   戊
        1   1  101  万磊  90
        """)
        assert len(survey_roster(data, "a.csv").missing) == 3
        chosen = {"building": "甲", "entrance": "乙", "room": "丙", "owner": "丁", "area": "戊"}
        assert read_roster(data, "a.csv", chosen).rows[0].owner == "万磊"
