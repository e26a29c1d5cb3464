"""Which debts a payment settles: the three orders of the contract, and the debtor's own word."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from billing.core.allocation import Claim, Part, allocate
from billing.core.policy import ORDERS

TODAY = date(2026, 11, 23)
#: Two charges of 600 with 100 late fee each.
TWO = [Claim(1, date(2026, 3, 31), 60_000, 10_000), Claim(2, date(2026, 6, 30), 60_000, 10_000)]


def test_principal_first_pays_all_principals_oldest_first():
    assert allocate(100_000, TWO, TODAY, "principal-first") == ([Part(1, 60_000, 0), Part(2, 40_000, 0)], 0)


def test_late_fee_first_goes_charge_by_charge_late_fee_before_principal():
    assert allocate(100_000, TWO, TODAY, "late-fee-first") == (
        [Part(1, 60_000, 10_000), Part(2, 20_000, 10_000)],
        0,
    )


def test_by_charge_goes_charge_by_charge_principal_before_late_fee():
    assert allocate(100_000, TWO, TODAY, "by-charge") == ([Part(1, 60_000, 10_000), Part(2, 30_000, 0)], 0)


def test_the_debtors_word_goes_first():
    parts, left = allocate(50_000, TWO, TODAY, "principal-first", designated=[2])
    assert (parts, left) == ([Part(2, 50_000, 0)], 0)


def test_what_the_named_charge_leaves_over_follows_the_agreed_order():
    parts, left = allocate(80_000, TWO, TODAY, "principal-first", designated=[2])
    assert parts == [Part(2, 60_000, 10_000), Part(1, 10_000, 0)]
    assert left == 0


def test_due_debts_go_before_those_not_yet_due():
    later = Claim(3, date(2026, 12, 31), 60_000, 0)
    parts, left = allocate(150_000, [later, *TWO], TODAY, "principal-first")
    assert parts == [Part(1, 60_000, 10_000), Part(2, 60_000, 10_000), Part(3, 10_000, 0)]
    assert left == 0


def test_what_nobody_can_take_is_left_over():
    assert allocate(150_000, TWO, TODAY, "by-charge")[1] == 10_000


claims = st.lists(
    st.builds(
        Claim,
        charge=st.integers(1, 10_000),
        due=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
        principal=st.integers(0, 100_000),
        late_fee=st.integers(0, 50_000),
    ),
    max_size=8,
    unique_by=lambda claim: claim.charge,
)


@given(claims, st.integers(1, 1_000_000), st.sampled_from(ORDERS), st.data())
def test_no_fen_is_lost_and_no_charge_gets_more_than_it_can_take(claims, money, order, data):
    named = data.draw(st.lists(st.sampled_from([claim.charge for claim in claims]))) if claims else []
    parts, left = allocate(money, claims, TODAY, order, named)
    given_to = {part.charge: part for part in parts}
    assert sum(part.principal + part.late_fee for part in parts) + left == money
    for claim in claims:
        part = given_to.get(claim.charge, Part(claim.charge, 0, 0))
        assert 0 <= part.principal <= claim.principal
        assert 0 <= part.late_fee <= claim.late_fee
        if claim.due > TODAY:
            assert part.late_fee == 0
    takes = sum(claim.principal + (claim.late_fee if claim.due <= TODAY else 0) for claim in claims)
    assert left == max(0, money - takes)
