"""Visits of a span of days by who made them: those that count as work, and those that do not, with why."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.core.attempt import uncounted
from billing.core.collection_rules import in_force
from billing.flow.collection_rules import entered
from billing.store import attempts
from billing.store.cases import AttemptRow


@dataclass(frozen=True)
class Visit:
    """One of them; `why` it does not count is a message, "" where it does."""

    row: AttemptRow
    case: str
    debtor: str
    why: str


@dataclass(frozen=True)
class Visitor:
    """What one person's visits come to; `why` counts those that do not count by their reason."""

    name: str
    counted: int
    why: Counter[str]

    @property
    def uncounted(self) -> int:
        return self.why.total()


@dataclass(frozen=True)
class VisitReport:
    """The visits in the order of their time, and each visitor's sum; judged by the rules of each visit's day."""

    visits: Sequence[Visit]
    visitors: Sequence[Visitor]


def visit_report(session: Session, community_id: int, first: date, last: date) -> VisitReport:
    made = attempts.of_cases_visited(session, community_id, first, last)
    news = attempts.news(session, community_id, {case.debtor_id for case, _ in made})
    dated = entered(session, community_id)
    visits = []
    for (case, debtor), every in made.items():
        for number, (row, attempt) in enumerate(every):
            if attempt.kind != "visit" or row.on < first:
                continue
            earlier = [one for _, one in every[:number]]
            why = uncounted(in_force(dated, row.on), attempt, earlier, news.get(case.debtor_id, ()))
            visits.append(Visit(row, case.number, debtor, why or ""))
    visits.sort(key=lambda one: (one.row.at, one.row.id))
    by_name: dict[str, list[Visit]] = defaultdict(list)
    for one in visits:
        by_name[one.row.by].append(one)
    visitors = [
        Visitor(name, sum(not one.why for one in his), Counter(one.why for one in his if one.why))
        for name, his in sorted(by_name.items())
    ]
    return VisitReport(visits, visitors)
