"""Corrections: a payment or a charge that never counted, by a new entry that says why."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.allocation import Part
from billing.core.problem import Refused
from billing.flow.allocation import account_of, apply_prepayments, joined
from billing.flow.entry import record, replayed
from billing.flow.estate import policies
from billing.flow.events import tell_of_reversal
from billing.store import index
from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Payment, Reversal, live
from billing.translations import N_


def freed_by_reversal(session: Session, payment: Payment) -> list[Part]:
    """What each charge has of the payment, and would owe again were it reversed."""
    rows = session.scalars(
        select(Allocation)
        .where(Allocation.payment_id == payment.id, live(Allocation))
        .order_by(Allocation.id)
    )
    charges = select(Charge.id).where(Charge.unit_id == payment.unit_id, live(Charge))
    standing = set(session.scalars(charges))
    return joined(
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
    reversal = undo(session, entry, fact, reason.strip())
    unit = session.get_one(Unit, fact.unit_id)
    rules = policies(session, community_id)
    apply_prepayments(session, entry, [account_of(session, unit, fact.debtor_id, rules)], rules, today)
    tell_of_reversal(session, actor, today, now(), fact, reversal.reason)
    return reversal


def undo(session: Session, entry: int, fact: Payment | Charge, reason: str) -> Reversal:
    """By this entry the fact never counted; what its money does then is for the caller."""
    target = fact.__tablename__
    column = Allocation.payment_id if target == "payment" else Allocation.charge_id
    freed = index.freed(session, column == fact.id)
    reversal = Reversal(
        community_id=fact.community_id, entry=entry, target=target, target_id=fact.id, reason=reason
    )
    session.add(reversal)
    session.flush()
    charges, payments = ([], [fact.id]) if target == "payment" else ([fact.id], [])
    index.refresh(session, charges, freed, payments)
    return reversal
