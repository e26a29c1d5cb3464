"""What a community is owed as of a day: open principal and late fee, the sum of every charge's own figures."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.flow.debtors import plain_terms, reckoned
from billing.flow.estate import policies
from billing.store import owed as rows
from billing.store.arrears import oldest_due
from billing.store.debts import Which


@dataclass(frozen=True)
class Owed:
    """Fen; `late_fee` is what accrued and is neither paid nor waived."""

    as_of: date
    open: int
    late_fee: int

    @property
    def total(self) -> int:
        return self.open + self.late_fee


def owed(session: Session, community_id: int, as_of: date, today: date) -> Owed:
    """All charges as they stood at the end of that day.

    By the closed form in one statement; through the core goes what a waiver touches, what has grace, a cap or a rate
    that changed, and, for a day that is past, whatever money came to since.
    """
    rules = policies(session, community_id)
    plain = plain_terms(rules, as_of)
    form = rows.Form(community_id, as_of, plain.since, plain.rate_ppm)
    current = as_of >= today
    left, late_fee = rows.as_it_stands(session, form) if current else rows.as_it_stood(session, form)
    oldest = oldest_due(session, community_id)
    before = plain.since if oldest and oldest < plain.since else None
    hard = reckoned(session, community_id, as_of, rules, Which(current, relieved=True, due_before=before))
    return Owed(as_of, left + sum(debt.open for debt in hard), late_fee + sum(debt.late_fee for debt in hard))
