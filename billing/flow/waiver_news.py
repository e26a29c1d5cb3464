"""What a debtor is told of his waiver: approved on which condition, refused, lapsed, withdrawn."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.money import grouped
from billing.flow.events import queue_event
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.mail import Mail
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest
from notices import figures
from notices.wording import LATEST, wording


def tell_of_decision(
    session: Session, actor: str, today: date, request: WaiverRequest, decision: WaiverDecision
) -> Mail | None:
    """That it was approved, up to which sum and on which condition; or refused, and why."""
    kind = "waiver-approved" if decision.approved else "waiver-refused"
    return _tell(session, actor, today, kind, request, decision, decision.opinion)


def tell_of_end(
    session: Session,
    actor: str,
    today: date,
    request: WaiverRequest,
    decision: WaiverDecision,
    end: WaiverEnd,
) -> Mail | None:
    """That what was approved is due again."""
    return _tell(session, actor, today, f"waiver-{end.kind}", request, decision, end.reason)


def _tell(
    session: Session,
    actor: str,
    today: date,
    kind: str,
    request: WaiverRequest,
    decision: WaiverDecision,
    reason: str,
) -> Mail | None:
    words = wording(LATEST)
    day = {"到期日": figures.day(decision.pay_by) if decision.pay_by else words("label.none")}
    places = {
        "编号": request.number,
        "截算日": figures.day(today),
        "金额": grouped(decision.value_fen),
        "期间": _periods(session, request),
        "条件": words(f"mail.waiver.{decision.condition}", day),
        "原因": reason or words("label.none"),
        **day,
    }
    unit = session.get_one(Unit, request.unit_id)
    return queue_event(session, actor, today, now(), kind, unit, request.debtor_id, request.id, places)


def _periods(session: Session, request: WaiverRequest) -> str:
    query = select(Charge.period).where(Charge.id.in_(request.charges)).order_by(Charge.due, Charge.id)
    return "、".join(dict.fromkeys(session.scalars(query)))
