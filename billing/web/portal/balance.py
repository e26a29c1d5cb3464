"""One account on a unit as its owner reads it: what is owed, why, and what became of each payment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row

from billing.clock import local_day
from billing.core.ageing import State
from billing.core.money import round_micro
from billing.core.statement import Line, Totals, totals
from billing.flow.statements import Granted, granted_on
from billing.store.ledger import Payment, receipt_number
from billing.store.standing import Account, Given


@dataclass(frozen=True)
class Bill:
    """A charge as of the day, with the row it was booked as and what was paid on it until then."""

    line: Line
    fact: Row[Any]
    parts: Sequence[Given]

    @property
    def state(self) -> State:
        return self.line.state


@dataclass(frozen=True)
class Share:
    """What a charge got out of a payment (fen)."""

    item: str
    period: str
    principal: int
    late_fee: int


@dataclass(frozen=True)
class Received:
    """A payment: where it went, and what of it is still prepaid. `taken_back` is the day and reason of a reversal."""

    on: date
    number: str
    channel: str
    payer: str
    amount: int
    printed: bool
    shares: Sequence[Share] = ()
    prepaid: int = 0
    taken_back: tuple[date, str] | None = None


@dataclass(frozen=True)
class Balance:
    """The account as of a day; `undone` are its reversed payments with reason and moment."""

    account: Account
    as_of: date
    undone: Sequence[Row[Payment, str, datetime]] = ()

    @cached_property
    def bills(self) -> list[Bill]:
        parts: dict[int, list[Given]] = defaultdict(list)
        for part in self.account.allocations:
            if part.on <= self.as_of:
                parts[part.charge_id].append(part)
        return [
            Bill(line, self.account.rows[line.charge.id], parts[line.charge.id])
            for line in self.account.lines(self.as_of)
        ]

    def of(self, state: State) -> list[Bill]:
        """The bills in that state; what was settled reads from the newest back."""
        found = [bill for bill in self.bills if bill.state == state]
        return found[::-1] if state == "settled" else found

    @property
    def overdue(self) -> Totals:
        return totals(bill.line for bill in self.of("overdue"))

    @property
    def coming(self) -> Totals:
        return totals(bill.line for bill in self.of("coming"))

    @cached_property
    def granted(self) -> list[Granted]:
        """The waivers approved by the day, as they stand on it."""
        return granted_on(self.account, [bill.line for bill in self.bills], self.as_of)

    @property
    def without(self) -> int | None:
        """What would be overdue if the waivers that wait for money did not stand; None where none does."""
        waiting = [one.waiver.number for one in self.granted if one.state == "waiting"]
        if not waiting:
            return None
        firm = [one for one in self.account.standing(self.as_of) if one.number not in waiting]
        lines = (self.account.line_of(bill.line.charge.id, self.as_of, firm) for bill in self.bills)
        return sum(line.total for line in lines if line is not None and line.state == "overdue")

    @property
    def prepayment(self) -> int:
        return self.account.prepayment(self.as_of)

    @property
    def grows_by(self) -> int:
        """Fen by which the late fee grows from this day to the next, if nothing is paid; exact, then rounded once."""
        following = self.account.lines(self.as_of + timedelta(days=1))
        exact = sum(line.late_fee.micro for line in following)
        return round_micro(exact - sum(bill.line.late_fee.micro for bill in self.bills))

    @cached_property
    def numbers(self) -> dict[int, str]:
        """Payment -> its receipt's number."""
        return {row.id: _number(row) for row in self.account.payments}

    @property
    def payments(self) -> list[Received]:
        """Everything received until the day, the newest first, reversed payments among it."""
        given: dict[int, list[Given]] = defaultdict(list)
        for part in self.account.allocations:
            if part.on <= self.as_of:
                given[part.payment_id].append(part)
        kept = [self._received(row, given[row.id]) for row in self.account.payments if row.on <= self.as_of]
        gone = [_taken_back(*row) for row in self.undone if row.Payment.on <= self.as_of]
        return sorted(kept + gone, key=lambda one: (one.on, one.number), reverse=True)

    def _received(self, row: Row[Any], parts: Sequence[Given]) -> Received:
        charges = self.account.rows
        shares = [
            Share(
                charges[part.charge_id].item,
                charges[part.charge_id].period,
                part.principal_fen,
                part.late_fee_fen,
            )
            for part in parts
        ]
        given = sum(share.principal + share.late_fee for share in shares)
        return Received(
            row.on,
            self.numbers[row.id],
            row.channel,
            row.payer,
            row.amount_fen,
            row.serial is not None,
            shares,
            row.amount_fen - given,
        )


def _taken_back(payment: Payment, reason: str, moment: datetime) -> Received:
    return Received(
        payment.on,
        payment.receipt,
        payment.channel,
        payment.payer,
        payment.amount_fen,
        payment.serial is not None,
        taken_back=(local_day(moment), reason),
    )


def _number(row: Row[Any]) -> str:
    return receipt_number(row.community_id, row.serial) if row.serial else row.outside_number
