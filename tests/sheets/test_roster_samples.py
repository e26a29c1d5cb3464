"""The sample rosters, whole: exact counts, and the rows that stand for each difficulty."""

from datetime import date

import pytest

from billing.sheets import Roster, read_roster
from tests.sheets.making import sample


@pytest.fixture(scope="module")
def ledger() -> Roster:
    return read_roster(sample("业主台账.xlsx"), "业主台账.xlsx")


@pytest.fixture(scope="module")
def export() -> Roster:
    return read_roster(sample("多表导出.xlsx"), "多表导出.xlsx")


def test_the_ledger_has_144_units_and_six_bad_rows(ledger: Roster) -> None:
    assert len(ledger.rows) == 144
    assert len({row.label for row in ledger.rows}) == 144
    assert ledger.bad_rows == 6


def test_each_defect_of_the_last_six_rows_is_told_once(ledger: Roster) -> None:
    told = [(problem.row, problem.column, problem.value) for problem in ledger.problems]
    assert told == [
        (155, "房号", "101"),
        (156, "建筑面积(㎡)", ""),
        (157, "建筑面积(㎡)", "九十八"),
        (158, "业主", ""),
        (159, "建筑面积(㎡)", "-5"),
        (160, "业主", ""),
        (160, "交房日期", "2019-02-30"),
    ]
    assert {problem.sheet for problem in ledger.problems} == {"业主台账"}
    assert "1-1-101 already stands in row 4" in ledger.problems[0].sentence()


def test_buildings_subtotals_and_areas_agree(ledger: Roster) -> None:
    by_building: dict[str, int] = {}
    for row in ledger.rows:
        by_building[row.building] = by_building.get(row.building, 0) + row.area_e2
    # The sheet's own subtotals.
    assert by_building == {"1": 397441, "2": 384201, "3": 380922, "4": 385895}


def test_every_spelling_of_a_date_is_read(ledger: Roster) -> None:
    handed_over = {row.row: row.handover for row in ledger.rows}
    assert handed_over[4] == date(2018, 12, 1)  # 2018年12月1日
    assert handed_over[5] == date(2018, 8, 29)  # 2018/8/29
    assert handed_over[6] == date(2019, 5, 11)  # 2019.5.11
    assert handed_over[7] == date(2019, 3, 11)  # a spreadsheet's own date
    assert handed_over[8] == date(2019, 9, 4)  # 2019-09-04
    assert handed_over[17] == date(2020, 4, 18)  # 43939
    assert all(handed_over.values())


def test_names_phones_and_numbers_come_out_exact(ledger: Roster) -> None:
    rows = {row.row: row for row in ledger.rows}
    assert rows[4].area_e2 == 10573  # １０５．７３
    assert rows[4].phones == ("13800003517",)  # 138 0000 3517
    assert rows[9].phones == ("13800000369",)  # kept as a number
    assert rows[30].phones == ("13800003036", "13800005071")
    assert rows[18].area_e2 == 9456  # 94.56㎡
    assert rows[18].co_owners == ("魏轩轩", "何伟")
    assert rows[16].owner == "唐鹏㛃"
    assert rows[14].id_number == "99010119840317023X"
    assert (rows[20].building, rows[20].entrance, rows[20].room, rows[20].floor) == ("1", "1", "901", 9)
    assert (rows[24].owner, rows[24].owner_kind) == ("空置（开发商）", "developer")
    assert rows[50].co_owners == ("于建文",)
    assert {row.owner_kind for row in ledger.rows} == {"person", "developer"}


def test_the_export_joins_its_three_sheets(export: Roster) -> None:
    assert (len(export.rows), len(export.customers), len(export.tariffs)) == (24, 20, 2)
    assert export.problems == ()
    first = export.rows[0]
    assert (first.label, first.code, first.area_e2) == ("5-1-101", "H001", 8956)
    assert (first.owner, first.owner_code, first.phones) == ("潘艳㛃", "C001", ("13800003643",))
    assert (first.handover, first.fee_codes) == (date(2024, 1, 1), ("F01", "F02"))
    assert (export.rows[20].owner, export.rows[20].label) == ("潘艳㛃", "5-1-1101")
    assert export.rows[6].owner_kind == "company"
    assert export.rows[6].id_number == "91990101MA00000000"


def test_the_exports_tariffs(export: Roster) -> None:
    told = [(one.code, one.item, one.basis, one.price_e4, one.months) for one in export.tariffs]
    assert told == [("F01", "物业管理费", "area", 18500, 3), ("F02", "垃圾清运费", "fixed", 60000, 1)]


def test_the_note_beside_the_table_is_no_units_note(export: Roster) -> None:
    assert {row.note for row in export.rows} == {""}
    assert [note.sentence() for note in export.notes] == ["Columns of sheet 房产 that were not read: 说明."]
