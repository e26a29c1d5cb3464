"""A dunning run: who is served what, once a stage; numbered without a gap, with the very figures of the statement."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from billing.core import dunning as ladder
from billing.core.dunning import Step
from billing.core.late_fee import Cap
from billing.core.money import parse_yuan
from billing.core.problem import Refused
from billing.flow.dunning import RunPlan, issue_run, plan_run
from billing.flow.holds import place_hold
from billing.flow.tariffs import set_ladder
from billing.store.base import writing
from billing.store.collection import DunningRun, Hold, Notice
from notices.content import Demand, LateFeeTerms
from notices.record import thaw
from tests.flow.town import ACTOR, Town, day, found, together
from tests.support.databases import on_sqlite

#: 1-1-101, 1-1-102 and 2-1-201 all owe the first quarter, due on 2026-03-31.
LABELS = ["1-1-101", "1-1-102", "2-1-201"]


@pytest.fixture
def town(town: Town) -> Town:
    town.fill_profile()
    town.issue("2026Q1")
    return town


def plan(town: Town, as_of: str) -> RunPlan:
    town.session.rollback()
    return plan_run(town.session, town.community_id, day(as_of), day(as_of))


def run(town: Town, as_of: str, expected: str | None = None) -> DunningRun | None:
    with writing(town.session, town.community_id):
        planned = plan_run(town.session, town.community_id, day(as_of), day(as_of))
        return issue_run(town.session, ACTOR, town.community_id, planned, expected)


def notices(town: Town) -> list[Notice]:
    return sorted(town.all(Notice), key=lambda notice: notice.serial)


def left_out(town: Town, as_of: str) -> dict[str, str]:
    return {one.unit: one.reason for one in plan(town, as_of).left_out}


def hold(town: Town, label: str, kind: str, since: str, until: str | None = None, key: str = "H1") -> Hold:
    unit = town.unit(label)
    debtor = town.charges(label)[0].debtor_id
    with writing(town.session, town.community_id):
        last = day(until) if until else None
        return place_hold(town.session, ACTOR, unit, debtor, kind, day(since), last, "漏水", key)


def test_notices_quote_the_statement_of_that_day(town: Town) -> None:
    town.pay("1-1-102", "500.00", "2026-04-20")
    made = run(town, "2026-05-01")
    assert made
    sent = notices(town)
    assert [notice.number for notice in sent] == [f"D{town.community_id}-{n:06d}" for n in (1, 2, 3)]
    town.pay("1-1-101", "1.00", "2026-04-02")  # comes to light later
    for label, notice in zip(LABELS, sent, strict=True):
        told = town.statement(label, "2026-05-01", known_at=made.entry)["totals"]
        assert notice.unit_id == town.unit(label).id
        assert notice.principal_fen == parse_yuan(told["open"])
        assert notice.total_fen == parse_yuan(told["total"]) == notice.principal_fen + notice.late_fee_fen
        assert (notice.stage, notice.episode) == (4, date(2026, 4, 1))


def test_a_second_run_makes_nothing_new(town: Town) -> None:
    assert run(town, "2026-04-10")
    entries = town.latest
    assert run(town, "2026-04-10") is None
    assert run(town, "2026-04-12") is None
    assert (town.latest, len(town.all(DunningRun)), len(notices(town))) == (entries, 1, 3)
    assert left_out(town, "2026-04-12") == dict.fromkeys(LABELS, ladder.SERVED)


def test_two_runs_at_once_serve_once_without_a_gap(town: Town) -> None:
    told = together(town, 4, lambda own, _: run(own, "2026-04-10") is not None)
    assert sorted(told) == [False, False, False, True], told  # type: ignore[type-var]
    assert [notice.serial for notice in notices(town)] == [1, 2, 3]


@on_sqlite
def test_stages_follow_the_days_overdue_of_the_oldest_charge(town: Town) -> None:
    town.issue("2026Q2")
    expected = {
        "2026-03-31": None,  # the due day itself
        "2026-04-01": 1,
        "2026-04-05": None,
        "2026-04-06": 2,
        "2026-04-18": None,
        "2026-04-19": 3,
        "2026-04-28": None,
        "2026-04-29": 4,
        "2026-07-05": None,  # the second quarter is late too: still the same arrears
    }
    served = {}
    for as_of in expected:
        made = run(town, as_of)
        served[as_of] = next((n.stage for n in notices(town) if made and n.run_id == made.id), None)
    assert served == expected
    assert [notice.serial for notice in notices(town)] == list(range(1, 13))


@on_sqlite
def test_new_arrears_begin_again_at_their_own_stage(town: Town) -> None:
    run(town, "2026-05-01")
    town.pay("1-1-101", "5000.00", "2026-05-10")
    town.reverse(next(iter(town.charges("1-1-102"))))
    town.pay("2-1-201", "1483.20", "2026-04-30")
    town.set_policy()
    town.issue("2027Q1")
    planned = plan(town, "2027-04-01")
    assert [(one.account.unit, one.step.stage, len(one.earlier)) for one in planned.notices] == [
        ("1-1-102", 1, 0),
        ("2-1-201", 1, 0),
    ]


@on_sqlite
def test_the_deadline_is_a_working_day(town: Town) -> None:
    run(town, "2026-04-16")  # stage 2 gives ten days: Sunday 26 April
    assert {notice.deadline for notice in notices(town)} == {date(2026, 4, 27)}


@on_sqlite
def test_who_is_left_out_and_why(town: Town) -> None:
    town.set_policy(grace_days=30)
    assert set(left_out(town, "2026-04-10").values()) == {ladder.WITHIN_GRACE}
    town.set_policy()
    hold(town, "1-1-101", "disputed", "2026-04-01", key="H1")
    hold(town, "1-1-102", "held", "2026-04-01", "2026-04-30", key="H2")
    steps = [Step(1, 1, "courteous", 15, minimum=1_000_000)]
    with writing(town.session, town.community_id):
        set_ladder(town.session, ACTOR, town.community_id, date(2026, 1, 1), steps)
    assert left_out(town, "2026-04-10") == {
        "1-1-101": ladder.DISPUTED,
        "1-1-102": ladder.HELD,
        "2-1-201": ladder.TOO_SMALL,
    }
    assert run(town, "2026-04-10") is None
    assert left_out(town, "2026-05-01")["1-1-102"] == ladder.TOO_SMALL


@on_sqlite
def test_who_paid_in_full_gets_nothing_and_is_not_listed(town: Town) -> None:
    town.pay("1-1-101", "1200.00", "2026-03-31")
    planned = plan(town, "2026-04-10")
    assert [one.account.unit for one in planned.notices] == ["1-1-102", "2-1-201"]
    assert planned.left_out == []


@on_sqlite
def test_a_run_keeps_whom_it_left_out(town: Town) -> None:
    hold(town, "1-1-101", "disputed", "2026-04-01")
    made = run(town, "2026-04-10")
    assert made
    ((kept),) = made.left_out
    assert (kept["unit"], kept["debtor"], kept["reason"]) == ("1-1-101", "张伟", ladder.DISPUTED)


@on_sqlite
def test_a_hold_sent_twice_is_one_hold(town: Town) -> None:
    first = hold(town, "1-1-101", "disputed", "2026-04-01", key="H1")
    again = hold(town, "1-1-101", "disputed", "2026-04-01", key="H1")
    assert first.id == again.id
    assert len(town.all(Hold)) == 1


@on_sqlite
def test_books_that_moved_since_the_preview_are_not_sent(town: Town) -> None:
    preview = plan(town, "2026-04-10").digest
    town.pay("1-1-101", "100.00", "2026-04-09")
    with pytest.raises(Refused, match="look at it again before you send"):
        run(town, "2026-04-10", expected=preview)
    assert notices(town) == []
    assert run(town, "2026-04-10", expected=plan(town, "2026-04-10").digest)


@on_sqlite
def test_without_the_profile_it_names_what_is_missing(session: Session, today: date) -> None:
    bare = found(session, today)
    bare.issue("2026Q1")
    with pytest.raises(
        Refused,
        match=r"still lacks: .*\(company\), .*\(public_url\), .*\(contract_name\).*\(late_fee_clause\)",
    ):
        run(bare, "2026-04-10")
    assert notices(bare) == []


@on_sqlite
def test_co_owners_stand_on_the_notice(town: Town) -> None:
    run(town, "2026-04-10")
    assert "赵强" in notices(town)[2].paper
    assert "赵强" not in notices(town)[0].paper


@on_sqlite
def test_a_run_as_of_a_past_day_leaves_alone_who_paid_meanwhile(town: Town) -> None:
    """The notice would leave the office after the money came: it would ask for it a second time."""
    town.pay("1-1-101", "1200.00", "2026-04-20")
    town.pay("1-1-102", "1.00", "2026-04-20")
    planned = plan_run(town.session, town.community_id, day("2026-04-10"), day("2026-04-20"))
    assert [one.account.unit for one in planned.notices] == ["2-1-201"]
    assert {one.unit: one.reason for one in planned.left_out} == {
        "1-1-101": ladder.PAID_SINCE,
        "1-1-102": ladder.PAID_SINCE,
    }


@on_sqlite
def test_a_notice_names_the_rate_in_force_where_nothing_accrued(town: Town) -> None:
    town.set_policy(rate_ppm=0)
    run(town, "2026-04-10")
    assert all('"rate_ppm":0' in notice.paper for notice in notices(town))


@on_sqlite
def test_a_notice_tells_from_when_on_its_grace_and_cap_hold(town: Town) -> None:
    """The charge of the first quarter fell due under the terms before."""
    town.set_policy(since=date(2026, 6, 1), grace_days=5, cap=Cap(percent_ppm=300_000))
    town.on("2026-07-01").issue("2026Q2")
    run(town, "2026-09-01")
    for notice in notices(town):
        paper = thaw(notice.paper)
        assert isinstance(paper, Demand)
        assert paper.terms == LateFeeTerms(since=date(2026, 6, 30), grace_days=5, cap_ppm=300_000)
    assert notices(town)
