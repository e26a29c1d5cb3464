"""Papers of charges with waivers on them: statement, demand, bill and receipt say what was given up and add up."""

from datetime import date

import pytest

from billing.core.calendar import parse_period
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.dunning import issue_run, plan_run
from billing.flow.entry import latest
from billing.flow.papers import receipt_paper, statement_paper
from billing.flow.statements import statement
from billing.store.base import writing
from billing.store.collection import Bill, Notice
from notices import content
from notices.record import thaw
from notices.render import render
from tests.flow.town import ACTOR, Town, day
from tests.notices import reading


@pytest.fixture
def town(town: Town) -> Town:
    """1,200.00 of 1-1-101 for the first quarter, due on 2026-03-31: 1.20 a day."""
    town.fill_profile()
    town = town.on("2026-03-02")
    town.issue("2026Q1")
    return town.on("2026-05-30")


def told(town: Town, as_of: str) -> content.Statement:
    town.session.rollback()
    found = statement(town.session, town.unit("1-1-101"), day(as_of))
    account, rows = found.accounts[0]
    known_at = latest(town.session, town.community_id)
    return statement_paper(town.session, found, account, rows, day(as_of), known_at)


def demand(town: Town) -> content.Demand | None:
    with writing(town.session, town.community_id):
        issue_run(
            town.session,
            ACTOR,
            town.community_id,
            plan_run(town.session, town.community_id, town.today, town.today),
        )
    unit = town.unit("1-1-101")
    papers = [thaw(one.paper) for one in town.all(Notice) if one.unit_id == unit.id]
    assert all(isinstance(paper, content.Demand) for paper in papers)
    return papers[-1] if papers else None  # type: ignore[return-value]


def test_a_statement_tells_a_waiver_from_its_day_to_its_end(town: Town) -> None:
    request = town.waive("1-1-101", "non-malicious", percent=50, pay_by=day("2026-06-10"))
    assert told(town, "2026-05-29").waivers == ()
    waiting = told(town, "2026-06-10")
    (one,) = waiting.waivers
    assert (one.number, one.since, one.state, one.late_fee) == (request.number, town.today, "waiting", 4_260)
    assert content.total(waiting.lines) == 120_000 + 8_520 - 4_260
    lapsed = told(town, "2026-06-11")
    (one,) = lapsed.waivers
    assert (one.state, one.ended, one.late_fee) == ("lapsed", date(2026, 6, 11), 0)
    assert content.total(lapsed.lines) == 120_000 + 8_640
    assert "本减免自始失效" in reading.joined(render(lapsed))


def test_suspended_days_are_a_gap_in_the_working(town: Town) -> None:
    """Of days before the charge was late only those that would have counted; none beyond the paper's day."""
    town.waive("1-1-101", "office-error", suspended=(day("2026-03-01"), day("2026-04-10")))
    ahead = town.waive("1-1-101", "office-error", suspended=(day("2026-05-25"), day("2026-07-01")))
    paper = told(town, "2026-06-09")
    assert [(gap.line, gap.first, gap.last) for gap in paper.suspensions] == [
        (0, date(2026, 4, 1), date(2026, 4, 10)),
        (0, date(2026, 5, 25), date(2026, 6, 9)),
    ]
    assert paper.suspensions[1].number == ahead.number
    assert [(part.first, part.last) for part in paper.segments] == [(date(2026, 4, 11), date(2026, 5, 24))]
    assert f"2026-04-01至2026-04-10 10 停计（{paper.suspensions[0].number}）" in reading.tidy(render(paper))


def test_a_charge_paid_before_the_days_has_no_gap(town: Town) -> None:
    town.waive("1-1-101", "office-error", suspended=(day("2026-06-01"), day("2026-06-30")))
    town.on("2026-05-31").pay("1-1-101", "1200", "2026-05-31")
    assert told(town, "2026-06-09").suspensions == ()


def test_nobody_is_pressed_while_a_waiver_waits_and_a_demand_tells_what_lapsed(town: Town) -> None:
    request = town.waive("1-1-101", "non-malicious", percent=100, pay_by=day("2026-06-10"))
    assert demand(town.on("2026-06-10")) is None
    paper = demand(town.on("2026-06-11"))
    assert paper
    (one,) = paper.waivers
    assert (one.number, one.state) == (request.number, "lapsed")
    assert content.total(paper.lines) == 120_000 + 8_640
    printed = reading.joined(render(paper))
    assert f"{request.number}" in printed and "已失效自2026-06-11起恢复计收" in printed


def test_a_demand_is_silent_on_waivers_of_other_charges(town: Town) -> None:
    town.waive("1-1-101", "office-error", percent=100)
    town.pay("1-1-101", "1200", "2026-05-30")
    town.on("2026-06-01").issue("2026Q2")
    paper = demand(town.on("2026-07-10"))
    assert paper and paper.waivers == () and len(paper.lines) == 1


def test_a_bill_tells_of_waivers_on_what_is_carried_over(town: Town) -> None:
    request = town.waive("1-1-101", "office-error", percent=50)
    town = town.on("2026-06-01")
    town.issue("2026Q2")
    with writing(town.session, town.community_id):
        plan = plan_bills(town.session, town.community_id, parse_period("2026Q2"), town.today)
        issue_bills(town.session, ACTOR, town.community_id, plan)
    unit = town.unit("1-1-101")
    bill = next(one for one in town.all(Bill) if one.unit_id == unit.id)
    paper = thaw(bill.paper)
    assert isinstance(paper, content.PaymentNotice)
    (one,) = paper.waivers
    # 60 days of 1.20 when it was given, half of it; two more days since.
    assert (one.number, one.late_fee) == (request.number, 3_600)
    assert paper.total == bill.total_fen == 240_000 + 62 * 120 - 3_600
    assert request.number in reading.joined(render(paper))


def test_a_receipt_tells_that_the_condition_is_fulfilled(town: Town) -> None:
    request = town.waive("1-1-101", "settlement", percent=50, pay_by=day("2026-06-10"))
    town = town.on("2026-06-05")
    first = receipt_paper(town.session, town.pay("1-1-101", "1200", "2026-06-05"), town.today)
    assert [(one.number, one.state) for one in first.waivers] == [(request.number, "waiting")]
    left = content.total(first.remaining)
    assert left == 66 * 120 // 2
    taken = town.pay("1-1-101", f"{left // 100}.{left % 100:02d}", "2026-06-05")
    last = receipt_paper(town.session, taken, town.today)
    assert last.remaining == () and [one.state for one in last.waivers] == ["kept"]
    assert "已履行" in reading.joined(render(last))
