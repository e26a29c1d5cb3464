"""The example beside the orders of allocation is what the core does with that payment."""

from datetime import date

from billing.core.allocation import Claim, allocate
from billing.core.policy import ORDERS
from billing.web.staff.tariffs.policy import EXAMPLE

TODAY = date(2026, 11, 23)


def test_the_explanation_is_what_the_core_does():
    claims = [
        Claim(1, TODAY.replace(month=1), 60_000, 10_000),
        Claim(2, TODAY.replace(month=4), 60_000, 10_000),
    ]
    for order in ORDERS:
        expected = EXAMPLE[order]
        parts, _ = allocate(100_000, claims, TODAY, order)
        sums = {1: [0, 0], 2: [0, 0]}
        for part in parts:
            sums[part.charge][0] += part.principal
            sums[part.charge][1] += part.late_fee
        assert [tuple(sums[1]), tuple(sums[2])] == list(expected), order
