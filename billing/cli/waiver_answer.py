"""A waiver as the command line tells it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.core.money import yuan
from billing.flow.waiver_book import Looked, look
from billing.store.granted import quoted
from billing.store.waivers import WaiverRequest, WaiverShare

#: What may have become of one (billing.flow.waiver_book.Standing).
STATES = ("asked", "waiting", "given", "kept", "lapsed", "refused", "withdrawn")

#: Charge, late fee and principal given up on it (fen).
Part = tuple[int, int, int]


def answer(session: Session, community_id: int, rows: Sequence[Any], today: date) -> list[dict[str, Any]]:
    """The rows of store.waiver_list as objects."""
    looked = look(session, community_id, rows, today)
    shares = quoted(session, [row.WaiverRequest.id for row in rows])
    return [_one(row, looked[row.WaiverRequest.id], shares.get(row.WaiverRequest.id, [])) for row in rows]


def _one(row: Any, looked: Looked, shares: Sequence[WaiverShare]) -> dict[str, Any]:
    asked: WaiverRequest = row.WaiverRequest
    decision, end = row.WaiverDecision, row.WaiverEnd
    parts = _parts(looked, shares)
    pay_by = decision.pay_by if decision and decision.approved else asked.pay_by
    return {
        "number": asked.number,
        "unit": row.Unit.label,
        "debtor": row.debtor,
        "policy": asked.policy,
        "kind": asked.kind,
        "state": looked.state,
        "value": None if looked.value is None else yuan(looked.value),
        "late_fee": yuan(sum(late_fee for _, late_fee, _ in parts)),
        "principal": yuan(sum(principal for *_, principal in parts)),
        "condition": decision.condition if decision else asked.condition,
        "pay_by": pay_by.isoformat() if pay_by else None,
        "reason": asked.reason,
        "asked_on": asked.asked_on.isoformat(),
        "asked_by": row.Entry.actor,
        "decided_on": decision.on.isoformat() if decision else None,
        "decided_by": row.decided_by,
        "opinion": decision.opinion if decision else None,
        "ended_on": end.on.isoformat() if end else None,
        "charges": [
            {"charge": charge, "late_fee": yuan(late_fee), "principal": yuan(principal)}
            for charge, late_fee, principal in parts
        ],
    }


def _parts(looked: Looked, shares: Sequence[WaiverShare]) -> list[Part]:
    """As quoted when it was approved; before that, what it would give today."""
    if shares:
        return [(one.charge_id, one.quoted_fen, one.principal_fen) for one in shares]
    pairs = looked.effect.full if looked.effect else ()
    return [
        (
            after.charge.id,
            before.late_fee_due - after.late_fee_due,
            before.open - after.open,
        )
        for before, after in pairs
    ]
