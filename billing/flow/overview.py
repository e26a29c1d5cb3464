"""A community at a glance: charged, collected, overdue, not yet due; by age, by stage, by building.

Principal is the sum of what is open. The late fee of many charges is worked out from exact fen-days and rounded once,
so it may differ by a few fen from the sum of rounded rows. What the closed form cannot say is worked out charge by
charge, and so is everything in a community of few charges.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.core.ageing import BRACKETS, NOT_DUE, Bracket, bracket
from billing.core.dunning import Step
from billing.core.money import round_micro
from billing.flow.debtors import Debt, Plain, plain_terms, reckoned
from billing.flow.estate import policies
from billing.flow.tariffs import ladder
from billing.store import arrears
from billing.store.arrears import Fallen, Sums, Wish
from billing.store.debts import Which
from billing.store.estate import walk
from billing.store.remembered import remembered

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
    """As the books stand today: a handful of queries over sums, however many charges; none while they stand so."""
    steps = tuple(ladder(session, community_id, today))
    name = ("overview", today, steps)
    return remembered(
        session, community_id, name, lambda: _Glance(session, community_id, today).overview(steps)
    )


def sum_of(
    session: Session, community_id: int, today: date, building: str | None, span: tuple[date, date]
) -> Part:
    """What is owed of a building, or of all, on bills that fell due in a range of days."""
    glance = _Glance(session, community_id, today, building)
    first, last = span
    return glance.part("", "", *glance.fallen(lambda one: first <= one.due <= last))


class _Glance:
    """The sums of a community, or of one building, and the debts that they cannot tell the late fee of."""

    def __init__(self, session: Session, community_id: int, today: date, building: str | None = None) -> None:
        rules = policies(session, community_id)
        self.session, self.community_id, self.today = session, community_id, today
        self.plain: Plain = plain_terms(rules, today)
        every = arrears.by_due(session, community_id)
        if (
            sum(one.bills for one in every) <= _FEW
        ):  # of the community: its debts are reckoned, not a building's
            self.plain = replace(self.plain, since=date.max)
        oldest = min((one.due for one in every), default=date.max)
        before = self.plain.since if oldest < self.plain.since else None
        which = Which(settled=True, relieved=True, due_before=before)
        hard = reckoned(session, community_id, today, rules, which)
        self.hard = [debt for debt in hard if building in (None, debt.building)]
        self.dues = every if building is None else arrears.by_due(session, community_id, building)

    def overview(self, steps: Sequence[Step]) -> Overview:
        stages = self._by_stage(Wish(self.today, self.plain.rate_ppm), steps)
        year = self.today.year
        return Overview(
            self.today,
            self.part("", "", *self.fallen(lambda _: True), sum(part.debtors for part in stages)),
            self.part(str(year), "", *self.fallen(lambda one: one.period_first.year >= year)),
            [self._of_age(one) for one in BRACKETS if one is not NOT_DUE],
            stages,
            self._by_building(),
        )

    def fallen(self, wanted: Callable[[Fallen | Debt], bool]) -> tuple[list[Sums], list[Debt]]:
        """The bills that are wanted by their due date and period: their sums, and the debts beside them."""
        sums = [self._sums(one) for one in self.dues if wanted(one)]
        return sums, [one for one in self.hard if wanted(one)]

    def _sums(self, one: Fallen) -> Sums:
        overdue = one.due < self.today
        plain = one.due >= self.plain.since and not one.relieved
        fen_days = one.open * max(0, (self.today - one.due).days) + one.settled_fen_days
        return Sums(
            charged=one.amount,
            waived=one.waived,
            overdue=one.open if overdue else 0,
            coming=0 if overdue else one.open,
            bills=one.unpaid if overdue else 0,
            fen_days=fen_days if plain else 0,
            late_fee_paid=one.late_fee_paid if plain else 0,
        )

    def part(
        self, name: str, label: str, sums: Sequence[Sums], hard: Sequence[Debt], debtors: int = 0
    ) -> Part:
        every = Sums(*map(sum, zip(Sums(), *sums, strict=True)))
        late_fee = round_micro(every.fen_days * self.plain.rate_ppm) - every.late_fee_paid
        return Part(
            name=name,
            label=label,
            overdue=every.overdue,
            late_fee=late_fee + sum(debt.late_fee for debt in hard),
            coming=every.coming,
            charged=every.charged,
            waived=every.waived,
            bills=every.bills,
            debtors=debtors,
        )

    def _of_age(self, one: Bracket) -> Part:
        return self.part(one.code, one.label, *self.fallen(lambda each: bracket(each.due, self.today) is one))

    def _by_building(self) -> list[Part]:
        hard: dict[str, list[Debt]] = defaultdict(list)
        for debt in self.hard:
            hard[debt.building].append(debt)
        sums = arrears.by_building(self.session, self.community_id, self.today, self.plain.since)
        return [self.part(name, name, [sums[name]], hard[name]) for name in sorted(sums, key=walk)]

    def _by_stage(self, wish: Wish, steps: Sequence[Step]) -> list[Part]:
        steps = sorted(steps, key=lambda step: step.from_days)
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
