"""Buildings, entrances and rooms: many spellings of one place, and the same place from every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.problem import Refused
from billing.sheets.labels import (
    UnitLabel,
    floor_of,
    heading_of,
    parse_building,
    parse_entrance,
    parse_floor,
    parse_room,
    parse_unit,
)
from tests.sheets.making import attempt


@pytest.mark.parametrize(
    "text",
    [
        "1号楼",
        "1栋",
        "1幢",
        "1座",
        "1#",
        "1#楼",
        "1楼",
        "01",
        "１号楼",
        "一号楼",
        "第1栋",
        "1",
        "Building~1",
        "~1~号楼~",
    ],
)
def test_one_building(text: str) -> None:
    assert parse_building(text.replace("~", " ")) == "1"


def test_other_buildings() -> None:
    names = {
        "A座": "A",
        "b栋": "B",
        "十二号楼": "12",
        "二十号楼": "20",
        "30幢": "30",
        "商业楼": "商业",
        "一期2栋": "一期2",
    }
    assert {text: parse_building(text) for text in names} == names


def test_entrances() -> None:
    names = {
        "1单元": "1",
        "一单元": "1",
        "01": "1",
        "甲单元": "甲",
        "a单元": "A",
        "2门": "2",
        "十一单元": "11",
    }
    assert {text: parse_entrance(text) for text in names} == names


def test_rooms() -> None:
    names = {"101": "101", "101室": "101", "0101": "101", "１０１": "101", "1202号": "1202", "12a": "12A"}
    assert {text: parse_room(text) for text in names} == names


@pytest.mark.parametrize("room", ["01", "001", "00101", "01001", "0001", "S01", "1001"])
def test_a_zero_that_may_tell_rooms_apart_stays(room: str) -> None:
    assert parse_room(room) == room


@pytest.mark.parametrize(
    "text", ["1-2-301", "1栋2单元301室", "1号楼二单元0301", "1#-2-301", "１－２－３０１", "1—2—301"]
)
def test_one_unit(text: str) -> None:
    assert parse_unit(text) == UnitLabel("1", "2", "301")


@pytest.mark.parametrize("text", ["1-301", "1栋301", "1#301室"])
def test_an_entrance_that_is_not_named_is_not_guessed(text: str) -> None:
    assert parse_unit(text) == UnitLabel("1", "", "301")


@pytest.mark.parametrize("text", ["101", "", "-", "1--101", "3楼301", "2003-02-01", "2026-3-2", "物业费"])
def test_what_names_no_unit(text: str) -> None:
    with pytest.raises(Refused):
        parse_unit(text)


PARTS = st.text(alphabet="0123456789ABCDEF甲乙丙", min_size=1, max_size=4)


@given(PARTS, PARTS, PARTS)
def test_a_label_is_its_own_spelling(building: str, entrance: str, room: str) -> None:
    label = UnitLabel(parse_building(building), parse_entrance(entrance), parse_room(room))
    assert (
        UnitLabel(parse_building(label.building), parse_entrance(label.entrance), parse_room(label.room))
        == label
    )
    if not str(label).startswith(("19", "20")):
        assert parse_unit(str(label)) == label


def test_floors() -> None:
    floors = {
        "101": 1,
        "1202": 12,
        "1202A": 12,
        "-101": -1,
        "负101": -1,
        "01": None,
        "10101": None,
        "甲": None,
    }
    assert {room: floor_of(room) for room in floors} == floors
    assert [parse_floor(text) for text in ("12", "12层", "12F", "负一层", "B1", "阁楼")] == [
        12,
        12,
        12,
        -1,
        -1,
        None,
    ]


def test_headings_between_rows() -> None:
    told = {"1号楼": ("1", ""), "2#楼 1单元（共36户）": ("2", "1"), "A座": ("A", ""), "第十栋": ("10", "")}
    assert {text: heading_of(text) for text in told} == told
    for text in ("3楼", "小计", "示例小区业主台账", "1号楼小计", "101", "制表：1号楼"):
        assert heading_of(text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_building, parse_entrance, parse_room, parse_unit):
        answer = attempt(parse, text)
        assert answer
        assert not isinstance(answer, Refused) or answer.sentence().endswith(".")
    heading_of(text)
    parse_floor(text)
    floor_of(text)
