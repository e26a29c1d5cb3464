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
from billing.core.statement import Line

Side = Literal["principal", "late_fee"]


@dataclass(frozen=True)
class Part:
    """What one charge gets out of a payment, in fen."""

    charge: int
    principal: int
    late_fee: int


def allocate(
    money: int, lines: Sequence[Line], on: date, order: Order, designated: Sequence[int] = ()
) -> tuple[list[Part], int]:
    """Divide `money` fen among the debtor's charges as they stand on `on`: (parts, what is left).

    `designated` are charge ids the debtor named; what they leave over follows the agreed order.
    """
    by_due = sorted(lines, key=lambda row: (row.charge.due, row.charge.id))
    named = [row for row in by_due if row.charge.id in set(designated)]
    others = [row for row in by_due if row.charge.id not in set(designated)]
    given: dict[int, dict[Side, int]] = {}
    for row, side in (*_sides(named, on, order), *_sides(others, on, order)):
        take = min(money, row.open if side == "principal" else row.late_fee_due)
        if take > 0:
            given.setdefault(row.charge.id, {"principal": 0, "late_fee": 0})[side] += take
            money -= take
    return [Part(charge, **sides) for charge, sides in given.items()], money


def _sides(rows: Iterable[Line], on: date, order: Order) -> Iterator[tuple[Line, Side]]:
    """Every (charge, side) in the order in which money reaches it."""
    rows = list(rows)
    due = [row for row in rows if row.charge.due <= on]
    later = [row for row in rows if row.charge.due > on]
    if order == "principal-first":
        yield from ((row, "principal") for row in due)
        yield from ((row, "late_fee") for row in due)
    else:
        sides: tuple[Side, Side] = ("late_fee", "principal") if order == "late-fee-first" else ("principal", "late_fee")
        yield from ((row, side) for row in due for side in sides)
    yield from ((row, "principal") for row in later)
