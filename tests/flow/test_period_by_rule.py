"""One statement for all units, or each looked at by itself: the same charges, to the fen, whatever the books hold."""

from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, parse_period
from billing.flow.arrears import apply_arrears, plan_arrears
from billing.flow.charges import Plan, issue_period, plan_period
from billing.flow.entry import record
from billing.flow.estate import EVER, found_community
from billing.flow.ownership import set_split
from billing.flow.period_books import PeriodBooks
from billing.flow.reversals import reverse_charge
from billing.flow.tariffs import Price, set_tariff
from billing.sheets import read_arrears
from billing.store import index
from billing.store.base import writing
from billing.store.estate import FeeItem, Unit, UnitFee
from billing.store.ledger import Charge
from billing.store.people import Ownership, Party
from tests.flow.town import ACTOR
from tests.support.databases import on_postgresql, on_sqlite

TODAY = date(2026, 11, 23)
MONTHS = [parse_period(f"2026-{month:02d}") for month in (7, 8, 9)]
UNITS = 40

_numbers = count()


def estate(session: Session, random: Random) -> int:
    """Units of every kind: most of them plain, the others with something about their owners, area or hand-over."""
    with writing(session):
        community_id = found_community(session, ACTOR, f"第{next(_numbers)}期").id
    with writing(session, community_id):
        entry = record(session, community_id, "import", "test", ACTOR, {})
        for number in range(UNITS):
            unit = Unit(
                community_id=community_id, building=str(1 + number % 3), entrance="", room=str(number)
            )
            unit.area_e2 = random.choice([0, 1, 8_050, *(random.randrange(2_000, 20_000) for _ in range(12))])
            unit.start = random.choice(
                [None, None, None, date(2026, 7, 1), date(2026, 8, 17), date(2026, 9, 1)]
            )
            unit.place()
            session.add(unit)
            session.flush()
            for since, until in owned(random):
                kind = random.choice(["person"] * 7 + ["developer"])
                party = Party(community_id=community_id, name=f"业主{number}", kind=kind)
                session.add(party)
                session.flush()
                own = {"community_id": community_id, "unit_id": unit.id, "party_id": party.id, "entry": entry}
                session.add(Ownership(**own, role="owner", since=since, until=until))
        set_split(
            session, ACTOR, community_id, random.choice(["first-day", "last-day", "days"]), date(2000, 1, 1)
        )
    return community_id


def owned(random: Random) -> list[tuple[date | None, date | None]]:
    """The times of a unit's owners: one for ever, one who sold some day, one who owned for a while, or nobody."""
    day = date(2026, 6, 25) + timedelta(days=random.randrange(110))
    always: list[tuple[date | None, date | None]] = [(None, None)]
    sold: list[tuple[date | None, date | None]] = [(None, day), (day, None)]
    withdrawn = [(day, day), *always]
    return random.choice([always, always, sold, sold[:1], sold[1:], withdrawn, []])


def price(session: Session, random: Random, community_id: int) -> None:
    """A fee by area, one that is fixed, one that a unit names, rounded this way or that, perhaps dearer soon."""
    with writing(session, community_id):
        for item, basis in (("物业费", "area"), ("水泵费", "fixed"), ("车位费", "given")):
            fen = random.choice([1, 12_345, 25_000, 33_333])
            told = {"rounding": random.choice(["bill", "month"]), "due_days": random.choice([0, 1, 15])}
            row = set_tariff(session, ACTOR, community_id, Price(item, basis, fen, 1, EVER, **told))  # type: ignore[arg-type]
            if random.random() < 0.3:
                since = random.choice([date(2026, 8, 1), date(2026, 8, 10), date(2026, 9, 1)])
                set_tariff(session, ACTOR, community_id, Price(item, basis, fen * 3, 1, since, **told))  # type: ignore[arg-type]
            if basis == "given":
                session.get_one(FeeItem, row.item_id).listed = random.random() < 0.7
                for unit in session.scalars(select(Unit).where(Unit.community_id == community_id)):
                    if random.random() < 0.5:
                        given = random.choice([None, 5_000, 12_000])
                        fee = UnitFee(unit_id=unit.id, item_id=row.item_id, community_id=community_id)
                        fee.given_fen = given
                        session.add(fee)


def live_a_little(session: Session, random: Random, community_id: int) -> None:
    """What may be booked before: older bills under this name or another, months issued, some of them taken back."""
    units = session.scalars(select(Unit).where(Unit.community_id == community_id)).all()
    rows = ["房号,费项,期间,应收,实收"]
    for unit in random.sample(units, 8):
        item = random.choice(["物业费", "旧物业费"])
        name = random.choice(["2026-05", "2026-06", "2026Q2", "2026-08", "2026"])
        rows.append(f"{unit.label},{item},{name},{random.choice(['0.50', '100.00', '321.00'])},0.00")
    with writing(session, community_id):
        plan = plan_arrears(session, community_id, read_arrears("\n".join(rows).encode(), "旧账.csv"))
        apply_arrears(session, ACTOR, TODAY, community_id, plan)
    for period in MONTHS[: random.randrange(3)]:
        with writing(session, community_id):
            issue_period(session, ACTOR, TODAY, community_id, plan_period(session, community_id, period))
    booked = session.scalars(select(Charge).where(Charge.community_id == community_id)).all()
    for charge in random.sample(booked, min(len(booked), 6)):
        with writing(session, community_id):
            reverse_charge(session, ACTOR, TODAY, charge, "错", f"undo {charge.id}")


def issued(session: Session, community_id: int, period: Period) -> tuple[Plan, list[Any]]:
    """The plan, and the charges that come of it; they are given up again."""
    before = index.last_id(session)
    plan = plan_period(session, community_id, period)
    issue_period(session, ACTOR, TODAY, community_id, plan)
    assert index.differences(session) == []
    columns = [column for column in Charge.__table__.columns if column.name != "id"]
    rows = session.execute(select(*columns).where(Charge.id > before)).all()
    session.rollback()
    return plan, sorted(tuple(row) for row in rows)


@on_sqlite
@pytest.mark.parametrize("seed", range(12))
def test_the_rule_in_the_database_is_the_rule_in_the_code(
    session: Session, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(session, seed, monkeypatch)


@on_postgresql
@pytest.mark.parametrize("seed", range(12, 15))
def test_it_is_on_postgresql(session: Session, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(session, seed, monkeypatch)


def compare(session: Session, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every period both ways, in one of many estates."""
    random = Random(seed)
    community_id = estate(session, random)
    price(session, random, community_id)
    live_a_little(session, random, community_id)
    by_rule = 0
    for period in MONTHS:
        plan, rows = issued(session, community_id, period)
        with monkeypatch.context() as patch:
            patch.setattr(PeriodBooks, "rule", lambda *_: None)
            one_by_one, expected = issued(session, community_id, period)
        assert not one_by_one.uniform
        assert rows == expected, period.name
        assert len(rows) == plan.count and plan.total == one_by_one.total
        assert sorted(map(str, plan.odd)) == sorted(map(str, one_by_one.odd))
        assert (plan.booked, plan.by_building()) == (one_by_one.booked, one_by_one.by_building())
        by_rule += sum(one.count for one in plan.uniform)
    assert by_rule, "nothing was booked by the rule: the test compares nothing"
