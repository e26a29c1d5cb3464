"""`flask late-fee`: the working of one imagined charge, without any books."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from billing.cli.command import DAY, POSITIVE_YUAN, Command, Parsed, answers
from billing.core.allocation import Claim, allocate
from billing.core.calendar import parse_date
from billing.core.late_fee import Cap, Rate, Terms
from billing.core.money import parse_positive_yuan, yuan
from billing.core.numbers import parse_per_mille, parse_percent
from billing.core.policy import ORDERS, Order
from billing.core.problem import Refused
from billing.core.statement import Charge, Line, Settled, line
from billing.core.width import fold
from billing.translations import N_


def _parse_pay(text: str) -> tuple[date, int]:
    day, equals, amount = fold(text).partition("=")
    if not equals:
        raise Refused(N_("“%(text)s” is no payment: write it as 2026-05-15=500.00."), text=text)
    return parse_date(day), parse_positive_yuan(amount)


@click.command("late-fee", cls=Command)
@click.option("--principal", type=POSITIVE_YUAN, required=True)
@click.option("--due", type=DAY, required=True)
@click.option("--as-of", type=DAY, required=True)
@click.option("--rate", type=Parsed("per mille", parse_per_mille), default="1", help="Per mille a day.")
@click.option(
    "--pay", "payments", type=Parsed("date=amount", _parse_pay), multiple=True, metavar="DATE=AMOUNT"
)
@click.option("--order", type=click.Choice(ORDERS), default=ORDERS[0])
@click.option("--grace", type=click.IntRange(0, 366), default=0)
@click.option("--grace-counts-from", type=click.Choice(["due", "end"]), default="due")
@click.option("--cap-percent", type=Parsed("percent", parse_percent))
@click.option("--cap-amount", type=POSITIVE_YUAN)
@answers
def late_fee(
    principal: int,
    due: date,
    as_of: date,
    rate: int,
    payments: Sequence[tuple[date, int]],
    order: Order,
    grace: int,
    grace_counts_from: Any,
    cap_percent: int | None,
    cap_amount: int | None,
) -> dict[str, Any]:
    """The late fee of one charge as of a day, with its working."""
    terms = Terms((Rate(date.min, rate),), grace, grace_counts_from, Cap(cap_percent, cap_amount))
    charge = Charge(1, "", "", "", due, principal, terms)
    row = line(charge, _settle(charge, payments, order), as_of)
    return {
        "late_fee": yuan(row.late_fee.amount),
        "late_fee_paid": yuan(row.late_fee_paid),
        "principal_left": yuan(row.open),
        "segments": [
            {
                "from": part.first.isoformat(),
                "to": part.last.isoformat(),
                "days": part.days,
                "principal": yuan(part.principal),
                "rate": _decimal(part.rate_ppm),
                "late_fee": yuan(part.amount),
            }
            for part in row.late_fee.segments
        ],
    }


def _settle(charge: Charge, payments: Sequence[tuple[date, int]], order: Order) -> list[Settled]:
    settled: list[Settled] = []
    for on, money in sorted(payments):
        row: Line = line(charge, settled, on)
        claim = Claim(charge.id, charge.due, row.open, row.late_fee_due)
        parts, _ = allocate(money, [claim], on, order)
        settled += [Settled(on, part.principal, part.late_fee) for part in parts]
    return settled


def _decimal(ppm: int) -> str:
    """A rate per day as a decimal: 1000 ppm is 0.001."""
    return f"{ppm // 1_000_000}.{ppm % 1_000_000:06d}".rstrip("0").rstrip(".")
