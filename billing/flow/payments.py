"""Money in: taken once, allocated by the debtor's word or the contract's order, reversed by a new entry."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.allocation import Claim, Part, allocate
from billing.core.money import LARGEST
from billing.core.policy import Policies
from billing.core.problem import Missing, Refused
from billing.core.statement import Settled, line
from billing.flow.entry import record, replayed, token
from billing.flow.estate import owners, policies
from billing.store import index
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, Reversal, receipt_number
from billing.store.people import Ownership, Party
from billing.store.standing import Account, accounts, live
from billing.translations import N_

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
    debtor = find_debtor(session, unit, today, money.debtor)
    entry = record(session, unit.community_id, "payment", key, actor, content)
    payment = Payment(
        community_id=unit.community_id,
        entry=entry,
        unit_id=unit.id,
        debtor_id=debtor.id,
        amount_fen=money.amount,
        on=money.on,
        channel=money.channel,
        payer=money.payer.strip() or debtor.name,
        serial=_next_serial(session, unit.community_id) if outside_number is None else None,
        outside_number=outside_number or "",
        note=money.note.strip(),
        verify_token=token(),
    )
    session.add(payment)
    session.flush()
    rules = policies(session, unit.community_id)
    account = _account(session, unit, debtor.id, rules)
    _check_charges(account, money.charges)
    _distribute(session, entry, account, payment.id, payment.on, payment.amount_fen, rules, money.charges)
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
    parts = _joined(Part(row.charge_id, row.principal_fen, row.late_fee_fen) for row in rows)
    return Taken(payment, parts, payment.amount_fen - _given(parts), replayed=False)


def _joined(shares: Iterable[Part]) -> list[Part]:
    """One part a charge, in the order in which money first reached it."""
    parts: dict[int, Part] = {}
    for share in shares:
        before = parts.get(share.charge, Part(share.charge, 0, 0))
        parts[share.charge] = Part(
            share.charge, before.principal + share.principal, before.late_fee + share.late_fee
        )
    return list(parts.values())


def _given(parts: Iterable[Part]) -> int:
    return sum(part.principal + part.late_fee for part in parts)


def preview_payment(session: Session, today: date, unit: Unit, money: Money) -> Preview:
    """What `take_payment` would do with the money now, by the same checks and rules; nothing is written."""
    _check(money, today)
    debtor = find_debtor(session, unit, today, money.debtor)
    rules = policies(session, unit.community_id)
    account = _account(session, unit, debtor.id, rules)
    _check_charges(account, money.charges)
    parts = _joined(part for _, part in _shares(account, money.on, money.amount, rules, money.charges))
    return Preview(parts, money.amount - _given(parts))


def freed_by_reversal(session: Session, payment: Payment) -> list[Part]:
    """What each charge has of the payment, and would owe again were it reversed."""
    rows = session.scalars(
        select(Allocation)
        .where(Allocation.payment_id == payment.id, live(Allocation))
        .order_by(Allocation.id)
    )
    charges = select(Charge.id).where(Charge.unit_id == payment.unit_id, live(Charge))
    standing = set(session.scalars(charges))
    return _joined(
        Part(row.charge_id, row.principal_fen, row.late_fee_fen) for row in rows if row.charge_id in standing
    )


def reverse_payment(
    session: Session, actor: str, today: date, payment: Payment, reason: str, key: str
) -> Reversal:
    """红冲: from this entry on the payment never counted, and what it had paid is open again."""
    return _reverse(session, actor, today, "payment", payment, reason, key)


def reverse_charge(
    session: Session, actor: str, today: date, charge: Charge, reason: str, key: str
) -> Reversal:
    """A charge booked in error never counted; money that had paid it is free for the debtor's other charges."""
    return _reverse(session, actor, today, "charge", charge, reason, key)


def _reverse(
    session: Session, actor: str, today: date, target: str, fact: Payment | Charge, reason: str, key: str
) -> Reversal:
    if not reason.strip():
        raise Refused(N_("A reversal needs a reason: it will be read when somebody asks why."))
    content = {"target": target, "id": fact.id, "reason": reason.strip()}
    community_id = fact.community_id
    this = select(Reversal).where(
        Reversal.community_id == community_id, Reversal.target == target, Reversal.target_id == fact.id
    )
    before = replayed(session, community_id, f"reverse:{key}", content)
    if before:
        return session.scalars(this).one()
    if session.scalar(this):
        raise Refused(N_("This was already reversed."))
    entry = record(session, community_id, "reversal", f"reverse:{key}", actor, content)
    reversal = Reversal(
        community_id=community_id, entry=entry, target=target, target_id=fact.id, reason=reason.strip()
    )
    session.add(reversal)
    session.flush()
    column = Allocation.payment_id if target == "payment" else Allocation.charge_id
    touched = list(session.scalars(select(Allocation.charge_id).where(column == fact.id).distinct()))
    index.refresh(session, touched if target == "payment" else [fact.id])
    unit = session.get_one(Unit, fact.unit_id)
    rules = policies(session, community_id)
    apply_prepayments(session, entry, [_account(session, unit, fact.debtor_id, rules)], rules, today)
    return reversal


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
                _distribute(session, entry, account, payment.id, payment.on, left, rules, ())


