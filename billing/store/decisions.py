"""Read model: the decisions on waivers of a span of days, each as it was frozen, with who asked and who decided."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from billing.store.estate import Unit
from billing.store.ledger import Allocation, Charge, Entry, Payment, Reversal, reverses
from billing.store.people import Party
from billing.store.waivers import WaiverDecision, WaiverRequest, WaiverShare

_Asked, _Decided = aliased(Entry), aliased(Entry)

_PartGone, _MoneyGone = aliased(Reversal), aliased(Reversal)

#: Bound parameters one statement may hold on every SQLite in use.
_CHUNK = 500


@dataclass(frozen=True)
class PaidPart:
    """Principal that went to a charge on a day, as known from one entry on until another took it back, if any did."""

    on: date
    principal: int
    entry: int
    gone: int | None

    def known_at(self, entry: int) -> bool:
        return self.entry <= entry and (self.gone is None or self.gone > entry)


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
    for chunk in _chunks(request_ids):
        for share in session.scalars(select(WaiverShare).where(WaiverShare.request_id.in_(chunk))):
            found[share.request_id].append(share)
    return found


def charged(session: Session, charge_ids: Sequence[int]) -> dict[int, tuple[date, int]]:
    """Charge -> its due date and amount, as they were fixed when it was booked."""
    found: dict[int, tuple[date, int]] = {}
    for chunk in _chunks(charge_ids):
        query = select(Charge.id, Charge.due, Charge.amount_fen).where(Charge.id.in_(chunk))
        found |= {row.id: (row.due, row.amount_fen) for row in session.execute(query)}
    return found


def paid(session: Session, charge_ids: Sequence[int]) -> dict[int, list[PaidPart]]:
    """Charge -> every part of its principal that was ever paid, those taken back since among them."""
    found = defaultdict(list)
    for chunk in _chunks(charge_ids):
        for row in session.execute(_parts().where(Allocation.charge_id.in_(chunk))):
            gone = min((entry for entry in (row.part_gone, row.money_gone) if entry), default=None)
            found[row.charge_id].append(PaidPart(row.on, row.principal_fen, row.entry, gone))
    return found


def _parts() -> Any:
    return (
        select(
            Allocation.charge_id,
            Allocation.on.label("on"),
            Allocation.principal_fen,
            Allocation.entry,
            _PartGone.entry.label("part_gone"),
            _MoneyGone.entry.label("money_gone"),
        )
        .join(Payment, Payment.id == Allocation.payment_id)
        .outerjoin(_PartGone, reverses(Allocation, _PartGone))
        .outerjoin(_MoneyGone, reverses(Payment, _MoneyGone))
    )


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _entry_of(entry: type[Entry], fact: type[WaiverRequest | WaiverDecision]) -> Any:
    return and_(entry.community_id == fact.community_id, entry.seq == fact.entry)
