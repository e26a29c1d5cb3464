"""Fee periods in the spellings of offices, made the one form of `billing.core.calendar.Period`."""

import re
from calendar import monthrange
from datetime import date

from billing.core.calendar import CYCLES, Period, parse_period, period_around
from billing.core.problem import Refused
from billing.core.width import fold
from billing.sheets.cells import parse_day, shown
from billing.translations import N_

_QUARTER = re.compile(r"([0-9]{4})年?[-./]?(?:第?([一二三四1-4])季度?|Q([1-4])季?度?)\Z")
_HALF = re.compile(r"([0-9]{4})年?[-./]?(?:(上|下)半年度?|H([12]))\Z")
_YEAR = re.compile(r"([0-9]{4})(?:年|年度|年全年|全年)\Z")
_MONTH = re.compile(r"([0-9]{4})(?:[-./年]([0-9]{1,2})月?份?|([0-9]{2}))\Z")
_SPAN = re.compile(
    r"([0-9]{4})[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})[日号]?|月)?"
    r"(?:~|至|到|-+)"
    r"(?:([0-9]{4})[-./年])?([0-9]{1,2})(?:[-./月]([0-9]{1,2})[日号]?|月)?\Z"
)
_ORDINAL = {"一": 1, "二": 2, "三": 3, "四": 4}

_NO_PERIOD = N_("“%(text)s” is not a fee period: write 2023-05, 2023Q2, 2023H1 or 2023.")
_NOT_WHOLE = N_(
    "“%(text)s” is not one calendar month, quarter, half-year or year: write one row for each such period."
)
# As a number, 2023.10 loses its last digit.
_TENTH = N_("“%(text)s” may be January or October: write %(year)s-01 or %(year)s-10.")


def parse_fee_period(text: str) -> Period:
    """2023Q2, 2023年第二季度, 2023-05, 2023年5月, 2023H1, 2023年上半年, 2023, 2023年4-6月, 2023.04-2023.06.

    A spreadsheet turns a typed 2023-05 into the first day of that month: a first day is read as its month.
    """
    plain = "".join(fold(text).upper().split())
    try:
        return _named(plain) or _whole_month(plain) or _span(plain, text) or parse_period(plain)
    except Refused as refused:
        if refused.message in (_NOT_WHOLE, _TENTH):
            raise
        raise Refused(_NO_PERIOD, text=shown(text)) from None


def _named(plain: str) -> Period | None:
    if match := _QUARTER.match(plain):
        quarter = match[3] or str(_ORDINAL.get(match[2], match[2]))
        return parse_period(f"{match[1]}Q{quarter}")
    if match := _HALF.match(plain):
        half = match[3] or ("1" if match[2] == "上" else "2")
        return parse_period(f"{match[1]}H{half}")
    if match := _YEAR.match(plain):
        return parse_period(match[1])
    if plain[4:] == ".1":
        raise Refused(_TENTH, text=plain, year=plain[:4])
    if match := _MONTH.match(plain):
        return parse_period(f"{match[1]}-{int(match[2] or match[3]):02d}")
    return None


def _whole_month(plain: str) -> Period | None:
    try:
        day = parse_day(plain)
    except Refused:
        return None
    if day.day != 1:
        raise Refused(_NO_PERIOD)
    return period_around(day, 1)


def _span(plain: str, text: str) -> Period | None:
    match = _SPAN.match(plain)
    if not match:
        return None
    year, month, day, to_year, to_month, to_day = (int(group) if group else 0 for group in match.groups())
    to_year = to_year or year
    months = (to_year - year) * 12 + to_month - month + 1
    if months < 1 or not (1 <= month <= 12 and 1 <= to_month <= 12 and 2000 <= year <= to_year < 2100):
        raise Refused(_NO_PERIOD)
    whole = day in (0, 1) and to_day in (0, monthrange(to_year, to_month)[1])
    period = Period(date(year, month, 1), months)
    if not whole or months not in CYCLES or period != period_around(period.first, months):
        raise Refused(_NOT_WHOLE, text=shown(text))
    return period
