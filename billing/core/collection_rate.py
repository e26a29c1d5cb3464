"""Collection rates (收缴率, 清欠率, 综合收缴率, 户数收缴率) as the field defines them: by the period that a bill is
for, never by the day its money came.

Money that no bill got yet (prepayments) counts nowhere; principal given up by a waiver is not collected. Rates are in
millionths, None where there is nothing to collect.
"""

from dataclasses import dataclass

from billing.translations import N_

#: What each figure means, shown beside it.
DEFINITIONS = {
    "billed": N_("All bills for periods that begin in the year, those not due yet among them."),
    "collected": N_("What was paid on them, whenever it came; what is waived was not collected."),
    "collection": N_("Collected, out of what was billed for the year."),
    "old": N_("What was open at the year's start of bills for earlier years, less what was waived by then."),
    "cleared": N_("What was paid on these in the year."),
    "clearing": N_("Cleared in the year, out of the arrears at its start."),
    "combined": N_("Collected and cleared together, out of bills and old arrears together."),
    "households": N_("Units that owe nothing of the year's bills, out of the units that were billed."),
}


@dataclass(frozen=True)
class Rates:
    """Sums in fen: `billed` for the year and `collected` on it; `old` arrears at its start and `cleared` of them."""

    billed: int = 0
    collected: int = 0
    old: int = 0
    cleared: int = 0

    def __add__(self, other: "Rates") -> "Rates":
        return Rates(
            self.billed + other.billed,
            self.collected + other.collected,
            self.old + other.old,
            self.cleared + other.cleared,
        )

    @property
    def missing(self) -> int:
        """Of the year's bills: open, or waived."""
        return self.billed - self.collected

    @property
    def collection(self) -> int | None:
        return rate(self.collected, self.billed)

    @property
    def clearing(self) -> int | None:
        return rate(self.cleared, self.old)

    @property
    def combined(self) -> int | None:
        return rate(self.collected + self.cleared, self.billed + self.old)


def rate(part: int, whole: int) -> int | None:
    """In millionths, rounded down: nobody is told 100% while a fen is missing."""
    return part * 1_000_000 // whole if whole > 0 else None
