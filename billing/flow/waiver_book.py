"""Waivers as people look them up: each with what has become of it by a day, and what it gives up at most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.waiver import State
from billing.core.waiver_policy import WaiverPolicy
from billing.flow.allocation import account_of
from billing.flow.estate import policies
from billing.flow.waiver_effect import Effect, approved_effect, work_out
from billing.flow.waiver_policy import waiver_policies
from billing.store.granted import terms_of
from billing.store.standing import Account, accounts
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest

#: "asked" waits for its decision, "waiting" for the debtor's money.
Standing = Literal["asked", "refused"] | State


@dataclass(frozen=True)
class Looked:
    """What has become of a request by the day, and the most it gives up (fen): quoted, or what it would be today.

    `effect` is missing for what cannot be given any more, or was never approved.
    """

    state: Standing
    value: int | None
    effect: Effect | None = None


def look(session: Session, community_id: int, rows: Sequence[Any], today: date) -> dict[int, Looked]:
    """Request -> how it stands, for rows of store.waiver_list; the accounts of these debtors are read at once."""
    if not rows:
        return {}
    debtors = sorted({row.WaiverRequest.debtor_id for row in rows})
    rules = policies(session, community_id)
    known = {
        (one.unit_id, one.debtor_id): one
        for one in accounts(session, community_id, rules, debtor_ids=debtors)
    }
    offered = waiver_policies(session, community_id, today)
    return {
        row.WaiverRequest.id: _looked(
            row, known.get((row.WaiverRequest.unit_id, row.WaiverRequest.debtor_id)), offered, today
        )
        for row in rows
    }


def look_at(session: Session, row: Any, today: date) -> Looked:
    """How one of them stands."""
    request: WaiverRequest = row.WaiverRequest
    account = account_of(session, row.Unit, request.debtor_id, policies(session, request.community_id))
    return _looked(row, account, waiver_policies(session, request.community_id, today), today)


def _looked(row: Any, account: Account | None, offered: dict[str, WaiverPolicy], today: date) -> Looked:
    request: WaiverRequest = row.WaiverRequest
    decision: WaiverDecision | None = row.WaiverDecision
    if decision is None:
        state: Standing = "withdrawn" if row.WaiverEnd else "asked"
        found = None if row.WaiverEnd else _foreseen(request, account, offered, today)
        return Looked(state, found.value if found else None, found)
    if not decision.approved:
        return Looked("refused", None)
    return Looked(
        _become(request, row.WaiverEnd, account, today), decision.value_fen, _given(request, account, today)
    )


def _become(request: WaiverRequest, end: WaiverEnd | None, account: Account | None, today: date) -> Standing:
    if end:
        return "withdrawn" if end.kind == "withdrawn" else "lapsed"
    one = next((one for one in account.waivers if one.number == request.number), None) if account else None
    return account.waiver_state(one, today) if account and one else "withdrawn"


def _foreseen(
    request: WaiverRequest, account: Account | None, offered: dict[str, WaiverPolicy], today: date
) -> Effect | None:
    if account is None or request.policy not in offered:
        return None
    try:
        return work_out(
            account, offered[request.policy], request.charges, terms_of(request), today, request.number
        )
    except Refused:
        return None  # its day to pay passed, or everything is paid: whoever decides is told


def _given(request: WaiverRequest, account: Account | None, today: date) -> Effect | None:
    return approved_effect(account, request, today) if account else None
