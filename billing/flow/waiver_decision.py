"""What becomes of a waiver request: approved or refused by somebody else, withdrawn, noted as lapsed.

An approval writes what each charge is relieved of; how much that is on any day, and whether it still stands, is
computed (billing.core.waiver). The caller holds the community's lock, so that approvals side by side see each other.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.money import yuan
from billing.core.problem import Refused
from billing.core.waiver_policy import Terms, WaiverPolicy
from billing.flow.allocation import apply_prepayments
from billing.flow.entry import record, replayed
from billing.flow.estate import policies
from billing.flow.waiver_effect import Effect, account_on, effect
from billing.flow.waiver_news import tell_of_decision, tell_of_end
from billing.flow.waiver_policy import find_waiver_policy
from billing.flow.waivers import asked_by, require_open
from billing.store import index
from billing.store.standing import accounts
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverRequest, WaiverShare
from billing.translations import N_


def approve_waiver(
    session: Session,
    actor: str,
    role: str,
    today: date,
    request: WaiverRequest,
    terms: Terms,
    opinion: str,
    key: str,
) -> WaiverDecision:
    """Approve the request on its terms or on smaller ones. The same key for the same again is the same decision."""
    content = {
        "request": request.id,
        "approved": True,
        "role": role,
        "opinion": opinion.strip(),
        **asdict(terms),
    }
    known = _decided(session, request, content, key)
    if known:
        return known
    _check_decider(session, actor, request)
    found = effect(session, request, terms, today)
    policy = find_waiver_policy(session, request.community_id, request.policy, today)
    if not policy.may_approve(role, found.value):
        raise Refused(
            N_(
                "This gives up %(value)s, more than you may approve under “%(policy)s”: "
                "somebody with a higher limit decides."
            ),
            value=yuan(found.value),
            policy=policy.name,
        )
    if policy.papers and not session.scalar(
        select(WaiverPaper.id).where(WaiverPaper.request_id == request.id)
    ):
        raise Refused(
            N_("“%(policy)s” asks for papers (%(papers)s): attach them to %(number)s first."),
            policy=policy.name,
            papers=policy.papers,
            number=request.number,
        )
    entry = record(session, request.community_id, "waiver_decision", _key(request, key), actor, content)
    decision = _decision(request, entry, today, content, policy, terms.pay_by, found.value)
    session.add_all([decision, *_shares(request, entry, found)])
    session.flush()
    index.refresh(session, list(found.waiver.reliefs))
    tell_of_decision(session, actor, today, request, decision)
    return decision


def refuse_waiver(
    session: Session, actor: str, role: str, today: date, request: WaiverRequest, opinion: str, key: str
) -> WaiverDecision:
    """Refuse the request, and say why."""
    content = {"request": request.id, "approved": False, "role": role, "opinion": _reason(opinion)}
    known = _decided(session, request, content, key)
    if known:
        return known
    _check_decider(session, actor, request)
    policy = find_waiver_policy(session, request.community_id, request.policy, request.asked_on)
    if role not in policy.limits:
        raise Refused(N_("Your role does not decide under “%(policy)s”."), policy=policy.name)
    entry = record(session, request.community_id, "waiver_decision", _key(request, key), actor, content)
    decision = _decision(request, entry, today, content, policy, None, 0)
    session.add(decision)
    session.flush()
    tell_of_decision(session, actor, today, request, decision)
    return decision


def _decided(
    session: Session, request: WaiverRequest, content: Mapping[str, Any], key: str
) -> WaiverDecision | None:
    if not replayed(session, request.community_id, _key(request, key), content):
        return None
    return session.scalars(select(WaiverDecision).where(WaiverDecision.request_id == request.id)).one()


def _key(request: WaiverRequest, key: str) -> str:
    return f"waiver-decision:{request.serial}:{key}"


def _check_decider(session: Session, actor: str, request: WaiverRequest) -> None:
    require_open(session, request)
    if actor == asked_by(session, request):
        raise Refused(
            N_("%(number)s was entered by you: somebody else decides on it."), number=request.number
        )


def _decision(
    request: WaiverRequest,
    entry: int,
    today: date,
    content: Mapping[str, Any],
    policy: WaiverPolicy,
    pay_by: date | None,
    value: int,
) -> WaiverDecision:
    return WaiverDecision(
        community_id=request.community_id,
        entry=entry,
        request_id=request.id,
        approved=content["approved"],
        on=today,
        role=content["role"],
        limit_fen=policy.limits[content["role"]],
        value_fen=value,
        opinion=content["opinion"],
        condition=policy.condition,
        pay_by=pay_by,
    )


def _shares(request: WaiverRequest, entry: int, found: Effect) -> list[WaiverShare]:
    quoted = {after.charge.id: (before, after) for before, after in found.full}
    rows = []
    for charge_id, relief in found.waiver.reliefs.items():
        before, after = quoted[charge_id]
        first, last = relief.suspended or (None, None)
        rows.append(
            WaiverShare(
                community_id=request.community_id,
                entry=entry,
                request_id=request.id,
                charge_id=charge_id,
                since=relief.since,
                until=relief.until,
                share_ppm=relief.share_ppm,
                late_fee_fen=relief.late_fee,
                principal_fen=relief.principal,
                suspended_first=first,
                suspended_last=last,
                quoted_fen=before.late_fee_due - after.late_fee_due,
            )
        )
    return rows


def withdraw_waiver(
    session: Session, actor: str, today: date, request: WaiverRequest, reason: str, key: str, may_end: bool
) -> WaiverEnd:
    """Take back a request before it is decided; or, with `may_end`, an approved waiver, whose effect ends that day.

    Not one whose condition the debtor fulfilled: what was promised for that stands (Civil Code art. 575).
    """
    reason = _reason(reason)
    content = {"request": request.id, "reason": reason}
    key = f"waiver-end:{request.serial}:{key}"
    if replayed(session, request.community_id, key, content):
        return session.scalars(
            select(WaiverEnd).where(WaiverEnd.request_id == request.id, WaiverEnd.kind == "withdrawn")
        ).one()
    decision = session.scalar(select(WaiverDecision).where(WaiverDecision.request_id == request.id))
    if decision is None:
        require_open(session, request)
    else:
        _check_end(session, request, decision, today, may_end)
    entry = record(session, request.community_id, "waiver_end", key, actor, content)
    end = _end(session, request, entry, "withdrawn", today, reason)
    if decision:
        tell_of_end(session, actor, today, request, decision, end)
    return end


def _check_end(
    session: Session, request: WaiverRequest, decision: WaiverDecision, today: date, may_end: bool
) -> None:
    if not may_end:
        raise Refused(N_("%(number)s is decided: a manager may end it."), number=request.number)
    if not decision.approved:
        raise Refused(N_("%(number)s was refused: there is nothing to withdraw."), number=request.number)
    state = waiver_state(session, request, today)
    if state == "kept":
        raise Refused(
            N_("The debtor fulfilled the condition of %(number)s: what he was promised stands."),
            number=request.number,
        )
    if state in ("lapsed", "withdrawn"):
        raise Refused(N_("%(number)s does not stand any more."), number=request.number)


def waiver_state(session: Session, request: WaiverRequest, today: date) -> str:
    """What has become of an approved waiver by that day (see billing.core.waiver.State)."""
    account = account_on(session, request)
    waiver = next((one for one in account.waivers if one.number == request.number), None)
    return "withdrawn" if waiver is None else account.waiver_state(waiver, today)


def lapsing(session: Session, community_id: int, today: date) -> list[int]:
    """Requests whose waiver lapsed by that day and of which no note was made yet."""
    ended = select(WaiverEnd.id).where(WaiverEnd.request_id == WaiverRequest.id)
    late = session.scalars(
        select(WaiverRequest)
        .join(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .where(
            WaiverRequest.community_id == community_id,
            WaiverDecision.approved,
            WaiverDecision.pay_by < today,
            ~ended.exists(),
        )
        .order_by(WaiverRequest.id)
    )
    requests = {request.number: request for request in late}
    debtors = sorted({request.debtor_id for request in requests.values()})
    found = accounts(session, community_id, policies(session, community_id), debtor_ids=debtors)
    return [
        requests[waiver.number].id
        for account in found
        for waiver in account.waivers
        if waiver.number in requests and account.waiver_state(waiver, today) == "lapsed"
    ]


def note_lapse(session: Session, actor: str, today: date, request: WaiverRequest) -> WaiverEnd | None:
    """Note that a waiver lapsed; None if it did not, or was noted before. Money left over pays what is due again."""
    known = session.scalar(select(WaiverEnd).where(WaiverEnd.request_id == request.id))
    if known or waiver_state(session, request, today) != "lapsed":
        return None
    content = {"request": request.id, "lapsed": today}
    entry = record(
        session, request.community_id, "waiver_end", f"waiver-lapse:{request.serial}", actor, content
    )
    end = _end(session, request, entry, "lapsed", today, "")
    decision = session.scalars(select(WaiverDecision).where(WaiverDecision.request_id == request.id)).one()
    tell_of_end(session, actor, today, request, decision, end)
    return end


def _end(
    session: Session, request: WaiverRequest, entry: int, kind: str, today: date, reason: str
) -> WaiverEnd:
    end = WaiverEnd(
        community_id=request.community_id,
        entry=entry,
        request_id=request.id,
        kind=kind,
        on=today,
        reason=reason,
    )
    session.add(end)
    session.flush()
    index.refresh(session, request.charges)
    rules = policies(session, request.community_id)
    apply_prepayments(session, entry, [account_on(session, request)], rules, today)
    return end


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(N_("Say why: it will be read when somebody asks."))
    return text.strip()[:1000]
