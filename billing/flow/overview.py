"""A community at a glance: charged, collected, overdue, not yet due; by age, by stage, by building.

Principal is the sum of what is open. The late fee of many charges is worked out from exact fen-days and rounded once,
so it may differ by a few fen from the sum of rounded rows. What the closed form cannot say is worked out charge by
charge, and so is everything in a community of few charges.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from billing.core.ageing import BRACKETS, NOT_DUE, bracket
from billing.core.dunning import Step
from billing.core.money import round_micro
from billing.flow.debtors import Debt, Plain, plain_terms, reckoned
from billing.flow.estate import policies
from billing.flow.tariffs import ladder
from billing.store import arrears
from billing.store.arrears import Wish
from billing.store.debts import Which
from billing.store.estate import walk

#: Up to so many charges every one is reckoned, and a sum is that of the rows it leads to.
_FEW = 10_000


@dataclass(frozen=True)
class Part:
    """A share of it: of an age, a stage or a building. `name` stands in addresses.

    `overdue` is the principal in arrears, `bills` how many of them are open; what is billed and not yet due is
    `coming`, principal given up by a waiver `waived`. Of a stage only the debtors are counted.
    """

    name: str
    label: str
    overdue: int = 0
    late_fee: int = 0
    coming: int = 0
    charged: int = 0
    waived: int = 0
    bills: int = 0
    debtors: int = 0

    @property
    def total(self) -> int:
        """All arrears (欠费合计)."""
        return self.overdue + self.late_fee

    @property
    def collected(self) -> int:
        return self.charged - self.overdue - self.coming - self.waived

    @property
    def rate_ppm(self) -> int | None:
        """收缴率: collected of what was charged."""
        return self.collected * 1_000_000 // self.charged if self.charged else None


@dataclass(frozen=True)
class Overview:
    day: date
    whole: Part
    this_year: Part
    by_age: Sequence[Part]
    by_stage: Sequence[Part]
    by_building: Sequence[Part]


def overview(session: Session, community_id: int, today: date) -> Overview:
    """As the books stand today: a handful of queries over sums, however many charges."""
    return _Glance(session, community_id, today).overview()


def sum_of(
    session: Session, community_id: int, today: date, building: str | None, span: tuple[date, date]
) -> Part:
    """What is owed of a building, or of all, on bills that fell due in a range of days."""
    glance = _Glance(session, community_id, today)
    first, last = span
    return glance._part(
        "",
        "",
        arrears.in_all(session, community_id, today, glance.plain.since, building, span),
        [debt for debt in glance.hard if first <= debt.due <= last and building in (None, debt.building)],
    )


class _Glance:
    """The sums of a community, and the debts that they cannot tell the late fee of."""

    def __init__(self, session: Session, community_id: int, today: date) -> None:
        rules = policies(session, community_id)
        self.session, self.community_id, self.today = session, community_id, today
        self.plain: Plain = plain_terms(rules, today)
        self.steps = ladder(session, community_id, today)
        bills, oldest = arrears.extent(session, community_id)
        if bills <= _FEW:
            self.plain = replace(self.plain, since=date.max)
        before = self.plain.since if oldest and oldest < self.plain.since else None
        which = Which(settled=True, relieved=True, due_before=before)
        self.hard = reckoned(session, community_id, today, rules, which)

    def overview(self) -> Overview:
        of_all = (self.session, self.community_id, self.today, self.plain.since)
        dues, buildings = arrears.by_due(*of_all), arrears.by_building(*of_all)
        wish = Wish(self.today, self.plain.rate_ppm)
        stages = self._by_stage(wish)
        year = self.today.year
        return Overview(
            self.today,
            self._part("", "", dues, self.hard, sum(part.debtors for part in stages)),
            self._part(
                str(year),
                "",
                [row for row in dues if row.year >= year],
                [debt for debt in self.hard if debt.period_first.year >= year],
            ),
            [self._of_age(one, dues) for one in BRACKETS if one is not NOT_DUE],
            stages,
            [
                self._part(
                    row.building,
                    row.building,
                    [row],
                    [debt for debt in self.hard if debt.building == row.building],
                )
                for row in sorted(buildings, key=lambda row: walk(row.building))
            ],
        )

    def _of_age(self, one: Any, dues: Sequence[Any]) -> Part:
        def aged(due: date) -> bool:
            return bracket(due, self.today) is one

        return self._part(
            one.code,
            one.label,
            [row for row in dues if aged(row.due)],
            [debt for debt in self.hard if aged(debt.due)],
        )

    def _part(
        self, name: str, label: str, rows: Iterable[Any], hard: Iterable[Debt], debtors: int = 0
    ) -> Part:
        rows = list(rows)
        sums: Callable[[str], int] = lambda column: sum(getattr(row, column) for row in rows)  # noqa: E731
        late_fee = round_micro(sums("fen_days") * self.plain.rate_ppm) - sums("late_fee_paid")
        return Part(
            name=name,
            label=label,
            overdue=sums("overdue"),
            late_fee=late_fee + sum(debt.late_fee for debt in hard),
            coming=sums("coming"),
            charged=sums("charged"),
            waived=sums("waived"),
            bills=sums("bills"),
            debtors=debtors,
        )

    def _by_stage(self, wish: Wish) -> list[Part]:
        steps = sorted(self.steps, key=lambda step: step.from_days)
        latest = [span_of(step, steps, self.today)[1] for step in steps]
        *reached, alone = arrears.by_oldest(self.session, self.community_id, wish, latest)
        return [
            Part(
                str(step.stage),
                step.tone,
                debtors=here - beyond + (alone if takes_late_fee_alone(step, steps) else 0),
            )
            for step, here, beyond in zip(steps, reached, [*reached[1:], 0], strict=True)
        ]


def span_of(step: Step, steps: Sequence[Step], today: date) -> tuple[date, date]:
    """The due dates of an oldest unpaid bill that call for the step today."""
    later = [other.from_days for other in steps if other.from_days > step.from_days]
    first = today - timedelta(days=min(later) - 1) if later else date.min
    return first, today - timedelta(days=step.from_days)


def takes_late_fee_alone(step: Step, steps: Sequence[Step]) -> bool:
    """Whoever owes late fee alone is reminded as on his first day (billing.core.dunning.stage)."""
    return step.from_days <= 1 and not any(step.from_days < other.from_days <= 1 for other in steps)
