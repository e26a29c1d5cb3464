"""违约金减免申请审批表: a request and its decision, put together from the books each time it is asked for.

An open request is worked out as of today; a decided one on the books of its decision, so that it stays what it was.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core import waiver as core
from billing.core.statement import Line
from billing.core.waiver import Waiver
from billing.core.waiver_policy import Terms
from billing.flow import papers
from billing.flow.liability import joint_debtors, names
from billing.flow.profile import missing
from billing.flow.waived import ended_on, terms_told
from billing.flow.waiver_effect import account_on, concerned, full_on, spread
from billing.flow.waiver_policy import waiver_policies
from billing.flow.waivers import asked_by
from billing.store.estate import Unit
from billing.store.granted import terms_of
from billing.store.ledger import Entry
from billing.store.people import Party
from billing.store.standing import Account
from billing.store.vault import Vault
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverRequest
from notices.content import WaiverTerms
from notices.fonts import fonts
from notices.render import render
from notices.waiver_request import AskedLine, Attachment, Decision, Standing, WaiverForm


def waiver_form(session: Session, request: WaiverRequest, today: date) -> WaiverForm:
    """The form's values. Raises Refused while the profile lacks what a paper needs."""
    decision = session.scalar(select(WaiverDecision).where(WaiverDecision.request_id == request.id))
    end = session.scalar(select(WaiverEnd).where(WaiverEnd.request_id == request.id))
    closed = decision or end
    day = closed.on if closed else today
    account = account_on(session, request, closed.entry if closed else None)
    own = next((one for one in account.waivers if one.number == request.number), None)
    now = account_on(session, request)
    standing, ended = _standing(now, request, decision, end, today)
    asked = terms_of(request)
    until = full_on(asked, day) if own is None else max(day, *_last_days(own))
    unit, debtor = session.get_one(Unit, request.unit_id), session.get_one(Party, request.debtor_id)
    gaps = missing(
        session, request.community_id, day
    )  # as a rule none; else the paper has what is known by now
    head = papers.Letterhead(session, request.community_id, today if gaps else day)
    owner = head.addressee(debtor.name, debtor.kind)
    known = waiver_policies(session, request.community_id, day).get(request.policy)
    joint = joint_debtors(session, request.community_id, unit_id=unit.id)
    return WaiverForm(
        number=request.number,
        issued=day,
        office=head.office,
        community=head.community,
        unit=head.unit(unit, owner, names(joint, request.charges)),
        verify_url=f"{head.url}/c/{request.community_id}/waivers/{request.number}/form",
        as_of=day,
        full_on=until,
        asked_on=request.asked_on,
        by_owner=request.by_owner,
        handler="" if request.by_owner else asked_by(session, request),
        policy=_drawable(known.name if known else request.policy),
        kind=request.kind,
        reason=_drawable(request.reason),
        asked=_told(asked, request),
        lines=_lines(account, request, asked, own, day, until, standing),
        standing=standing,
        ended=ended,
        papers=_attached(session, request),
        decision=_decision(session, decision, own) if decision else None,
    )


def waiver_form_pdf(session: Session, vault: Vault, request: WaiverRequest, today: date) -> bytes:
    """The form as a PDF: the same bytes for the same facts."""
    paper = waiver_form(session, request, today)
    seal, logo = (papers.picture(vault, sha256) for sha256 in (paper.office.seal, paper.office.logo))
    return render(paper, seal=seal, logo=logo)


def _drawable(text: str) -> str:
    """With 〓 for what no font has, such as an emoji: the books keep it, and a form without it is better than none."""
    unknown = fonts().missing([text])
    return "".join("〓" if character in unknown else character for character in text)


def _standing(
    account: Account,
    request: WaiverRequest,
    decision: WaiverDecision | None,
    end: WaiverEnd | None,
    today: date,
) -> tuple[Standing, date | None]:
    if decision is None:
        return ("dropped", end.on) if end else ("open", None)
    own = next((one for one in account.waivers if one.number == request.number), None)
    if own is None:
        return "refused", None
    state = account.waiver_state(own, today)
    return state, ended_on(own, state)


def _last_days(own: Waiver) -> list[date]:
    """The days by which an approved waiver has given all it can."""
    suspended = [relief.suspended[1] for relief in own.reliefs.values() if relief.suspended]
    return [*suspended, *([own.pay_by] if own.pay_by else []), own.since]


def _told(terms: Terms, request: WaiverRequest) -> WaiverTerms:
    first, last = terms.suspended or (None, None)
    return WaiverTerms(
        share_ppm=terms.share_ppm,
        late_fee=terms.late_fee,
        principal=terms.principal,
        suspended_first=first,
        suspended_last=last,
        condition=request.condition,  # type: ignore[arg-type]
        pay_by=terms.pay_by,
    )


def _lines(
    account: Account,
    request: WaiverRequest,
    asked: Terms,
    own: Waiver | None,
    day: date,
    until: date,
    standing: Standing,
) -> tuple[AskedLine, ...]:
    """Every charge on the day by which all is given: without the waiver, as asked, and as approved."""
    others = [one for one in account.waivers if one is not own]
    counted = core.standing(others, day, account.line_of)
    reliefs = spread(account, request.charges, asked, day, counted)
    wanted = Waiver(request.number, day, reliefs, pay_by=asked.pay_by)
    before, as_asked = (
        concerned(account, request.charges, until, [*counted, *more]) for more in ([], [wanted])
    )
    as_approved = before if own is None else concerned(account, request.charges, until, [*counted, own])
    is_open = standing == "open"
    return tuple(_line(account, *lines, is_open) for lines in zip(before, as_asked, as_approved, strict=True))


def _line(account: Account, before: Line, asked: Line, approved: Line, is_open: bool) -> AskedLine:
    fact = account.rows[before.charge.id]
    owed = max(0, before.total)
    return AskedLine(
        item=before.charge.item,
        period=before.charge.period,
        first=fact.period_first,
        last=fact.period_last,
        due=before.charge.due,
        principal=before.open,
        late_fee=owed - before.open,
        # Of an open request more may be asked than is owed by now.
        asked=max(0, min(owed, before.total - asked.total)),
        asked_principal=before.open - asked.open,
        approved=None if is_open else before.total - approved.total,
        approved_principal=before.open - approved.open,
    )


def _attached(session: Session, request: WaiverRequest) -> tuple[Attachment, ...]:
    query = select(WaiverPaper).where(WaiverPaper.request_id == request.id).order_by(WaiverPaper.id)
    return tuple(
        Attachment(name=_drawable(row.file_name), sha256=row.sha256) for row in session.scalars(query)
    )


def _decision(session: Session, decision: WaiverDecision, own: Waiver | None) -> Decision:
    return Decision(
        on=decision.on,
        by=session.get_one(Entry, (decision.community_id, decision.entry)).actor,
        role=decision.role,
        limit=decision.limit_fen,
        opinion=_drawable(decision.opinion),
        terms=terms_told(own) if own else None,
        value=decision.value_fen,
    )
