"""Which debts a payment settles (冲抵).

The debtor's word goes first (Civil Code art. 560); without it due debts go before those not yet
due, the earliest due first. Within that, principal and late fee follow the contract's order (art.
561 leaves it to agreement): see `Order` in `billing.core.policy` and law.md's three examples in
the tests.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from billing.core.policy import Order

Side = Literal["principal", "late_fee"]


@dataclass(frozen=True)
class Claim:
    """What a charge can still take: principal left, and late fee accrued but neither paid nor waived (fen)."""

    charge: int
    due: date
    principal: int
    late_fee: int


@dataclass(frozen=True)
class Part:
    """What one charge gets out of a payment, in fen."""

    charge: int
    principal: int
    late_fee: int


def allocate(
    money: int, claims: Iterable[Claim], on: date, order: Order, designated: Sequence[int] = ()
) -> tuple[list[Part], int]:
    """Divide `money` fen among the debtor's charges as they stand on `on`: (parts, what is left).

    `designated` are charge ids the debtor named; what they leave over follows the agreed order.
    """
    by_due = sorted(claims, key=lambda claim: (claim.due, claim.charge))
    named = [claim for claim in by_due if claim.charge in designated]
    others = [claim for claim in by_due if claim.charge not in designated]
    given: dict[int, dict[Side, int]] = {}
    for claim, side in (*_sides(named, on, order), *_sides(others, on, order)):
        take = min(money, claim.principal if side == "principal" else claim.late_fee)
        if take > 0:
            given.setdefault(claim.charge, {"principal": 0, "late_fee": 0})[side] += take
            money -= take
    return [Part(charge, sides["principal"], sides["late_fee"]) for charge, sides in given.items()], money


def _sides(claims: Sequence[Claim], on: date, order: Order) -> Iterator[tuple[Claim, Side]]:
    """Every (charge, side) in the order in which money reaches it."""
    due = [claim for claim in claims if claim.due <= on]
    if order == "principal-first":
        yield from ((claim, "principal") for claim in due)
        yield from ((claim, "late_fee") for claim in due)
    else:
        sides: tuple[Side, Side] = (
            ("late_fee", "principal") if order == "late-fee-first" else ("principal", "late_fee")
        )
        yield from ((claim, side) for claim in due for side in sides)
    yield from ((claim, "principal") for claim in claims if claim.due > on)
