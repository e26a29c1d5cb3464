"""Read model: what was paid on a charge; its open principal alone does not tell, since a waiver lowers it too."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.base import summed
from billing.store.ledger import Allocation, Payment, live


def paid_on(session: Session, charge_id: int) -> int:
    """Principal of the charge that live payments paid (fen)."""
    query = (
        select(summed(Allocation.principal_fen))
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(Allocation.charge_id == charge_id, live(Allocation), live(Payment))
    )
    return session.scalar(query) or 0
