"""What a waiver gives up on a charge: worked by hand, and true of any charge whatever happens to it."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.core.late_fee import Terms
from billing.core.statement import Charge, Line, Relief, Settled, line
from billing.core.waiver import Waiver, standing, state

DUE = date(2026, 3, 31)
#: 1,200.00 at 1‰ a day is 1.20 a day.
CHARGE = Charge(1, "张伟", "物业服务费", "2026Q1", DUE, 120_000, Terms())


def day(number: int) -> date:
    """So many days after the due date."""
    return DUE + timedelta(days=number)


def owed(as_of: int, *reliefs: Relief, paid: Sequence[Settled] = ()) -> Line:
    return line(CHARGE, paid, day(as_of), reliefs)


def test_half_of_what_accrued_until_the_day_of_approval() -> None:
    half = Relief(since=day(100), until=day(100), share_ppm=500_000)
    assert owed(99, half).late_fee_waived == 0
    assert (owed(100, half).late_fee.amount, owed(100, half).late_fee_due) == (12_000, 6_000)
    # What accrues afterwards is not given up.
    assert (owed(150, half).late_fee_waived, owed(150, half).late_fee_due) == (6_000, 12_000)


def test_all_of_it_until_the_day_to_pay_by() -> None:
    everything = Relief(since=day(100), until=day(130), share_ppm=1_000_000)
    assert owed(120, everything).total == 120_000
    paid = [Settled(day(120), 120_000)]
    assert owed(500, everything, paid=paid).total == 0
    assert owed(500, everything, paid=paid).late_fee_waived == 14_400


def test_what_was_paid_before_is_not_waived_again() -> None:
    paid = [Settled(day(50), 0, 6_000)]
    half = Relief(since=day(100), until=day(100), share_ppm=500_000)
    # 120.00 accrued, 60.00 was paid: half of the other 60.00.
    assert owed(100, half, paid=paid).late_fee_waived == 3_000
    # The debtor pays his half; the waived half does not shrink for that.
    paid.append(Settled(day(101), 0, 3_000))
    assert owed(101, half, paid=paid).late_fee_waived == 3_000


def test_a_sum_is_never_more_than_accrued() -> None:
    sum_of_it = Relief(since=day(10), until=day(40), late_fee=4_000)
    assert [owed(days, sum_of_it).late_fee_waived for days in (10, 20, 40)] == [1_200, 2_400, 4_000]


def test_principal_given_up_bears_no_late_fee_from_the_next_day() -> None:
    third = Relief(since=day(100), until=day(100), principal=40_000)
    found = owed(110, third)
    assert (found.waived, found.open) == (40_000, 80_000)
    assert found.late_fee.amount == 120 * 100 + 80 * 10


def test_nothing_accrues_on_suspended_days() -> None:
    spring = Relief(since=day(60), until=day(60), suspended=(day(11), day(40)))
    assert owed(59, spring).late_fee.amount == 120 * 59
    assert owed(60, spring).late_fee.amount == 120 * 30


def test_two_waivers_one_after_the_other() -> None:
    first = Relief(since=day(50), until=day(50), share_ppm=500_000)
    second = Relief(since=day(100), until=day(100), share_ppm=500_000)
    # 60.00 by day 50: 30.00; then half of what is left of 120.00: 45.00.
    assert owed(100, first, second).given == (3_000, 4_500)


def one_charge(paid: Sequence[Settled]) -> object:
    def line_of(charge: int, as_of: date, waivers: Sequence[Waiver]) -> Line | None:
        reliefs = [waiver.reliefs[1] for waiver in waivers]
        return line(CHARGE, paid, as_of, reliefs)

    return line_of


def promised(number: str, since: int, pay_by: int, **more: object) -> Waiver:
    relief = Relief(since=day(since), until=day(pay_by), share_ppm=1_000_000)
    return Waiver(number, day(since), {1: relief}, "principal", day(pay_by), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("paid", "as_of", "expected"),
    [
        ([], 130, "waiting"),
        ([], 131, "lapsed"),
        ([Settled(day(120), 120_000)], 119, "waiting"),
        ([Settled(day(120), 120_000)], 120, "kept"),
        ([Settled(day(120), 120_000)], 400, "kept"),
        ([Settled(day(120), 119_999)], 131, "lapsed"),
        ([Settled(day(131), 120_000)], 140, "lapsed"),
    ],
)
def test_a_condition(paid: list[Settled], as_of: int, expected: str) -> None:
    waiver = promised("W1", 100, 130)
    assert state([waiver], waiver, day(as_of), one_charge(paid)) == expected  # type: ignore[arg-type]
    counted = standing([waiver], day(as_of), one_charge(paid))  # type: ignore[arg-type]
    assert bool(counted) is (expected != "lapsed")


def test_a_withdrawn_waiver_counts_until_the_day_before() -> None:
    waiver = promised("W1", 100, 130, withdrawn=day(110))
    assert standing([waiver], day(109), one_charge([])) == [waiver]  # type: ignore[arg-type]
    assert standing([waiver], day(110), one_charge([])) == []  # type: ignore[arg-type]


def test_a_second_waiver_that_is_kept_does_not_revive_the_first() -> None:
    first, second = promised("W1", 100, 130), promised("W2", 140, 170)
    paid = [Settled(day(160), 120_000)]
    assert standing([first, second], day(171), one_charge(paid)) == [second]  # type: ignore[arg-type]


fen = st.integers(0, 130_000)
days = st.integers(0, 400)
reliefs = st.builds(
    lambda since, more, ppm, late_fee, principal, first, length: Relief(
        day(since),
        day(since + more),
        ppm,
        0 if ppm else late_fee,
        principal,
        (day(first), day(first + length)) if length else None,
    ),
    days,
    days,
    st.integers(0, 1_000_000),
    fen,
    st.integers(0, 40_000),
    days,
    st.integers(0, 60),
)


@given(st.lists(reliefs, max_size=4), st.lists(st.tuples(days, fen), max_size=4), days)
def test_a_waiver_never_gives_up_more_than_is_owed(
    granted: list[Relief], payments: list[tuple[int, int]], as_of: int
) -> None:
    settled: list[Settled] = []
    left = CHARGE.amount - sum(relief.principal for relief in granted)
    for on, money in sorted(payments):
        principal = max(0, min(money, left))
        left -= principal
        due = max(0, line(CHARGE, settled, day(on), granted).late_fee_due)
        settled.append(Settled(day(on), principal, min(money - principal, due)))
    found = line(CHARGE, settled, day(as_of), granted)
    assert all(each >= 0 for each in found.given)
    assert found.late_fee_waived <= max(0, found.late_fee.amount - found.late_fee_paid)
    assert found.total == found.open + found.late_fee.amount - found.late_fee_waived - found.late_fee_paid


@given(st.lists(reliefs, max_size=3), days)
def test_a_waiver_never_makes_anybody_owe_more(granted: list[Relief], as_of: int) -> None:
    totals = [line(CHARGE, (), day(as_of), granted[:count]).total for count in range(len(granted) + 1)]
    assert totals == sorted(totals, reverse=True)
