"""Waivers as the office gives them: asked for, decided by somebody else, kept or lapsed, and never more than is owed.

張伟's first quarter of 2026 (1,200.00, due on 2026-03-31) bears 1.20 of late fee a day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.waiver_policy import Terms, WaiverPolicy
from billing.flow.debtors import debts
from billing.flow.dunning import plan_run
from billing.flow.waiver_decision import approve_waiver, refuse_waiver
from billing.flow.waiver_policy import set_waiver_policy, waiver_policies
from billing.flow.waivers import add_paper
from billing.store import index
from billing.store.base import writing
from billing.store.granted import terms_of
from billing.store.vault import Vault
from billing.store.waivers import WaiverDecision, WaiverRequest, WaiverShare
from tests.flow.town import ACTOR, Town, day, together

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)


Attach = Callable[[WaiverRequest], None]


@pytest.fixture
def attach(town: Town, vault: Vault) -> Attach:
    """Put a photo with a request."""

    def act(request: WaiverRequest) -> None:
        with writing(town.session, town.community_id):
            add_paper(town.session, vault, ACTOR, request, PNG, "C:\\照片\\困难证明.png")

    return act


@pytest.fixture
def town(town: Town) -> Town:
    """张伟 is 100 days late with one quarter: 1,200.00 and 120.00 late fee."""
    town.on("2026-01-01").issue("2026Q1")
    town = town.on("2026-07-09")
    assert figures(town) == ("1200.00", "120.00", "0.00", "1320.00")
    return town


def figures(town: Town, as_of: str | None = None, **more: Any) -> tuple[str, ...]:
    """open, late fee, late fee waived, total of 1-1-101."""
    found = town.statement("1-1-101", as_of or town.today, **more)["totals"]
    assert index.differences(town.session) == []
    return tuple(found[name] for name in ("open", "late_fee", "late_fee_waived", "total"))


def late_fee_paid_off(town: Town) -> None:
    town.pay("1-1-101", "1320.00", "2026-07-09")


class TestALateFeeWaivedForPayingInTime:
    @pytest.fixture
    def promised(self, town: Town) -> WaiverRequest:
        return town.waive("1-1-101", "non-malicious", percent=100, pay_by=day("2026-07-31"))

    def test_shows_from_the_day_of_approval(self, town: Town, promised: WaiverRequest) -> None:
        assert figures(town, "2026-07-08") == ("1200.00", "118.80", "0.00", "1318.80")
        assert figures(town) == ("1200.00", "120.00", "120.00", "1200.00")
        assert figures(town, "2026-07-31") == ("1200.00", "146.40", "146.40", "1200.00")

    def test_is_kept_by_paying_the_principal(self, town: Town, promised: WaiverRequest) -> None:
        town.on("2026-07-31").pay("1-1-101", "1200.00", "2026-07-31")
        assert figures(town, "2027-01-01") == ("0.00", "146.40", "146.40", "0.00")

    def test_lapses_by_itself_and_what_was_waived_is_due_again(
        self, town: Town, promised: WaiverRequest
    ) -> None:
        town.on("2026-07-31").pay("1-1-101", "1199.99", "2026-07-31")
        assert figures(town, "2026-08-01")[1:] == ("146.40", "0.00", "146.41")

    def test_the_night_notes_a_lapse_once(self, town: Town, promised: WaiverRequest) -> None:
        assert town.on("2026-07-31").note_lapses() == []
        august = town.on("2026-08-01")
        assert august.note_lapses() == [promised.number]
        assert august.note_lapses() == []

    def test_holds_back_notices_until_its_day(self, town: Town, promised: WaiverRequest) -> None:
        left_out = plan_run(town.session, town.community_id, day("2026-07-31"), day("2026-07-31")).left_out
        assert ("1-1-101", "a waiver gives time to pay") in [(one.unit, one.reason) for one in left_out]
        again = plan_run(town.session, town.community_id, day("2026-08-01"), day("2026-08-01"))
        assert "1-1-101" in [one.account.unit for one in again.notices]

    def test_cannot_be_taken_back_once_the_debtor_has_done_his_part(
        self, town: Town, promised: WaiverRequest
    ) -> None:
        town.pay("1-1-101", "1200.00", "2026-07-09")
        with pytest.raises(Refused, match="what he was promised stands"):
            town.withdraw(promised)

    def test_paid_a_day_late_pays_the_late_fee_too(self, town: Town, promised: WaiverRequest) -> None:
        """He paid too late: what he brought above the principal pays the late fee that is due again."""
        august = town.on("2026-08-02")
        august.pay("1-1-101", "1300.00", "2026-08-01")
        assert figures(august)[3] == "47.60"

    def test_as_known_before_the_approval_nothing_was_waived(
        self, town: Town, promised: WaiverRequest
    ) -> None:
        decision = town.all(WaiverDecision)[0]
        assert figures(town, known_at=decision.entry - 1)[2:] == ("0.00", "1320.00")
        assert figures(town, known_at=decision.entry)[2:] == ("120.00", "1200.00")


def test_prepaid_money_pays_what_a_withdrawal_makes_due_again(town: Town) -> None:
    waived = town.waive("1-1-101", "office-error", percent=100)
    town.pay("1-1-101", "1230.00", "2026-07-09")
    assert town.statement("1-1-101", "2026-07-09")["prepayment"] == "30.00"
    later = town.on("2026-07-20")
    later.withdraw(waived)
    assert figures(later, "2026-07-19")[3] == "0.00"
    assert figures(later) == ("0.00", "120.00", "0.00", "90.00")
    assert later.statement("1-1-101", "2026-07-20")["prepayment"] == "0.00"


def test_half_of_the_late_fee_without_a_condition(town: Town) -> None:
    town.waive("1-1-101", "office-error", percent=50)
    assert figures(town) == ("1200.00", "120.00", "60.00", "1260.00")
    # What accrues afterwards is not waived.
    assert figures(town, "2026-07-19") == ("1200.00", "132.00", "60.00", "1272.00")


def test_a_sum_of_the_late_fee_goes_to_the_oldest_charge_first(town: Town) -> None:
    town.on("2026-04-01").issue("2026Q2", due="2026-06-29")
    town.waive("1-1-101", "office-error", late_fee="125.00")
    waived = {
        row["period"]: row["late_fee_waived"] for row in town.statement("1-1-101", town.today)["charges"]
    }
    assert waived == {"2026Q1": "120.00", "2026Q2": "5.00"}


def test_days_on_which_nothing_accrues(town: Town, attach: Attach) -> None:
    """The lift stood still from 11 to 30 April."""
    request = town.ask_waiver("1-1-101", "service-fault", suspended=(day("2026-04-11"), day("2026-04-30")))
    attach(request)
    town.approve(request)
    assert figures(town) == ("1200.00", "96.00", "0.00", "1296.00")


def test_principal_given_up_bears_no_late_fee_any_more(town: Town, attach: Attach) -> None:
    request = town.ask_waiver(
        "1-1-101", "hardship", principal="240.00", percent=100, pay_by=day("2026-08-08")
    )
    attach(request)
    town.approve(request)
    assert figures(town)[0::3] == ("960.00", "960.00")
    found = town.statement("1-1-101", "2026-07-19")["charges"][0]
    assert (found["waived"], found["late_fee"]) == ("240.00", "129.60")
    town.on("2026-07-19").pay("1-1-101", "1000.00", "2026-07-19")
    after = town.statement("1-1-101", "2026-09-01")
    assert (after["totals"]["total"], after["prepayment"]) == ("0.00", "40.00")


def test_principal_waived_on_a_broken_condition_is_open_again_with_its_late_fee(
    town: Town, attach: Attach
) -> None:
    request = town.ask_waiver("1-1-101", "hardship", principal="240.00", pay_by=day("2026-07-19"))
    attach(request)
    town.approve(request)
    assert figures(town, "2026-07-20") == ("1200.00", "133.20", "0.00", "1333.20")
    town.on("2026-07-20").note_lapses()
    assert figures(town, "2026-07-20") == ("1200.00", "133.20", "0.00", "1333.20")


class TestWhoDecides:
    def test_not_whoever_put_it_on_file(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=100, actor="wang")
        with pytest.raises(Refused, match="somebody else"):
            town.approve(request, actor="wang")

    def test_not_above_his_limit(self, town: Town) -> None:
        enter(town, replace(usual(town, "office-error"), limits={"manager": 11_999, "admin": None}))
        request = town.ask_waiver("1-1-101", "office-error", percent=100)
        with pytest.raises(Refused, match=r"gives up 120\.00, more than you may approve"):
            town.approve(request, role="manager")
        smaller = town.approve(request, Terms(share_ppm=990_000), role="manager")
        assert (smaller.value_fen, smaller.limit_fen) == (11_880, 11_999)

    def test_not_who_has_no_limit_at_all(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=1)
        with pytest.raises(Refused, match="more than you may approve"):
            town.approve(request, role="cashier")

    def test_not_without_the_papers_that_the_policy_asks_for(self, town: Town, attach: Attach) -> None:
        request = town.ask_waiver("1-1-101", "hardship", percent=100, pay_by=day("2026-07-31"))
        with pytest.raises(Refused, match="asks for papers"):
            town.approve(request)
        attach(request)
        attach(request)  # a second time it is the same paper
        assert town.approve(request).approved

    def test_a_request_is_decided_once(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=50)
        with writing(town.session, town.community_id):
            refuse_waiver(town.session, "manager", "admin", town.today, request, "账单无误", "one")
        with pytest.raises(Refused, match="already decided"):
            town.approve(request)
        assert figures(town)[2] == "0.00"

    def test_the_same_click_twice_is_one_decision(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=50)
        for _ in range(2):
            with writing(town.session, town.community_id):
                approve_waiver(
                    town.session,
                    "manager",
                    "admin",
                    town.today,
                    request,
                    terms_of(request),
                    "同意",
                    "one key",
                )
        assert len(town.all(WaiverDecision)) == len(town.all(WaiverShare)) == 1

    def test_a_request_taken_back_is_decided_no_more(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=50)
        town.withdraw(request, may_end=False)
        with pytest.raises(Refused, match="was withdrawn"):
            town.approve(request)

    def test_an_approved_one_is_ended_only_by_who_may(self, town: Town) -> None:
        waived = town.waive("1-1-101", "office-error", percent=50)
        with pytest.raises(Refused, match="a manager may end it"):
            town.withdraw(waived, may_end=False)
        town.on("2026-07-10").withdraw(waived)
        assert figures(town, "2026-07-09")[2] == "60.00"
        assert figures(town, "2026-07-10")[2] == "0.00"

    @pytest.mark.parametrize(
        "more", [Terms(share_ppm=500_100), Terms(late_fee=6_001), Terms(share_ppm=1_000_000)]
    )
    def test_nobody_alone_more_than_was_asked_for(self, town: Town, more: Terms) -> None:
        """Half of 120.00 was asked for: another way of giving the same is fine, a fen more is not."""
        request = town.ask_waiver("1-1-101", "office-error", percent=50)
        with pytest.raises(Refused, match=r"more than the 60\.00 asked for"):
            town.approve(request, more)
        assert town.approve(request, Terms(late_fee=6_000)).value_fen == 6_000


class TestNeverMoreThanIsOwed:
    def test_under_many_approvals_at_once(self, town: Town) -> None:
        """32 managers approve 32 requests for 10.00 each at the same moment; 120.00 is owed."""
        asked = [town.ask_waiver("1-1-101", "office-error", late_fee="10.00") for _ in range(32)]
        numbers = [request.id for request in asked]

        def approve(there: Town, number: int) -> int:
            with writing(there.session, there.community_id):
                request = there.session.get_one(WaiverRequest, numbers[number])
                decision = approve_waiver(
                    there.session, f"m{number}", "admin", there.today, request, terms_of(request), "", "key"
                )
                return decision.value_fen

        results = together(town, 32, approve)
        given = [value for value in results if isinstance(value, int)]
        assert given == [1_000] * 12
        assert all(isinstance(one, Refused) for one in results if not isinstance(one, int))
        assert figures(town) == ("1200.00", "120.00", "120.00", "1200.00")

    def test_under_many_approvals_of_one_request(self, town: Town) -> None:
        request_id = town.ask_waiver("1-1-101", "office-error", percent=60).id

        def approve(there: Town, number: int) -> bool:
            with writing(there.session, there.community_id):
                request = there.session.get_one(WaiverRequest, request_id)
                terms = terms_of(request)
                return approve_waiver(
                    there.session, f"m{number}", "admin", there.today, request, terms, "", f"key {number}"
                ).approved

        results = together(town, 32, approve)
        assert results.count(True) == 1
        assert figures(town)[2] == "72.00"

    def test_a_sum_above_it_is_refused(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", late_fee="120.01")
        with pytest.raises(Refused, match=r"at most 120\.00"):
            town.approve(request)

    def test_of_what_is_paid_nothing_is_left_to_waive(self, town: Town) -> None:
        request = town.ask_waiver("1-1-101", "office-error", percent=100)
        late_fee_paid_off(town)
        with pytest.raises(Refused, match="would give nothing"):
            town.approve(request)

    def test_days_whose_late_fee_was_paid_are_not_suspended(self, town: Town) -> None:
        town.pay("1-1-101", "1310.00", "2026-07-09")
        request = town.ask_waiver("1-1-101", "office-error", suspended=(day("2026-04-01"), day("2026-06-30")))
        with pytest.raises(Refused, match="paid already"):
            town.approve(request)

    def test_money_dated_before_a_waiver_of_principal_does_not_pay_it(
        self, town: Town, attach: Attach
    ) -> None:
        request = town.ask_waiver("1-1-101", "hardship", principal="240.00", pay_by=day("2026-08-08"))
        attach(request)
        town.approve(request)
        later = town.on("2026-07-11").pay("1-1-101", "1200.00", "2026-07-08")
        assert sum(part.principal for part in later.parts) == 96_000


def usual(town: Town, code: str) -> WaiverPolicy:
    return waiver_policies(town.session, town.community_id, town.today)[code]


def enter(town: Town, policy: WaiverPolicy) -> None:
    with writing(town.session, town.community_id):
        set_waiver_policy(town.session, ACTOR, town.community_id, policy)


def test_a_policy_holds_from_its_day(town: Town) -> None:
    enter(town, replace(usual(town, "settlement"), since=date(2026, 8, 1), late_fee_ppm=300_000))
    codes = {
        on: waiver_policies(town.session, town.community_id, day(on))["settlement"].late_fee_ppm
        for on in ("2026-07-31", "2026-08-01")
    }
    assert codes == {"2026-07-31": 500_000, "2026-08-01": 300_000}


def test_a_closed_policy_gives_nothing_more(town: Town) -> None:
    waived = town.waive("1-1-101", "office-error", percent=50)
    enter(town, replace(usual(town, "office-error"), since=town.today, closed=True))
    with pytest.raises(Refused, match="No waiver policy"):
        town.ask_waiver("1-1-101", "office-error", percent=10)
    assert waived.kind == "office-error"
    assert figures(town)[2] == "60.00"


def test_the_overview_says_what_the_statement_says(town: Town, session: Session) -> None:
    town.waive("1-1-101", "office-error", percent=50)
    found = {debt.unit: debt.total for debt in debts(session, town.community_id, town.today)}
    assert found["1-1-101"] == 126_000


def test_a_reversed_charge_takes_its_waiver_with_it(town: Town) -> None:
    town.waive("1-1-101", "office-error", percent=50)
    town.reverse(town.charges("1-1-101")[0])
    assert figures(town) == ("0.00", "0.00", "0.00", "0.00")


def test_a_payment_that_came_in_time_but_was_entered_late_keeps_the_promise(town: Town) -> None:
    """The bank's list of 31 July is entered on 3 August: by its own date the money was in time."""
    town.waive("1-1-101", "non-malicious", percent=100, pay_by=day("2026-07-31"))
    assert figures(town, "2026-08-02")[3] == "1348.80"
    town.on("2026-08-03").pay("1-1-101", "1200.00", "2026-07-31")
    assert figures(town, "2026-08-03")[3] == "0.00"
