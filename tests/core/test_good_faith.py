"""Rules of good faith: each with an example worked by hand and its negation; days and sums only, never a person."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.conduct import Due, Given, History, Refusal, Told, speaks_against
from billing.core.good_faith import (
    KINDS,
    USUAL,
    Rule,
    attested,
    check_rule,
    in_force,
    speaks_for,
)
from billing.core.problem import Refused

TODAY = date(2026, 6, 1)
RULES = {rule.code: rule for rule in USUAL}


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(on: str, paid: str | None = None, late_fee: int = 0, grace: int = 0, **more: object) -> Due:
    """A charge due on a day and paid on one; its number is the day's ordinal."""
    last = day(on)
    until = last + timedelta(days=grace)
    return Due(last.toordinal(), on[:7], last, until, day(paid) if paid else None, late_fee, **more)  # type: ignore[arg-type]


#: Eleven quarters, each paid a week before it was due.
PAID_IN_TIME = [
    due(f"{year}-{month}-28", f"{year}-{month}-21")
    for year in (2023, 2024, 2025)
    for month in ("03", "06", "09", "12")
][1:]


def said(code: str, dues: Sequence[Due], notices: Sequence[Told] = (), rule: Rule | None = None) -> list[str]:
    history = History(TODAY, dues, notices)
    return [found.sentence() for found in speaks_for(history, [rule or RULES[code]])]


def test_first_late() -> None:
    late = due("2026-03-28", None, 5_000)
    assert said("first-late", [*PAID_IN_TIME, late]) == [
        "First late in 36 months: paid in time on 11 other due dates."
    ]


@pytest.mark.parametrize(
    ("dues", "why"),
    [
        (
            [*PAID_IN_TIME, due("2026-01-28", None, 9_000), due("2026-03-28", None, 5_000)],
            "two due dates late",
        ),
        ([due("2025-09-28", "2025-10-01"), *PAID_IN_TIME[:5], due("2026-03-28", None, 5_000)], "late before"),
        ([due("2026-03-28", None, 5_000)], "the books know of nothing paid in time"),
        ([due("2022-12-28", "2022-12-01"), due("2026-03-28", None, 5_000)], "in time, but longer ago"),
        ([*PAID_IN_TIME, due("2026-03-28", "2026-05-01")], "no late fee is owed"),
    ],
)
def test_not_first_late(dues: list[Due], why: str) -> None:
    assert said("first-late", dues) == [], why


def test_late_longer_ago_than_the_rule_looks_is_forgotten() -> None:
    dues = [due("2023-03-28", "2023-08-01"), *PAID_IN_TIME, due("2026-03-28", None, 5_000)]
    assert said("first-late", dues)
    assert not said("first-late", dues, rule=replace(RULES["first-late"], months=48))


def test_short_delay() -> None:
    assert said("short-delay", [due("2026-05-01", "2026-05-10", 900)]) == [
        "Late by 9 days, and by no more than 10."
    ]
    assert said("short-delay", [due("2026-05-22", None, 900)]) == ["Late by 10 days, and by no more than 10."]


@pytest.mark.parametrize(
    "dues",
    [
        [due("2026-05-01", "2026-05-12", 900)],
        [due("2026-05-21", None, 900)],
        [due("2026-05-25", None, 100), due("2026-01-28", None, 900)],
    ],
)
def test_no_short_delay(dues: list[Due]) -> None:
    assert said("short-delay", dues) == []


LATE = due("2026-03-31", "2026-05-12", 900)


def test_principal_paid_soon_after_the_notice_arrived() -> None:
    notice = Told("D1-000012", day("2026-04-20"), day("2026-05-09"))
    assert said("prompt-payment", [LATE], [notice]) == [
        "Principal paid on 2026-05-12, 3 days after notice D1-000012 arrived on 2026-05-09."
    ]


def test_a_notice_of_which_no_slip_came_back_counts_from_its_own_day() -> None:
    assert said("prompt-payment", [LATE], [Told("D1-000012", day("2026-05-06"))]) == [
        "Principal paid on 2026-05-12, 6 days after notice D1-000012 of 2026-05-06."
    ]


