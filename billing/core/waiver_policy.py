"""Waiver policies (减免政策): what the office gives up, for whom, on what condition, and who may say so up to what.

Dated data, like tariffs: a request is judged by the policy in force on the day of its decision. The kinds are
those of the field's approval form (违约金减免申请审批表): 确有困难, 非恶意拖欠, 服务瑕疵, 系统差错, 一次性结清.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from billing.core.money import MICRO
from billing.core.problem import Refused
from billing.core.waiver import CONDITIONS, Condition
from billing.translations import N_

Kind = Literal["hardship", "non-malicious", "service-fault", "office-error", "settlement"]

KINDS: dict[Kind, str] = {
    "hardship": N_("hardship"),
    "non-malicious": N_("late without ill will"),
    "service-fault": N_("fault in the service"),
    "office-error": N_("error of the office"),
    "settlement": N_("settled at once"),
}

CONDITION_WORDS: dict[Condition, str] = {
    "none": N_("no condition"),
    "principal": N_("the principal is paid in time"),
    "all": N_("all that is left is paid in time"),
}


@dataclass(frozen=True)
class Terms:
    """What a waiver gives: a share of the late fee (ppm) or a sum, a sum of the principal (fen), days without late fee.

    With `pay_by` it stands only if the policy's condition is fulfilled by that day.
    """

    share_ppm: int = 0
    late_fee: int = 0
    principal: int = 0
    suspended: tuple[date, date] | None = None
    pay_by: date | None = None


@dataclass(frozen=True)
class WaiverPolicy:
    """What may be given under one heading from `since` on; 0 means: not at all.

    `late_fee_ppm` and `principal_ppm` are the largest shares of what is owed, `days` the most days suspended,
    `pay_days` the longest time to fulfil the condition. `papers` says which evidence is required (none: ""). `limits`
    is by role: the largest value it may approve in fen (None: any). `online`: owners may ask for it themselves.
    """

    code: str
    kind: Kind
    name: str
    since: date
    late_fee_ppm: int = MICRO
    principal_ppm: int = 0
    days: int = 0
    condition: Condition = "none"
    pay_days: int = 0
    papers: str = ""
    limits: Mapping[str, int | None] = field(default_factory=dict)
    closed: bool = False
    online: bool = False

    def may_approve(self, role: str, value: int) -> bool:
        limit = self.limits.get(role, 0)
        return role in self.limits and (limit is None or value <= limit)


_EVER = date(2000, 1, 1)
_LIMITS: Mapping[str, int | None] = {"manager": 200_000, "admin": None}

#: In force until an office enters its own under the same code.
USUAL = (
    WaiverPolicy(
        "non-malicious",
        "non-malicious",
        "非恶意拖欠",
        _EVER,
        condition="principal",
        pay_days=30,
        limits=_LIMITS,
        online=True,
    ),
    WaiverPolicy(
        "hardship",
        "hardship",
        "确有困难",
        _EVER,
        principal_ppm=200_000,
        days=180,
        condition="principal",
        pay_days=90,
        papers="困难证明（低保、残疾、重病、失业等）",
        limits=_LIMITS,
        online=True,
    ),
    WaiverPolicy(
        "service-fault",
        "service-fault",
        "服务瑕疵",
        _EVER,
        principal_ppm=100_000,
        days=365,
        papers="报修、投诉或现场记录",
        limits=_LIMITS,
        online=True,
    ),
    WaiverPolicy("office-error", "office-error", "系统差错", _EVER, days=365, limits=_LIMITS),
    WaiverPolicy(
        "settlement",
        "settlement",
        "一次性结清",
        _EVER,
        late_fee_ppm=500_000,
        condition="all",
        pay_days=15,
        limits=_LIMITS,
        online=True,
    ),
)


def in_force(rows: Sequence[WaiverPolicy], day: date) -> dict[str, WaiverPolicy]:
    """Code -> the policy in force that day, in the order of their first appearance; `rows` in the order of entry."""
    found: dict[str, WaiverPolicy] = {}
    for row in sorted(
        (*USUAL, *rows), key=lambda row: row.since
    ):  # stable: of one day the later entry counts
        if row.since <= day:
            found[row.code] = row
    return {code: policy for code, policy in found.items() if not policy.closed}


def check_policy(policy: WaiverPolicy) -> None:
    """Refuse what contradicts itself. Raises Refused."""
    if not policy.code.strip() or not policy.name.strip():
        raise Refused(N_("A waiver policy needs a code and a name."))
    if policy.kind not in KINDS or policy.condition not in CONDITIONS:
        raise Refused(N_("This is not a kind of waiver or of condition that Permille knows."))
    if not (0 <= policy.late_fee_ppm <= MICRO and 0 <= policy.principal_ppm <= MICRO):
        raise Refused(N_("A share lies between 0 and 100 percent."))
    if not (0 <= policy.days <= 3660 and 0 <= policy.pay_days <= 366):
        raise Refused(N_("Suspended days are at most 3,660, the time to pay at most 366 days."))
    if (policy.condition == "none") != (policy.pay_days == 0):
        raise Refused(
            N_("A condition needs the days within which it is fulfilled, and only a condition does.")
        )
    if not policy.closed and not (policy.late_fee_ppm or policy.principal_ppm or policy.days):
        raise Refused(N_("A policy that gives nothing is none: close it instead."))
    if any(limit is not None and limit < 0 for limit in policy.limits.values()):
        raise Refused(N_("A limit cannot be below zero."))


def check_terms(policy: WaiverPolicy, terms: Terms, today: date) -> None:
    """Refuse terms that the policy has no room for, whatever is owed. Raises Refused."""
    if terms.share_ppm and terms.late_fee:
        raise Refused(N_("Of the late fee a share or a sum is waived, not both."))
    if min(terms.share_ppm, terms.late_fee, terms.principal) < 0 or terms.share_ppm > MICRO:
        raise Refused(N_("A share lies between 0 and 100 percent."))
    if terms.share_ppm > policy.late_fee_ppm:
        raise Refused(
            N_("“%(policy)s” waives at most %(percent)s%% of the late fee."),
            policy=policy.name,
            percent=policy.late_fee_ppm // 10_000,
        )
    if terms.principal and not policy.principal_ppm:
        raise Refused(N_("“%(policy)s” waives no principal."), policy=policy.name)
    if terms.late_fee and not policy.late_fee_ppm:
        raise Refused(N_("“%(policy)s” waives no late fee."), policy=policy.name)
    _check_days(policy, terms)
    _check_pay_by(policy, terms, today)
    if not (terms.share_ppm or terms.late_fee or terms.principal or terms.suspended):
        raise Refused(N_("Say what is to be waived: a share, a sum, or days."))


def _check_days(policy: WaiverPolicy, terms: Terms) -> None:
    if terms.suspended is None:
        return
    first, last = terms.suspended
    if last < first:
        raise Refused(
            N_("The days cannot end on %(last)s before they begin on %(first)s."), last=last, first=first
        )
    if (last - first).days + 1 > policy.days:
        raise Refused(
            N_("“%(policy)s” suspends the late fee for at most %(days)s days."),
            policy=policy.name,
            days=policy.days,
        )


def _check_pay_by(policy: WaiverPolicy, terms: Terms, today: date) -> None:
    if policy.condition == "none":
        if terms.pay_by is not None:
            raise Refused(N_("“%(policy)s” has no condition, so no day to pay by."), policy=policy.name)
        return
    latest = today + timedelta(days=policy.pay_days)
    if terms.pay_by is None or not today <= terms.pay_by <= latest:
        raise Refused(
            N_("Under “%(policy)s” the debtor pays by a day from %(today)s to %(latest)s: say which."),
            policy=policy.name,
            today=today,
            latest=latest,
        )
