"""Payment notices of a fee period: everybody who owes for it gets one, once, with what is charged and nothing else."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from billing import jobs
from billing.clock import now
from billing.core import dunning
from billing.core.calendar import parse_period
from billing.core.problem import Missing, Refused
from billing.flow import bill_plan, work
from billing.flow.bill_plan import BillPlan, count_unprinted, plan_bills
from billing.flow.bills import issue_bills
from billing.flow.estate import EVER
from billing.flow.holds import place_hold
from billing.flow.printing import BILLS
from billing.flow.tariffs import Price, set_tariff
from billing.store import index
from billing.store.base import writing
from billing.store.collection import Bill, BillRun
from billing.store.ledger import Allocation, Charge, Reversal
from billing.store.vault import Vault
from notices.content import PaymentNotice
from notices.record import thaw
from tests.flow.town import ACTOR, Town, day, found, together
from tests.support.databases import on_sqlite

PERIOD = "2026Q1"
#: Before the first quarter's bills are due, on 2026-03-31.
TODAY = "2026-03-02"


@pytest.fixture
def town(town: Town) -> Town:
    """1,200.00, 966.00 and 1,440.00 for the first quarter of 2026."""
    town.fill_profile()
    town = town.on(TODAY)
    town.issue(PERIOD)
    return town


def plan(town: Town, period: str = PERIOD) -> BillPlan:
    town.session.rollback()
    return plan_bills(town.session, town.community_id, parse_period(period), town.today)


def run(town: Town, period: str = PERIOD, expected: str | None = None) -> BillRun | None:
    with writing(town.session, town.community_id):
        planned = plan_bills(town.session, town.community_id, parse_period(period), town.today)
        return issue_bills(town.session, ACTOR, town.community_id, planned, expected)


def every(town: Town) -> list[Bill]:
    return sorted(town.all(Bill), key=lambda bill: bill.serial)


def paper(bill: Bill) -> PaymentNotice:
    thawed = thaw(bill.paper)
    assert isinstance(thawed, PaymentNotice)
    return thawed


def left_out(town: Town, period: str = PERIOD) -> dict[str, str]:
    return {one.unit: one.reason for one in plan(town, period).left_out}


def units(planned: BillPlan) -> list[str]:
    return [one.unit.label for one in planned.bills]


def test_everybody_who_owes_for_the_period_gets_one(town: Town) -> None:
    assert run(town)
    made = every(town)
    assert [bill.number for bill in made] == [f"N{town.community_id}-{n:06d}" for n in (1, 2, 3)]
    assert [(bill.total_fen, bill.revision, bill.deadline) for bill in made] == [
        (120_000, 0, date(2026, 3, 31)),
        (96_600, 0, date(2026, 3, 31)),
        (144_000, 0, date(2026, 3, 31)),
    ]
    assert [bill.charges for bill in made] == [
        [charge.id for charge in town.charges(label)] for label in ("1-1-101", "1-1-102", "2-1-201")
    ]
    assert [paper(bill).unit.co_owners for bill in made] == [(), (), ("赵强",)]


def test_a_second_run_makes_nothing_and_says_why(town: Town) -> None:
    run(town)
    entries = town.latest
    assert run(town) is None
    assert (town.latest, len(town.all(BillRun)), len(every(town))) == (entries, 1, 3)
    again = plan(town.on("2026-03-20"))
    assert again.bills == []
    assert {(one.reason, one.detail) for one in again.left_out} == {
        (bill_plan.PRINTED, bill.number) for bill in every(town)
    }


def test_two_runs_at_once_number_once_without_a_gap(town: Town) -> None:
    told = together(town, 4, lambda own, _: run(own) is not None)
    assert sorted(told) == [False, False, False, True], told  # type: ignore[type-var]
    assert [bill.serial for bill in every(town)] == [1, 2, 3]


def test_charges_that_come_later_make_only_the_new_ones(town: Town) -> None:
    run(town)
    town.import_roster("楼 单元 房号 业主 建筑面积 交房日期\n3 1 301 周敏 100 2020-01-01")
    assert town.issue(PERIOD) == 1
    assert units(plan(town)) == ["3-1-301"]
    run(town)
    assert [(bill.serial, bill.revision) for bill in every(town)][3:] == [(4, 0)]


def test_another_fee_of_the_same_period_makes_the_next_revision(town: Town) -> None:
    run(town)
    with writing(town.session, town.community_id):
        set_tariff(town.session, ACTOR, town.community_id, Price("公共能耗费", "fixed", 150_000, 3, EVER))
    town.issue(PERIOD)
    run(town)
    newest = every(town)[3]
    assert (newest.revision, newest.total_fen, len(newest.charges)) == (1, 124_500, 2)
    assert len(paper(newest).lines) == 2
    assert run(town) is None


def test_a_charge_issued_anew_makes_the_next_revision(town: Town) -> None:
    run(town)
    town.reverse(town.charges("1-1-101")[0])
    assert left_out(town)["1-1-101"] == bill_plan.REVERSED
    town.import_roster("房号 业主 建筑面积\n1-1-101 张伟 90")
    town.issue(PERIOD)
    assert units(plan(town)) == ["1-1-101"]
    run(town)
    assert [(bill.revision, bill.total_fen) for bill in every(town) if bill.serial in (1, 4)] == [
        (0, 120_000),
        (1, 108_000),
    ]


@on_sqlite
def test_who_paid_up_gets_none(town: Town) -> None:
    town.pay("1-1-101", "1200.00", TODAY)
    assert left_out(town) == {"1-1-101": bill_plan.PAID}
    run(town)
    assert [bill.unit_id for bill in every(town)] == [town.unit(label).id for label in ("1-1-102", "2-1-201")]


@on_sqlite
def test_money_paid_in_advance_stands_on_the_line_it_paid(town: Town) -> None:
    town.pay("1-1-101", "1500.00", "2026-03-01")
    town.issue("2026Q2")
    run(town, "2026Q2")
    first = paper(every(town)[0])
    assert [(line.amount, line.paid, line.open) for line in first.lines] == [(120_000, 30_000, 90_000)]
    assert (first.total, first.prepayment) == (90_000, 0)


@on_sqlite
def test_money_not_allocated_is_taken_off_the_total(town: Town) -> None:
    for label, amount in (("1-1-101", "500.00"), ("1-1-102", "966.00")):
        town.pay(label, amount, "2026-03-01")
    with writing(town.session, town.community_id):
        for part in town.session.query(Allocation):
            of = {"target": "allocation", "target_id": part.id, "reason": "误冲"}
            town.session.add(Reversal(community_id=part.community_id, entry=part.entry, **of))
        town.session.flush()
        index.refresh(town.session, [charge.id for charge in town.session.query(Charge)])
    assert left_out(town) == {"1-1-102": dunning.COVERED}
    at_most = count_unprinted(town.session, town.community_id, parse_period(PERIOD), town.today)
    assert (at_most, len(plan(town).bills)) == (3, 2)
    run(town)
    first = paper(every(town)[0])
    assert (first.prepayment, first.total, every(town)[0].total_fen) == (50_000, 70_000, 70_000)


@on_sqlite
def test_unpaid_charges_of_earlier_periods_are_carried_over(town: Town) -> None:
    """146 days late on 2026-08-24: 1200.00 x 146 at 1 per mille is 175.20."""
    town = town.on("2026-08-24")
    town.pay("1-1-102", "966.00", "2026-03-31")
    for period in ("2026Q2", "2026Q3"):
        town.issue(period)
    town.pay("1-1-101", "1200.00", "2026-06-30", charges=(town.charges("1-1-101")[1].id,))
    run(town, "2026Q3")
    first, second, _ = map(paper, every(town))
    assert [(line.period, line.overdue_days, line.late_fee) for line in first.carried] == [
        ("2026Q1", 146, 17_520)
    ]
    assert [(line.period, line.overdue_days) for line in second.carried] == [("2026Q2", 55)]
    assert first.total == every(town)[0].total_fen == 120_000 + 120_000 + 17_520
    assert [line.period for line in first.lines] == ["2026Q3"]


@on_sqlite
def test_late_fee_left_over_is_carried_too(town: Town) -> None:
    town = town.on("2026-05-10")
    town.issue("2026Q2")
    town.pay("1-1-101", "1200.00", "2026-04-10")
    run(town, "2026Q2")
    (carried,) = paper(every(town)[0]).carried
    assert (carried.open, carried.late_fee_due) == (0, 1_200)


@on_sqlite
def test_a_period_billed_late_shows_its_own_late_fee(town: Town) -> None:
    """Ten days late; then fifteen days are given, and a day of rest moves on to the next working day."""
    town = town.on("2026-04-10")
    run(town)
    first = every(town)[0]
    (line,) = paper(first).lines
    assert (line.overdue_days, line.late_fee, first.total_fen) == (10, 1_200, 121_200)
    assert first.deadline == date(2026, 4, 27)  # 2026-04-25 is a Saturday


@on_sqlite
def test_the_deadline_is_the_next_due_date_of_what_is_open(town: Town) -> None:
    with writing(town.session, town.community_id):
        fee = Price("公共能耗费", "fixed", 150_000, 3, EVER, due_from="start", due_days=74)
        set_tariff(town.session, ACTOR, town.community_id, fee)
    town.issue(PERIOD)
    early, late = town.charges("1-1-101")
    assert (early.due, late.due) == (date(2026, 3, 16), date(2026, 3, 31))
    town.pay("1-1-102", "45.00", TODAY)
    run(town)
    assert [bill.deadline for bill in every(town)] == [early.due, late.due, early.due]


@on_sqlite
def test_what_is_due_on_the_day_of_the_notice_is_due_on_that_day(town: Town) -> None:
    town = town.on("2026-03-31")
    run(town)
    assert {bill.deadline for bill in every(town)} == {town.today}


@on_sqlite
def test_what_is_carried_over_and_not_yet_due_is_due_first(town: Town) -> None:
    town.issue("2026Q2")
    run(town, "2026Q2")
    assert {line.period for bill in every(town) for line in paper(bill).carried} == {PERIOD}
    assert {bill.deadline for bill in every(town)} == {date(2026, 3, 31)}


@on_sqlite
def test_the_developer_gets_no_single_notices(town: Town) -> None:
    town.import_roster("房号 业主 建筑面积\n3-1-301 空置（开发商） 90")
    town.issue(PERIOD)
    assert left_out(town) == {"3-1-301": bill_plan.DEVELOPER}
    assert units(plan(town)) == ["1-1-101", "1-1-102", "2-1-201"]


@on_sqlite
def test_seller_and_buyer_are_billed_each_for_his_own(town: Town) -> None:
    """The buyer is a stranger to the seller's arrears."""
    town.import_roster("楼 单元 房号 业主 建筑面积\n1 1 101 孙丽 100", sold_on=day("2026-04-01"))
    town = town.on("2026-04-02")
    town.issue("2026Q2")
    run(town, "2026Q2")
    first = paper(every(town)[0])
    assert (first.unit.owner, first.carried, first.total) == ("孙丽", (), 120_000)
    run(town)
    assert paper(every(town)[3]).unit.owner == "张伟"


