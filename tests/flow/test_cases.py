"""A debtor's case as a manager reads it: opened by the ladder, worked on by facts, held by a promise, never lost."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from billing.clock import SHANGHAI
from billing.core.dunning import PROMISED
from billing.core.problem import Refused
from billing.core.promise import Judged
from billing.flow import attempts, cases
from billing.flow.attempts import Promised, Report
from billing.flow.case_file import case_file
from billing.flow.case_state import listed, look_at, situations
from billing.flow.dunning import issue_run, plan_run
from billing.flow.holds import place_hold
from billing.flow.promises import of_debtors
from billing.flow.visit_report import visit_report
from billing.store import case_list
from billing.store.accounts import User
from billing.store.base import writing
from billing.store.cases import AttemptRow, Case, CaseAssignment, FollowUp, PromiseRow
from billing.store.people import Contact, Party
from billing.store.timeline import timeline
from tests.flow.town import Town, day, together


@pytest.fixture
def owing(town: Town) -> Town:
    """Three debtors since 2026-09-30, each with the case that the ladder opened."""
    town.fill_profile()
    town.issue("2026Q3")
    with writing(town.session, town.community_id):
        assert cases.open_cases(town.session, "scheduler", town.community_id, town.today) == 3
    return town


def case(town: Town, label: str = "1-1-101") -> Case:
    debtor = town.charges(label)[0].debtor_id
    town.session.rollback()
    return town.session.scalars(select(Case).where(Case.debtor_id == debtor)).one()


def moment(town: Town, hour: int = 10) -> datetime:
    return datetime.combine(town.today, datetime.min.time(), SHANGHAI).replace(hour=hour)


def tell(
    town: Town, key: str, label: str = "1-1-101", kind: str = "call", outcome: str = "talked", **more: object
) -> AttemptRow:
    """The collector's report of today, at ten."""
    one = case(town, label)
    at = more.pop("at", moment(town))
    told = Report(kind=kind, outcome=outcome, at=at, key=key, **more)  # type: ignore[arg-type]
    with writing(town.session, town.community_id):
        return attempts.report(town.session, "amei", town.today, moment(town, 23), one, told)


def promise(
    town: Town, amount: int, due: str, key: str = "promise", label: str = "1-1-101", **more: object
) -> None:
    tell(town, key, label, promised=Promised(amount, day(due), **more))  # type: ignore[arg-type]


def judged(town: Town, label: str = "1-1-101") -> list[Judged]:
    debtor = case(town, label).debtor_id
    return list(of_debtors(town.session, town.community_id, [debtor], town.today).get(debtor, ()))


def left_out(town: Town) -> dict[str, str]:
    plan = plan_run(town.session, town.community_id, town.today, town.today)
    return {one.unit: one.reason for one in plan.left_out}


def test_the_ladder_opens_one_case_for_each_debtor_and_none_twice(owing: Town) -> None:
    assert [one.number for one in owing.all(Case)] == ["K1-000001", "K1-000002", "K1-000003"]
    with writing(owing.session, owing.community_id):
        assert cases.open_cases(owing.session, "scheduler", owing.community_id, owing.today) == 0


def test_a_notice_opens_the_case_of_whoever_has_none(town: Town) -> None:
    town.fill_profile()
    town.issue("2026Q3")
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, town.today, town.today)
        issue_run(town.session, "manager", town.community_id, plan)
    assert len(town.all(Case)) == 3


def test_schedulers_at_once_open_each_case_once(town: Town) -> None:
    town.issue("2026Q3")

    def open_them(one: Town, number: int) -> int:
        with writing(one.session, one.community_id):
            return cases.open_cases(one.session, "scheduler", one.community_id, one.today)

    assert sorted(together(town, 4, open_them)) == [0, 0, 0, 3]  # type: ignore[type-var]
    assert len(town.all(Case)) == 3


def test_one_report_says_what_came_of_it_why_and_what_next(owing: Town) -> None:
    tell(owing, "a", reason="forgot", note="出差", next=("call", day("2026-11-30")))
    file = case_file(owing.session, case(owing), owing.today)
    assert file.reason_code == "forgot" and file.page.reason == "forgot"
    assert file.next and (file.next.code, file.next.due) == ("call", day("2026-11-30"))
    assert [one.kind for one in timeline(owing.session, case(owing))][:3] == ["attempt", "next", "reason"]


