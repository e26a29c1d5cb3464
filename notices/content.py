"""The values a paper is made from: frozen, complete, free of rows.

Money is whole fen, areas hundredths of a square metre, rates ppm a day (1‰ = 1000). Pictures are
held by their SHA-256 and handed over when the paper is rendered. What follows from other figures
(open principal, totals) is computed, so that no paper can contradict itself.
"""

from dataclasses import dataclass, field
from datetime import date

from billing.core.dunning import Tone
from billing.core.policy import Order
from notices.parts import (
    LATER,
    ChargeLine,
    Community,
    LateFeeSegment,
    LateFeeTerms,
    Office,
    PaymentLine,
    PriorNotice,
    Reversal,
    Share,
    Suspension,
    UnitFacts,
    Waived,
    WaiverTerms,
    in_state,
    late_fee_due,
    principal,
    total,
)
from notices.wording import LATEST

__all__ = [
    "GENERATOR",
    "ActivationLetter",
    "ChargeLine",
    "Community",
    "Demand",
    "LateFeeSegment",
    "LateFeeTerms",
    "Office",
    "Paper",
    "PaymentLine",
    "PaymentNotice",
    "PriorNotice",
    "Receipt",
    "Reversal",
    "Share",
    "Statement",
    "Suspension",
    "UnitFacts",
    "Waived",
    "WaiverTerms",
    "in_state",
    "late_fee_due",
    "principal",
    "total",
]

#: Raised with every change that alters the look or the words of a paper made from the same values.
GENERATOR = "permille-notices 1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every paper has. `ledger_mark` is the short form of the ledger's root, where one is kept."""

    number: str
    issued: date
    office: Office
    community: Community
    unit: UnitFacts
    verify_url: str
    template: str = LATEST
    generator: str = GENERATOR
    ledger_mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice(Paper):
    """缴费通知单: this period's charges (`lines`), what earlier ones left (`carried`), less `prepayment`.

    `segments` work out the late fee of `late_lines`, by their number there. A slip is printed where `slip_url`
    is given.
    """

    period: str
    as_of: date
    deadline: date
    lines: tuple[ChargeLine, ...]
    carried: tuple[ChargeLine, ...] = ()
    segments: tuple[LateFeeSegment, ...] = ()
    prepayment: int = 0
    rate_ppm: int = 1000
    terms: LateFeeTerms = field(default=LateFeeTerms(), metadata=LATER)
    waivers: tuple[Waived, ...] = field(default=(), metadata=LATER)
    suspensions: tuple[Suspension, ...] = field(default=(), metadata=LATER)
    objection_until: date | None = None
    slip_url: str = ""
    pay_url: str = ""

    @property
    def total(self) -> int:
        """To be paid, never below zero: what is prepaid beyond it stays prepaid."""
        return max(0, total(self.lines) + total(self.carried) - self.prepayment)

    @property
    def late_lines(self) -> tuple[ChargeLine, ...]:
        """Whatever may bear late fee: a period billed late has some of its own."""
        return (*self.carried, *self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Paper):
    """催缴通知单, or 催告函 in the formal tone.

    `times` counts the notices of this episode of arrears, this one included (第几次); `stage` is the step
    of the ladder.
    """

    stage: int
    tone: Tone
    times: int
    as_of: date
    deadline: date
    lines: tuple[ChargeLine, ...]
    segments: tuple[LateFeeSegment, ...] = ()
    prior: PriorNotice | None = None
    rate_ppm: int = 1000
    terms: LateFeeTerms = field(default=LateFeeTerms(), metadata=LATER)
    waivers: tuple[Waived, ...] = field(default=(), metadata=LATER)
    suspensions: tuple[Suspension, ...] = field(default=(), metadata=LATER)
    objection_until: date | None = None
    delivery: str = ""
    slip_url: str = ""
    pay_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Paper):
    """收据: one payment, what it was allocated to, and what stays unpaid (`remaining`, as of `received`)."""

    payer: str
    channel: str
    amount: int
    received: date
    shares: tuple[Share, ...]
    order: Order
    designated: bool = False
    prepayment: int = 0
    remaining: tuple[ChargeLine, ...] = ()
    waivers: tuple[Waived, ...] = field(default=(), metadata=LATER)
    cashier: str = ""
    reversal: Reversal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationLetter(Paper):
    """A one-time code for the owner's page, folded and sealed; `url` is where to use it, also as QR."""

    code: str
    url: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Paper):
    """对账单 of a debtor on a unit; `known_at` is the ledger entry up to which it knows."""

    as_of: date
    lines: tuple[ChargeLine, ...]
    segments: tuple[LateFeeSegment, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    prepayment: int = 0
    rate_ppm: int = 1000
    terms: LateFeeTerms = field(default=LateFeeTerms(), metadata=LATER)
    waivers: tuple[Waived, ...] = field(default=(), metadata=LATER)
    suspensions: tuple[Suspension, ...] = field(default=(), metadata=LATER)
    known_at: int | None = None

    @property
    def overdue(self) -> list[ChargeLine]:
        return in_state(self.lines, "overdue", self.as_of)

    @property
    def coming(self) -> list[ChargeLine]:
        return in_state(self.lines, "coming", self.as_of)

    @property
    def settled(self) -> list[ChargeLine]:
        return in_state(self.lines, "settled", self.as_of)
