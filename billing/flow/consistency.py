"""The consistency report (减免一致性报告): like cases, how each was decided, by whom, and on whose request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.core import consistency
from billing.core.consistency import SPAN, Case, Decision, Form, LikeCases, Tally, gathered, like_cases, tally
from billing.core.problem import Refused
from billing.store import decisions as rows
from billing.store.decisions import PaidPart
from billing.store.waivers import WaiverRequest, WaiverShare
from billing.translations import N_


@dataclass(frozen=True)
class Lot:
    """A charge of a request (fen): late from its due date until its principal was paid, or until it was asked for."""

    due: date
    until: date
    amount: int


@dataclass(frozen=True)
class Report:
    """Every decision from `first` to `last`, both included: in like cases, by decider, and by who asked and decided."""

    first: date
    last: date
    span_ppm: int
    groups: Sequence[LikeCases]
    deciders: Mapping[str, Tally]
    pairs: Mapping[tuple[str, str], Tally]
    whole: Tally | None

    @property
    def unlike(self) -> int:
        """Groups of like cases whose decisions lie further apart than they may."""
        return sum(one.unlike for one in self.groups)


def consistency_report(
    session: Session, community_id: int, first: date, last: date, span_ppm: int = SPAN
) -> Report:
    """Four queries, however many decisions; figures are those frozen when it was decided."""
    if last < first:
        raise Refused(
            N_("The days cannot end on %(last)s before they begin on %(first)s."), last=last, first=first
        )
    found = _decisions(session, community_id, first, last)
    by_decider = gathered(found, lambda one: one.decided_by)
    pairs = gathered(found, lambda one: (one.asked_by, one.decided_by))
    return Report(
        first=first,
        last=last,
        span_ppm=span_ppm,
        groups=like_cases(found, span_ppm),
        deciders={name: tally(some) for name, some in sorted(by_decider.items())},
        pairs={
            pair: tally(some)
            for pair, some in sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))
        },
        whole=tally(found) if found else None,
    )


def _decisions(session: Session, community_id: int, first: date, last: date) -> list[Decision]:
    found = rows.decided(session, community_id, first, last)
    given = rows.shares(session, [row.WaiverRequest.id for row in found])
    charges = sorted({charge for row in found for charge in row.WaiverRequest.charges})
    charged, paid = rows.charged(session, charges), rows.paid(session, charges)
    return [
        _decision(row, given.get(row.WaiverRequest.id, []), _lots(row.WaiverRequest, charged, paid))
        for row in found
    ]


def _lots(
    request: WaiverRequest,
    charged: Mapping[int, tuple[date, int]],
    paid: Mapping[int, Sequence[PaidPart]],
) -> list[Lot]:
    """The request's charges as they were known when it was put on file; what came or went since changes nothing."""
    lots = []
    for charge in request.charges:
        due, amount = charged[charge]
        parts = [one for one in paid.get(charge, ()) if one.known_at(request.entry) and one.principal]
        whole = sum(one.principal for one in parts) >= amount
        until = max(one.on for one in parts) if whole else request.asked_on
        lots.append(Lot(due, max(due, until), amount))
    return lots


def _decision(row: Any, given: Sequence[WaiverShare], lots: Sequence[Lot]) -> Decision:
    request, decision = row.WaiverRequest, row.WaiverDecision
    form = _form(request)
    return Decision(
        number=request.number,
        request_id=request.id,
        unit=row.Unit.label,
        debtor=row.debtor,
        case=_case(request, form, lots),
        asked_on=request.asked_on,
        asked_by=row.asked_by,
        decided_on=decision.on,
        decided_by=row.decided_by,
        role=decision.role,
        approved=decision.approved,
        asked=_asked(request, form),
        given=_given(decision.approved, given, form),
        value=decision.value_fen,
    )


def _case(request: WaiverRequest, form: Form, lots: Sequence[Lot]) -> Case:
    return Case(
        kind=request.kind,
        found=tuple(sorted({str(one.get("code", "")) for one in request.found})),
        age=consistency.longest((one.due, one.until) for one in lots),
        sum=consistency.sum_bracket(sum(one.amount for one in lots)),
        condition=request.condition,
        form=form,
    )


def _form(request: WaiverRequest) -> Form:
    """The first of what it asks for; one that asks for several is judged by that."""
    if request.share_ppm:
        return "share"
    if request.late_fee_fen:
        return "late-fee"
    return "principal" if request.principal_fen else "days"


def _asked(request: WaiverRequest, form: Form) -> int:
    match form:
        case "share":
            return request.share_ppm
        case "late-fee":
            return request.late_fee_fen
        case "principal":
            return request.principal_fen
        case "days":
            return _days(request.suspended_first, request.suspended_last)


def _given(approved: bool, shares: Sequence[WaiverShare], form: Form) -> int | None:
    """A share and days are the same on every charge, sums add up; None for what was given otherwise than asked."""
    if not approved:
        return 0
    match form:
        case "share":
            given = max(share.share_ppm for share in shares)
        case "late-fee":
            given = sum(share.late_fee_fen for share in shares)
        case "principal":
            given = sum(share.principal_fen for share in shares)
        case "days":
            given = max(_days(share.suspended_first, share.suspended_last) for share in shares)
    return given or None


def _days(first: date | None, last: date | None) -> int:
    return (last - first).days + 1 if first and last else 0
