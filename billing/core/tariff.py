"""What a unit is charged for a period: dated tariffs, exact, rounded half up once per charge."""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from billing.core.calendar import Period, add_months
from billing.core.money import round_half_up

Basis = Literal["area", "fixed", "given"]
BASES: tuple[Basis, ...] = ("area", "fixed", "given")

#: How the law's practice differs (law.md 1): once per bill is the default, or each month by itself.
Rounding = Literal["bill", "month"]


@dataclass(frozen=True)
class Tariff:
    """A price from a day on. `price_e4` is 1/10000 yuan a month: per m² (area) or per unit (fixed).

    With basis "given" each unit has a monthly amount of its own.
    """

    since: date
    basis: Basis
    price_e4: int
    rounding: Rounding = "bill"


def charge_amount(
    tariffs: Sequence[Tariff],
    period: Period,
    *,
    area_e2: int = 0,
    given_fen: int = 0,
    start: date | None = None,
) -> int:
    """Fen for the period; months before `start` (hand-over) are free and its own month is taken by days.

    `tariffs` is sorted by `since`; each month is priced by the tariff in force on its first charged
    day, and months before the first tariff are free. `area_e2` counts 0.01 m².
    """
    return round_half_up(_exact(tariffs, period, area_e2, given_fen, start, period.last))


def part_amounts(
    total: int,
    tariffs: Sequence[Tariff],
    period: Period,
    ends: Sequence[date],
    *,
    area_e2: int = 0,
    given_fen: int = 0,
    start: date | None = None,
) -> list[int]:
    """The total taken apart behind each of the days `ends`, as the tariffs price the days: fen that sum to it.

    A part is what is charged up to its last day less what was charged before, each rounded once. A total that is
    not the tariffs' own (an older bill) is shared in the same proportion; without a tariff by the days alone.
    """
    sums = [_exact(tariffs, period, area_e2, given_fen, start, end) for end in ends]
    if not sums[-1]:
        even = [Tariff(date.min, "fixed", 100)]
        sums = [_exact(even, period, 0, 0, start, end) for end in ends]
    scale = Fraction(1) if round_half_up(sums[-1]) == total else total / sums[-1]
    reached = [round_half_up(scale * part) for part in sums]
    return [after - before for before, after in zip([0, *reached], reached, strict=False)]


def _exact(
    tariffs: Sequence[Tariff], period: Period, area_e2: int, given_fen: int, start: date | None, last: date
) -> Fraction:
    """What the period's days from `start` to `last` cost, not rounded but for tariffs that round each month."""
    exact = Fraction(0)
    for index in range(period.months):
        first = add_months(period.first, index)
        share = _share(first, start, last)
        tariff = _in_force(tariffs, max(first, start or first)) if share else None
        if tariff:
            month = share * _monthly(tariff, area_e2, given_fen)
            exact += round_half_up(month) if tariff.rounding == "month" else month
    return exact


def _share(first: date, start: date | None, last: date) -> Fraction:
    """The part of the month from `first` on that is charged, by its days."""
    days = monthrange(first.year, first.month)[1]
    missed = max(0, (start - first).days) if start else 0
    reached = min(days, (last - first).days + 1)
    return Fraction(max(0, reached - missed), days)


def _in_force(tariffs: Sequence[Tariff], day: date) -> Tariff | None:
    index = bisect_right(tariffs, day, key=lambda tariff: tariff.since)
    return tariffs[index - 1] if index else None


def _monthly(tariff: Tariff, area_e2: int, given_fen: int) -> Fraction:
    match tariff.basis:
        case "area":
            return Fraction(tariff.price_e4 * area_e2, 10_000)
        case "fixed":
            return Fraction(tariff.price_e4, 100)
        case "given":
            return Fraction(given_fen)
