"""Waivers asked for: by staff or by the debtor himself, with the papers that speak for them.

What becomes of a request is decided in billing.flow.waiver_decision, by somebody else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.numbers import parse_serial
from billing.core.problem import Missing, Refused
from billing.core.waiver_policy import Terms, check_terms
from billing.flow.allocation import account_of
from billing.flow.entry import is_recorded, record, replayed
from billing.flow.estate import policies
from billing.flow.scans import media_type, plain_name
from billing.flow.waiver_effect import Effect, work_out
from billing.flow.waiver_policy import find_waiver_policy
from billing.store.estate import Unit
from billing.store.ledger import Entry
from billing.store.standing import Account
from billing.store.vault import Vault, keep
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverRequest
from billing.translations import N_

LONGEST_REASON = 1000
_MOST_PAPERS = 20

NOTHING_CHOSEN = N_("Choose the charges it is asked for.")


@dataclass(frozen=True)
class Application:
    """What somebody asks for. `charges`: for which of the debtor's charges; none named: all that are overdue.

    `found` are the rules that spoke for it, as data (see billing.core.good_faith).
    """

    policy: str
    terms: Terms
    reason: str
    key: str
    charges: tuple[int, ...] = ()
    by_owner: bool = False
    found: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Paper:
    """A file that speaks for a request, with the name it came under."""

    data: bytes
    name: str


def foresee(session: Session, today: date, unit: Unit, debtor_id: int, asked: Application) -> Effect:
    """What it would give; nothing is written. Raises Refused where that is nothing, or more than is owed."""
    policy = find_waiver_policy(session, unit.community_id, asked.policy, today)
    account = account_of(session, unit, debtor_id, policies(session, unit.community_id))
    return work_out(account, policy, _concerned(account, asked.charges, today), asked.terms, today)


def apply_for_waiver(
    session: Session,
    vault: Vault,
    actor: str,
    today: date,
    unit: Unit,
    debtor_id: int,
    asked: Application,
    papers: Sequence[Paper] = (),
) -> WaiverRequest:
    """`request_waiver` with its papers, for something that `foresee` says can be given."""
    again = is_recorded(session, unit.community_id, f"waiver:{asked.key}")
    if not again:
        foresee(session, today, unit, debtor_id, asked)
    request = request_waiver(session, actor, today, unit, debtor_id, asked)
    if not again:
        for paper in papers:
            add_paper(session, vault, actor, request, paper.data, paper.name)
    return request


def request_waiver(
    session: Session, actor: str, today: date, unit: Unit, debtor_id: int, asked: Application
) -> WaiverRequest:
    """Put a request on file. The same key for the same content again is the same request."""
    content = {"unit": unit.id, "debtor": debtor_id}
    content |= {name: getattr(asked, name) for name in asked.__dataclass_fields__}
    key = f"waiver:{asked.key}"
    before = replayed(session, unit.community_id, key, content)
    if before:
        return session.scalars(
            select(WaiverRequest).where(
                WaiverRequest.community_id == unit.community_id, WaiverRequest.entry == before.seq
            )
        ).one()
    policy = find_waiver_policy(session, unit.community_id, asked.policy, today)
    check_terms(policy, asked.terms, today)
    reason = asked.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(N_("Say why, in at most 1,000 characters: whoever decides reads it first."))
    account = account_of(session, unit, debtor_id, policies(session, unit.community_id))
    charges = _concerned(account, asked.charges, today)
    entry = record(session, unit.community_id, "waiver_request", key, actor, content)
    terms = asked.terms
    first, last = terms.suspended or (None, None)
    request = WaiverRequest(
        community_id=unit.community_id,
        entry=entry,
        serial=_next_serial(session, unit.community_id),
        unit_id=unit.id,
        debtor_id=debtor_id,
        asked_on=today,
        by_owner=asked.by_owner,
        policy=policy.code,
        kind=policy.kind,
        charges=charges,
        share_ppm=terms.share_ppm,
        late_fee_fen=terms.late_fee,
        principal_fen=terms.principal,
        suspended_first=first,
        suspended_last=last,
        condition=policy.condition,
        pay_by=terms.pay_by,
        reason=reason,
        found=[dict(one) for one in asked.found],
    )
    session.add(request)
    session.flush()
    return request


def _concerned(account: Account, named: Sequence[int], today: date) -> list[int]:
    lines = account.lines(today)
    if not named:
        overdue = [row.charge.id for row in lines if row.state == "overdue"]
        if not overdue:
            raise Refused(
                N_("Nothing of %(debtor)s is overdue on unit %(unit)s: there is nothing to waive."),
                debtor=account.debtor,
                unit=account.unit,
            )
        return overdue
    owed = {row.charge.id for row in lines if row.total > 0}
    strange = [str(charge) for charge in named if charge not in owed]
    if strange:
        raise Refused(
            N_("On charge %(charges)s %(debtor)s owes nothing on unit %(unit)s."),
            charges=", ".join(strange),
            debtor=account.debtor,
            unit=account.unit,
        )
    return sorted(set(named))


def add_paper(
    session: Session, vault: Vault, actor: str, request: WaiverRequest, data: bytes, file_name: str
) -> WaiverPaper:
    """Attach a paper to a request that is not decided yet; the same file again is the same paper."""
    sha256 = keep(session, vault, data, media_type(data))
    papers = session.scalars(select(WaiverPaper).where(WaiverPaper.request_id == request.id)).all()
    for known in papers:
        if known.sha256 == sha256:
            return known
    require_open(session, request)
    if len(papers) >= _MOST_PAPERS:
        raise Refused(N_("A request carries at most 20 papers."))
    content = {"request": request.number, "sha256": sha256}
    key = f"waiver-paper:{request.serial}:{sha256}"
    entry = record(session, request.community_id, "waiver_paper", key, actor, content)
    paper = WaiverPaper(
        community_id=request.community_id,
        entry=entry,
        request_id=request.id,
        sha256=sha256,
        file_name=plain_name(file_name),
    )
    session.add(paper)
    session.flush()
    return paper


def require_open(session: Session, request: WaiverRequest) -> None:
    """Raises Refused once the request is decided or withdrawn."""
    decision = session.scalar(select(WaiverDecision).where(WaiverDecision.request_id == request.id))
    if decision:
        raise Refused(N_("%(number)s was already decided on %(on)s."), number=request.number, on=decision.on)
    ended = session.scalar(select(WaiverEnd).where(WaiverEnd.request_id == request.id))
    if ended:
        raise Refused(N_("%(number)s was withdrawn on %(on)s."), number=request.number, on=ended.on)


def asked_by(session: Session, request: WaiverRequest) -> str:
    """Who put the request on file."""
    return session.get_one(Entry, (request.community_id, request.entry)).actor


def find_waiver(session: Session, community_id: int, number: str) -> WaiverRequest:
    """The request with that number, W1-000017 or 17."""
    serial = parse_serial(number, f"W{community_id}-")
    query = select(WaiverRequest).where(
        WaiverRequest.community_id == community_id, WaiverRequest.serial == serial
    )
    request = None if serial is None else session.scalar(query)
    if request is None:
        raise Missing(N_("There is no waiver request %(number)s."), number=number)
    return request


def _next_serial(session: Session, community_id: int) -> int:
    last = session.scalar(
        select(func.max(WaiverRequest.serial)).where(WaiverRequest.community_id == community_id)
    )
    return (last or 0) + 1