def test_sent_twice_it_is_one_report_and_with_other_words_refused(owing: Town) -> None:
    assert tell(owing, "a").id == tell(owing, "a").id
    with pytest.raises(Refused):
        tell(owing, "a", outcome="refused")
    assert len(owing.all(AttemptRow)) == 1


def test_a_fresh_promise_holds_the_letter_until_its_day(owing: Town) -> None:
    promise(owing, 60_000, "2026-12-01")
    assert left_out(owing) == {"1-1-101": PROMISED}
    assert left_out(owing.on("2026-12-01")) == {"1-1-101": PROMISED}
    assert left_out(owing.on("2026-12-02")) == {}


def test_the_ledger_finds_it_kept_and_a_reversal_finds_it_broken(owing: Town) -> None:
    promise(owing, 60_000, "2026-12-01")
    later = owing.on("2026-12-05")
    taken = later.pay("1-1-101", "600.00", "2026-11-30")
    assert [one.state for one in judged(later)] == ["kept"]
    later.reverse(taken.payment)
    assert [one.state for one in judged(later)] == ["broken"]


def test_another_debtors_money_keeps_no_promise(owing: Town) -> None:
    promise(owing, 60_000, "2026-12-01")
    later = owing.on("2026-12-05")
    later.pay("1-1-102", "600.00", "2026-11-30")
    assert [one.state for one in judged(later)] == ["broken"]


def test_a_promise_can_be_postponed_while_it_is_open_and_not_after(owing: Town) -> None:
    promise(owing, 60_000, "2026-11-25")
    first = judged(owing)[0].promise.id
    promise(owing.on("2026-11-24"), 60_000, "2026-11-30", "later", replaces=first)
    assert [one.state for one in judged(owing.on("2026-11-24"))] == ["postponed", "open"]
    with pytest.raises(Refused, match="not due yet"):
        promise(owing.on("2026-11-27"), 60_000, "2026-12-10", "again", replaces=first)


def test_a_promise_needs_somebody_who_gave_it(owing: Town) -> None:
    with pytest.raises(Refused, match="Nobody was spoken with"):
        tell(owing, "a", outcome="nobody", promised=Promised(60_000, day("2026-12-01")))
    assert owing.all(PromiseRow) == []


def test_a_second_call_on_one_day_needs_a_reason_that_stands_in_the_case(owing: Town) -> None:
    tell(owing, "a")
    with pytest.raises(Refused, match="limit is 1"):
        tell(owing, "b", at=moment(owing, 15))
    row = tell(owing, "b", at=moment(owing, 15), override="业主要求当日回电")
    assert row.override == "业主要求当日回电" and [one["code"] for one in row.objections] == ["day"]
    assert tell(owing, "c", at=moment(owing, 16), incoming=True).objections == []


def test_at_night_alone_or_in_a_dispute_nobody_is_pressed(owing: Town) -> None:
    with pytest.raises(Refused, match="between 09:00 and 20:00"):
        tell(owing, "night", at=moment(owing, 20))
    with pytest.raises(Refused, match="2 people"):
        tell(owing, "alone", kind="visit", unit_id=owing.unit("1-1-101").id)
    with writing(owing.session, owing.community_id):
        unit, debtor = owing.unit("1-1-101"), case(owing).debtor_id
        place_hold(owing.session, "legal", unit, debtor, "disputed", owing.today, None, "漏水", "k")
    with pytest.raises(Refused, match="disputed"):
        tell(owing, "dispute")
    assert situations(owing.session, owing.community_id, [debtor], owing.today)[debtor].state == "disputed"


def test_what_is_ahead_or_long_past_is_no_report(owing: Town) -> None:
    with pytest.raises(Refused, match="within 7 days"):
        tell(owing, "ahead", at=moment(owing) + timedelta(days=1))
    with pytest.raises(Refused, match="within 7 days"):
        tell(owing, "late", at=moment(owing) - timedelta(days=8))


def test_a_wrong_number_is_not_used_until_it_is_told_anew(owing: Town) -> None:
    one = case(owing)
    with writing(owing.session, owing.community_id):
        phone = Contact(
            community_id=owing.community_id,
            party_id=one.debtor_id,
            kind="phone",
            value="13800000001",
            source="roster",
            recorded_at=moment(owing, 1),
        )
        owing.session.add(phone)
        owing.session.flush()
        number = phone.id
    tell(owing, "a", outcome="wrong", contact_id=number)
    points = case_file(owing.session, case(owing), owing.today).people[0].points
    assert [(point.wrong, point.failed) for point in points] == [(True, owing.today)]
    tell(owing.on("2026-11-24"), "b", outcome="talked", contact_id=number)
    points = case_file(owing.session, case(owing), owing.today).people[0].points
    assert [(point.wrong, point.confirmed) for point in points] == [(False, day("2026-11-24"))]


