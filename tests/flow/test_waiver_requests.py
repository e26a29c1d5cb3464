"""What the office can be asked to waive: within the policy, of what is overdue, on the debtor's own charges.

张伟's first quarter of 2026 (1,200.00, due on 2026-03-31) bears 1.20 of late fee a day: 120.00 on 2026-07-09.
"""

from typing import Any

import pytest

from billing.core.problem import Refused
from billing.core.waiver_policy import Terms
from billing.flow.waivers import Application, request_waiver
from billing.store.base import writing
from billing.store.waivers import WaiverRequest
from tests.flow.town import ACTOR, Town, day


@pytest.fixture
def town(town: Town) -> Town:
    town.on("2026-01-01").issue("2026Q1")
    return town.on("2026-07-09")


@pytest.mark.parametrize(
    ("policy", "terms", "words"),
    [
        ("settlement", {"percent": 51, "pay_by": day("2026-07-20")}, "at most 50%"),
        ("settlement", {"percent": 50, "pay_by": day("2026-07-25")}, "pays by a day from"),
        ("settlement", {"percent": 50}, "pays by a day from"),
        ("office-error", {"percent": 50, "pay_by": day("2026-07-20")}, "has no condition"),
        ("office-error", {"principal": "10.00"}, "waives no principal"),
        ("office-error", {}, "Say what is to be waived"),
        ("office-error", {"percent": 10, "late_fee": "5.00"}, "not both"),
        ("office-error", {"suspended": (day("2026-05-02"), day("2026-05-01"))}, "cannot end"),
        ("office-error", {"suspended": (day("2024-05-02"), day("2026-05-01"))}, "at most 365 days"),
        ("friendship", {"percent": 10}, "there are: non-malicious, hardship"),
    ],
)
def test_what_is_asked_for_is_within_the_policy(
    town: Town, policy: str, terms: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        town.ask_waiver("1-1-101", policy, **terms)
    assert town.all(WaiverRequest) == []


def test_it_is_asked_for_where_something_is_overdue(town: Town) -> None:
    town.pay("1-1-101", "1320.00", "2026-07-09")
    with pytest.raises(Refused, match="there is nothing to waive"):
        town.ask_waiver("1-1-101", "office-error", percent=10)


def test_it_is_asked_for_his_own_charges(town: Town) -> None:
    strange = town.charges("1-1-102")[0].id
    with pytest.raises(Refused, match="owes nothing"):
        town.ask_waiver("1-1-101", "office-error", charges=(strange,), percent=10)


def test_it_is_asked_for_once_a_key(town: Town) -> None:
    unit = town.unit("1-1-101")
    debtor = town.charges("1-1-101")[0].debtor_id
    asked = Application("office-error", Terms(share_ppm=100_000), "系统差错", "k")
    for _ in range(2):
        with writing(town.session, town.community_id):
            request_waiver(town.session, ACTOR, town.today, unit, debtor, asked)
    assert len(town.all(WaiverRequest)) == 1
