"""Papers name the developer as he is registered, never a placeholder; a roster may call him either."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused
from billing.flow.addressee import NAMELESS
from billing.flow.dunning import RunPlan, issue_run, plan_run
from billing.flow.letters import issue_letters, select_unit
from billing.flow.papers import receipt_paper
from billing.flow.profile import set_profile
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.people import Party
from notices.record import thaw
from tests.flow.town import ACTOR, Town, day, found
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

PLACEHOLDER, REGISTERED = "空置（开发商）", "示例置业有限公司"
ROSTER = """
房号    业主           建筑面积
1-1-101 张伟           100
1-1-102 空置（开发商） 80.50
"""
WITH_KIND = """
房号    业主             业主类型 建筑面积
1-1-101 张伟             个人     100
1-1-102 示例置业有限公司 开发商   80.50
"""


@pytest.fixture
def town(session: Session, today: date) -> Town:
    town = found(session, today, roster=ROSTER)
    town.fill_profile()
    town.issue("2026Q1")
    return town


def register(town: Town, name: str = REGISTERED) -> None:
    with writing(town.session):
        set_profile(
            town.session, ACTOR, town.today, town.community_id, {"developer": name}, day("2026-01-01")
        )


def plan(town: Town, as_of: str = "2026-04-10") -> RunPlan:
    town.session.rollback()
    return plan_run(town.session, town.community_id, day(as_of), day(as_of))


def parties(town: Town) -> dict[str, str]:
    town.session.rollback()
    return {party.name: party.kind for party in town.session.scalars(select(Party))}


def test_a_placeholder_is_served_nothing_and_told_why(town: Town) -> None:
    planned = plan(town)
    assert [one.addressee for one in planned.notices] == ["张伟"]
    assert [(one.unit, one.reason) for one in planned.left_out] == [("1-1-102", NAMELESS)]


def test_the_registered_name_is_frozen_in_the_notice(town: Town) -> None:
    before = plan(town).digest
    register(town)
    planned = plan(town)
    assert planned.digest != before and planned.left_out == []
    with writing(town.session, town.community_id):
        issue_run(town.session, ACTOR, town.community_id, planned)
    register(town, "另一置业有限公司")
    assert [thaw(notice.paper).unit.owner for notice in town.all(Notice)] == ["张伟", REGISTERED]


def test_a_receipt_is_due_to_anybody(town: Town) -> None:
    taken = town.pay("1-1-102", "966.00", "2026-11-20")
    paper = receipt_paper(town.session, taken, town.today)
    assert (paper.unit.owner, paper.payer) == (PLACEHOLDER, PLACEHOLDER)
    register(town)
    paper = receipt_paper(town.session, taken, town.today)
    assert (paper.unit.owner, paper.payer) == (REGISTERED, REGISTERED)


def test_money_is_taken_for_the_name_on_the_paper(town: Town) -> None:
    register(town)
    assert town.pay("1-1-102", "966.00", "2026-11-20", debtor=REGISTERED).parts


def test_no_activation_letter_goes_to_a_placeholder(town: Town) -> None:
    chosen = select_unit(town.session, town.community_id, town.today, town.unit("1-1-102").id).chosen
    with pytest.raises(Refused, match="developer"):
        issue_letters(town.session, ACTOR, town.today, now(), town.community_id, chosen, "k")


@pytest.mark.parametrize("again", [ROSTER, WITH_KIND, ROSTER.replace(PLACEHOLDER, "未售")])
def test_a_roster_that_calls_the_developer_otherwise_tells_nothing_new(town: Town, again: str) -> None:
    known = parties(town)
    plan = town.import_roster(again)
    assert (plan.problems, plan.changed, plan.unchanged) == ([], [], 2)
    assert parties(town) == known


def test_the_registered_name_means_the_developer_without_a_word_of_his_kind(town: Town) -> None:
    named = ROSTER.replace(PLACEHOLDER, REGISTERED)
    assert len(town.import_roster(named).problems) == 1, "a company like any other: was it sold?"
    register(town)
    plan = town.import_roster(f"{named}1-1-103 {REGISTERED} 90\n".replace("80.50", "81"))
    assert plan.problems == [] and [one.new_owner for one in plan.changed] == [False]
    assert parties(town) == {"张伟": "person", PLACEHOLDER: "developer"}
    assert town.unit("1-1-102").area_e2 == 8100


def test_a_sale_by_the_developer_is_still_asked_about(town: Town) -> None:
    register(town)
    assert len(town.import_roster(ROSTER.replace(PLACEHOLDER, "李娜")).problems) == 1
    sold = town.import_roster(ROSTER.replace(PLACEHOLDER, "李娜"), sold_on=day("2026-06-01"))
    assert sold.problems == [] and parties(town)["李娜"] == "person"
