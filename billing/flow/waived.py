"""Waivers as papers tell them: what each gives up on the charges listed, what became of it, the days suspended.

A paper names every waiver on its charges, also those that lapsed or were withdrawn: they are why a figure is higher
than the debtor was last told.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from billing.core.statement import Line, Relief
from billing.core.waiver import State, Waiver
from billing.store.standing import Account
from notices import content

_DAY = timedelta(days=1)


def waived(account: Account, rows: Sequence[Line], as_of: date) -> tuple[content.Waived, ...]:
    """The account's waivers that were ever in force on these charges by that day, in the order of approval."""
    return tuple(
        _waived(account, one, rows, as_of)
        for one in account.waivers
        if one.since <= as_of and any(row.charge.id in one.reliefs for row in rows)
    )


def _waived(account: Account, one: Waiver, rows: Sequence[Line], as_of: date) -> content.Waived:
    state = account.waiver_state(one, as_of)
    here = [
        (relief.principal, given)
        for row in rows
        for relief, given in zip(row.reliefs, row.given, strict=True)
        if relief is one.reliefs.get(row.charge.id)
    ]
    return content.Waived(
        number=one.number,
        since=one.since,
        terms=terms_told(one),
        state=state,
        ended=ended_on(one, state),
        principal=sum(principal for principal, _ in here),
        late_fee=sum(late_fee for _, late_fee in here),
    )


def ended_on(one: Waiver, state: State) -> date | None:
    """The day from which what it gave up is due again, if that is so."""
    if state == "lapsed" and one.pay_by:
        return one.pay_by + _DAY
    return one.withdrawn if state == "withdrawn" else None


def terms_told(one: Waiver) -> content.WaiverTerms:
    """The terms of an approved waiver; a share and days are the same on each of its charges."""
    reliefs = list(one.reliefs.values())
    first, last = reliefs[0].suspended or (None, None)
    return content.WaiverTerms(
        share_ppm=reliefs[0].share_ppm,
        late_fee=sum(relief.late_fee for relief in reliefs),
        principal=sum(relief.principal for relief in reliefs),
        suspended_first=first,
        suspended_last=last,
        condition=one.condition,
        pay_by=one.pay_by,
    )


def suspensions(account: Account, rows: Sequence[Line]) -> tuple[content.Suspension, ...]:
    """The gaps in the working of every line's late fee, by line number: open principal was late, and bore nothing."""
    return tuple(
        content.Suspension(line=number, first=first, last=last, number=_number(account, row, relief))
        for number, row in enumerate(rows)
        for relief, first, last in _gaps(row)
    )


def _gaps(row: Line) -> Iterator[tuple[Relief, date, date]]:
    terms, due = row.charge.terms, row.charge.due
    grace_ends = due + timedelta(days=terms.grace_days)
    accrues_from = (grace_ends if terms.grace_from == "end" else due) + _DAY
    for relief in row.reliefs:
        if relief.suspended and row.as_of > grace_ends:
            first = max(relief.suspended[0], accrues_from)
            last = min(relief.suspended[1], row.open_until)
            if first <= last:
                yield relief, first, last


def _number(account: Account, row: Line, relief: Relief) -> str:
    return next(one.number for one in account.waivers if one.reliefs.get(row.charge.id) is relief)
