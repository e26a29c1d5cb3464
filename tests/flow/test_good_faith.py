"""Rules of good faith on the books: what they propose, how it gets on file, and that a person decides.

1-1-101 pays every quarter in time until it forgets 2026Q3; 1-1-102 has never been in time; 2-1-201 was billed late.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from time import process_time

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from billing.core.calendar import parse_period
from billing.core.conduct import kept_sentence
from billing.core.good_faith import USUAL
from billing.core.problem import Refused
from billing.flow import entry
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.conduct import hearing
from billing.flow.dunning import issue_run, plan_run
from billing.flow.good_faith import Proposal, ask, attest, proposals, proposed, put_on_file
from billing.flow.good_faith_rules import set_rule
from billing.flow.waiver_decision import refuse_waiver
from billing.flow.waiver_effect import effect
from billing.store.base import writing
from billing.store.granted import terms_of
from billing.store.people import Contact, Party
from billing.store.vault import Vault
from billing.store.waivers import WaiverDecision, WaiverRequest
from tests.flow.sale import sell
from tests.flow.town import Town, day
from tests.support.databases import on_sqlite

QUARTERS = {"1-1-101": "1200.00", "1-1-102": "966.00", "2-1-201": "1440.00"}


@pytest.fixture
def town(town: Town) -> Town:
    """Four quarters; all is due on 2026-09-30 at the latest, and it is the 10th of October."""
    for period, on in (("2025Q4", "2025-12-31"), ("2026Q1", "2026-03-31"), ("2026Q2", "2026-06-30")):
        town = town.on(on)
        town.issue(period, on)
        town.pay("1-1-101", QUARTERS["1-1-101"], on)
        late = (day(on) + timedelta(days=20)).isoformat()
        town.on(late).pay("1-1-102", QUARTERS["1-1-102"], late)
        town.pay("2-1-201", QUARTERS["2-1-201"], on)
    town.issue("2026Q3", "2026-09-30")
    return town.on("2026-10-10")


def proposed_by(town: Town, as_of: str | None = None) -> dict[str, Proposal]:
    town.session.rollback()
    found = proposals(town.session, town.community_id, day(as_of) if as_of else town.today)
    return {one.account.unit: one for one in found}


def why(one: Proposal) -> list[str]:
    return [found.sentence() for found in one.found]


def against(one: Proposal) -> list[str]:
    return [found.sentence() for found in one.hearing.against]


def rule(town: Town, code: str, **terms: object) -> None:
    usual = next(one for one in USUAL if one.code == code)
    with writing(town.session, town.community_id):
        set_rule(town.session, "manager", town.community_id, replace(usual, since=town.today, **terms))  # type: ignore[arg-type]


def file(town: Town, chosen: list[str], key: str = "k1") -> list[WaiverRequest]:
    with writing(town.session, town.community_id):
        return put_on_file(town.session, "clerk", town.today, town.community_id, chosen, "偶发逾期", key)


def test_who_forgot_once_is_proposed_and_who_is_always_late_is_shown_as_such(town: Town) -> None:
    found = proposed_by(town)
    assert why(found["1-1-101"]) == [
        "First late in 36 months: paid in time on 3 other due dates.",
        "Late by 10 days, and by no more than 10.",
    ]
    assert against(found["1-1-101"]) == []
    # 1,200.00 at 1‰ a day: 12.00 today; 30.00 by the 25th, the day by which the principal is to be paid.
    one = found["1-1-101"]
    assert (one.late_fee, one.value, one.open) == (1_200, 3_000, 120_000)
    assert (one.policy.code, one.terms.share_ppm, one.terms.pay_by) == (
        "non-malicious",
        10**6,
        date(2026, 10, 25),
    )
    # It owes late fee on four charges by now, the oldest 20 days late: no rule speaks.
    assert "1-1-102" not in found


def test_nothing_is_proposed_before_anything_is_late_nor_after_it_was_paid(town: Town) -> None:
    assert "1-1-101" not in proposed_by(town, "2026-09-30")
    town.pay("1-1-101", "1212.00", "2026-10-10")
    assert "1-1-101" not in proposed_by(town)


def test_ten_days_of_lateness_are_few_and_eleven_are_not(town: Town) -> None:
    rule(town, "first-late", on=False)
    assert "1-1-101" in proposed_by(town)
    assert "1-1-101" not in proposed_by(town.on("2026-10-11"))
    rule(town, "short-delay", days=11)
    assert "1-1-101" in proposed_by(town.on("2026-10-11"))


def test_principal_paid_after_the_first_notice(town: Town) -> None:
    town.fill_profile()
    run_on = town.on("2026-10-20")
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, run_on.today, run_on.today)
        issue_run(town.session, "clerk", town.community_id, plan)
    town.on("2026-10-25").pay("2-1-201", "1440.00", "2026-10-25")
    sentences = why(proposed_by(town.on("2026-11-20"))["2-1-201"])
    assert any(
        "5 days after notice D" in one and one.startswith("Principal paid on 2026-10-25") for one in sentences
    )
    # Whoever has not paid is not said to have.
    assert not any("Principal paid" in one for one in why(proposed_by(town.on("2026-11-20"))["1-1-101"]))


def test_a_bill_numbered_after_the_due_date_is_an_error_of_the_office(town: Town) -> None:
    town.fill_profile()
    billed = town.on("2026-10-05")
    with writing(town.session, town.community_id):
        plan = plan_bills(town.session, town.community_id, parse_period("2026Q3"), billed.today)
        issue_bills(town.session, "clerk", town.community_id, plan)
    rule(town, "first-late", on=False)
    late = town.on("2026-11-20")
    one = proposed_by(late)["2-1-201"]
    assert why(one) == [
        f"Payment notice {_bill(one)} for 2026Q3 was numbered on 2026-10-05, after the due date 2026-09-30."
    ]
    assert (one.policy.code, one.terms.pay_by, one.value) == ("office-error", None, one.late_fee)
    # As of a day on which it was not late yet there was nothing to propose.
    assert "2-1-201" not in proposed_by(town, "2026-09-30")


def _bill(one: Proposal) -> str:
    return str(one.found[0].params["number"])


def test_what_moved_to_a_buyer_is_no_error_of_the_office(
    town: Town, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the rules find is read out in court: a sale must not stand there as a mistake that somebody made."""
    monkeypatch.setattr(entry, "now", lambda: datetime.fromisoformat("2026-10-08T02:00:00+00:00"))
    sell((town, vault), "2026-07-01", due=day("2026-09-30"))
    rule(town, "short-delay", on=False)
    assert "1-1-101" not in proposed_by(town)