@on_sqlite
def test_a_hold_keeps_no_bill_back(town: Town) -> None:
    """It keeps reminders back; what was charged is still told."""
    unit = town.unit("1-1-101")
    with writing(town.session, town.community_id):
        debtor = town.charges("1-1-101")[0].debtor_id
        place_hold(town.session, ACTOR, unit, debtor, "disputed", day("2026-03-01"), None, "漏水", "H1")
    assert "1-1-101" in units(plan(town))


@on_sqlite
def test_books_that_moved_since_the_preview_are_not_printed(town: Town) -> None:
    preview = plan(town).digest
    town.pay("1-1-101", "100.00", TODAY)
    with pytest.raises(Refused, match="look at it again before you print"):
        run(town, expected=preview)
    assert every(town) == []
    assert run(town, expected=plan(town).digest)


@on_sqlite
def test_a_period_nobody_was_charged_for_is_refused(town: Town) -> None:
    with pytest.raises(Refused, match="issue the period first"):
        plan(town, "2026Q3")


@on_sqlite
def test_without_the_profile_it_names_what_is_missing(session: Session, today: date) -> None:
    bare = found(session, today)
    bare.issue(PERIOD)
    with pytest.raises(Refused, match="company"):
        run(bare)
    assert every(bare) == []


@on_sqlite
def test_each_becomes_one_pdf_by_a_job_that_is_harmless_twice(town: Town, vault: Vault) -> None:
    made = run(town)
    assert made
    with writing(town.session):
        job = BILLS.queue(town.session, ACTOR, now(), made)
        assert BILLS.queue(town.session, ACTOR, now(), made).id == job.id
    assert jobs.run_next(town.session, vault, "w1")
    assert not jobs.run_next(town.session, vault, "w1")
    town.session.rollback()
    done = work.find_job(town.session, job.id)
    assert (done.kind, done.state, done.done, done.total) == ("bills", "done", 3, 3)
    assert [bill.serial for bill, _ in BILLS.made(town.session, made.id)] == [1, 2, 3]
    assert BILLS.unmade(town.session, made.id) == []


@on_sqlite
def test_a_bill_is_found_by_its_number(town: Town) -> None:
    run(town)
    first = every(town)[0]
    assert BILLS.find(town.session, town.community_id, f" {first.number.lower()} ") is first
    for wrong in ("N1-000099", "D1-000001", "N1-", "N1-" + "9" * 40):
        with pytest.raises(Missing):
            BILLS.find(town.session, town.community_id, wrong)


@on_sqlite
def test_how_many_are_to_be_printed_is_known_without_a_plan(town: Town) -> None:
    def unprinted() -> int:
        town.session.rollback()
        return count_unprinted(town.session, town.community_id, parse_period(PERIOD), town.today)

    assert unprinted() == len(plan(town).bills) == 3
    town.pay("1-1-101", "1200.00", TODAY)
    assert unprinted() == 2
    run(town)
    assert unprinted() == 0
    town.reverse(town.charges("1-1-102")[0])
    town.issue(PERIOD)
    assert unprinted() == 1
