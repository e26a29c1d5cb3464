"""Money given to charges: from its own day on, what each can take, and never at the expense of a later payment."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from billing.core.allocation import Claim, Part, allocate
from billing.core.policy import Policies
from billing.core.problem import Refused
from billing.core.statement import Settled
from billing.store import index
from billing.store.estate import Unit
from billing.store.ledger import Allocation
from billing.store.people import Party
from billing.store.standing import Account, accounts
from billing.translations import N_


def apply_prepayments(
    session: Session, entry: int, found: Sequence[Account], rules: Policies, today: date
) -> None:
    """Give money that is left over to what has become open, each payment from its own day on, oldest first."""
    for account in found:
        if account.prepayment(today) <= 0:
            continue
        for payment in list(account.payments):
            given = sum(
                part.principal_fen + part.late_fee_fen
                for part in account.allocations
                if part.payment_id == payment.id
            )
            if payment.amount_fen > given:
                left = payment.amount_fen - given
                distribute(session, entry, account, payment.id, payment.on, left, rules, ())


def distribute(
    session: Session,
    entry: int,
    account: Account,
    payment_id: int,
    paid_on: date,
    money: int,
    rules: Policies,
    named: Sequence[int],
) -> None:
    """Write down what `shares` says."""
    counted = []
    for day, part in shares(account, paid_on, money, rules, named):
        row = Allocation(
            community_id=account.rows[part.charge].community_id,
            entry=entry,
            payment_id=payment_id,
            charge_id=part.charge,
            on=day,
            principal_fen=part.principal,
            late_fee_fen=part.late_fee,
        )
        session.add(row)
        counted.append(index.Part(payment_id, part.charge, day, part.principal, part.late_fee))
    session.flush()
    index.add(session, counted)


def shares(
    account: Account, paid_on: date, money: int, rules: Policies, named: Sequence[int]
) -> Iterator[tuple[date, Part]]:
    """What each charge gets, and from which day: on the payment's own, then on each later day from which a further
    charge counts or a waiver no longer does. The account is told of each part, so that the next one sees it."""
    later = {row.effective_on for row in account.rows.values()} | account.waivers_end
    later = {day for day in later if day > paid_on}
    for day in (paid_on, *sorted(later)):
        parts, money = allocate(money, _claims(account, day), day, rules.on(day).order, named)
        for part in parts:
            account.settled[part.charge].append(Settled(day, part.principal, part.late_fee))
            _check_later_late_fee(account, part, day)
            yield day, part
        if not money:
            break


def _claims(account: Account, day: date) -> list[Claim]:
    """What each charge can take on that day; never more principal than is open today, whatever came later."""
    claims = []
    for row in account.lines(day):
        settled = account.settled[row.charge.id]
        left = row.charge.amount - sum(part.principal for part in settled) - account.waived(row.charge.id)
        claims.append(Claim(row.charge.id, row.charge.due, min(row.open, left), max(0, row.late_fee_due)))
    return claims


def _check_later_late_fee(account: Account, part: Part, day: date) -> None:
    """Money dated before a payment that already took late fee must not make that late fee too much."""
    for later in account.settled[part.charge]:
        if later.on <= day or not later.late_fee:
            continue
        line = account.line_of(part.charge, later.on, account.standing(later.on))
        if line and line.late_fee_due < 0:
            raise Refused(
                N_(
                    "A payment of %(later)s already took late fee for %(period)s that would not be owed if this money "
                    "of %(day)s came first. Reverse that payment, then enter both in the order of their dates."
                ),
                later=later.on,
                period=line.charge.period,
                day=day,
            )


def account_of(
    session: Session, unit: Unit, debtor_id: int, rules: Policies, known_at: int | None = None
) -> Account:
    found = accounts(
        session, unit.community_id, rules, unit_id=unit.id, debtor_ids=[debtor_id], known_at=known_at
    )
    return found[0] if found else _empty_account(session, unit, debtor_id)


def joined(shares: Iterable[Part]) -> list[Part]:
    """One part a charge, in the order in which money first reached it."""
    parts: dict[int, Part] = {}
    for share in shares:
        before = parts.get(share.charge, Part(share.charge, 0, 0))
        parts[share.charge] = Part(
            share.charge, before.principal + share.principal, before.late_fee + share.late_fee
        )
    return list(parts.values())


def _empty_account(session: Session, unit: Unit, debtor_id: int) -> Account:
    """Of somebody who neither owed nor paid anything yet."""
    debtor = session.get_one(Party, debtor_id)
    return Account(unit.id, unit.label, unit.position, debtor.id, debtor.name, debtor.kind)
