"""Papers as an office sends them: one of each kind, for the tests. Every person and number is invented."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from billing.core.dunning import TONES, Tone
from notices.content import (
    ActivationLetter,
    ChargeLine,
    Community,
    Demand,
    LateFeeSegment,
    Office,
    Paper,
    PaymentLine,
    PaymentNotice,
    PriorNotice,
    Receipt,
    Reversal,
    Share,
    Statement,
    UnitFacts,
)

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
HOST = "https://wuye.example.com"

OFFICE = Office(
    company="安和物业服务有限公司",
    licence="91990101MA0000000X",
    representative="周明",
    address="安和市新城区和平路18号锦绣花园物业服务中心（3号楼1层）",
    phone="0990-1234567",
    bank_name="中国建设银行安和新城支行",
    bank_account_name="安和物业服务有限公司",
    bank_account="6200 0000 0000 0000 000",
    contact="李慧",
)
COMMUNITY = Community(
    name="锦绣花园",
    district="安和市新城区",
    contract_name="锦绣花园前期物业服务合同",
    contract_number="AH-WY-2021-018",
    contract_from=date(2021, 7, 1),
    late_fee_clause="业主逾期交纳物业服务费的，自逾期之日起每日按应交金额的千分之一向物业服务企业支付违约金。",
)
UNIT = UnitFacts(
    label="1-1-101",
    address="安和市新城区和平路18号锦绣花园1幢1单元101室",
    owner="王𬱟",
    co_owners=("李㛃",),
    area_e2=9850,
)


def debt(charges: int) -> tuple[tuple[ChargeLine, ...], tuple[LateFeeSegment, ...]]:
    """As many unpaid quarters up to the third of 2026, at 1‰; the oldest was part paid 40 days late."""
    lines, segments = [], []
    for number in range(charges):
        quarter = 2026 * 4 + 2 - (charges - 1 - number)
        line, parts = _quarter(number, quarter // 4, quarter % 4)
        lines.append(line)
        segments += parts
    return tuple(lines), tuple(segments)


def _quarter(number: int, year: int, quarter: int) -> tuple[ChargeLine, list[LateFeeSegment]]:
    first = date(year, 3 * quarter + 1, 1)
    due = date(year + quarter // 3, (3 * quarter + 3) % 12 + 1, 1) - DAY
    amount, paid = 82_740 + number % 2, 30_000 if number == 0 else 0
    steps = [(due + DAY, due + 40 * DAY, amount)] if paid else []
    steps.append((steps[-1][1] + DAY if paid else due + DAY, TODAY, amount - paid))
    parts = [segment(number, start, end, principal) for start, end, principal in steps]
    line = ChargeLine(
        item="物业服务费",
        period=f"{year}年第{'一二三四'[quarter]}季度",
        first=first,
        last=due,
        due=due,
        amount=amount,
        price="2.80元/㎡·月",
        paid=paid,
        overdue_days=(TODAY - due).days,
        late_fee=(2 * sum(part.micro for part in parts) + 1_000_000) // 2_000_000,
        late_fee_paid=1_000 if paid else 0,
    )
    return line, parts


def segment(line: int, first: date, last: date, principal: int) -> LateFeeSegment:
    days = (last - first).days + 1
    return LateFeeSegment(
        line=line, first=first, last=last, principal=principal, rate_ppm=1000, micro=principal * days * 1000
    )


#: The fourth quarter of 2026, billed and not yet due.
COMING = ChargeLine(
    item="物业服务费",
    period="2026年第四季度",
    first=date(2026, 10, 1),
    last=date(2026, 12, 31),
    due=date(2026, 12, 31),
    amount=82_740,
    price="2.80元/㎡·月",
    paid=2_740,
)
#: The third quarter of 2025, paid ten days late and its late fee with it.
SETTLED = ChargeLine(
    item="物业服务费",
    period="2025年第三季度",
    first=date(2025, 7, 1),
    last=date(2025, 9, 30),
    due=date(2025, 9, 30),
    amount=82_740,
    price="2.80元/㎡·月",
    paid=82_740,
    late_fee=827,
    late_fee_paid=827,
)


def head(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "issued": TODAY,
        "office": OFFICE,
        "community": COMMUNITY,
        "unit": UNIT,
        "verify_url": f"{HOST}/v/{number}-7K2M9QXT4R",
        "ledger_mark": "3f9a-77c1",
    }


def demand(charges: int = 2, tone: Tone = "firm", **changes: Any) -> Demand:
    lines, segments = debt(charges)
    stage = list(TONES).index(tone) + 1
    paper = Demand(
        **head("CJ-2026-000123"),
        stage=stage,
        tone=tone,
        times=stage,
        as_of=TODAY,
        deadline=date(2026, 12, 3),
        lines=lines,
        segments=segments,
        prior=PriorNotice(number="CJ-2026-000045", delivered=date(2026, 11, 5)) if stage > 1 else None,
        objection_until=date(2026, 11, 30),
        slip_url=f"{HOST}/s/7K2M9QXT4R8N",
    )
    return replace(paper, **changes)


def payment_notice(**changes: Any) -> PaymentNotice:
    lines, segments = debt(2)
    due = date(2026, 12, 31)
    quarter: dict[str, Any] = {"period": "2026年第四季度", "first": date(2026, 10, 1), "last": due}
    paper = PaymentNotice(
        **head("JF-2026Q4-000123"),
        period="2026年第四季度",
        as_of=TODAY,
        deadline=due,
        lines=(
            ChargeLine(item="物业服务费", due=due, amount=82_740, price="2.80元/㎡·月", **quarter),
            ChargeLine(item="公共能耗费", due=due, amount=4_500, price="15.00元/月", **quarter),
            ChargeLine(item="车位管理费（B1-032）", due=due, amount=24_000, paid=8_000, **quarter),
        ),
        carried=lines,
        segments=segments,
        prepayment=1_000,
        objection_until=date(2026, 12, 10),
        pay_url=f"{HOST}/pay/7K2M9QXT4R",
    )
    return replace(paper, **changes)


def receipt(**changes: Any) -> Receipt:
    lines, _ = debt(2)
    paper = Receipt(
        **head("SJ-2026-000456"),
        payer="王𬱟",
        channel="wechat",
        amount=100_000,
        received=TODAY,
        shares=(
            Share(item="物业服务费", period="2025年第四季度", principal=82_741, late_fee=0),
            Share(item="物业服务费", period="2026年第一季度", principal=12_000, late_fee=259),
        ),
        order="principal-first",
        prepayment=5_000,
        remaining=(*lines, COMING),
        cashier="李慧",
    )
    return replace(paper, **changes)


def reversed_receipt() -> Receipt:
    return receipt(
        reversal=Reversal(number="HC-2026-000002", on=date(2026, 11, 24), reason="收款渠道录入错误")
    )


def activation(**changes: Any) -> ActivationLetter:
    paper = ActivationLetter(
        **head("JH-2026-000789"),
        code="7K2M9QXT4R8NA",
        url=f"{HOST}/portal/activate",
        expires=date(2026, 12, 23),
    )
    return replace(paper, **changes)


def statement(**changes: Any) -> Statement:
    lines, segments = debt(4)
    late = segment(len(lines), date(2025, 10, 1), date(2025, 10, 10), SETTLED.amount)
    first = PaymentLine(
        on=date(2025, 10, 10),
        number="SJ-2025-000087",
        channel="cash",
        amount=83_567,
        principal=82_740,
        late_fee=827,
    )
    second = PaymentLine(
        on=date(2026, 2, 9),
        number="SJ-2026-000101",
        channel="transfer",
        amount=33_740,
        principal=32_740,
        late_fee=1_000,
    )
    paper = Statement(
        **head("DZ-2026-000321"),
        as_of=TODAY,
        lines=(*lines, SETTLED, COMING),
        segments=(*segments, late),
        payments=(first, second),
        known_at=10_234,
    )
    return replace(paper, **changes)


#: One of each, by the name of its golden text.
SAMPLES: dict[str, Paper] = {
    "demand-courteous": demand(1, "courteous"),
    "demand-firm": demand(2, "firm"),
    "demand-strong": demand(3, "strong"),
    "demand-formal": demand(5, "formal"),
    "payment-notice": payment_notice(),
    "receipt": receipt(),
    "receipt-reversed": reversed_receipt(),
    "activation": activation(),
    "statement": statement(),
}


def named(owner: str, paper: Paper | None = None) -> Paper:
    """The paper (a demand for one charge) addressed to somebody else."""
    paper = paper or demand(1)
    return replace(paper, unit=replace(paper.unit, owner=owner))


def seal_png() -> bytes:
    """A round red seal on a transparent ground."""
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((6, 6, 294, 294), outline=(200, 20, 20, 220), width=8)
    draw.ellipse((100, 100, 200, 200), fill=(200, 20, 20, 220))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
