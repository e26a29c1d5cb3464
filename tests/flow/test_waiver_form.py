"""The approval form of a waiver: worked out as of today while it is open, and on the books of its decision after."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billing.core.waiver_policy import Terms
from billing.flow.profile import set_profile
from billing.flow.waiver_decision import refuse_waiver
from billing.flow.waiver_form import waiver_form, waiver_form_pdf
from billing.flow.waivers import Application, add_paper, request_waiver
from billing.store.base import writing
from billing.store.vault import Vault
from billing.store.waivers import WaiverRequest
from notices.record import freeze, thaw
from notices.waiver_request import WaiverForm
from tests.flow.town import CONTRACT, Town, day, found
from tests.notices import reading
from tests.notices.papers import seal_png

BY = "2026-06-10"


@pytest.fixture
def town(town: Town) -> Town:
    """1,200.00 of the first quarter, due on 2026-03-31: 1.20 a day, 60.00 by 2026-05-30."""
    town.fill_profile()
    town = town.on("2026-03-02")
    town.issue("2026Q1")
    return town.on("2026-05-30")


def ask(town: Town, policy: str = "non-malicious", **terms: Any) -> WaiverRequest:
    terms = terms or {"percent": 100, "pay_by": day(BY)}
    return town.ask_waiver("1-1-101", policy, **terms)


def form(town: Town, request: WaiverRequest) -> WaiverForm:
    town.session.rollback()
    return waiver_form(town.session, town.session.get_one(WaiverRequest, request.id), town.today)


def test_an_open_request_is_worked_out_to_the_day_of_its_condition(town: Town) -> None:
    """By 2026-06-10 the late fee is 71 days of 1.20."""
    request = ask(town)
    paper = form(town, request)
    (line,) = paper.lines
    assert (line.principal, line.late_fee, line.asked, line.approved) == (120_000, 8_520, 8_520, None)
    assert (paper.left, paper.full_on, paper.as_of, paper.standing) == (120_000, day(BY), town.today, "open")
    assert thaw(freeze(paper)) == paper
    # The next day it is worked out anew; after the condition's day too, though it could not be approved any more.
    assert form(town.on("2026-06-20"), request).lines[0].late_fee == 81 * 120


def test_a_decided_one_stays_what_it_was_decided_on(town: Town, vault: Vault) -> None:
    request = ask(town)
    decision = town.approve(request, Terms(share_ppm=500_000, pay_by=day(BY)))
    paper = form(town, request)
    assert paper.approved == decision.value_fen == 4_260
    assert (paper.left, paper.lines[0].asked) == (124_260, 8_520)
    assert paper.decision and paper.decision.terms and paper.asked.share_ppm == 1_000_000
    assert (paper.decision.terms.share_ppm, paper.decision.by, paper.decision.role) == (
        500_000,
        "manager",
        "admin",
    )
    assert paper.standing == "waiting"
    pdf = waiver_form_pdf(town.session, vault, request, town.today)
    assert reading.pages(pdf) == 1
    later = town.on("2026-06-05")
    later.pay("1-1-101", "1200", "2026-06-05")
    assert form(later, request) == replace(paper, standing="kept")
    assert waiver_form_pdf(later.session, vault, request, later.today) != pdf, "it tells that it was kept"


def test_it_tells_what_became_of_a_waiver(town: Town) -> None:
    request = ask(town)
    town.approve(request)
    lapsed = form(town.on("2026-06-11"), request)
    assert (lapsed.standing, lapsed.ended) == ("lapsed", date(2026, 6, 11))
    town.withdraw(request)
    withdrawn = form(town, request)
    assert (withdrawn.standing, withdrawn.ended) == ("withdrawn", town.today)
    assert withdrawn.lines == lapsed.lines


def test_a_refusal_and_a_request_taken_back_leave_the_whole_debt(town: Town) -> None:
    refused, dropped = ask(town), ask(town)
    with writing(town.session, town.community_id):
        request = town.session.get_one(WaiverRequest, refused.id)
        refuse_waiver(town.session, "manager", "manager", town.today, request, "理由不足", "refuse")
    town.withdraw(dropped, may_end=False)
    for request, standing in ((refused, "refused"), (dropped, "dropped")):
        paper = form(town, request)
        assert (paper.standing, paper.approved, paper.left) == (standing, 0, 128_520)


def test_days_and_principal_are_told_charge_by_charge(town: Town) -> None:
    days = (day("2026-04-11"), day("2026-05-10"))
    request = ask(town, "service-fault", principal="100", suspended=days)
    with writing(town.session, town.community_id):
        request = town.session.get_one(WaiverRequest, request.id)
    paper = form(town, request)
    # 30 days of 1.20, and 100.00.
    assert (paper.lines[0].asked, paper.lines[0].asked_principal) == (13_600, 10_000)
    assert (paper.asked.suspended_first, paper.asked.suspended_last) == days


def test_it_can_be_printed_whatever_was_written_and_once_the_profile_is_there(
    town: Town, vault: Vault
) -> None:
    """An emoji is kept in the books; a profile entered after the decision is better than none."""
    with writing(town.session, town.community_id):
        unit, terms = town.unit("1-1-101"), Terms(share_ppm=500_000)
        debtor = town.charges("1-1-101")[0].debtor_id
        asked = Application("office-error", terms, "<b>不好意思</b>😀\n王𬱟", "emoji")
        request = request_waiver(town.session, "clerk", town.today, unit, debtor, asked)
    printed = reading.joined(waiver_form_pdf(town.session, vault, request, town.today))
    assert "<b>不好意思</b>〓王𬱟" in printed and request.reason.endswith("😀\n王𬱟")
    other = found(town.session, day("2026-03-02"), name="别处")
    other.issue("2026Q1")
    other = other.on("2026-05-30")
    decided = other.waive("1-1-101", "office-error", percent=50)
    with writing(other.session):
        set_profile(other.session, "clerk", town.today, other.community_id, CONTRACT, day("2026-06-01"))
    assert form(other.on("2026-06-02"), decided).as_of == day("2026-05-30")


def test_papers_and_an_earlier_waiver_are_seen(town: Town, vault: Vault) -> None:
    town.waive("1-1-101", "office-error", percent=50)
    request = ask(town)
    with writing(town.session, town.community_id):
        request = town.session.get_one(WaiverRequest, request.id)
        add_paper(town.session, vault, "clerk", request, seal_png(), "证明.png")
    paper = form(town, request)
    assert [(one.name, len(one.sha256)) for one in paper.papers] == [("证明.png", 64)]
    # Half of 60 days' 72.00 was given up before.
    assert paper.lines[0].late_fee == 8_520 - 3_600
