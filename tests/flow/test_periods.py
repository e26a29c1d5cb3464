"""A fee period is issued once, to whoever owned on its first day, due on a day on which a person can pay."""

from datetime import date

import pytest
from sqlalchemy import update

from billing.core.calendar import parse_period
from billing.core.problem import Refused
from billing.flow.arrears import apply_arrears, plan_arrears
from billing.flow.charges import issue_period, plan_period
from billing.flow.estate import EVER, found_community
from billing.flow.tariffs import Price, set_tariff
from billing.sheets import read_arrears
from billing.store.base import writing
from billing.store.estate import CalendarDay, UnitFee
from billing.store.ledger import Charge
from billing.store.people import Ownership
from tests.flow.town import ACTOR, FEE, Town, together
from tests.support.databases import on_sqlite


def odd(town: Town, period: str) -> list[tuple[str, str]]:
    plan = plan_period(town.session, town.community_id, parse_period(period))
    return [(one.unit, one.reason % one.params if one.params else one.reason) for one in plan.odd]


def test_every_unit_is_charged_what_its_tariff_says(town: Town) -> None:
    assert town.issue("2026Q1") == 3
    charges = {charge.unit_id: charge for charge in town.all(Charge)}
    amounts = {label: charges[town.unit(label).id].amount_fen for label in ("1-1-101", "1-1-102", "2-1-201")}
    assert amounts == {"1-1-101": 120_000, "1-1-102": 96_600, "2-1-201": 144_000}
    assert {(charge.due, charge.open_fen == charge.amount_fen) for charge in charges.values()} == {
        (date(2026, 3, 31), True)
    }


def test_a_second_run_issues_nothing(town: Town) -> None:
    assert town.issue("2026Q1") == 3
    entries = town.latest
    assert town.issue("2026Q1") == 0
    assert (len(town.all(Charge)), town.latest) == (3, entries)


def test_two_runs_at_once_issue_once(town: Town) -> None:
    told = together(town, 4, lambda own, _: own.issue("2026Q1"))
    assert sorted(told) == [0, 0, 0, 3], told  # type: ignore[type-var]
    assert len(town.all(Charge)) == 3


def test_a_plan_made_before_another_run_books_nothing(town: Town) -> None:
    """Should somebody plan outside the lock: what is written is counted against the plan."""
    stale = plan_period(town.session, town.community_id, parse_period("2026Q1"))
    town.issue("2026Q1")
    with pytest.raises(Refused, match="books changed"), writing(town.session, town.community_id):
        issue_period(town.session, ACTOR, town.today, town.community_id, stale)
    assert len(town.all(Charge)) == 3


@on_sqlite
def test_what_a_person_saw_is_what_is_issued_or_nothing(town: Town) -> None:
    period = parse_period("2026Q1")
    preview = plan_period(town.session, town.community_id, period).digest
    with writing(town.session, town.community_id):
        set_tariff(town.session, ACTOR, town.community_id, Price("物业服务费", "area", 41_000, 3, EVER))
    plan = plan_period(town.session, town.community_id, period)
    with pytest.raises(Refused, match="look at it again"), writing(town.session, town.community_id):
        issue_period(town.session, ACTOR, town.today, town.community_id, plan, expected=preview)
    assert town.all(Charge) == []


@on_sqlite
@pytest.mark.parametrize(
    ("sold_on", "debtor"), [("2026-01-01", "孙丽"), ("2026-01-02", "张伟"), ("2026-03-31", "张伟")]
)
def test_who_owned_on_the_first_day_owes(town: Town, sold_on: str, debtor: str) -> None:
    new_owner = "楼 单元 房号 业主 建筑面积\n1 1 101 孙丽 100"
    town.import_roster(new_owner, sold_on=date.fromisoformat(sold_on))
    town.issue("2026Q1")
    town.issue("2026Q2")
    rows = town.statement("1-1-101", "2026-12-31")["charges"]
    assert [(row["period"], row["debtor"]) for row in rows] == [("2026Q1", debtor), ("2026Q2", "孙丽")]


@on_sqlite
def test_a_hand_over_inside_the_period_is_charged_by_days_and_told(town: Town) -> None:
    town.import_roster("楼 单元 房号 业主 建筑面积 交房日期\n3 1 101 周敏 100 2026-02-15")
    told = dict(odd(town, "2026Q1"))
    assert told == {"3-1-101": "charged from its hand-over on 2026-02-15 only"}
    town.issue("2026Q1")
    (charge,) = town.charges("3-1-101")
    assert charge.amount_fen == 20_000 + 40_000  # 14 of February's 28 days, and March
    assert town.issue("2025Q4") == 3  # before its hand-over it owes nothing
    assert len(town.charges("3-1-101")) == 1