@pytest.mark.parametrize(
    ("dues", "notices"),
    [
        ([LATE], []),
        ([LATE], [Told("D1", day("2026-05-04"))]),
        ([LATE], [Told("D1", day("2026-05-13"))]),
        ([LATE], [Told("D1", day("2026-04-01"), day("2026-04-03")), Told("D2", day("2026-05-10"))]),
        ([LATE], [Told("D1", day("2026-03-01"), day("2026-05-10"))]),
        ([LATE, due("2026-04-30", None, 100)], [Told("D1", day("2026-05-10"))]),
    ],
    ids=[
        "no notice",
        "too late",
        "before it",
        "only after the second",
        "for an earlier debt",
        "not all of it",
    ],
)
def test_not_paid_soon(dues: list[Due], notices: list[Told]) -> None:
    assert said("prompt-payment", dues, notices) == []


def test_billed_after_the_due_date() -> None:
    late = due("2026-03-31", None, 900, bill=("N1-000004", day("2026-04-02")))
    assert said("late-bill", [late]) == [
        "Payment notice N1-000004 for 2026-03 was numbered on 2026-04-02, after the due date 2026-03-31."
    ]
    assert said("late-bill", [replace(late, bill=("N1-000004", day("2026-03-31")))]) == []
    assert said("late-bill", [replace(late, bill=None)]) == []
    assert said("late-bill", [replace(late, late_fee=0)]) == []


def test_charged_anew() -> None:
    late = due("2026-03-31", None, 900, corrected_on=day("2026-05-02"))
    assert said("corrected", [late]) == [
        "2026-03, due on 2026-03-31, was charged anew on 2026-05-02 after an error."
    ]
    assert said("corrected", [replace(late, corrected_on=day("2026-03-30"))]) == []
    assert said("corrected", [replace(late, corrected_on=None)]) == []


def test_only_the_charge_concerned_is_spoken_for() -> None:
    wrong = due("2026-03-31", None, 900, corrected_on=day("2026-05-02"))
    other = due("2026-04-30", None, 300)
    (found,) = speaks_for(History(TODAY, [wrong, other]), [RULES["corrected"]])
    assert found.charges == (wrong.charge,)


def test_what_is_paid_within_the_grace_is_in_time() -> None:
    late = due("2026-03-28", None, 5_000)
    assert said("first-late", [due("2025-12-28", "2026-01-04", grace=7), late])
    assert not said("first-late", [due("2025-12-28", "2026-01-05", grace=7), late])


def test_what_only_people_know_is_attested_with_a_paper() -> None:
    found = attested(RULES["away"], "clerk", " 援外派遣函 ")
    assert found.sentence() == "Was away, attested by clerk: 援外派遣函"
    with pytest.raises(Refused, match="which paper"):
        attested(RULES["away"], "clerk", " ")
    with pytest.raises(Refused, match="found in the books"):
        attested(RULES["short-delay"], "clerk", "x")
    assert speaks_for(History(TODAY, [LATE]), [RULES["away"], RULES["office-error"]]) == []


def against(
    dues: Sequence[Due],
    notices: Sequence[Told] = (),
    waivers: Sequence[Given] = (),
    refusals: Sequence[Refusal] = (),
) -> list[str]:
    return [found.sentence() for found in speaks_against(History(TODAY, dues, notices, waivers, refusals))]


def test_what_speaks_against_him() -> None:
    four = [due(f"2025-{month}-28", None, 100) for month in ("03", "06", "09", "12")]
    in_vain = [Told("D1-000001", day("2025-07-01")), Told("D1-000007", day("2026-01-09"))]
    waivers = [
        Given("W1-000002", day("2024-01-05"), day("2024-02-01"), lapsed=True),
        Given("W1-000003", day("2025-01-05")),
    ]
    refused = [Refusal("W1-000009", day("2026-02-01"))]
    assert against([due("2024-12-28", "2024-12-01"), *four], in_vain, waivers, refused) == [
        "Late on each of the last 4 due dates.",
        "The condition of W1-000002 was not kept by 2024-02-01.",
        "W1-000003 was granted on 2025-01-05 already.",
        "W1-000009 was refused on 2026-02-01.",
        "Reminded 2 times, last by D1-000007 of 2026-01-09; principal is still open.",
    ]


