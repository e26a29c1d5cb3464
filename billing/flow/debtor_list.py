"""A page of the list of debtors: each in one row, added up by the database where the closed form says his late fee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.core.ageing import NOT_DUE, Bracket, span
from billing.core.dunning import Step, stage
from billing.core.policy import Policies
from billing.flow.debtors import Debt, plain_terms, reckoned
from billing.store import debts as rows
from billing.store.arrears import Account
from billing.store.debts import Form, Which


@dataclass
class Listed:
    """What one debtor has to pay on one unit, of the age asked for: bills, principal and late fee (fen).

    `oldest` is the due date of the oldest of them whose principal is open, none where late fee alone is left;
    `step` the stage that all his overdue bills call for, whichever are listed.
    """

    unit_id: int
    unit: str
    debtor_id: int
    debtor: str
    bills: int = 0
    open: int = 0
    late_fee: int = 0
    oldest: date | None = None
    step: Step | None = None

    @property
    def total(self) -> int:
        return self.open + self.late_fee

    def days(self, as_of: date) -> int:
        """Days late of the oldest; 0 where late fee alone is left."""
        return max(0, (as_of - self.oldest).days) if self.oldest else 0


@dataclass
class _Overdue:
    """Of all his overdue bills: whether there are any, and since when principal is."""

    any: bool = False
    oldest: date | None = None


def listed(
    session: Session,
    community_id: int,
    as_of: date,
    rules: Policies,
    accounts: Sequence[Account],
    steps: Sequence[Step],
    age: Bracket | None,
) -> list[Listed]:
    """These accounts, in this order, as the books stand now; who has nothing of that age is left out.

    Without an age it is all that is overdue.
    """
    plain = plain_terms(rules, as_of)
    wanted = span(age, as_of) if age else (date.min, as_of)
    units = sorted({account.unit_id for account in accounts})
    page = _Page(as_of, age is NOT_DUE, wanted, accounts)
    form = Form(as_of, plain.since, plain.rate_ppm)
    for row in rows.by_account(session, community_id, form, units, page.coming, wanted):
        page.add_row(row)
    which = Which(settled=True, units=units, relieved=True, due_before=plain.since)
    for debt in reckoned(session, community_id, as_of, rules, which):
        page.add(debt)
    for key, one in page.found.items():
        overdue = page.overdue[key]
        days = (as_of - overdue.oldest).days if overdue.oldest else 0
        one.step = stage(steps, [(days, int(bool(days)))] if overdue.any else [])
    return [one for one in page.found.values() if one.bills]


class _Page:
    """The rows while they come together, by (unit, debtor); of another debtor of these units nothing is said."""

    def __init__(
        self, as_of: date, coming: bool, wanted: tuple[date, date], accounts: Sequence[Account]
    ) -> None:
        self.as_of, self.coming, self.wanted = as_of, coming, wanted
        self.found = {(one.unit_id, one.debtor_id): Listed(*one) for one in accounts}
        self.overdue = {key: _Overdue() for key in self.found}

    def add_row(self, row: rows.AccountRow) -> None:
        key = (row.unit_id, row.debtor_id)
        if one := self.found.get(key):
            one.bills, one.open, one.late_fee, one.oldest = row.bills, row.open, row.late_fee, row.oldest
            self.overdue[key] = _Overdue(row.overdue_bills > 0, row.overdue_since)

    def add(self, debt: Debt) -> None:
        """One that the database cannot say."""
        key = (debt.unit_id, debt.debtor_id)
        one = self.found.get(key)
        if one is None or debt.total <= 0 or (debt.due >= self.as_of and not self.coming):
            return
        if debt.due < self.as_of:
            overdue = self.overdue[key]
            overdue.any = True
            overdue.oldest = _earlier(overdue.oldest, debt)
        first, last = self.wanted
        if first <= debt.due <= last and (debt.due >= self.as_of) == self.coming:
            one.bills += 1
            one.open += debt.open
            one.late_fee += debt.late_fee
            one.oldest = _earlier(one.oldest, debt)


def _earlier(known: date | None, debt: Debt) -> date | None:
    """Principal alone has an age."""
    return min(known or debt.due, debt.due) if debt.open else known
