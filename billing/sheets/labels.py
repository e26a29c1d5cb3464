"""Buildings, entrances and rooms: many spellings, one form, so that a unit is found again under its label."""

import re
from dataclasses import dataclass
from functools import lru_cache

from billing.core.problem import Refused
from billing.core.width import fold
from billing.sheets.cells import shown
from billing.translations import N_

_BUILDING = re.compile(r"(?:第|BUILDING|BLOCK|BLDG\.?)?(.+?)(?:(?:#|号|NO\.?)?(?:楼|栋|幢|座)|#|号)?\Z")
_ENTRANCE = re.compile(r"(?:第|ENTRANCE|STAIR)?(.+?)(?:号?(?:单元|门|梯)|#)?\Z")
_ROOM = re.compile(r"(?:ROOM|RM\.?)?(.+?)(?:室|房|号房?|户|#)?\Z")

# "3栋2单元401室", "3#楼二单元401": what the words mark off needs no hyphen. (3楼 alone is a floor.)
_MARK = r"(?:(?:#|号)楼|(?:#|号)?(?:栋|幢|座)|#)"
_IN_WORDS = re.compile(rf"(.+?)(?:{_MARK}|楼)(.+?)(?:单元|门|梯)(.+)\Z")
_BUILDING_AND_ROOM = re.compile(rf"(.+?){_MARK}([^单元门梯]+)\Z")
_HEADING = re.compile(rf"第?([^-楼栋幢座#:]{{1,8}}?){_MARK}(?:第?([^-单元:]{{1,4}})单元)?\Z")
_LIKE_A_DAY = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?: .*)?\Z")

_CHINESE_DIGITS = {character: str(value) for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": "0",
    "两": "2",
}
_LONGEST = 20

_NOT_A_PART = N_(
    "“%(text)s” cannot name a building or an entrance: write a short name without “-”, such as 1 or A."
)
_NOT_A_ROOM = N_("“%(text)s” cannot be a room number: write it as on the door, such as 101.")
_DAY_NOT_ROOM = N_(
    "The spreadsheet turned the room number into a date (%(text)s): make the column text and enter it again."
)
_NOT_A_UNIT = N_("“%(text)s” does not name a unit: write building, entrance and room, such as 1-2-301.")


@dataclass(frozen=True, slots=True, order=True)
class UnitLabel:
    """A unit's address in its community. `entrance` is "" where the source names none."""

    building: str
    entrance: str
    room: str

    def __str__(self) -> str:
        return f"{self.building}-{self.entrance}-{self.room}"


@lru_cache(maxsize=4096)
def parse_building(text: str) -> str:
    """ "1号楼", "1栋", "1#", "01", "一号楼" -> "1"; "A座" -> "A"; a name that is no number stays as it is."""
    return _part(_BUILDING, text)


@lru_cache(maxsize=4096)
def parse_entrance(text: str) -> str:
    """ "1单元", "一单元", "01" -> "1"; "甲单元" -> "甲"."""
    return _part(_ENTRANCE, text)


def _part(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.match(_squeeze(text))
    name = _numeral(match[1]) if match else ""
    if not name or "-" in name or len(name) > _LONGEST:
        raise Refused(_NOT_A_PART, text=shown(text))
    return name


@lru_cache(maxsize=16384)
def parse_room(text: str) -> str:
    """ "101", "101室", "１０１" -> "101", and "0101" -> "101".

    A leading zero goes only from four digits "0f rr": there it pads the floor to two places, as a
    building with a tenth floor writes it, and the office's other lists write 101. Anywhere else a
    zero may tell rooms apart ("01" of a villa, "00101", "01001" beside "1001") and stays.
    """
    plain = _squeeze(text)
    if _LIKE_A_DAY.match(plain):
        raise Refused(_DAY_NOT_ROOM, text=shown(text))
    match = _ROOM.match(plain)
    if not match or len(match[1]) > _LONGEST:
        raise Refused(_NOT_A_ROOM, text=shown(text))
    room = _chinese_numeral(match[1])
    return room[1:] if re.fullmatch(r"0[1-9][0-9]{2}", room) else room


@lru_cache(maxsize=16384)
def parse_unit(text: str) -> UnitLabel:
    """ "1-2-301", "1#-2-301", "1栋2单元301室" whole; "1-301" and "1栋301" with an entrance of ""."""
    plain = _squeeze(text)
    if _LIKE_A_DAY.match(plain):
        raise Refused(_DAY_NOT_ROOM, text=shown(text))
    parts = plain.split("-", 2)
    if len(parts) == 1:
        match = _IN_WORDS.match(plain) or _BUILDING_AND_ROOM.match(plain)
        parts = list(match.groups()) if match else []
    if len(parts) < 2 or not all(parts):
        raise Refused(_NOT_A_UNIT, text=shown(text))
    entrance = parse_entrance(parts[1]) if len(parts) == 3 else ""
    return UnitLabel(parse_building(parts[0]), entrance, parse_room(parts[-1]))


def heading_of(text: str) -> tuple[str, str] | None:
    """(building, entrance or "") of a heading between rows: "1号楼", "2#楼 1单元（共36户）"; else None."""
    match = _HEADING.match(re.sub(r"\([^()]*\)", "", _squeeze(text)))
    if not match:
        return None
    return parse_building(match[1]), parse_entrance(match[2]) if match[2] else ""


def parse_floor(text: str) -> int | None:
    """ "12", "12层", "12F", "负一层", "-1" -> the number; else None: the room tells it as well."""
    match = re.fullmatch(r"([-负B]?)第?(.{1,3}?)(?:层|楼|F)?", _squeeze(text))
    number = _chinese_numeral(match[2]) if match else ""
    if not match or not number.isascii() or not number.isdecimal():
        return None
    return -int(number) if match[1] else int(number)


def floor_of(room: str) -> int | None:
    """The floor a room number tells: 101 -> 1, 1202 -> 12, 1202A -> 12, -101 or 负101 -> -1; else None."""
    match = re.match(r"([-负]?)([0-9]{1,2})[0-9]{2}[A-Z]?\Z", room)
    if not match or not int(match[2]):
        return None
    return -int(match[2]) if match[1] else int(match[2])


def _squeeze(text: str) -> str:
    return "".join(fold(text).upper().split())


def _numeral(name: str) -> str:
    """Numbers without leading zeros, in digits; anything else as it is."""
    name = _chinese_numeral(name)
    return (name.lstrip("0") or "0") if name.isdecimal() else name


def _chinese_numeral(name: str) -> str:
    """ "十二" -> "12", "二十" -> "20", "一零一" -> "101"; not a numeral: as it is."""
    tens, ten, ones = name.partition("十")
    digits = _CHINESE_DIGITS
    if ten and len(tens) <= 1 and len(ones) <= 1 and all(character in digits for character in tens + ones):
        return (digits[tens] if tens else "1") + (digits[ones] if ones else "0")
    if name and not ten and all(character in digits for character in name):
        return "".join(digits[character] for character in name)
    return name
