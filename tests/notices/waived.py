"""Papers that say something of waivers, for the tests: approval forms, and the others with waivers on their charges."""

from dataclasses import replace
from datetime import date
from typing import Any

from notices.content import (
    ChargeLine,
    Demand,
    LateFeeSegment,
    Paper,
    PaymentNotice,
    Receipt,
    Statement,
    Suspension,
    Waived,
    WaiverTerms,
)
from notices.waiver_request import AskedLine, Attachment, Decision, WaiverForm
from tests.notices import papers

FAULT = Waived(
    number="W1-000002",
    since=date(2026, 11, 5),
    terms=WaiverTerms(principal=5_000, suspended_first=date(2026, 10, 11), suspended_last=date(2026, 10, 30)),
    state="given",
    principal=5_000,
)
HALF = Waived(
    number="W1-000003",
    since=date(2026, 11, 20),
    terms=WaiverTerms(share_ppm=500_000, condition="principal", pay_by=date(2026, 12, 10)),
    state="waiting",
    late_fee=3_950,
)
LAPSED = Waived(
    number="W1-000001",
    since=date(2026, 9, 1),
    terms=WaiverTerms(share_ppm=1_000_000, condition="all", pay_by=date(2026, 9, 30)),
    state="lapsed",
    ended=date(2026, 10, 1),
)
WITHDRAWN = Waived(
    number="W1-000004",
    since=date(2026, 11, 10),
    terms=WaiverTerms(late_fee=2_000),
    state="withdrawn",
    ended=date(2026, 11, 12),
)


def relieved() -> tuple[tuple[ChargeLine, ...], tuple[LateFeeSegment, ...], tuple[Suspension, ...]]:
    """Two quarters: of the first half the late fee is given up; of the second 50.00, and twenty days are suspended."""
    (first, second), segments = papers.debt(2)
    days = (
        (date(2026, 10, 1), date(2026, 10, 10), 82_741),
        (date(2026, 10, 31), date(2026, 11, 5), 82_741),
        (date(2026, 11, 6), papers.TODAY, 77_741),
    )
    parts = [papers.segment(1, *each) for each in days]
    late_fee = (sum(part.micro for part in parts) + 500_000) // 1_000_000
    lines = (
        replace(first, late_fee_waived=3_950),
        replace(second, waived=5_000, late_fee=late_fee),
    )
    gap = Suspension(line=1, first=date(2026, 10, 11), last=date(2026, 10, 30), number="W1-000002")
    return lines, (*segments[:2], *parts), (gap,)


def demand(**changes: Any) -> Demand:
    """What was given up stands without condition: while one waits for money no demand is sent."""
    lines, segments, suspensions = relieved()
    half = replace(HALF, terms=WaiverTerms(share_ppm=500_000), state="given")
    paper = papers.demand(2, "firm", lines=lines, segments=segments)
    return replace(paper, waivers=(LAPSED, FAULT, half), suspensions=suspensions, **changes)


def payment_notice() -> PaymentNotice:
    lines, segments, suspensions = relieved()
    paper = papers.payment_notice(carried=lines, segments=segments)
    return replace(paper, waivers=(FAULT, HALF), suspensions=suspensions)


def receipt() -> Receipt:
    lines, _, _ = relieved()
    return papers.receipt(remaining=lines, waivers=(FAULT, HALF))


def statement() -> Statement:
    lines, segments, suspensions = relieved()
    paper = papers.statement(lines=(*lines, papers.COMING), segments=segments)
    return replace(paper, waivers=(LAPSED, FAULT, HALF, WITHDRAWN), suspensions=suspensions)


ASKED = WaiverTerms(share_ppm=1_000_000, principal=10_000, condition="principal", pay_by=date(2026, 12, 10))
GRANTED = WaiverTerms(share_ppm=500_000, condition="principal", pay_by=date(2026, 12, 10))
REASON = (
    "本人于2026年5月住院手术，期间无收入，故未能按期交费。现病情好转，愿意一次性付清本金，请求减免违约金。"
)


def _asked(number: int, approved: int | None) -> AskedLine:
    line = papers.debt(2)[0][number]
    late_fee = (9_796, 5_875)[number]
    principal = (10_000, 0)[number]
    return AskedLine(
        item=line.item,
        period=line.period,
        first=line.first,
        last=line.last,
        due=line.due,
        principal=line.open,
        late_fee=late_fee,
        asked=late_fee + principal,
        asked_principal=principal,
        approved=approved,
    )


def form(**changes: Any) -> WaiverForm:
    """A request of somebody ill for all of the late fee and 100.00 of the principal; nothing is decided."""
    paper = WaiverForm(
        **papers.head("W1-000005"),
        as_of=papers.TODAY,
        full_on=date(2026, 12, 10),
        asked_on=date(2026, 11, 20),
        by_owner=False,
        handler="李慧",
        policy="确有困难",
        kind="hardship",
        reason=REASON,
        asked=ASKED,
        lines=(_asked(0, None), _asked(1, None)),
        standing="open",
        papers=(
            Attachment(name="住院病案首页.pdf", sha256="3f9a77c1" * 8),
            Attachment(name="低保证明.jpg", sha256="07ab52e9" * 8),
            Attachment(name="本人申请书.jpg", sha256="c41d8e60" * 8),
        ),
    )
    return replace(paper, **changes)


def approved(**changes: Any) -> WaiverForm:
    decision = Decision(
        on=papers.TODAY,
        by="周明",
        role="manager",
        limit=200_000,
        opinion="住院属实，减免违约金的一半；本金应予付清。",
        terms=GRANTED,
        value=4_898 + 2_938,
    )
    lines = (_asked(0, 4_898), _asked(1, 2_938))
    return form(lines=lines, standing="waiting", decision=decision, **changes)


def refused() -> WaiverForm:
    decision = Decision(on=papers.TODAY, by="沈安", role="admin", limit=None, opinion="同一事由去年已减免。")
    return form(
        lines=(_asked(0, 0), _asked(1, 0)), standing="refused", by_owner=True, handler="", decision=decision
    )


def many(charges: int = 36, attachments: int = 20) -> WaiverForm:
    """As long as a form can be: three years by the month, every paper, every character of the reason."""
    line = _asked(1, None)
    lines = tuple(
        replace(line, period=f"{2024 + number // 12}年{number % 12 + 1}月") for number in range(charges)
    )
    pages = tuple(
        Attachment(name=f"第{number}页 {'很长的文件名' * 6}.jpg", sha256=f"{number:02x}" * 32)
        for number in range(attachments)
    )
    return form(lines=lines, papers=pages, reason="难" * 999 + "末")


#: By the name of its golden text.
SAMPLES: dict[str, Paper] = {
    "demand-waived": demand(),
    "payment-notice-waived": payment_notice(),
    "receipt-waived": receipt(),
    "statement-waived": statement(),
    "waiver-form-open": form(),
    "waiver-form-approved": approved(),
    "waiver-form-refused": refused(),
}

EVERY = {**papers.SAMPLES, **SAMPLES}
