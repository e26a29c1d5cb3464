"""Rosters into the books: the samples exact, twice nothing twice, another owner only as somebody says."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.flow.estate import EVER, found_community
from billing.flow.roster import RosterPlan, apply_roster, plan_roster
from billing.flow.tariffs import Price, find_item, in_force, set_tariff, tariff_rows
from billing.sheets import read_roster
from billing.store.base import writing
from billing.store.estate import Unit, UnitFee
from billing.store.people import Contact, Ownership, Party
from tests.flow.town import ACTOR, Town
from tests.support.databases import on_sqlite

LEDGER, EXPORT = "业主台账.xlsx", "多表导出.xlsx"
TABLES = (Unit, Party, Ownership, Contact, UnitFee)


def take_in(town: Town, samples: Path, name: str) -> RosterPlan:
    with writing(town.session, town.community_id):
        plan = plan_roster(town.session, town.community_id, read_roster((samples / name).read_bytes(), name))
        apply_roster(town.session, ACTOR, town.today, town.community_id, plan)
    return plan


def sizes(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


@pytest.fixture
def empty(session: Session, today: date) -> Town:
    """A community of which nothing is known."""
    with writing(session):
        return Town(session, found_community(session, ACTOR, "样例小区").id, today)


def test_the_offices_ledger_is_taken_in_whole(empty: Town, samples: Path) -> None:
    plan = take_in(empty, samples, LEDGER)
    assert (len(plan.new), len(plan.changed), plan.unchanged) == (144, 0, 0)
    assert sorted({problem.row for problem in plan.problems}) == [155, 156, 157, 158, 159, 160]
    units = empty.session.scalars(select(Unit)).all()
    assert Counter(unit.building for unit in units) == {"1": 36, "2": 36, "3": 36, "4": 36}
    assert sum(unit.area_e2 for unit in units) == 397441 + 384201 + 380922 + 385895
    owners = select(func.count()).select_from(Ownership).where(Ownership.role == "owner")
    assert empty.session.scalar(owners) == 144


def test_the_same_file_again_changes_nothing(empty: Town, samples: Path) -> None:
    take_in(empty, samples, LEDGER)
    before, entries = sizes(empty.session), empty.latest
    again = take_in(empty, samples, LEDGER)
    assert (len(again.new), len(again.changed), again.unchanged) == (0, 0, 144)
    assert {problem.row for problem in again.problems} == {155, 156, 157, 158, 159, 160}
    assert (sizes(empty.session), empty.latest) == (before, entries)


@on_sqlite
def test_the_export_brings_customers_and_tariffs(empty: Town, samples: Path) -> None:
    take_in(empty, samples, EXPORT)
    session = empty.session
    assert session.scalar(select(func.count()).select_from(Unit)) == 24
    assert session.scalar(select(func.count()).select_from(Party)) == 20
    items = [find_item(session, empty.community_id, name) for name in ("物业管理费", "垃圾清运费")]
    prices = [
        (row.basis, row.price_e4, row.cycle_months)
        for item in items
        if item
        for row in tariff_rows(session, item.id)
    ]
    assert prices == [("area", 18_500, 3), ("fixed", 60_000, 1)]
    before = sizes(session)
    assert take_in(empty, samples, EXPORT).unchanged == 24
    assert sizes(session) == before


@on_sqlite
def test_a_corrected_file_updates(town: Town) -> None:
    plan = town.import_roster(
        "楼 单元 房号 业主 共有人 建筑面积 电话\n1 1 101 张伟 陈静 101.50 13800000001\n1 1 102 李娜 _ 80.50 _"
    )
    assert (len(plan.new), [one.unit.label for one in plan.changed], plan.unchanged) == (0, ["1-1-101"], 1)
    assert [fact[0] for fact in plan.changed[0].facts] == ["area", "co-owners", "contact"]
    assert town.unit("1-1-101").area_e2 == 10_150
    entry = town.entries()[-1]
    assert (entry.kind, entry.detail["changed"][0]["facts"][0]) == ("roster", ["area", "10000", "10150"])


OTHER = "楼 单元 房号 业主 建筑面积\n1 1 101 孙丽 100"


@on_sqlite
def test_another_owners_name_is_a_question(town: Town) -> None:
    before = sizes(town.session)
    plan = town.import_roster(OTHER)
    (problem,) = plan.problems
    assert (problem.row, problem.column, problem.value) == (2, "业主", "孙丽")
    assert "The books name 张伟 as owner: correction or sale?" in problem.sentence()
    assert sizes(town.session) == before


@on_sqlite
def test_as_a_correction_it_renames_the_owner_who_always_owned(town: Town) -> None:
    town.issue("2026Q1")
    assert town.import_roster(OTHER, correction=True).problems == []
    (row,) = town.statement("1-1-101", "2026-12-31")["charges"]
    assert row["debtor"] == "孙丽"
    assert town.import_roster(OTHER).unchanged == 1


@on_sqlite
def test_as_a_sale_it_leaves_old_charges_with_the_seller(town: Town) -> None:
    town.issue("2026Q1")
    before = sizes(town.session)
    assert town.import_roster(OTHER, sold_on=date(2026, 4, 10)).problems == []
    town.issue("2026Q3")
    rows = town.statement("1-1-101", "2026-12-31")["charges"]
    assert [(row["period"], row["debtor"]) for row in rows] == [("2026Q1", "张伟"), ("2026Q3", "孙丽")]
    unit = town.unit("1-1-101")
    held = town.session.execute(
        select(Party.name, Ownership.since, Ownership.until)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.unit_id == unit.id)
        .order_by(Ownership.id)
    ).all()
    assert [tuple(row) for row in held] == [
        ("张伟", None, date(2026, 4, 10)),
        ("孙丽", date(2026, 4, 10), None),
    ]
    assert sizes(town.session) == [before[0], before[1] + 1, before[2] + 1, *before[3:]]
    assert town.import_roster(OTHER).unchanged == 1


@on_sqlite
def test_it_is_not_both(town: Town) -> None:
    with pytest.raises(Refused, match="not both"):
        town.import_roster(OTHER, correction=True, sold_on=date(2026, 4, 10))


@on_sqlite
def test_a_sale_ends_the_co_owners_part_too(town: Town) -> None:
    town.import_roster("楼 单元 房号 业主 建筑面积\n2 1 201 周敏 120", sold_on=date(2026, 4, 10))
    unit = town.unit("2-1-201")
    still = select(Party.name).join(Ownership).where(Ownership.unit_id == unit.id, Ownership.until.is_(None))
    assert town.session.scalars(still).all() == ["周敏"]


@on_sqlite
def test_importing_an_old_file_again_does_not_bring_back_an_old_price(empty: Town, samples: Path) -> None:
    """The office corrected a price that the file had wrong; units are still imported from that file."""
    take_in(empty, samples, EXPORT)
    with writing(empty.session, empty.community_id):
        set_tariff(empty.session, ACTOR, empty.community_id, Price("物业管理费", "area", 19_000, 3, EVER))
    take_in(empty, samples, EXPORT)
    item = find_item(empty.session, empty.community_id, "物业管理费")
    assert item
    assert [row.price_e4 for row in in_force(tariff_rows(empty.session, item.id))] == [19_000]
