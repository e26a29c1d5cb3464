"""The values a paper is made from: frozen, complete, free of rows.

Money is whole fen, areas hundredths of a square metre, rates ppm a day (1‰ = 1000). Pictures are
held by their SHA-256 and handed over when the paper is rendered. What follows from other figures
(open principal, totals) is computed, so that no paper can contradict itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from billing.core import ageing
from billing.core.dunning import Tone
from billing.core.policy import Order
from notices.wording import LATEST

#: Raised with every change that alters the look or the words of a paper made from the same values.
GENERATOR = "permille-notices 1.1"

#: Of a field that older records know nothing of: while it holds its default it is left out of the record.
LATER = {"later": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The property-management company (物业服务人); `seal` and `logo` are the SHA-256 of a PNG, or empty."""

    company: str
    licence: str
    representative: str
    address: str
    phone: str
    bank_name: str
    bank_account_name: str
    bank_account: str
    contact: str = ""
    seal: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """小区 and its service contract; `late_fee_clause` is quoted in the contract's own words."""

    name: str
    district: str
    contract_name: str
    contract_number: str
    contract_from: date | None = None
    late_fee_clause: str = ""
    pay_channels: str = field(default="", metadata=LATER)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """房屋: `label` is 1-1-101, `address` the 房屋坐落, `owner` whoever the paper is addressed to."""

    label: str
    address: str
    owner: str
    co_owners: tuple[str, ...] = ()
    area_e2: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeLine:
    """One charge as of the paper's day.

    `amount`, `paid` and `waived` are principal; `price` is text such as 2.80元/㎡·月.
    """

    item: str
    period: str
    first: date
    last: date
    due: date
    amount: int
    price: str = ""
    paid: int = 0
    waived: int = 0
    overdue_days: int = 0
    late_fee: int = 0
    late_fee_paid: int = 0
    late_fee_waived: int = 0

    @property
    def open(self) -> int:
        return self.amount - self.paid - self.waived

    @property
    def late_fee_due(self) -> int:
        return self.late_fee - self.late_fee_paid - self.late_fee_waived

    @property
    def total(self) -> int:
        return self.open + self.late_fee_due

    def state(self, as_of: date) -> ageing.State:
        return ageing.state(self.due, self.total, as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeSegment:
    """Days (both ends counted) on which principal and rate of line number `line` stood still.

    `micro` is the exact late fee in millionths of a fen: principal x days x ppm, or less where a cap cut it.
    """

    line: int
    first: date
    last: date
    principal: int
    rate_ppm: int
    micro: int

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def capped(self) -> bool:
        return self.micro < self.principal * self.days * self.rate_ppm


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFeeTerms:
    """宽限 and 上限 as agreed: from when lateness counts, and where the late fee stops growing.

    `since`: they hold for what falls due from that day on; none where they hold for every charge of the paper.
    """

    since: date | None = None
    grace_days: int = 0
    grace_from: Literal["due", "end"] = "due"
    cap_ppm: int | None = None
    cap_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorNotice:
    """前次通知: its number, and the day it was delivered, if that is proven."""

    number: str
    delivered: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one charge got out of a payment (冲抵明细)."""

    item: str
    period: str
    principal: int
    late_fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """红冲 of a receipt: the reversing entry's number, day and reason."""

    number: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """A payment on a statement; `prepaid` is what no charge took. A reversal has negative amounts."""

    on: date
    number: str
    channel: str
    amount: int
    principal: int
    late_fee: int
    prepaid: int = 0
    note: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitColumn:
    """`width` is a share against the other columns'; `fine` sets the column small."""

    title: str
    width: int
    right: bool = False
    fine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """A cell's lines are parted by a line feed; None is covered by the cell before it. `sums` sets it bold."""

    cells: tuple[str | None, ...]
    sums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitTable:
    """`heading` may be empty; a table without rows says that there are none."""

    heading: str
    columns: tuple[ExhibitColumn, ...]
    rows: tuple[ExhibitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit(Paper):
    """A paper of tables for a debtor's pack (欠费明细表, 违约金计算表, 目录 …), worked out before it comes here.

    `unit` names every unit it is about. With `rate_ppm` it quotes rate, grace, cap and the clause. It has no
    `verify_url`: the pack's list of hashes vouches for it.
    """

    title: str
    as_of: date
    known_at: int
    tables: tuple[ExhibitTable, ...]
    notes: tuple[str, ...] = ()
    rate_ppm: int | None = None
    terms: LateFeeTerms = LateFeeTerms()


def in_state(lines: Sequence[ChargeLine], state: ageing.State, as_of: date) -> list[ChargeLine]:
    return [line for line in lines if line.state(as_of) == state]


def principal(lines: Sequence[ChargeLine]) -> int:
    return sum(line.open for line in lines)


def late_fee_due(lines: Sequence[ChargeLine]) -> int:
    return sum(line.late_fee_due for line in lines)


def total(lines: Sequence[ChargeLine]) -> int:
    return sum(line.total for line in lines)
