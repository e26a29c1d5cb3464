"""Rules of good faith as the office entered them; and a read model of what they ask the books beside the accounts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, and_, select
from sqlalchemy.orm import Mapped, Session

from billing.core.conduct import Refusal, Told
from billing.store.base import Base
from billing.store.collection import Bill, Notice
from billing.store.evidence import first_signed
from billing.store.ledger import Charge, Entry, Fact, _entry
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest


class GoodFaithRuleRow(Fact, Base):
    """非恶意认定规则 from a day on (see billing.core.good_faith); a later row of the same code replaces it."""

    __tablename__ = "good_faith_rule"
    __table_args__ = (_entry(), Index(None, "community_id", "code"))
    code: Mapped[str]
    since: Mapped[date]
    #: The rule's other fields, as core.good_faith.Rule has them.
    terms: Mapped[dict[str, Any]]


def notices_told(
    session: Session, community_id: int, debtor_ids: Sequence[int]
) -> dict[tuple[int, int], list[Told]]:
    """(unit, debtor) -> his notices in the order of their numbers."""
    found = defaultdict(list)
    query = select(
        Notice.unit_id, Notice.debtor_id, Notice.serial, Notice.issued_on, first_signed().label("signed_on")
    ).where(Notice.community_id == community_id, Notice.debtor_id.in_(debtor_ids))
    for row in session.execute(query.order_by(Notice.serial)):
        number = Notice(community_id=community_id, serial=row.serial).number
        found[row.unit_id, row.debtor_id].append(Told(number, row.issued_on, row.signed_on))
    return found


def first_bills(
    session: Session, community_id: int, debtor_ids: Sequence[int]
) -> dict[int, tuple[str, date]]:
    """Charge -> number and day of the first payment notice that billed it."""
    found: dict[int, tuple[str, date]] = {}
    query = select(Bill.serial, Bill.issued_on, Bill.charges).where(
        Bill.community_id == community_id, Bill.debtor_id.in_(debtor_ids)
    )
    for row in session.execute(query.order_by(Bill.serial)):
        for charge in row.charges:
            found.setdefault(
                charge, (Bill(community_id=community_id, serial=row.serial).number, row.issued_on)
            )
    return found


def charged_anew(session: Session, community_id: int, debtor_ids: Sequence[int]) -> dict[int, datetime]:
    """Charge that took the place of a reversed one -> when it was recorded. One that moved to a buyer is no error."""
    query = (
        select(Charge.id, Entry.recorded_at)
        .join(Entry, and_(Entry.community_id == Charge.community_id, Entry.seq == Charge.entry))
        .where(
            Charge.community_id == community_id,
            Charge.debtor_id.in_(debtor_ids),
            Charge.revision > 0,
            Entry.kind != "transfer",
        )
    )
    return {row.id: row.recorded_at for row in session.execute(query)}


def refusals(
    session: Session, community_id: int, debtor_ids: Sequence[int]
) -> dict[tuple[int, int], list[Refusal]]:
    """(unit, debtor) -> his requests that were refused, in that order."""
    found = defaultdict(list)
    query = (
        select(WaiverRequest.unit_id, WaiverRequest.debtor_id, WaiverRequest.serial, WaiverDecision.on)
        .join(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .where(
            WaiverRequest.community_id == community_id,
            WaiverRequest.debtor_id.in_(debtor_ids),
            ~WaiverDecision.approved,
        )
    )
    for row in session.execute(query.order_by(WaiverDecision.entry)):
        number = WaiverRequest(community_id=community_id, serial=row.serial).number
        found[row.unit_id, row.debtor_id].append(Refusal(number, row.on))
    return found


def open_requests(session: Session, community_id: int) -> set[tuple[int, int]]:
    """(unit, debtor) of every waiver request that is neither decided nor withdrawn."""
    query = (
        select(WaiverRequest.unit_id, WaiverRequest.debtor_id)
        .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
        .where(
            WaiverRequest.community_id == community_id, WaiverDecision.id.is_(None), WaiverEnd.id.is_(None)
        )
    )
    return {(row.unit_id, row.debtor_id) for row in session.execute(query)}
