"""Waivers (减免): what an approved one gives up on each charge, and whether it still stands, as of any day.

A waiver releases a part of a debt (Civil Code art. 575), often on a condition (art. 158): "if the principal is
paid by that day". Where the condition fails it lapses by itself, and what was waived is due again as if nothing
had been waived; no job has to run for that. Nothing here ever gives up more than is owed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from billing.core.statement import Line, Relief

#: What must be paid by the day agreed: nothing, the principal of every charge concerned, or all that is left of them.
Condition = Literal["none", "principal", "all"]
CONDITIONS: tuple[Condition, ...] = ("none", "principal", "all")

State = Literal["waiting", "kept", "given", "lapsed", "withdrawn"]

#: The line of a charge as of a day under these waivers.
LineOf = Callable[[int, date, "Sequence[Waiver]"], Line | None]


@dataclass(frozen=True)
class Waiver:
    """An approved waiver on charges of one debtor, in force from `since` on; `reliefs` by charge.

    `noted` is the day on which the office saw that it had lapsed; it lapses without that.
    """

    number: str
    since: date
    reliefs: Mapping[int, Relief]
    condition: Condition = "none"
    pay_by: date | None = None
    withdrawn: date | None = None
    noted: date | None = None
    kind: str = ""

    def counts_on(self, day: date, kept: bool | None) -> bool:
        """Whether it is in force that day, given what is known of its condition."""
        if not self.since <= day or (self.withdrawn is not None and day >= self.withdrawn):
            return False
        return kept is not False or self.pay_by is None or day <= self.pay_by


def standing(waivers: Sequence[Waiver], as_of: date, line_of: LineOf) -> list[Waiver]:
    """Those of a debtor's waivers, given in the order of their approval, that count on that day."""
    verdicts = _kept(waivers, as_of, line_of)
    return [waiver for waiver, kept in zip(waivers, verdicts, strict=True) if waiver.counts_on(as_of, kept)]


def state(waivers: Sequence[Waiver], waiver: Waiver, as_of: date, line_of: LineOf) -> State:
    """What has become of one of the debtor's waivers by that day."""
    if waiver.withdrawn is not None and waiver.withdrawn <= as_of:
        return "withdrawn"
    if waiver.condition == "none":
        return "given"
    kept = _kept(waivers, as_of, line_of)[waivers.index(waiver)]
    return "waiting" if kept is None else "kept" if kept else "lapsed"


def _kept(waivers: Sequence[Waiver], as_of: date, line_of: LineOf) -> list[bool | None]:
    """Whether each one's condition was fulfilled by its day; None while it still can be and is not."""
    verdicts: list[bool | None] = []
    for waiver in waivers:
        if waiver.condition == "none" or waiver.pay_by is None:
            verdicts.append(True)
            continue
        day = min(as_of, waiver.pay_by)
        # It counts itself until its day; an earlier one as its own fate was known then.
        before = [one for one, kept in zip(waivers, verdicts, strict=False) if one.counts_on(day, kept)]
        lines = [line_of(charge, day, [*before, waiver]) for charge in waiver.reliefs]
        fulfilled = all(_is_paid(line, waiver.condition) for line in lines if line is not None)
        verdicts.append(fulfilled or (None if as_of <= waiver.pay_by else False))
    return verdicts


def _is_paid(line: Line, condition: Condition) -> bool:
    return line.open <= 0 and (condition == "principal" or line.late_fee_due <= 0)
