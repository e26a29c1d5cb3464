"""The consistency report: like cases beside each other, and who decided what on whose requests.

Three households, each one quarter late by 20 days, asked for the whole late fee under the same policy: they are alike
but for the sum billed. 1-1-101 owes 1,200.00, 2-1-201 1,440.00; 1-1-102, with 966.00, lies in another bracket.
"""

from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from billing.core.consistency import Decision
from billing.core.problem import Refused
from billing.flow.consistency import Report, consistency_report
from billing.flow.waiver_decision import refuse_waiver
from billing.store.base import writing
from billing.store.granted import terms_of
from billing.store.waivers import WaiverRequest
from tests.flow.town import Town, day


@pytest.fixture
def town(town: Town) -> Town:
    town.on("2026-07-01").issue("2026Q3", "2026-09-30")
    return town.on("2026-10-20")


def ask(town: Town, label: str, actor: str = "clerk", **more: object) -> WaiverRequest:
    terms: dict[str, object] = {"percent": 100} | more
    return town.ask_waiver(label, "non-malicious", actor=actor, pay_by=day("2026-11-10"), **terms)  # type: ignore[arg-type]


def approve(town: Town, request: WaiverRequest, percent: int = 100, actor: str = "manager") -> None:
    terms = replace(terms_of(request), share_ppm=percent * 10_000)
    town.approve(request, terms, actor=actor)


def refuse(town: Town, request: WaiverRequest, actor: str = "manager") -> None:
    with writing(town.session, town.community_id):
        request = town.session.get_one(WaiverRequest, request.id)
        refuse_waiver(
            town.session, actor, "manager", town.today, request, "不符合条件", f"refused {request.id}"
        )


def report(town: Town, first: str = "2026-10-01", last: str = "2026-10-31", span: int = 300_000) -> Report:
    town.session.rollback()
    return consistency_report(town.session, town.community_id, day(first), day(last), span)


def said(one: Decision) -> tuple[str, int | None, str, str, int]:
    return one.unit, one.given_ppm, one.asked_by, one.decided_by, one.days_taken


def test_like_cases_stand_beside_each_other(town: Town) -> None:
    one, other, small = (ask(town, unit) for unit in ("1-1-101", "2-1-201", "1-1-102"))
    later = town.on("2026-10-23")
    approve(later, one)
    approve(later, other, percent=80)
    refuse(later, small)
    alike, alone = report(town).groups
    assert [said(each) for each in alike.decisions] == [
        ("1-1-101", 1_000_000, "clerk", "manager", 3),
        ("2-1-201", 800_000, "clerk", "manager", 3),
    ]
    assert (alike.case.age.code, alike.case.sum, alike.unlike) == ("1-30", "5000", False)
    assert (alike.tally.decided, alike.tally.approved) == (2, 2)
    assert (alike.tally.least_ppm, alike.tally.most_ppm, alike.tally.mean_ppm) == (
        800_000,
        1_000_000,
        900_000,
    )
    assert [said(each) for each in alone.decisions] == [("1-1-102", 0, "clerk", "manager", 3)]
    assert (alone.case.sum, alone.unlike, alone.tally.approved) == ("1000", False, 0)


def test_like_cases_decided_unlike_come_first_and_are_marked(town: Town) -> None:
    """A manager waives for a friend and refuses his neighbour."""
    friend, small, neighbour = (ask(town, unit) for unit in ("1-1-101", "1-1-102", "2-1-201"))
    approve(town, small)
    approve(town, friend)
    refuse(town, neighbour)
    first, second = report(town).groups
    assert first.unlike and [each.unit for each in first.decisions] == ["1-1-101", "2-1-201"]
    assert not second.unlike
    assert report(town).unlike == 1
    # Whoever finds that natural says so with the span, not by hiding the group.
    assert [one.unlike for one in report(town, span=1_000_000).groups] == [False, False]