def test_what_does_not_speak_against_him() -> None:
    once = due("2026-03-28", None, 100)
    assert against([*PAID_IN_TIME, once], [Told("D1", day("2026-04-09"))]) == []
    assert against([due("2025-12-28", "2026-02-01"), due("2026-03-28", "2026-03-01")]) == []
    # Reminded for an older debt only, or paid after the second reminder.
    assert against([once], [Told("D1", day("2026-01-09")), Told("D2", day("2026-02-09"))]) == []
    assert (
        against(
            [replace(once, paid_on=TODAY)], [Told("D1", day("2026-04-09")), Told("D2", day("2026-05-09"))]
        )
        == []
    )


def test_a_rule_holds_from_its_day_on_and_is_switched_off_from_another() -> None:
    stricter = replace(RULES["short-delay"], since=day("2026-05-01"), days=5)
    off = replace(stricter, since=day("2026-08-01"), on=False)
    entered = [stricter, off]
    assert [in_force(entered, day(on))["short-delay"].days for on in ("2026-04-30", "2026-05-01")] == [10, 5]
    assert "short-delay" not in in_force(entered, day("2026-08-01"))
    later = replace(stricter, days=6)
    assert in_force([stricter, later], TODAY)["short-delay"].days == 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": " "},
        {"kind": "sympathetic"},
        {"days": 0},
        {"days": 367},
        {"kind": "first-late", "months": 0},
        {"share_ppm": 0},
        {"share_ppm": 1_000_001},
        {"pay_days": -1},
    ],
)
def test_a_rule_that_measures_or_gives_nothing_is_refused(wrong: dict[str, object]) -> None:
    check_rule(RULES["short-delay"])
    with pytest.raises(Refused):
        check_rule(replace(RULES["short-delay"], **wrong))  # type: ignore[arg-type]


def test_no_rule_can_know_who_the_debtor_is() -> None:
    """What a rule is given has no name, phone, age or address in it."""
    known = {field.name for table in (History, Due, Told, Given, Refusal) for field in fields(table)}
    assert known == {
        *("as_of", "dues", "notices", "waivers"),
        *("charge", "period", "due", "free_until", "paid_on", "late_fee", "bill", "corrected_on"),
        *("number", "issued_on", "arrived_on"),
        *("since", "pay_by", "lapsed", "refusals", "on"),
    }
    assert set(KINDS) == {rule.kind for rule in USUAL}


days = st.integers(-900, 60).map(lambda number: TODAY + timedelta(days=number))
dues = st.builds(
    lambda due, late, fee, bill: Due(
        due.toordinal(),
        str(due),
        due,
        due,
        due + timedelta(days=late) if late is not None else None,
        fee,
        bill,
    ),
    days,
    st.none() | st.integers(-60, 200),
    st.integers(0, 2) | st.just(0),
    st.none() | days.map(lambda on: ("N1-000001", on)),
)
notices = st.builds(Told, st.just("D1-000001"), days, st.none() | days)


@given(st.lists(dues, max_size=8, unique_by=lambda one: one.charge), st.lists(notices, max_size=3))
def test_a_finding_is_about_charges_on_which_late_fee_is_owed(some: list[Due], told: list[Told]) -> None:
    history = History(
        TODAY, sorted(some, key=lambda one: one.due), sorted(told, key=lambda one: one.issued_on)
    )
    owed = {one.charge for one in history.asked}
    for found in speaks_for(history, USUAL):
        assert found.charges and set(found.charges) <= owed
        assert "%(" not in found.sentence()
    assert all("%(" not in found.sentence() for found in speaks_against(history))
