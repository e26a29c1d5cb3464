"""The late-fee policy of a community: dated data, and which of it governs a charge."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from billing.core.late_fee import Cap, Rate, Terms

Order = Literal["principal-first", "late-fee-first", "by-charge"]
ORDERS: tuple[Order, ...] = ("principal-first", "late-fee-first", "by-charge")


@dataclass(frozen=True)
class Policy:
    """What the service contract agrees on from `since` on; rates in ppm a day, caps as in `Cap`."""

    since: date
    rate_ppm: int = 1000
    grace_days: int = 0
    grace_from: Literal["due", "end"] = "due"
    cap: Cap = Cap()
    order: Order = "principal-first"
    #: A due date that is a rest day ends on the next working day (Civil Code art. 203), unless agreed otherwise.
    roll_rest_days: bool = True


@dataclass(frozen=True)
class Policies:
    """All policies of a community, sorted by `since`; hashable, so that terms are worked out once a due date."""

    dated: tuple[Policy, ...]

    def on(self, day: date) -> Policy:
        """The policy in force that day; before the first one, the first."""
        return in_force(self.dated, day)

    def and_also(self, policy: Policy) -> "Policies":
        """With one more; it replaces one of the same day."""
        kept = [one for one in self.dated if one.since != policy.since]
        return Policies(tuple(sorted([*kept, policy], key=lambda one: one.since)))

    def terms(self, due: date) -> Terms:
        """Grace and cap as agreed when the charge fell due; the rate as agreed for each later day."""
        return _terms(self, due)


def in_force(dated: Sequence[Policy], day: date) -> Policy:
    return dated[max(0, bisect_right(dated, day, key=lambda policy: policy.since) - 1)]


@lru_cache(maxsize=4096)
def _terms(policies: Policies, due: date) -> Terms:
    governing = policies.on(due)
    rates = tuple(Rate(policy.since, policy.rate_ppm) for policy in policies.dated)
    return Terms(rates, governing.grace_days, governing.grace_from, governing.cap)