def test_who_decides_and_on_whose_requests(town: Town) -> None:
    for unit, asked_by, decided_by in (
        ("1-1-101", "clerk", "manager"),
        ("1-1-102", "clerk", "manager"),
        ("2-1-201", "collector", "director"),
    ):
        approve(town, ask(town, unit, actor=asked_by), actor=decided_by)
    found = report(town)
    assert {name: (one.decided, one.approved) for name, one in found.deciders.items()} == {
        "director": (1, 1),
        "manager": (2, 2),
    }
    assert list(found.pairs) == [("clerk", "manager"), ("collector", "director")]
    # 41 days of 1.20 and of 0.966 by the day to pay by, as it was quoted.
    assert found.pairs["clerk", "manager"].value == found.deciders["manager"].value == 41 * 120 + 3_961
    assert found.whole and found.whole.decided == 3


def test_other_findings_or_another_condition_make_another_case(town: Town) -> None:
    approve(town, ask(town, "1-1-101"))
    refuse(town, town.ask_waiver("2-1-201", "office-error", percent=100))
    assert [one.tally.decided for one in report(town).groups] == [1, 1]
    assert report(town).unlike == 0


def test_sums_compare_by_the_part_of_them_that_was_given(town: Town) -> None:
    one = ask(town, "1-1-101", percent=0, late_fee="30.00")
    other = ask(town, "2-1-201", percent=0, late_fee="20.00")
    town.approve(one, replace(terms_of(one), late_fee=1_000))
    town.approve(other)
    (group,) = report(town).groups
    assert [each.given_ppm for each in group.decisions] == [333_333, 1_000_000]
    assert group.unlike


def test_what_was_given_otherwise_than_asked_compares_with_nothing(town: Town) -> None:
    one, other = ask(town, "1-1-101"), ask(town, "2-1-201")
    town.approve(one, replace(terms_of(one), share_ppm=0, late_fee=100))
    approve(town, other)
    (group,) = report(town).groups
    assert [each.given_ppm for each in group.decisions] == [None, 1_000_000]
    assert not group.unlike


def test_figures_stay_as_they_were_decided(town: Town) -> None:
    """What happens to the charges afterwards changes no decision of the past."""
    approve(town, ask(town, "1-1-101"))
    before = report(town)
    town.on("2026-10-21").pay("1-1-101", "1200.00", "2026-10-21")
    assert report(town) == before
    town.on("2026-10-22").reverse(town.charges("1-1-101")[0])
    assert report(town) == before


def test_whoever_paid_is_late_until_he_paid(town: Town) -> None:
    """Asked for on day 100, of principal paid on day 7: seven days late, whatever is reversed afterwards."""
    payment = town.on("2026-10-07").pay("1-1-101", "1200.00", "2026-10-07").payment
    later = town.on("2027-01-08")
    for unit in ("1-1-101", "2-1-201"):
        request = later.ask_waiver(unit, "non-malicious", percent=100, pay_by=day("2027-01-20"))
        later.approve(request)
    before = report(later, "2027-01-01", "2027-01-31")
    ages = {one.unit: group.case.age.code for group in before.groups for one in group.decisions}
    assert ages == {"1-1-101": "1-30", "2-1-201": "91-180"}
    later.on("2027-01-09").reverse(payment)
    assert report(later, "2027-01-01", "2027-01-31") == before


def test_only_what_was_decided_in_these_days(town: Town) -> None:
    approve(town, ask(town, "1-1-101"))
    ask(town, "1-1-102")
    assert report(town).whole and len(report(town).groups) == 1
    assert report(town, "2026-10-21").groups == [] and report(town, "2026-10-21").whole is None
    with pytest.raises(Refused, match="cannot end"):
        report(town, "2026-10-31", "2026-10-01")


def test_four_queries_however_many_decisions(town: Town, session: Session) -> None:
    def asked() -> int:
        statements: list[object] = []

        def listen(*event: object) -> None:
            statements.append(event)

        session.rollback()
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        consistency_report(session, town.community_id, day("2026-10-01"), day("2026-10-31"))
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(statements)

    approve(town, ask(town, "1-1-101"))
    once = asked()
    for unit in ("1-1-102", "2-1-201"):
        approve(town, ask(town, unit))
    assert asked() == once <= 5  # one begins the transaction
