"""Days and fee periods. A date is a date: no times, no zones, nothing read from a clock."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from billing.core.problem import Refused
from billing.core.width import fold
from billing.translations import N_

#: Says of a day whether it is a rest day; the table behind it is data (public holidays change).
RestDay = Callable[[date], bool]

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z", re.ASCII)
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})|Q([1-4])|H([12]))?\Z", re.ASCII)

#: Months in a billing cycle; the same numbers are the cycle's name in data.
CYCLES = {1: N_("monthly"), 3: N_("quarterly"), 6: N_("half-yearly"), 12: N_("yearly")}


def parse_date(text: str) -> date:
    """A date written 2026-03-31, from 2000 to 2100. (`fromisoformat` would also take 2024-W05-1.)"""
    match = _ISO.match(fold(text))
    if match:
        try:
            day = date(*map(int, match.groups()))
        except ValueError:
            raise Refused(N_("There is no such day as %(text)s."), text=text.strip()) from None
        if EARLIEST <= day <= LATEST:
            return day
    raise Refused(
        N_("“%(text)s” is not a date: write it as 2026-03-31 (years 2000 to 2100)."), text=text[:40]
    )


def add_months(day: date, months: int) -> date:
    """The corresponding day, or the month's last where there is none (Civil Code art. 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def roll_forward(day: date, is_rest_day: RestDay) -> date:
    """A last day that is a rest day ends on the next working day (Civil Code art. 203)."""
    while is_rest_day(day):
        day += timedelta(days=1)
    return day


@dataclass(frozen=True, order=True)
class Period:
    """A fee period: whole months. `name` is 2026-11, 2026Q4, 2026H2 or 2026."""

    first: date
    months: int

    @property
    def last(self) -> date:
        return add_months(self.first, self.months) - timedelta(days=1)

    @property
    def name(self) -> str:
        year, month = self.first.year, self.first.month
        match self.months:
            case 1:
                return f"{year}-{month:02d}"
            case 3:
                return f"{year}Q{(month + 2) // 3}"
            case 6:
                return f"{year}H{(month + 5) // 6}"
            case _:
                return str(year)

    @property
    def next(self) -> "Period":
        return Period(add_months(self.first, self.months), self.months)

    @property
    def previous(self) -> "Period":
        return Period(add_months(self.first, -self.months), self.months)


def parse_period(text: str) -> Period:
    """2026-11, 2026Q4, 2026H2 or 2026."""
    match = _PERIOD.match(fold(text).upper())
    if match:
        year, month, quarter, half = match.groups()
        first, months = 1, 12
        if month:
            first, months = int(month), 1
        elif quarter:
            first, months = int(quarter) * 3 - 2, 3
        elif half:
            first, months = int(half) * 6 - 5, 6
        if 1 <= first <= 12 and EARLIEST.year <= int(year) < LATEST.year:
            return Period(date(int(year), first, 1), months)
    raise Refused(
        N_("“%(text)s” is not a fee period: write 2026-11, 2026Q4, 2026H2 or 2026."), text=text[:40]
    )


def period_around(day: date, months: int) -> Period:
    """The period of that many months in which a day falls."""
    return Period(date(day.year, (day.month - 1) // months * months + 1, 1), months)
