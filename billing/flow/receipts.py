"""The receipt of a payment: made once and kept; a reversal makes a second paper that says so, the first one stays."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.flow import papers
from billing.flow.documents import find_document, keep_document
from billing.flow.payments import taken
from billing.store.collection import Document
from billing.store.ledger import Payment, Reversal
from billing.store.vault import Vault
from notices import render

ORIGINAL, REVERSED = "payment", "reversal"


@dataclass(frozen=True)
class Printed:
    """A paper's bytes, and what it is about."""

    about: str
    about_id: int
    data: bytes


def reversal_of(session: Session, payment: Payment) -> Reversal | None:
    return session.scalar(
        select(Reversal).where(
            Reversal.community_id == payment.community_id,
            Reversal.target == Payment.__tablename__,
            Reversal.target_id == payment.id,
        )
    )


def find_paper(session: Session, payment: Payment) -> Document | None:
    """The paper that holds now: the receipt, or the one that bears the reversal's mark."""
    return find_document(session, *_about(session, payment))


def find_original(session: Session, payment: Payment) -> Document | None:
    """The receipt as it was first made, whatever came after."""
    return find_document(session, ORIGINAL, payment.id)


def make_receipt(session: Session, vault: Vault, today: date, payment: Payment) -> Printed:
    """The paper that holds now. Slow, so outside a writing transaction; refused while the profile has gaps."""
    about, about_id = _about(session, payment)
    paper = papers.receipt_paper(session, taken(session, payment), today)
    seal, logo = (papers.picture(vault, sha256) for sha256 in (paper.office.seal, paper.office.logo))
    return Printed(about, about_id, render.render(paper, seal=seal, logo=logo))


def file_receipt(session: Session, vault: Vault, payment: Payment, printed: Printed) -> Document:
    """Keep it; what was filed first stays."""
    about, about_id, data = printed.about, printed.about_id, printed.data
    return keep_document(session, vault, payment.community_id, about, about_id, data)


def _about(session: Session, payment: Payment) -> tuple[str, int]:
    reversal = reversal_of(session, payment)
    return (REVERSED, reversal.id) if reversal else (ORIGINAL, payment.id)
