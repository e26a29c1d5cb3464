"""How well the year is collected, and what became of older arrears: the managers' figures, out of sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from billing.core.collection_rate import Rates, rate
from billing.core.problem import Refused
from billing.flow.overview import Overview, overview, span_of
from billing.flow.tariffs import ladder
from billing.store import arrears, collected, waiver_list
from billing.store.estate import walk
from billing.store.waiver_list import Shelf
from billing.translations import N_


@dataclass(frozen=True)
class Collection:
    """A year's rates by period and by building, each with its name; `years` are those with bills, the newest first."""

    year: int
    years: Sequence[int]
    by_period: Mapping[str, Rates]
    by_building: Mapping[str, Rates]

    @property
    def own_periods(self) -> dict[str, Rates]:
        """Those of the year itself."""
        return {name: one for name, one in self.by_period.items() if one.billed}

    @cached_property
    def whole(self) -> Rates:
        return sum(self.by_period.values(), Rates())


@dataclass(frozen=True)
class Household:
    """Of a building, or of all: units billed for the year, and those that owe nothing of it."""

    building: str
    billed: int
    paid_up: int

    @property
    def rate(self) -> int | None:
        return rate(self.paid_up, self.billed)


@dataclass(frozen=True)
class Standing:
    """What is owed today, whatever the year: `open_by_stage` is the principal open of the debtors at each stage, what
    is not due yet with it; and the year's waiver requests, shelf -> (number, fen)."""

    view: Overview
    open_by_stage: Mapping[str, int]
    waivers: Mapping[Shelf, tuple[int, int]]


def collection(session: Session, community_id: int, year: int | None, today: date) -> Collection:
    """Of a year for which there are bills; none: of the newest that has begun."""
    years = collected.years(session, community_id)
    chosen = year if year is not None else next((one for one in years if one <= today.year), today.year)
    if year is not None and year not in years:
        raise Refused(N_("Nothing was billed for %(year)s: choose another year."), year=str(year))
    by_building = collected.rates(session, community_id, chosen, "building")
    return Collection(
        chosen,
        years,
        collected.rates(session, community_id, chosen, "period"),
        {name: by_building[name] for name in sorted(by_building, key=walk)},
    )


def households(session: Session, community_id: int, year: int) -> list[Household]:
    """By building in walking order."""
    return [Household(*row) for row in collected.households(session, community_id, year)]


def standing(session: Session, community_id: int, year: int, today: date) -> Standing:
    steps = sorted(ladder(session, community_id, today), key=lambda step: step.from_days)
    latest = [span_of(step, steps, today)[1] for step in steps]
    reached = arrears.open_by_oldest(session, community_id, latest)
    stages = {
        str(step.stage): here - beyond
        for step, here, beyond in zip(steps, reached, [*reached[1:], 0], strict=True)
    }
    return Standing(
        overview(session, community_id, today),
        stages,
        waiver_list.outcomes(session, community_id, year, today),
    )
