"""What papers are put together from: parties, charges, late fee and its working, waivers, payments."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from billing.core import ageing
from billing.core.waiver import Condition, State

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
class WaiverTerms:
    """减免内容: a share (ppm) or a sum of the late fee, a sum of the principal, or days without late fee.

    It stands if the condition is fulfilled by the end of `pay_by`.
    """

    share_ppm: int = 0
    late_fee: int = 0
    principal: int = 0
    suspended_first: date | None = None
    suspended_last: date | None = None
    condition: Condition = "none"
    pay_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """An approved waiver on charges of the paper: its terms, what became of it, what it gives up on these charges.

    One that lapsed or was withdrawn gives up nothing; `ended` is the day from which what it gave up is due again.
    """

    number: str
    since: date
    terms: WaiverTerms
    state: State
    ended: date | None = None
    principal: int = 0
    late_fee: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Days (both ends counted) on which waiver `number` lets no late fee accrue on line number `line`."""

    line: int
    first: date
    last: date
    number: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


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


def in_state(lines: Sequence[ChargeLine], state: ageing.State, as_of: date) -> list[ChargeLine]:
    return [line for line in lines if line.state(as_of) == state]


def principal(lines: Sequence[ChargeLine]) -> int:
    return sum(line.open for line in lines)


def late_fee_due(lines: Sequence[ChargeLine]) -> int:
    return sum(line.late_fee_due for line in lines)


def total(lines: Sequence[ChargeLine]) -> int:
    return sum(line.total for line in lines)