def find_debtor(session: Session, unit: Unit, today: date, name: str | None) -> Party:
    """The party of that name who owns, owned or owes something on the unit; without a name, today's owner."""
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
    found = session.scalars(select(Party).where(Party.id.in_(concerned), Party.name == name.strip())).all()
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


def _next_serial(session: Session, community_id: int) -> int:
    """Receipts are numbered without a gap: the caller holds the community's lock."""
    last = session.scalar(select(func.max(Payment.serial)).where(Payment.community_id == community_id))
    return (last or 0) + 1


def _account(session: Session, unit: Unit, debtor_id: int, rules: Policies) -> Account:
    found = accounts(session, unit.community_id, rules, unit_id=unit.id, debtor_ids=[debtor_id])
    return found[0] if found else _empty_account(session, unit, debtor_id)


def _empty_account(session: Session, unit: Unit, debtor_id: int) -> Account:
    """Of somebody who neither owed nor paid anything yet."""
    debtor = session.get_one(Party, debtor_id)
    return Account(unit.id, unit.label, unit.position, debtor.id, debtor.name)


def _distribute(
    session: Session,
    entry: int,
    account: Account,
    payment_id: int,
    paid_on: date,
    money: int,
    rules: Policies,
    named: Sequence[int],
) -> None:
    """Write down what `_shares` says."""
    counted = []
    for day, part in _shares(account, paid_on, money, rules, named):
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
        late = max(0, (day - account.rows[part.charge].due).days)
        counted.append((part.charge, part.principal, late))
    session.flush()
    index.add(session, counted)


def _shares(
    account: Account, paid_on: date, money: int, rules: Policies, named: Sequence[int]
) -> Iterator[tuple[date, Part]]:
    """What each charge gets, and from which day: on the payment's own, then on each later day from which a
    further charge counts. The account is told of each part, so that the next one sees it."""
    later = {row.effective_on for row in account.rows.values() if row.effective_on > paid_on}
    for day in (paid_on, *sorted(later)):
        parts, money = allocate(money, _claims(account, day), day, rules.on(day).order, named)
        for part in parts:
            _check_later_late_fee(account, part, day)
            account.settled[part.charge].append(Settled(day, part.principal, part.late_fee))
            yield day, part
        if not money:
            break


def _claims(account: Account, day: date) -> list[Claim]:
    """What each charge can take on that day; never more principal than is open today, whatever came later."""
    claims = []
    for row in account.lines(day):
        settled = account.settled[row.charge.id]
        left = row.charge.amount - sum(part.principal for part in settled)
        claims.append(Claim(row.charge.id, row.charge.due, min(row.open, left), max(0, row.late_fee_due)))
    return claims


def _check_later_late_fee(account: Account, part: Part, day: date) -> None:
    """Money dated before a payment that already took late fee must not make that late fee too much."""
    charge = next(charge for charge in account.charges if charge.id == part.charge)
    settled = [*account.settled[part.charge], Settled(day, part.principal, part.late_fee)]
    for later in settled:
        if later.on > day and later.late_fee and line(charge, settled, later.on).late_fee_due < 0:
            raise Refused(
                N_(
                    "A payment of %(later)s already took late fee for %(period)s that would not be owed if this money "
                    "of %(day)s came first. Reverse that payment, then enter both in the order of their dates."
                ),
                later=later.on,
                period=charge.period,
                day=day,
            )


def find_receipt(session: Session, community_id: int, number: str) -> Payment:
    """The payment with that receipt number of ours."""
    prefix = receipt_number(community_id, 0)[:-6]
    serial = number.strip().removeprefix(prefix)
    if serial.isascii() and serial.isdigit():
        payment = session.scalar(
            select(Payment).where(Payment.community_id == community_id, Payment.serial == int(serial))
        )
        if payment:
            return payment
    raise Missing(N_("There is no receipt %(number)s."), number=number)
