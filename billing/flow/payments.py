"""Money in: taken once, allocated by the debtor's word or the contract's order, reversed by a new entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.allocation import Part
from billing.core.money import LARGEST, yuan
from billing.core.numbers import parse_serial
from billing.core.problem import Missing, Refused
from billing.flow.addressee import addressee
from billing.flow.allocation import account_of, distribute, joined, shares
from billing.flow.entry import record, replayed, token
from billing.flow.estate import owners, policies
from billing.flow.events import tell_of_payment
from billing.flow.liability import account_holder
from billing.flow.profile import facts
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, receipt_number
from billing.store.people import Ownership, Party
from billing.store.standing import Account
from billing.translations import N_

_LONG_AGO = timedelta(days=366)

CHANNELS = ("cash", "transfer", "pos", "wechat", "alipay", "debit", "other")


@dataclass(frozen=True)
class Money:
    """What somebody hands over: fen, the day, how, and under which key it counts only once.

    `charges` are the ids the debtor named; `debtor` his name when he is not today's owner.
    """

    amount: int
    on: date
    channel: str
    key: str
    charges: tuple[int, ...] = ()
    debtor: str | None = None
    payer: str = ""
    note: str = ""


@dataclass(frozen=True)
class Preview:
    """What would become of a payment."""

    parts: Sequence[Part]
    prepayment: int


@dataclass(frozen=True)
class Taken:
    """A payment and what became of it; `prepayment` is what was left over of it (fen)."""

    payment: Payment
    parts: Sequence[Part]
    prepayment: int
    replayed: bool


def take_payment(
    session: Session, actor: str, today: date, unit: Unit, money: Money, outside_number: str | None = None
) -> Taken:
    """Book a payment for a unit and give it to the debtor's charges there.

    A payment out of older books brings its own paper's number (`outside_number`, may be empty) and gets no
    receipt of ours. Raises Refused for a date in the future, a charge of somebody else, a reused key.
    """
    _check(money, today)
    content = {"unit": unit.label, **{name: getattr(money, name) for name in money.__dataclass_fields__}}
    key = payment_key(money)
    before = replayed(session, unit.community_id, key, content)
    if before:
        payment = session.scalars(
            select(Payment).where(Payment.community_id == unit.community_id, Payment.entry == before.seq)
        ).one()
        return replace(taken(session, payment), replayed=True)
    paying = find_debtor(session, unit, today, money.debtor)
    debtor, charges = account_holder(session, unit, paying, money.charges)
    _check_not_before_all(session, unit, debtor, money.on, today)
    entry = record(session, unit.community_id, "payment", key, actor, content)
    payment = Payment(
        community_id=unit.community_id,
        entry=entry,
        unit_id=unit.id,
        debtor_id=debtor.id,
        amount_fen=money.amount,
        on=money.on,
        channel=money.channel,
        payer=money.payer.strip() or paying.name,
        serial=_next_serial(session, unit.community_id) if outside_number is None else None,
        outside_number=outside_number or "",
        note=money.note.strip(),
        verify_token=token(),
        free_fen=money.amount,
    )
    session.add(payment)
    session.flush()
    rules = policies(session, unit.community_id)
    account = account_of(session, unit, debtor.id, rules)
    _check_charges(account, charges)
    _check_jointly(account, paying, money, charges)
    distribute(session, entry, account, payment.id, payment.on, payment.amount_fen, rules, charges)
    tell_of_payment(session, actor, today, now(), unit, payment)
    return taken(session, payment)


def payment_key(money: Money) -> str:
    """The key of the entry that books this money."""
    return f"pay:{money.key}"


def taken(session: Session, payment: Payment) -> Taken:
    """The payment as its own entry allocated it; what later entries gave away of it is not in here."""
    rows = session.scalars(
        select(Allocation)
        .where(Allocation.payment_id == payment.id, Allocation.entry == payment.entry)
        .order_by(Allocation.id)
    ).all()
    parts = joined(Part(row.charge_id, row.principal_fen, row.late_fee_fen) for row in rows)
    return Taken(payment, parts, payment.amount_fen - _given(parts), replayed=False)


def _given(parts: Iterable[Part]) -> int:
    return sum(part.principal + part.late_fee for part in parts)


def preview_payment(session: Session, today: date, unit: Unit, money: Money) -> Preview:
    """What `take_payment` would do with the money now, by the same checks and rules; nothing is written."""
    _check(money, today)
    paying = find_debtor(session, unit, today, money.debtor)
    debtor, charges = account_holder(session, unit, paying, money.charges)
    _check_not_before_all(session, unit, debtor, money.on, today)
    rules = policies(session, unit.community_id)
    account = account_of(session, unit, debtor.id, rules)
    _check_charges(account, charges)
    _check_jointly(account, paying, money, charges)
    parts = joined(part for _, part in shares(account, money.on, money.amount, rules, charges))
    return Preview(parts, money.amount - _given(parts))


def find_debtor(session: Session, unit: Unit, today: date, name: str | None) -> Party:
    """The party of that name, in the books or on papers, who owns, owned or owes something on the unit.

    Without a name it is today's owner.
    """
    if not name:
        current = owners(session, unit.id, today)
        if not current:
            raise Refused(N_("Unit %(unit)s has no owner today: name the debtor."), unit=unit.label)
        return current[0]
    concerned = (
        select(Ownership.party_id)
        .where(Ownership.unit_id == unit.id)
        .union(select(Charge.debtor_id).where(Charge.unit_id == unit.id))
    )
    parties = session.scalars(select(Party).where(Party.id.in_(concerned))).all()
    found = [party for party in parties if party.name == name.strip()]
    if not found:
        # By the name that papers gave it, whenever they did.
        told = facts(session, unit.community_id).rows
        names = {fact.value for fact in told if fact.name == "developer"}
        found = [
            one for one in parties if name.strip() in {addressee(one.name, one.kind, each) for each in names}
        ]
    if not found:
        raise Missing(
            N_("%(name)s neither owns nor owes anything on unit %(unit)s."), name=name, unit=unit.label
        )
    if len(found) > 1:
        raise Refused(N_("Two debtors of unit %(unit)s are called %(name)s."), name=name, unit=unit.label)
    return found[0]


def _check(money: Money, today: date) -> None:
    if not 0 < money.amount <= LARGEST:
        raise Refused(N_("The amount must be above zero and at most 100,000,000.00."))
    if money.on > today:
        raise Refused(
            N_("The payment is dated %(on)s, after today (%(today)s): check the date."),
            on=money.on,
            today=today,
        )
    if money.channel not in CHANNELS:
        raise Refused(
            N_("“%(channel)s” is no way to pay; there are: %(channels)s."),
            channel=money.channel,
            channels=", ".join(CHANNELS),
        )
    if not money.key.strip():
        raise Refused(N_("A payment needs a key, so that a second try books nothing twice."))


def _check_not_before_all(session: Session, unit: Unit, debtor: Party, on: date, today: date) -> None:
    """Money of another year than this cannot have come before any contract, nor anything to pay: it is mistyped."""
    told = facts(session, unit.community_id).rows
    began = min((fact.value for fact in told if fact.name == "contract_from" and fact.value), default=None)
    if began is None or on >= date.fromisoformat(began) or today - on < _LONG_AGO:
        return
    first = session.scalar(
        select(func.min(Charge.effective_on)).where(Charge.unit_id == unit.id, Charge.debtor_id == debtor.id)
    )
    if first is None or on < first:
        raise Refused(
            N_(
                "The payment is dated %(on)s, before the contract (%(began)s) and before anything was charged to "
                "%(debtor)s: check the year."
            ),
            on=on,
            began=began,
            debtor=debtor.name,
        )


def _check_charges(account: Account, named: Sequence[int]) -> None:
    strange = [str(charge) for charge in named if charge not in account.rows]
    if strange:
        raise Refused(
            N_(
                "Charge %(charges)s is not one of %(debtor)s on unit %(unit)s: money pays his own charges only."
            ),
            charges=", ".join(strange),
            debtor=account.debtor,
            unit=account.unit,
        )


def _check_jointly(account: Account, paying: Party, money: Money, charges: Sequence[int]) -> None:
    """Money in another's account pays what the two owe together and not a fen more: the rest is the other's debt."""
    if account.debtor_id == paying.id:
        return
    owed = sum(row.total for row in account.lines(money.on) if row.charge.id in charges)
    if money.amount > owed:
        raise Refused(
            N_(
                "%(name)s owes %(owed)s together with %(debtor)s here on %(on)s: take no more for it. What is meant "
                "for %(debtor)s's other charges is a payment of %(debtor)s."
            ),
            name=paying.name,
            owed=yuan(owed),
            debtor=account.debtor,
            on=money.on,
        )


def _next_serial(session: Session, community_id: int) -> int:
    """Receipts are numbered without a gap: the caller holds the community's lock."""
    last = session.scalar(select(func.max(Payment.serial)).where(Payment.community_id == community_id))
    return (last or 0) + 1


def find_receipt(session: Session, community_id: int, number: str) -> Payment:
    """The payment with that receipt number of ours."""
    serial = parse_serial(number, receipt_number(community_id, 0)[:-6])
    query = select(Payment).where(Payment.community_id == community_id, Payment.serial == serial)
    payment = None if serial is None else session.scalar(query)
    if payment is None:
        raise Missing(N_("There is no receipt %(number)s."), number=number)
    return payment
