"""Read model: all that happened between the office and a debtor, on all his units: one query over every kind of fact.

Each kind is a SELECT of the same columns, NULL where it says nothing. The newest comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, and_, cast, null, select, union_all
from sqlalchemy import func as sql
from sqlalchemy import literal as said
from sqlalchemy.orm import Session

from billing.store.accounts import User
from billing.store.base import local_date, summed
from billing.store.cases import AttemptRow, Case, CaseAssignment, CaseReason, FollowUp, PromiseRow
from billing.store.collection import Bill, Hold, Notice
from billing.store.estate import Unit, label
from billing.store.evidence import Delivery
from billing.store.ledger import Charge, Entry, Payment, Reversal, live
from billing.store.mail import Mail
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest


@dataclass(frozen=True)
class Event:
    """One line of the timeline. What `ref`, `code`, `text` and `until` mean depends on the `kind` (see below)."""

    kind: str
    on: date
    entry: int
    ref: int | None
    unit: str
    fen: int | None
    code: str
    text: str
    until: date | None
    actor: str
    count: int


def timeline(
    session: Session, case: Case, kinds: Sequence[str] = (), limit: int = 100, offset: int = 0
) -> list[Event]:
    """A page of what happened, of some kinds or of all."""
    chosen = [query for kind, query in _queries(case).items() if not kinds or kind in kinds]
    facts = union_all(*chosen).subquery()
    query = (
        select(facts, Entry.actor, Unit.building, Unit.entrance, Unit.room)
        .outerjoin(Entry, and_(Entry.community_id == case.community_id, Entry.seq == facts.c.entry))
        .outerjoin(Unit, Unit.id == facts.c.unit_id)
        .order_by(facts.c.day.desc(), facts.c.entry.desc(), facts.c.kind, facts.c.ref)
        .limit(limit)
        .offset(offset)
    )
    return [
        Event(
            kind=row.kind,
            on=row.day,
            entry=row.entry,
            ref=row.ref,
            unit=label(row.building or "", row.entrance or "", row.room or ""),
            fen=row.fen,
            code=row.code or "",
            text=row.text or "",
            until=row.until,
            actor=row.actor or "",
            count=row.number,
        )
        for row in session.execute(query)
    ]


def _fact(kind: str, day: Any, entry: Any, ref: Any, **more: Any) -> Select[Any]:
    """Columns in one order and of one type on every database."""
    return select(
        cast(said(kind), String).label("kind"),
        cast(day, Date).label("day"),
        entry.label("entry"),
        cast(ref, BigInteger).label("ref"),
        cast(more.get("unit", null()), BigInteger).label("unit_id"),
        cast(more.get("fen", null()), BigInteger).label("fen"),
        cast(more.get("code", null()), String).label("code"),
        cast(more.get("text", null()), String).label("text"),
        cast(more.get("until", null()), Date).label("until"),
        cast(more.get("number", said(1)), BigInteger).label("number"),
    )


def _queries(case: Case) -> dict[str, Select[Any]]:
    """Kind -> its facts."""
    return {**_ledger(case), **_papers(case), **_agreed(case), **_work(case)}


def _of(table: Any, case: Case) -> Any:
    return and_(table.community_id == case.community_id, table.debtor_id == case.debtor_id)


def _ledger(case: Case) -> dict[str, Select[Any]]:
    """Charges by unit, period and entry (`until`: when they fall due); payments (`code`: the channel)."""
    charge, payment = Charge, Payment
    charged = _fact(
        "charge",
        charge.effective_on,
        charge.entry,
        sql.min(charge.id),
        unit=charge.unit_id,
        fen=summed(charge.amount_fen),
        text=charge.period,
        until=sql.max(charge.due),
        number=sql.count(charge.id),
    )
    return {
        "charge": charged.where(_of(charge, case), live(charge)).group_by(
            charge.effective_on, charge.entry, charge.unit_id, charge.period
        ),
        "payment": _fact(
            "payment",
            payment.on,
            payment.entry,
            payment.id,
            unit=payment.unit_id,
            fen=payment.amount_fen,
            code=payment.channel,
        ).where(_of(payment, case), live(payment)),
        "reversal": _fact(
            "reversal",
            local_date(Entry.recorded_at),
            Reversal.entry,
            payment.id,
            unit=payment.unit_id,
            fen=payment.amount_fen,
            text=Reversal.reason,
        )
        .join(payment, and_(Reversal.target == "payment", Reversal.target_id == payment.id))
        .join(Entry, and_(Entry.community_id == Reversal.community_id, Entry.seq == Reversal.entry))
        .where(_of(payment, case)),
    }


def _papers(case: Case) -> dict[str, Select[Any]]:
    """Bills and notices (`ref`: the paper's serial), slips that came back, and mails (`code`: what became of them)."""
    return {
        "bill": _fact(
            "bill",
            Bill.issued_on,
            Bill.entry,
            Bill.serial,
            unit=Bill.unit_id,
            fen=Bill.total_fen,
            text=Bill.period,
            until=Bill.deadline,
        ).where(_of(Bill, case)),
        "notice": _fact(
            "notice",
            Notice.issued_on,
            Notice.entry,
            Notice.id,
            unit=Notice.unit_id,
            fen=Notice.total_fen,
            code=cast(Notice.stage, String),
            until=Notice.deadline,
            number=Notice.serial,
        ).where(_of(Notice, case)),
        "delivery": _fact(
            "delivery",
            Delivery.on,
            Delivery.entry,
            Notice.id,
            unit=Notice.unit_id,
            code=Delivery.relation,
            text=Delivery.signer,
            number=Notice.serial,
        )
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(_of(Notice, case), live(Delivery)),
        "mail": _fact(
            "mail", local_date(Mail.created_at), said(0), Mail.id, code=Mail.state, text=Mail.subject
        ).where(Mail.community_id == case.community_id, Mail.party_id == case.debtor_id),
    }


def _agreed(case: Case) -> dict[str, Select[Any]]:
    """Holds (`until`: their last day), waivers asked for, decided and ended, promises (`code`: how)."""
    request = WaiverRequest
    return {
        "hold": _fact(
            "hold",
            Hold.since,
            Hold.entry,
            Hold.id,
            unit=Hold.unit_id,
            code=Hold.kind,
            text=Hold.reason,
            until=Hold.until,
        ).where(_of(Hold, case)),
        "waiver": _fact(
            "waiver",
            request.asked_on,
            request.entry,
            request.serial,
            unit=request.unit_id,
            code=request.kind,
            text=request.reason,
        ).where(_of(request, case)),
        "waiver-decision": _fact(
            "waiver-decision",
            WaiverDecision.on,
            WaiverDecision.entry,
            request.serial,
            unit=request.unit_id,
            fen=WaiverDecision.value_fen,
            code=cast(WaiverDecision.approved, String),
            text=WaiverDecision.opinion,
            until=WaiverDecision.pay_by,
        )
        .join(request, request.id == WaiverDecision.request_id)
        .where(_of(request, case)),
        "waiver-end": _fact(
            "waiver-end",
            WaiverEnd.on,
            WaiverEnd.entry,
            request.serial,
            unit=request.unit_id,
            code=WaiverEnd.kind,
            text=WaiverEnd.reason,
        )
        .join(request, request.id == WaiverEnd.request_id)
        .where(_of(request, case)),
        "promise": _fact(
            "promise",
            PromiseRow.given_on,
            PromiseRow.entry,
            PromiseRow.id,
            fen=PromiseRow.amount_fen,
            code=PromiseRow.how,
            text=PromiseRow.by,
            until=PromiseRow.due,
        ).where(PromiseRow.case_id == case.id, live(PromiseRow)),
    }


def _work(case: Case) -> dict[str, Select[Any]]:
    """What collectors did: `ref` of an attempt is its id; the reason, the next step and who has the case in `code`."""
    return {
        "attempt": _fact(
            "attempt",
            AttemptRow.on,
            AttemptRow.entry,
            AttemptRow.id,
            unit=AttemptRow.unit_id,
            code=AttemptRow.kind + ":" + AttemptRow.outcome,
            text=AttemptRow.note,
        ).where(AttemptRow.case_id == case.id),
        "reason": _fact(
            "reason",
            CaseReason.on,
            CaseReason.entry,
            CaseReason.id,
            code=CaseReason.code,
            text=CaseReason.note,
        ).where(CaseReason.case_id == case.id),
        "next": _fact(
            "next",
            FollowUp.on,
            FollowUp.entry,
            FollowUp.id,
            code=FollowUp.code,
            text=FollowUp.note,
            until=FollowUp.due,
        ).where(FollowUp.case_id == case.id),
        "assignment": _fact(
            "assignment",
            CaseAssignment.on,
            CaseAssignment.entry,
            CaseAssignment.id,
            code=User.name,
            text=CaseAssignment.reason,
        )
        .outerjoin(User, User.id == CaseAssignment.user_id)
        .where(CaseAssignment.case_id == case.id),
    }


KINDS = (
    *("charge", "payment", "reversal", "bill", "notice", "delivery", "mail"),
    *("hold", "waiver", "waiver-decision", "waiver-end", "promise"),
    *("attempt", "reason", "next", "assignment"),
)
