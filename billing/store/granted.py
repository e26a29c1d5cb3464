"""Read model: what waiver requests ask for, and the approved waivers on charges, as known at an entry."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.statement import Relief
from billing.core.waiver import Waiver
from billing.core.waiver_policy import Terms
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest, WaiverShare

#: Bound parameters one statement may hold on every SQLite in use.
_CHUNK = 500


def granted(
    session: Session, charge_ids: Sequence[int], known_at: int | None = None
) -> Iterator[tuple[int, Waiver]]:
    """(charge, waiver on it) in the order of approval. A waiver is on charges of one debtor and unit only."""
    touched: dict[int, list[Any]] = {}
    for start in range(0, len(charge_ids), _CHUNK):
        for row in session.execute(_shares(charge_ids[start : start + _CHUNK], known_at)):
            touched.setdefault(row.WaiverDecision.entry, []).append(row)
    for _, rows in sorted(touched.items()):
        waiver = _waiver(rows)
        yield from ((row.WaiverShare.charge_id, waiver) for row in rows)


def _shares(charge_ids: Sequence[int], known_at: int | None) -> Any:
    ended = WaiverEnd.request_id == WaiverRequest.id
    if known_at is not None:
        ended &= WaiverEnd.entry <= known_at
    query = (
        select(WaiverShare, WaiverDecision, WaiverRequest, WaiverEnd)
        .join(WaiverDecision, WaiverDecision.request_id == WaiverShare.request_id)
        .join(WaiverRequest, WaiverRequest.id == WaiverShare.request_id)
        .outerjoin(WaiverEnd, ended)
        .where(WaiverShare.charge_id.in_(charge_ids))
    )
    return query if known_at is None else query.where(WaiverShare.entry <= known_at)


def _waiver(rows: Sequence[Any]) -> Waiver:
    first = rows[0]
    end: WaiverEnd | None = first.WaiverEnd
    return Waiver(
        number=first.WaiverRequest.number,
        since=first.WaiverDecision.on,
        reliefs={row.WaiverShare.charge_id: relief_of(row.WaiverShare) for row in rows},
        condition=first.WaiverDecision.condition,
        pay_by=first.WaiverDecision.pay_by,
        withdrawn=end.on if end and end.kind == "withdrawn" else None,
        noted=end.on if end and end.kind == "lapsed" else None,
        kind=first.WaiverRequest.kind,
    )


def relief_of(share: WaiverShare) -> Relief:
    return Relief(
        since=share.since,
        until=share.until,
        share_ppm=share.share_ppm,
        late_fee=share.late_fee_fen,
        principal=share.principal_fen,
        suspended=_days(share.suspended_first, share.suspended_last),
    )


def terms_of(request: WaiverRequest) -> Terms:
    """What the request asks for."""
    return Terms(
        share_ppm=request.share_ppm,
        late_fee=request.late_fee_fen,
        principal=request.principal_fen,
        suspended=_days(request.suspended_first, request.suspended_last),
        pay_by=request.pay_by,
    )


def _days(first: date | None, last: date | None) -> tuple[date, date] | None:
    return (first, last) if first and last else None


def quoted(session: Session, request_ids: Sequence[int]) -> dict[int, list[WaiverShare]]:
    """Request -> what each charge was relieved of when it was approved."""
    found: dict[int, list[WaiverShare]] = {}
    for start in range(0, len(request_ids), _CHUNK):
        some = request_ids[start : start + _CHUNK]
        query = select(WaiverShare).where(WaiverShare.request_id.in_(some)).order_by(WaiverShare.id)
        for share in session.scalars(query):
            found.setdefault(share.request_id, []).append(share)
    return found
