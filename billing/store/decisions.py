"""Read model: the decisions on waivers of a span of days, each as it was frozen, with who asked and who decided."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from billing.store.estate import Unit
from billing.store.ledger import Charge, Entry
from billing.store.people import Party
from billing.store.waivers import WaiverDecision, WaiverRequest, WaiverShare

_Asked, _Decided = aliased(Entry), aliased(Entry)

#: Bound parameters one statement may hold on every SQLite in use.
_CHUNK = 500


def decided(session: Session, community_id: int, first: date, last: date) -> Sequence[Any]:
    """WaiverRequest, WaiverDecision, Unit, debtor, asked_by, decided_by; in the order of the decisions."""
    return session.execute(
        select(
            WaiverRequest,
            WaiverDecision,
            Unit,
            Party.name.label("debtor"),
            _Asked.actor.label("asked_by"),
            _Decided.actor.label("decided_by"),
        )
        .join(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .join(Unit, Unit.id == WaiverRequest.unit_id)
        .join(Party, Party.id == WaiverRequest.debtor_id)
        .join(_Asked, _entry_of(_Asked, WaiverRequest))
        .join(_Decided, _entry_of(_Decided, WaiverDecision))
        .where(WaiverRequest.community_id == community_id, WaiverDecision.on.between(first, last))
        .order_by(WaiverDecision.entry)
    ).all()


def shares(session: Session, request_ids: Sequence[int]) -> dict[int, list[WaiverShare]]:
    """Request -> what each of its charges was relieved of."""
    found = defaultdict(list)
    for start in range(0, len(request_ids), _CHUNK):
        chunk = request_ids[start : start + _CHUNK]
        for share in session.scalars(select(WaiverShare).where(WaiverShare.request_id.in_(chunk))):
            found[share.request_id].append(share)
    return found


def charged(session: Session, charge_ids: Sequence[int]) -> dict[int, tuple[date, int]]:
    """Charge -> its due date and amount, as they were fixed when it was booked."""
    found: dict[int, tuple[date, int]] = {}
    for start in range(0, len(charge_ids), _CHUNK):
        chunk = charge_ids[start : start + _CHUNK]
        query = select(Charge.id, Charge.due, Charge.amount_fen).where(Charge.id.in_(chunk))
        found |= {row.id: (row.due, row.amount_fen) for row in session.execute(query)}
    return found


def _entry_of(entry: type[Entry], fact: type[WaiverRequest | WaiverDecision]) -> Any:
    return and_(entry.community_id == fact.community_id, entry.seq == fact.entry)
