"""08 减免: the approval form of every waiver that was asked for, as it stood.

The certificates that came with a request stay in the vault: the form names them by their hash, and nobody but whoever
decided has to read how ill somebody was (PIPL art. 28).
"""

from collections.abc import Iterator

from sqlalchemy import select

from billing.flow.documents import count_pages
from billing.flow.pack.exhibit import say
from billing.flow.pack.piece import Lack, Piece
from billing.flow.pack.subject import Subject
from billing.flow.waiver_form import waiver_form_pdf
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverRequest


def waivers(subject: Subject) -> Iterator[Piece | Lack]:
    found = subject.session.execute(
        select(WaiverRequest, WaiverDecision.on.label("decided"), WaiverEnd.on.label("ended"))
        .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
        .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
        .where(subject.range.holds(WaiverRequest))
        .order_by(WaiverRequest.serial)
    )
    for request, *days in found:
        known = [request.asked_on, *filter(None, days)]
        if max(known) > subject.as_of:
            yield Lack("later_paper", request.number)
            continue
        data = waiver_form_pdf(subject.session, subject.vault, request, subject.as_of)
        name = f"08 {say('name.waivers')}/{request.number} {say('title.waiver')}.pdf"
        title = f"{say('title.waiver')} {request.number}"
        yield Piece(name, title, say("proves.waiver"), data, count_pages(data))