def test_dead_addresses_in_one_afternoon_fill_no_quota(owing: Town) -> None:
    home = owing.unit("1-1-101").id
    for number, on in enumerate(("2026-11-02", "2026-11-10", "2026-11-18")):
        then = owing.on(on)
        tell(then, f"v{number}", kind="visit", outcome="wrong", unit_id=home, companion="小李", note="搬走")
    report = visit_report(owing.session, owing.community_id, day("2026-11-01"), day("2026-11-30"))
    assert [bool(one.why) for one in report.visits] == [False, True, True]
    assert [(one.name, one.counted, one.uncounted) for one in report.visitors] == [("amei", 1, 2)]


def collector(town: Town, name: str) -> User:
    with writing(town.session):
        user = User(name=name, role="collector", password_hash="x", created_at=moment(town))
        town.session.add(user)
    return user


def test_work_is_given_out_by_building_and_changes_hands_with_a_reason(owing: Town) -> None:
    amei, bao = collector(owing, "amei"), collector(owing, "bao")
    with writing(owing.session, owing.community_id):
        given = cases.assign_by_load(owing.session, "manager", owing.today, owing.community_id, "k")
    assert sorted(given.values()) == [1, 2]
    one = case(owing)
    with pytest.raises(Refused, match="changes hands"), writing(owing.session, owing.community_id):
        cases.assign(owing.session, "manager", owing.today, one, bao, " ", "h")
    with writing(owing.session, owing.community_id):
        cases.assign(owing.session, "manager", owing.today, one, bao, "阿梅休假", "h")
        cases.assign(owing.session, "manager", owing.today, one, bao, "阿梅休假", "h")
    assert [row.reason for row in owing.all(CaseAssignment) if row.case_id == one.id] == ["", "阿梅休假"]
    assert amei.active


def counts(town: Town) -> dict[str, int]:
    look = look_at(town.session, town.community_id, town.today)
    return dict(case_list.counts(town.session, town.community_id, look))


def test_nobody_is_forgotten(owing: Town) -> None:
    """Without a word for two weeks, without a next step, with nobody to look after it: each stands in its list."""
    assert counts(owing) == {
        "all": 3,
        "due": 0,
        "promised": 0,
        "replies": 0,
        "quiet": 0,
        "idle": 3,
        "nobody": 3,
    }
    tell(owing, "a", next=("call", day("2026-11-24")), promised=Promised(60_000, day("2026-12-08")))
    later = counts(owing.on("2026-12-08"))
    assert (later["due"], later["promised"], later["quiet"], later["idle"]) == (1, 1, 3, 2)
    owing.ask_waiver("1-1-102", "hardship", percent=50, pay_by=day("2026-12-31"))
    assert counts(owing)["replies"] == 1


def test_who_pays_leaves_the_lists_and_his_case_is_settled(owing: Town) -> None:
    owing.pay("1-1-101", "2000.00", "2026-11-23")
    look = look_at(owing.session, owing.community_id, owing.today)
    found = listed(owing.session, owing.community_id, look, False, 50)
    assert [one.units for one in found] == [["1-1-102"], ["2-1-201"]]
    debtor = case(owing).debtor_id
    assert situations(owing.session, owing.community_id, [debtor], owing.today)[debtor].state == "settled"


def test_what_cannot_be_meant_is_refused(owing: Town) -> None:
    one = case(owing)
    for what, due in (
        ("call", None),
        ("none", owing.today),
        ("call", day("2026-11-22")),
        ("dance", owing.today),
    ):
        with pytest.raises(Refused), writing(owing.session, owing.community_id):
            cases.plan_next(owing.session, "amei", owing.today, one, what, due, "", "k")
    with pytest.raises(Refused), writing(owing.session, owing.community_id):
        cases.learn_reason(owing.session, "amei", owing.today, one, "lazy", "", "k")
    assert owing.all(FollowUp) == []


def test_a_case_can_be_opened_by_hand_before_the_ladder(town: Town) -> None:
    debtor = town.session.scalars(select(Party).order_by(Party.id)).first()
    assert debtor
    with writing(town.session, town.community_id):
        debtor = town.session.get_one(Party, debtor.id)
        first = cases.open_case(town.session, "amei", town.today, debtor)
        assert cases.open_case(town.session, "amei", town.today, debtor).id == first.id
