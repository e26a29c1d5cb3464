"""What a waiver request would give, worked out on the books of the day; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from billing.core.money import MICRO, yuan
from billing.core.problem import Refused
from billing.core.statement import Line, Relief, totals
from billing.core.waiver import Waiver
from billing.core.waiver_policy import Terms, WaiverPolicy, check_terms
from billing.flow.allocation import account_of
from billing.flow.estate import policies
from billing.flow.waiver_policy import find_waiver_policy
from billing.store.estate import Unit
from billing.store.granted import terms_of
from billing.store.standing import Account
from billing.store.waivers import WaiverRequest
from billing.translations import N_


@dataclass(frozen=True)
class Effect:
    """What a request would give: each charge concerned without the waiver and with it, as of today and of `full_on`.

    By `full_on` it has given all it can: the day to pay by, the last suspended day, or today. `waiver` is how it
    would be put in force.
    """

    waiver: Waiver
    today: Sequence[tuple[Line, Line]]
    full_on: date
    full: Sequence[tuple[Line, Line]]

    @property
    def value(self) -> int:
        """The most it gives up, in fen."""
        return self.owed - self.left

    @property
    def owed(self) -> int:
        """What the charges would come to by `full_on` without it."""
        return totals(before for before, _ in self.full).total

    @property
    def left(self) -> int:
        """减免后应付: what is still to be paid by `full_on`."""
        return totals(after for _, after in self.full).total


def effect(session: Session, request: WaiverRequest, terms: Terms, today: date) -> Effect:
    """Work out what these terms give on the request's charges. Raises Refused where that is nothing, or too much."""
    account = account_on(session, request)
    policy = find_waiver_policy(session, request.community_id, request.policy, today)
    found = work_out(account, policy, request.charges, terms, today, request.number)
    _check_asked(account, policy, request, found, today)
    return found


def work_out(
    account: Account,
    policy: WaiverPolicy,
    charges: Sequence[int],
    terms: Terms,
    today: date,
    number: str = "",
) -> Effect:
    """`effect` of terms that need no request on file yet."""
    check_terms(policy, terms, today)
    counted = account.standing(today)
    now, owed = (concerned(account, charges, day, counted) for day in (today, terms.pay_by or today))
    _check_room(policy, terms, now, owed)
    found = _foresee(account, policy, charges, terms, today, number)
    if found.value <= 0:
        raise Refused(N_("This would give nothing: nothing of it is owed."))
    if any(after.late_fee_due < 0 for _, after in found.today):
        raise Refused(
            N_("The late fee of those days is paid already: choose other days, or reverse the payment first.")
        )
    return found


def _check_asked(
    account: Account, policy: WaiverPolicy, request: WaiverRequest, found: Effect, today: date
) -> None:
    """Refuse what gives up more than was asked for: two people stand for each fen, not only whoever approves.

    Compared by what both come to if it is paid by the day approved. Raises Refused.
    """
    terms = replace(terms_of(request), pay_by=found.waiver.pay_by)
    most = _foresee(account, policy, request.charges, terms, today, request.number).value
    if found.value > most:
        raise Refused(
            N_(
                "This gives up %(value)s, more than the %(asked)s asked for: that needs a request of its own."
            ),
            value=yuan(found.value),
            asked=yuan(most),
        )


def _foresee(
    account: Account, policy: WaiverPolicy, charges: Sequence[int], terms: Terms, today: date, number: str
) -> Effect:
    counted = account.standing(today)
    reliefs = spread(account, charges, terms, today, counted)
    waiver = Waiver(number, today, reliefs, policy.condition, terms.pay_by, kind=policy.kind)
    return _compare(account, charges, waiver, counted, today)


def approved_effect(account: Account, request: WaiverRequest, today: date) -> Effect | None:
    """What an approved waiver gives up, or would if it still stood; None for a request that was not approved."""
    waiver = next((one for one in account.waivers if one.number == request.number), None)
    if waiver is None:
        return None
    others = [one for one in account.standing(today) if one is not waiver]
    return _compare(account, request.charges, waiver, others, today)


def _compare(
    account: Account, charges: Sequence[int], waiver: Waiver, others: Sequence[Waiver], today: date
) -> Effect:
    """The charges without the waiver and with it, beside the others, in the order of their approval."""
    known = [one for one in account.waivers if one in others or one is waiver]
    beside = known if waiver in known else [*others, waiver]
    suspended = [relief.suspended[1] for relief in waiver.reliefs.values() if relief.suspended]
    full_on = max([today, *([waiver.pay_by] if waiver.pay_by else []), *suspended])

    def pairs(day: date) -> list[tuple[Line, Line]]:
        before, after = (concerned(account, charges, day, granted) for granted in (others, beside))
        return list(zip(before, after, strict=True))

    return Effect(waiver=waiver, today=pairs(today), full_on=full_on, full=pairs(full_on))


def full_on(terms: Terms, today: date) -> date:
    """The day by which these terms have given all they can."""
    days = [terms.pay_by, terms.suspended[1] if terms.suspended else None]
    return max([today, *(day for day in days if day)])


def account_on(session: Session, request: WaiverRequest, known_at: int | None = None) -> Account:
    unit = session.get_one(Unit, request.unit_id)
    rules = policies(session, request.community_id, known_at)
    return account_of(session, unit, request.debtor_id, rules, known_at)


def concerned(account: Account, charges: Sequence[int], day: date, waivers: Sequence[Waiver]) -> list[Line]:
    """The charges asked for, but for those reversed since, the earliest due first."""
    lines = [account.line_of(charge.id, day, waivers) for charge in account.charges if charge.id in charges]
    return [line for line in lines if line is not None]


def _check_room(policy: WaiverPolicy, terms: Terms, now: Sequence[Line], owed: Sequence[Line]) -> None:
    late_fee = sum(max(0, line.late_fee_due) for line in owed)
    principal = sum(max(0, line.open) for line in now)
    for asked, left, ppm, words in (
        (
            terms.late_fee,
            late_fee,
            policy.late_fee_ppm,
            N_("Of late fee at most %(most)s can be waived here."),
        ),
        (
            terms.principal,
            principal,
            policy.principal_ppm,
            N_("Of principal at most %(most)s can be waived here."),
        ),
    ):
        most = left * ppm // MICRO
        if asked > most:
            raise Refused(words, most=yuan(most))


def spread(
    account: Account, charges: Sequence[int], terms: Terms, today: date, counted: Sequence[Waiver]
) -> Mapping[int, Relief]:
    """Sums go to the charges in the order of their due dates, a share and days to each of them."""
    until = terms.pay_by or today
    now, owed = (concerned(account, charges, day, counted) for day in (today, until))
    late_fee, principal = terms.late_fee, terms.principal
    reliefs = {}
    for line, later in zip(now, owed, strict=True):
        of_late_fee, of_principal = (
            min(late_fee, max(0, later.late_fee_due)),
            min(principal, max(0, line.open)),
        )
        late_fee, principal = late_fee - of_late_fee, principal - of_principal
        reliefs[line.charge.id] = Relief(
            since=today,
            until=until,
            share_ppm=terms.share_ppm,
            late_fee=of_late_fee,
            principal=of_principal,
            suspended=terms.suspended,
        )
    return reliefs
