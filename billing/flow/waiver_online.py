"""Waivers that a debtor asks for himself, on his own page: what he may ask for, how often, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.waiver_policy import WaiverPolicy
from billing.flow.entry import is_recorded
from billing.flow.tries import TooMany
from billing.flow.waiver_decision import withdraw_waiver
from billing.flow.waiver_policy import waiver_policies
from billing.flow.waivers import Application, Paper, apply_for_waiver
from billing.store.estate import Unit
from billing.store.vault import Vault
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest
from billing.translations import N_

MOST_A_DAY = 5
MOST_PAPERS = 6

#: What the books say where an owner took his request back and gave no reason.
TAKEN_BACK = "业主本人撤回"


def owner_actor(login: str) -> str:
    """How the books name an owner who acts: never as a member of staff could be called."""
    return f"owner:{login}"


def offered(session: Session, community_id: int, today: date) -> dict[str, WaiverPolicy]:
    """Code -> policy of those that owners may ask under. Principal is not theirs to ask for online."""
    known = waiver_policies(session, community_id, today)
    return {code: one for code, one in known.items() if one.online and (one.late_fee_ppm or one.days)}


def ask_online(
    session: Session,
    vault: Vault,
    login: str,
    today: date,
    unit: Unit,
    debtor_id: int,
    asked: Application,
    papers: Sequence[Paper],
) -> WaiverRequest:
    """Put an owner's own request on file; one at a time may wait for a decision. The same key again is the same one."""
    if not is_recorded(session, unit.community_id, f"waiver:{asked.key}"):
        if asked.policy not in offered(session, unit.community_id, today):
            raise Refused(N_("This cannot be asked for online: please ask at the office."))
        if len(papers) > MOST_PAPERS:
            raise Refused(N_("At most %(most)s papers can be sent with it."), most=MOST_PAPERS)
        _check_number(session, today, unit, debtor_id)
    asked = replace(asked, by_owner=True)
    return apply_for_waiver(session, vault, owner_actor(login), today, unit, debtor_id, asked, papers)


def _check_number(session: Session, today: date, unit: Unit, debtor_id: int) -> None:
    own = (
        WaiverRequest.by_owner,
        WaiverRequest.community_id == unit.community_id,
        WaiverRequest.debtor_id == debtor_id,
    )
    decided = select(WaiverDecision.id).where(WaiverDecision.request_id == WaiverRequest.id)
    ended = select(WaiverEnd.id).where(WaiverEnd.request_id == WaiverRequest.id)
    open_one = session.scalars(
        select(WaiverRequest).where(
            *own, WaiverRequest.unit_id == unit.id, ~decided.exists(), ~ended.exists()
        )
    ).first()
    if open_one:
        raise Refused(
            N_("Your request %(number)s still waits for its decision: withdraw it first to ask anew."),
            number=open_one.number,
        )
    sent = session.scalar(select(func.count()).where(*own, WaiverRequest.asked_on == today)) or 0
    if sent >= MOST_A_DAY:
        raise TooMany(N_("You sent %(most)s requests today: please ask at the office."), most=MOST_A_DAY)


def take_back(session: Session, login: str, today: date, request: WaiverRequest) -> WaiverEnd:
    """Withdraw a request that is not decided yet; a second time changes nothing."""
    return withdraw_waiver(session, owner_actor(login), today, request, TAKEN_BACK, "owner", may_end=False)
