"""The late fee (违约金): contractual, simple, exact, of one charge as of one day.

Sources: Civil Code art. 585 (agreed damages), 201 (the day it starts is not counted), 203 (last
days on rest days are rolled before they come here). The contract names rate, grace and cap.

Everything is an integer: fen x ppm x days is a millionth of a fen ("micro"). The figure is rounded
once, half up, when it is quoted (`LateFee.amount`); segments are rounded one by one for show only.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from billing.core.money import MICRO, round_micro

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rate:
    """`ppm` per day (1‰ is 1000) on every day from `since` on, until a later rate begins."""

    since: date
    ppm: int


@dataclass(frozen=True)
class Cap:
    """Where the late fee of a charge stops growing: a share of its amount, or a fixed sum."""

    percent_ppm: int | None = None
    fixed_fen: int | None = None

    def micro(self, amount: int) -> int | None:
        if self.percent_ppm is not None:
            return amount * self.percent_ppm
        return None if self.fixed_fen is None else self.fixed_fen * MICRO


@dataclass(frozen=True)
class Terms:
    """What the contract agrees on. `rates` is sorted by `since`; before the first, nothing accrues.

    Grace: what is paid within `grace_days` after the due day bears nothing; on the rest, lateness
    counts from the due date or from the grace's end.
    """

    rates: tuple[Rate, ...] = (Rate(date.min, 1000),)
    grace_days: int = 0
    grace_from: Literal["due", "end"] = "due"
    cap: Cap = Cap()


@dataclass(frozen=True)
class Paid:
    """Principal of the charge that was settled on a day; it stops bearing the day after."""

    on: date
    principal: int


@dataclass(frozen=True)
class Segment:
    """Days (both ends counted) on which principal and rate stood still."""

    first: date
    last: date
    principal: int
    rate_ppm: int
    micro: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def amount(self) -> int:
        """Fen, rounded for show; the charge's own figure is rounded from the exact sum."""
        return round_micro(self.micro)


@dataclass(frozen=True)
class LateFee:
    """What accrued, exactly, and how it came about."""

    micro: int
    segments: tuple[Segment, ...]
    capped: bool = False

    @property
    def amount(self) -> int:
        return round_micro(self.micro)


NOTHING = LateFee(0, ())


def late_fee(
    amount: int,
    due: date,
    as_of: date,
    terms: Terms = Terms(),
    paid: Iterable[Paid] = (),
    suspended: Sequence[tuple[date, date]] = (),
) -> LateFee:
    """Late fee of a charge of `amount` fen due on `due`, with `as_of` as the last day counted.

    `suspended` are ranges of days, both ends included, on which nothing accrues; they may overlap.
    """
    grace_ends = due + timedelta(days=terms.grace_days)
    if as_of <= grace_ends:
        return NOTHING
    first = (grace_ends if terms.grace_from == "end" else due) + _DAY
    steps = _principal_steps(amount, first, grace_ends, as_of, paid)
    days = _accruing_days(first, as_of, terms.rates, suspended, [on for on, _ in steps])
    segments = []
    for start, end, ppm in days:
        principal = steps[bisect_right(steps, start, key=lambda step: step[0]) - 1][1]
        if principal > 0 and ppm > 0:
            micro = principal * ppm * ((end - start).days + 1)
            segments.append(Segment(start, end, principal, ppm, micro))
    return _capped(segments, terms.cap.micro(amount))


def _principal_steps(
    amount: int, first: date, grace_ends: date, as_of: date, paid: Iterable[Paid]
) -> list[tuple[date, int]]:
    """(day, principal that bears late fee from that day on), sorted; the first step is `first`."""
    falls = {first: 0}
    for payment in paid:
        # What came within the grace never bears; what came on P is gone from P + 1 on.
        gone = first if payment.on <= grace_ends else max(first, payment.on + _DAY)
        if payment.on <= as_of:
            falls[gone] = falls.get(gone, 0) + payment.principal
    steps, left = [], amount
    for day in sorted(falls):
        left -= falls[day]
        steps.append((day, left))
    return steps


def _accruing_days(
    first: date,
    as_of: date,
    rates: Sequence[Rate],
    suspended: Sequence[tuple[date, date]],
    edges: Iterable[date],
) -> Iterable[tuple[date, date, int]]:
    """Ranges (start, end, ppm) without the suspended days, cut wherever anything changes."""
    cuts = {first, *edges, *(rate.since for rate in rates)}
    for start, end in suspended:
        cuts |= {start, min(end, as_of) + _DAY}
    marks = sorted(cut for cut in cuts if first <= cut <= as_of)
    for start, following in zip(marks, [*marks[1:], as_of + _DAY], strict=True):
        index = bisect_right(rates, start, key=lambda rate: rate.since) - 1
        if index >= 0 and not any(low <= start <= high for low, high in suspended):
            yield start, following - _DAY, rates[index].ppm


def _capped(segments: list[Segment], cap: int | None) -> LateFee:
    total, kept = 0, []
    for segment in segments:
        if cap is not None and total + segment.micro > cap:
            room = cap - total
            # The last day that still adds something, so that the working shows where growth stopped.
            days = -(-room // (segment.principal * segment.rate_ppm))
            if days:
                last = segment.first + timedelta(days=days - 1)
                kept.append(Segment(segment.first, last, segment.principal, segment.rate_ppm, room))
            return LateFee(cap, _merged(kept), capped=True)
        total += segment.micro
        kept.append(segment)
    return LateFee(total, _merged(kept))


def _merged(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Neighbours that differ in nothing read as one line of the working."""
    merged: list[Segment] = []
    for segment in segments:
        before = merged[-1] if merged else None
        if (
            before
            and before.last + _DAY == segment.first
            and (before.principal, before.rate_ppm) == (segment.principal, segment.rate_ppm)
        ):
            micro = before.micro + segment.micro
            merged[-1] = Segment(before.first, segment.last, before.principal, before.rate_ppm, micro)
        else:
            merged.append(segment)
    return tuple(merged)