@on_sqlite
def test_without_a_tariff_it_says_what_to_do(town: Town) -> None:
    with writing(town.session):
        bare = found_community(town.session, ACTOR, "无价小区")
    with pytest.raises(Refused, match="No tariff is set yet: set the fee items"):
        plan_period(town.session, bare.id, parse_period("2026Q1"))
    with pytest.raises(Refused, match="Tariffs here are quarterly: issue 2026Q4"):
        plan_period(town.session, town.community_id, parse_period("2026-01"))


@on_sqlite
def test_a_unit_without_an_owner_or_an_amount_is_told_and_not_charged(town: Town) -> None:
    unit, orphan = town.unit("1-1-101"), town.unit("1-1-102")
    with writing(town.session, town.community_id):
        row = set_tariff(town.session, ACTOR, town.community_id, Price("车位费", "given", 0, 3, EVER))
        town.session.add(UnitFee(unit_id=unit.id, item_id=row.item_id, community_id=town.community_id))
        town.session.execute(
            update(Ownership).where(Ownership.unit_id == orphan.id).values(until=date(2025, 1, 1))
        )
    plan = plan_period(town.session, town.community_id, parse_period("2026Q1"))
    assert [(one.unit, one.item, one.reason[:18]) for one in plan.odd if one.blocks] == [
        ("1-1-101", "车位费", "comes to nothing: "),
        ("1-1-102", "物业服务费", "nobody owned it on"),
    ]
    assert town.issue("2026Q1") == 2


@on_sqlite
@pytest.mark.parametrize(
    ("days_after_the_end", "period", "due"),
    [
        (1, "2026Q3", "2026-10-08"),  # from National Day to the first day after the holiday
        (31, "2026Q1", "2026-05-06"),  # from Labour Day
        (60, "2026Q1", "2026-06-01"),  # from Saturday 30 May to Monday
        (0, "2026Q1", "2026-03-31"),  # a Tuesday stays
    ],
)
def test_a_due_day_that_is_a_rest_day_moves_to_the_next_working_day(
    town: Town, days_after_the_end: int, period: str, due: str
) -> None:
    with writing(town.session, town.community_id):
        set_tariff(
            town.session,
            ACTOR,
            town.community_id,
            Price(FEE.item, FEE.basis, FEE.price_e4, 3, EVER, due_days=days_after_the_end),
        )
    town.issue(period)
    assert town.charges("1-1-101")[0].due.isoformat() == due


@on_sqlite
def test_the_due_day_stays_where_the_contract_or_the_clerk_says_so(town: Town) -> None:
    town.issue("2026Q1", due="2026-05-30")  # a Saturday, said by a person
    assert town.charges("1-1-101")[0].due == date(2026, 5, 30)
    town.set_policy(roll_rest_days=False)
    with writing(town.session, town.community_id):
        set_tariff(
            town.session,
            ACTOR,
            town.community_id,
            Price(FEE.item, FEE.basis, FEE.price_e4, 3, EVER, due_days=1),
        )
    town.issue("2026Q3")
    assert town.charges("1-1-101")[1].due == date(2026, 10, 1)


@on_sqlite
def test_the_office_knows_a_day_better_than_the_calendar(town: Town) -> None:
    with writing(town.session):
        town.session.add(CalendarDay(day=date(2026, 3, 31), rest=True))
    town.issue("2026Q1")
    assert town.charges("1-1-101")[0].due == date(2026, 4, 1)


@on_sqlite
def test_a_new_price_holds_from_its_day(town: Town) -> None:
    with writing(town.session, town.community_id):
        set_tariff(
            town.session,
            ACTOR,
            town.community_id,
            Price(FEE.item, FEE.basis, 50_000, 3, since=date(2026, 3, 1)),
        )
    town.issue("2026Q1")
    assert town.charges("1-1-101")[0].amount_fen == 40_000 + 40_000 + 50_000


@on_sqlite
def test_the_same_fee_under_another_name_is_told_as_odd(town: Town, today: date) -> None:
    """Old arrears say 旧物业费, the tariff another name: a person must look before the owner is billed twice."""
    book = "房号,费项,期间,应收,实收\n1-1-101,旧物业费,2026Q1,100.00,0.00\n".encode()
    with writing(town.session, town.community_id):
        plan = plan_arrears(town.session, town.community_id, read_arrears(book, "旧账.csv"))
        apply_arrears(town.session, ACTOR, today, town.community_id, plan)
    told = [unit for unit, reason in odd(town, "2026Q1") if "旧物业费" in reason]
    assert told == ["1-1-101"]
