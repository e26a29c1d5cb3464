"""What stands in a cell, made a value: a number, a day, a phone. Each reader raises Refused with what to do."""

import re
from datetime import date, timedelta
from functools import lru_cache

from billing.core.calendar import EARLIEST, LATEST
from billing.core.mailbox import is_mailbox
from billing.core.problem import Refused
from billing.core.width import fold
from billing.translations import N_

#: Words people write where there is nothing to write.
_NOTHING = frozenset(
    [
        "-",
        "--",
        "---",
        "/",
        "//",
        "\\",
        "无",
        "暂无",
        "没有",
        "不详",
        "未知",
        "待补",
        "未登记",
        "n/a",
        "na",
        "nil",
        "null",
        "none",
    ]
)

_DAY = re.compile(
    r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?"
    r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?\Z"
)
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z")
_SERIAL = re.compile(r"([0-9]{5})(?:\.[0-9]+)?\Z")
_SERIAL_EPOCH = date(1899, 12, 30)

_AREA = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{1,2})0*)?\Z")
_AREA_UNIT = re.compile(r"\s*(?:㎡|m2|m²|平方米|平米|平方|平)\Z", re.IGNORECASE)
_LARGEST_AREA_E2 = 100_000_00

_PRICE = re.compile(r"¥?\s*([0-9]{1,6})(?:\.([0-9]{1,4})0*)?\s*(?:元.*)?\Z")

_PHONE = re.compile(r"\+?[0-9][0-9-]{5,19}(?:转[0-9]{1,6})?\Z")
_HAN_REMARK = re.compile(r"[\u3400-\u9fff\u00b7]+:?")
_SCIENTIFIC = re.compile(r"[0-9.]+E\+?[0-9]+")

_NO_DAY = N_("“%(text)s” is not a date: write it as 2019-06-30.")
_NOT_IN_CALENDAR = N_("There is no day “%(text)s” in the calendar: correct it, written as 2019-06-30.")
_FAR_DAY = N_("“%(text)s” lies outside the years 2000 to 2100: correct the date, written as 2019-06-30.")
_NO_AREA = N_(
    "“%(text)s” is not an area: write square metres in digits with at most two decimals, such as 98.50."
)
_SMALL_AREA = N_(
    "The area must be above zero, not “%(text)s”: write the square metres that are charged, such as 98.50."
)
_LARGE_AREA = N_("“%(text)s” square metres cannot be one unit (100,000 is the limit): correct the area.")
_NO_PRICE = N_("“%(text)s” is not a price: write yuan in digits with at most four decimals, such as 1.85.")
_NO_PHONE = N_(
    "“%(text)s” is not a telephone number: write digits, several numbers with “/” between, or leave it blank."
)
_NO_EMAIL = N_("“%(text)s” is not an e-mail address: correct it, or leave the cell blank.")
_LOST_DIGITS = N_(
    "The spreadsheet kept “%(text)s” as a number and lost its last digits: "
    "make the column text, then enter the number again or leave it blank."
)
_LONG_ID = N_("“%(text)s” is too long for an ID number: correct it, or leave the cell blank.")


def shown(text: str) -> str:
    """As much of a cell as a sentence can hold."""
    return text if len(text) <= 40 else text[:39] + "…"


def meant(text: str) -> str:
    """The text, or nothing where it is a word for nothing (无, N/A, -)."""
    return "" if text and len(text) <= 4 and fold(text).casefold() in _NOTHING else text


@lru_cache(maxsize=8192)
def parse_day(text: str) -> date:
    """A day from 2000 to 2100 in the spellings of offices: 2019年6月30日, 2019.6.30, 2019/6/30,
    2019-06-30, 20190630, with or without a time of day, or a spreadsheet's serial number (43646)."""
    plain = fold(text)
    serial = _SERIAL.match(plain)
    if serial:
        return _within(_SERIAL_EPOCH + timedelta(days=int(serial[1])), text)
    match = _DAY.match(plain) or _COMPACT_DAY.match(plain)
    if not match:
        raise Refused(_NO_DAY, text=shown(text))
    try:
        day = date(*map(int, match.groups()))
    except ValueError:
        raise Refused(_NOT_IN_CALENDAR, text=shown(text)) from None
    return _within(day, text)


def _within(day: date, text: str) -> date:
    if EARLIEST <= day <= LATEST:
        return day
    raise Refused(_FAR_DAY, text=shown(text))


def parse_area(text: str) -> int:
    """Hundredths of a square metre from "98.5", "９８．５０", "98.50㎡", "1,098.5 平方米"."""
    plain = _AREA_UNIT.sub("", fold(text))
    negative = plain.startswith("-")
    match = _AREA.match(plain.removeprefix("-").strip())
    if not match:
        raise Refused(_NO_AREA, text=shown(text))
    area_e2 = int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0"))
    if negative or not area_e2:
        raise Refused(_SMALL_AREA, text=shown(text))
    if area_e2 >= _LARGEST_AREA_E2:
        raise Refused(_LARGE_AREA, text=shown(text))
    return area_e2


def parse_price_e4(text: str) -> int:
    """Ten-thousandths of a yuan from "1.85", "￥1.8500", "1.85元/㎡·月"."""
    match = _PRICE.match(fold(text))
    if not match:
        raise Refused(_NO_PRICE, text=shown(text))
    return int(match[1]) * 10_000 + int((match[2] or "0").ljust(4, "0"))


def parse_phones(text: str) -> tuple[str, ...]:
    """Numbers apart by / 、 , ; or a line end, each without blanks, remarks or the country's +86."""
    plain = re.sub(r"\((\+?[0-9]+)\)", r"\1-", fold(text.replace("\n", "/")))
    phones = (_phone(piece, text) for piece in _pieces(re.sub(r"\([^()]*\)", " ", plain)))
    return tuple(dict.fromkeys(phones))


def _pieces(plain: str) -> list[str]:
    """A blank parts two numbers only where both sides are long enough to be one: 138 0000 3517 is one."""
    pieces: list[str] = []
    for piece in re.split(r"[/,;|]", plain):
        words = piece.split()
        if len(words) > 1 and all(sum(map(str.isdigit, word)) >= 7 for word in words):
            pieces += words
        elif words:
            pieces.append("".join(words))
    return pieces


def _phone(piece: str, text: str) -> str:
    main, switch, extension = piece.partition("转")
    number = _HAN_REMARK.sub("", main) + (switch + extension if extension.isdecimal() else "")
    if not _PHONE.match(number):
        raise Refused(_NO_PHONE, text=shown(text))
    digits = re.sub(r"^(?:\+|00)86", "", number.replace("-", ""))
    return digits if len(digits) == 11 and digits.startswith("1") else number


def parse_emails(text: str) -> tuple[str, ...]:
    emails = [piece for piece in re.split(r"[/,;\s]+", fold(text)) if piece]
    for email in emails:
        if not is_mailbox(email):
            raise Refused(_NO_EMAIL, text=shown(email))
    return tuple(dict.fromkeys(emails))


def parse_id_number(text: str) -> str:
    """An ID, passport or credit code number, as it stands. Its check digit is nobody's business here."""
    plain = "".join(fold(text).upper().split())
    if _SCIENTIFIC.fullmatch(plain):
        raise Refused(_LOST_DIGITS, text=shown(text))
    if len(plain) > 100:
        raise Refused(_LONG_ID, text=shown(text))
    return plain
