"""Promises to pay: put on file, judged by the ledger, and which of them hold the next letter."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from billing.core.collection_rules import CollectionRules
from billing.core.problem import Refused
from billing.core.promise import HOW, Judged, Promise, Received, holds_until, judge
from billing.store.cases import Case, PromiseRow
from billing.store.ledger import Payment, live
from billing.translations import N_

_MOST_DAYS = 366


def promise_row(
    session: Session,
    today: date,
    case: Case,
    amount: int,
    due: date,
    by: str,
    how: str,
    replaces: int | None = None,
) -> PromiseRow:
    """A promise as it is said, checked, for the caller to add. `replaces` names an open one that it postpones."""
    if amount <= 0:
        raise Refused(N_("A promise names an amount above zero."))
    if how not in HOW:
        raise Refused(
            N_("A promise is given on the phone, at the door, at the counter, online or in writing.")
        )
    if not today <= due <= today + timedelta(days=_MOST_DAYS):
        raise Refused(N_("A promise names a day from today on, within a year."))
    if not by.strip() or len(by) > 80:
        raise Refused(N_("Say who promised it."))
    if replaces is not None:
        _require_open(session, today, case, replaces)
    return PromiseRow(
        amount_fen=amount, given_on=today, due=due, by=by.strip(), how=how, replaces_id=replaces
    )


def _require_open(session: Session, today: date, case: Case, promise_id: int) -> None:
    judged = of_debtors(session, case.community_id, [case.debtor_id], today).get(case.debtor_id, [])
    if not any(one.promise.id == promise_id and one.state == "open" for one in judged):
        raise Refused(N_("Only a promise that is not due yet can be postponed; enter a new one."))


def of_debtors(
    session: Session, community_id: int, debtor_ids: Sequence[int] | None, as_of: date
) -> Mapping[int, Sequence[Judged]]:
    """Debtor -> his promises and what came of them by that day, of these or of all; two queries."""
    promises: dict[int, list[Promise]] = defaultdict(list)
    query = (
        select(PromiseRow, Case.debtor_id)
        .join(Case, Case.id == PromiseRow.case_id)
        .where(PromiseRow.community_id == community_id, live(PromiseRow))
        .order_by(PromiseRow.entry)
    )
    if debtor_ids is not None:
        query = query.where(Case.debtor_id.in_(debtor_ids))
    for row, debtor_id in session.execute(query):
        promises[debtor_id].append(
            Promise(row.id, row.entry, row.given_on, row.due, row.amount_fen, row.replaces_id)
        )
    if not promises:
        return {}
    received = _received(session, community_id, promises)
    return {debtor: judge(given, received[debtor], as_of) for debtor, given in promises.items()}


def _received(
    session: Session, community_id: int, promises: Mapping[int, Sequence[Promise]]
) -> Mapping[int, list[Received]]:
    """What their debtors paid since the first of them; a reversed payment never came."""
    first = min(one.given_on for given in promises.values() for one in given)
    promised = select(Case.debtor_id).join(PromiseRow, PromiseRow.case_id == Case.id)
    promised = promised.where(PromiseRow.community_id == community_id)
    query = select(Payment.debtor_id, Payment.entry, Payment.on, Payment.amount_fen).where(
        and_(Payment.community_id == community_id, Payment.on >= first, live(Payment)),
        Payment.debtor_id.in_(promised),
    )
    found: dict[int, list[Received]] = defaultdict(list)
    for debtor_id, entry, on, amount in session.execute(query):
        found[debtor_id].append(Received(entry, on, amount))
    return found


def holding(
    rules: CollectionRules, judged: Mapping[int, Sequence[Judged]], overdue: Mapping[int, int], as_of: date
) -> dict[int, date]:
    """Debtor -> until which day his promises hold letters back, given what each has overdue (fen)."""
    found = {
        debtor: holds_until(rules, judged.get(debtor, ()), owed, as_of) for debtor, owed in overdue.items()
    }
    return {debtor: day for debtor, day in found.items() if day}