def test_a_charge_issued_anew_after_an_error(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    on = datetime.fromisoformat("2026-10-08T02:00:00+00:00")
    monkeypatch.setattr(entry, "now", lambda: on)
    town.reverse(town.charges("2-1-201")[-1])
    town.issue("2026Q3", "2026-09-30")
    rule(town, "first-late", on=False)
    assert why(proposed_by(town.on("2026-10-20"))["2-1-201"]) == [
        "2026Q3, due on 2026-09-30, was charged anew on 2026-10-08 after an error."
    ]


def test_a_broken_promise_is_shown_beside_it(town: Town) -> None:
    town.waive("1-1-101", "non-malicious", percent=50, pay_by=day("2026-10-20"))
    late = town.on("2026-10-21")
    rule(late, "short-delay", days=30)
    number = late.all(WaiverRequest)[0].number
    assert against(proposed_by(late)["1-1-101"]) == [f"The condition of {number} was not kept by 2026-10-20."]


def test_nothing_more_is_proposed_while_half_of_it_waits_for_his_money(town: Town) -> None:
    town.waive("1-1-101", "non-malicious", percent=50, pay_by=day("2026-10-20"))
    assert "1-1-101" not in proposed_by(town)


def test_an_earlier_refusal_is_shown_beside_it(town: Town) -> None:
    (request,) = file(town, [proposed_by(town)["1-1-101"].key])
    with writing(town.session, town.community_id):
        request = town.session.get_one(WaiverRequest, request.id)
        refuse_waiver(town.session, "manager", "manager", town.today, request, "不符", "k2")
    assert against(proposed_by(town)["1-1-101"]) == [f"{request.number} was refused on 2026-10-10."]


def test_a_request_on_file_is_not_proposed_again_and_nobody_has_decided_it(town: Town) -> None:
    found = proposed_by(town)
    (request,) = file(town, [found["1-1-101"].key])
    assert (request.kind, request.share_ppm, request.pay_by) == ("non-malicious", 10**6, date(2026, 10, 25))
    assert [kept_sentence(one) for one in request.found] == why(found["1-1-101"])
    assert town.all(WaiverDecision) == []
    assert "1-1-101" not in proposed_by(town)
    # What the proposal said it would give is what the decision is shown.
    assert effect(town.session, request, terms_of(request), town.today).value == found["1-1-101"].value
    town.approve(request)
    # Given time to pay, he owes no late fee meanwhile.
    assert "1-1-101" not in proposed_by(town)


def test_several_go_on_file_at_once_and_twice_is_once(town: Town) -> None:
    keys = [one.key for one in proposed_by(town).values()]
    assert len(keys) == 2
    assert len(file(town, keys)) == 2
    assert file(town, keys) == []
    assert len(town.all(WaiverRequest)) == 2


def test_one_that_is_not_proposed_any_more_keeps_all_off_the_file(town: Town) -> None:
    keys = [one.key for one in proposed_by(town).values()]
    town.pay("1-1-101", "1212.00", "2026-10-10")
    with pytest.raises(Refused, match="1 of the chosen"):
        file(town, keys)
    assert town.all(WaiverRequest) == []


def test_what_only_people_know(town: Town) -> None:
    """1-1-102 was in hospital: no book says so, a person who saw the paper does, and his name is kept."""
    unit, debtor = town.unit("1-1-102"), town.charges("1-1-102")[0].debtor_id
    heard = hearing(town.session, unit, debtor, town.today)
    assert heard.found == [] and heard.late_fee > 0
    assert proposed(town.session, town.community_id, heard) is None
    found = attest(town.session, "clerk", town.community_id, town.today, {"away": "住院证明 2026-10-02"})
    proposal = proposed(town.session, town.community_id, heard, found)
    assert proposal
    with writing(town.session, town.community_id):
        request = ask(town.session, "clerk", town.today, proposal, "住院", "k1")
    assert kept_sentence(request.found[0]) == "Was away, attested by clerk: 住院证明 2026-10-02"
    with pytest.raises(Refused, match="no rule that is attested"):
        attest(town.session, "clerk", town.community_id, town.today, {"short-delay": "x"})


def test_a_rule_proposes_no_more_than_its_policy_gives(town: Town) -> None:
    rule(town, "short-delay", policy="settlement", pay_days=60)
    rule(town, "first-late", on=False)
    one = proposed_by(town)["1-1-101"]
    assert (one.terms.share_ppm, one.terms.pay_by) == (500_000, date(2026, 10, 25))


def test_a_rule_for_a_policy_that_is_none_is_refused(town: Town) -> None:
    with pytest.raises(Refused, match="No waiver policy"):
        rule(town, "short-delay", policy="friends")


@on_sqlite
def test_who_he_is_changes_nothing(town: Town) -> None:
    """Another name, another phone, an ID number: the same findings, the same sums."""
    before = proposed_by(town)
    with writing(town.session):
        town.session.execute(
            update(Party).values(name="李四", id_number="110101194001010018", kind="company")
        )
        town.session.execute(update(Contact).values(value="13900000000"))
    after = proposed_by(town)
    for unit, one in before.items():
        assert (one.found, one.hearing.against, one.value, one.terms) == (
            after[unit].found,
            after[unit].hearing.against,
            after[unit].value,
            after[unit].terms,
        )
    assert before.keys() == after.keys()


@on_sqlite
def test_a_proposal_never_exceeds_what_is_owed(town: Town) -> None:
    """On any day, under rules of any share and time to pay."""
    for share, pay_days, days in ((1, 0, 366), (333_333, 7, 90), (10**6, 366, 366)):
        rule(town, "short-delay", days=days, share_ppm=share, pay_days=pay_days)
        for later in (0, 1, 5, 30, 200):
            as_of = town.today + timedelta(days=later)
            found = proposals(town.session, town.community_id, as_of)
            for one in found:
                assert 0 < one.value <= one.effect.owed - one.open
                assert set(one.charges) == {due.charge for due in one.hearing.dues}
                assert all(after.late_fee_due >= 0 for _, after in [*one.effect.today, *one.effect.full])
            assert found


def test_few_queries_for_the_whole_community(town: Town, session: Session) -> None:
    def asked() -> int:
        count = 0

        def one_more(*_: object) -> None:
            nonlocal count
            count += 1

        session.rollback()
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", one_more)
        proposals(session, town.community_id, town.today)
        event.remove(engine, "before_cursor_execute", one_more)
        return count

    before = asked()
    roster = "\n".join(
        ["楼 单元 房号 业主 共有人 建筑面积 交房日期"]
        + [f"3 1 {room} 业主{room} _ 100 2020-01-01" for room in range(101, 131)]
    )
    town.import_roster(roster)
    town.issue("2026Q3", "2026-09-30")
    assert len(proposed_by(town)) > 10
    assert asked() == before <= 16


@on_sqlite
def test_six_hundred_units_who_are_all_late(town: Town) -> None:
    """The worst there is: everybody is proposed. Processor time, so that a busy machine does not fail it."""
    rooms = [
        f"{4 + number // 60} 1 {101 + number % 60} 业主{number} _ 100 2020-01-01" for number in range(600)
    ]
    town.import_roster("\n".join(["楼 单元 房号 业主 共有人 建筑面积 交房日期", *rooms]))
    town.issue("2026Q3", "2026-09-30")
    town.session.rollback()
    started = process_time()
    assert len(proposals(town.session, town.community_id, town.today)) > 600
    assert process_time() - started < 1
