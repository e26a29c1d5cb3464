"""A debtor's conduct as of a day, read from the books: what speaks for him under the rules, and what against him."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.clock import local_day
from billing.core.conduct import Due, Finding, Given, History, Told, speaks_against
from billing.core.good_faith import Rule, speaks_for
from billing.flow.allocation import account_of
from billing.flow.estate import policies
from billing.flow.good_faith_rules import rules
from billing.store.estate import Unit
from billing.store.good_faith import charged_anew, first_bills, notices_told, refusals
from billing.store.standing import Account


@dataclass(frozen=True)
class Hearing:
    """What the books say of one debtor on one unit as of a day; `dues` are the charges on which he owes late fee."""

    account: Account
    as_of: date
    dues: Sequence[Due]
    found: Sequence[Finding]
    against: Sequence[Finding]

    @property
    def late_fee(self) -> int:
        return sum(one.late_fee for one in self.dues)


def hearing(session: Session, unit: Unit, debtor_id: int, as_of: date) -> Hearing:
    """What the books say of one debtor, whether or not any rule speaks for him."""
    account = account_of(session, unit, debtor_id, policies(session, unit.community_id))
    owing = {line.charge.id: line.late_fee_due for line in account.lines(as_of) if line.late_fee_due > 0}
    in_force = list(rules(session, unit.community_id, as_of).values())
    return hear(session, unit.community_id, [(account, owing)], in_force, as_of)[0]


def hear(
    session: Session,
    community_id: int,
    found: Sequence[tuple[Account, Mapping[int, int]]],
    in_force: Sequence[Rule],
    as_of: date,
) -> list[Hearing]:
    """`found` are accounts, each with the late fee owed on its charges."""
    debtor_ids = sorted({account.debtor_id for account, _ in found})
    notices = notices_told(session, community_id, debtor_ids)
    refused = refusals(session, community_id, debtor_ids)
    bills = first_bills(session, community_id, debtor_ids)
    anew = {
        charge: local_day(moment)
        for charge, moment in charged_anew(session, community_id, debtor_ids).items()
    }
    heard = []
    for account, owing in found:
        whose = (account.unit_id, account.debtor_id)
        history = History(
            as_of=as_of,
            dues=_dues(account, owing, bills, anew, as_of),
            notices=[_seen(one, as_of) for one in notices.get(whose, ()) if one.issued_on <= as_of],
            waivers=_given(account, as_of),
            refusals=[one for one in refused.get(whose, ()) if one.on <= as_of],
        )
        spoken = speaks_for(history, in_force)
        heard.append(Hearing(account, as_of, history.asked, spoken, speaks_against(history)))
    return heard


def _dues(
    account: Account,
    owing: Mapping[int, int],
    bills: Mapping[int, tuple[str, date]],
    anew: Mapping[int, date],
    as_of: date,
) -> list[Due]:
    paid = _paid_on(account, as_of)
    return [
        Due(
            charge=charge.id,
            period=charge.period,
            due=charge.due,
            free_until=charge.due + timedelta(days=charge.terms.grace_days),
            paid_on=paid.get(charge.id),
            late_fee=owing.get(charge.id, 0),
            bill=bills.get(charge.id),
            corrected_on=anew.get(charge.id),
        )
        for charge in account.charges
        if charge.due <= as_of and account.rows[charge.id].effective_on <= as_of
    ]


def _paid_on(account: Account, as_of: date) -> dict[int, date]:
    """Charge -> the day on which the last of its principal was paid or given up."""
    granted = account.standing(as_of) if account.waivers else []
    found = {}
    for charge in account.charges:
        steps = [(part.on, part.principal) for part in account.settled[charge.id] if part.on <= as_of]
        reliefs = [one.reliefs[charge.id] for one in granted if charge.id in one.reliefs]
        steps += [(relief.since, relief.principal) for relief in reliefs if relief.since <= as_of]
        if sum(principal for _, principal in steps) >= charge.amount:
            found[charge.id] = max(on for on, principal in steps if principal)
    return found


def _seen(one: Told, as_of: date) -> Told:
    """As it was known on that day."""
    return one if one.arrived_on is None or one.arrived_on <= as_of else replace(one, arrived_on=None)


def _given(account: Account, as_of: date) -> list[Given]:
    return [
        Given(one.number, one.since, one.pay_by, account.waiver_state(one, as_of) == "lapsed")
        for one in account.waivers
        if one.since <= as_of and account.waiver_state(one, as_of) != "withdrawn"
    ]
