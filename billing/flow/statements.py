"""The statement (对账单): what is owed on a unit as of a day, as known at an entry, in the contract's own keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from billing.core.money import yuan
from billing.core.statement import Line, Totals, totals
from billing.core.waiver import State, Waiver
from billing.flow.estate import policies
from billing.flow.liability import Joint, joint_debtors
from billing.flow.payments import find_debtor
from billing.store.estate import Unit
from billing.store.standing import Account, accounts


@dataclass(frozen=True)
class Granted:
    """A waiver as it stands on a day; `shares`: charge -> late fee and principal it gives up there by then (fen).

    One that lapsed or was withdrawn gives up nothing: what it had waived is due again.
    """

    waiver: Waiver
    state: State
    shares: Mapping[int, tuple[int, int]]

    @property
    def late_fee(self) -> int:
        return sum(late_fee for late_fee, _ in self.shares.values())

    @property
    def principal(self) -> int:
        return sum(principal for _, principal in self.shares.values())

    @property
    def stands(self) -> bool:
        return self.state in ("waiting", "kept", "given")

    @property
    def ended(self) -> date | None:
        """The day from which it gives up nothing any more."""
        if self.state == "withdrawn":
            return self.waiver.withdrawn
        if self.state == "lapsed" and self.waiver.pay_by:
            return self.waiver.pay_by + timedelta(days=1)
        return None


def granted_on(account: Account, lines: Sequence[Line], as_of: date) -> list[Granted]:
    """The account's waivers approved by that day, in that order, with what they give up on these lines."""
    return [
        Granted(one, account.waiver_state(one, as_of), _shares(one, lines))
        for one in account.waivers
        if one.since <= as_of
    ]


def _shares(waiver: Waiver, lines: Sequence[Line]) -> dict[int, tuple[int, int]]:
    shares = {}
    for line in lines:
        relief = waiver.reliefs.get(line.charge.id)
        if relief is not None:
            given = [fen for one, fen in zip(line.reliefs, line.given, strict=True) if one is relief]
            shares[line.charge.id] = (sum(given), relief.principal if given else 0)
    return shares


@dataclass(frozen=True)
class Statement:
    """Accounts of every debtor of a unit (or of one), with their lines as of the day.

    `jointly`: charge -> whoever owes it beside its first debtor.
    """

    unit: Unit
    as_of: date
    accounts: Sequence[tuple[Account, Sequence[Line]]]
    jointly: Mapping[int, Sequence[Joint]] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        return [row for _, rows in self.accounts for row in rows]

    @property
    def totals(self) -> Totals:
        return totals(self.lines)

    @property
    def overdue(self) -> Totals:
        return totals(row for row in self.lines if row.state == "overdue")

    @property
    def coming(self) -> Totals:
        """Billed, not yet due."""
        return totals(row for row in self.lines if row.state == "coming")

    @property
    def prepayment(self) -> int:
        return sum(account.prepayment(self.as_of) for account, _ in self.accounts)


def statement(
    session: Session,
    unit: Unit,
    as_of: date,
    *,
    known_at: int | None = None,
    debtor: str | None = None,
) -> Statement:
    """All debtors of the unit, unless one is named."""
    debtors = [find_debtor(session, unit, as_of, debtor).id] if debtor else None
    found = accounts(
        session,
        unit.community_id,
        policies(session, unit.community_id, known_at),
        unit_id=unit.id,
        debtor_ids=debtors,
        known_at=known_at,
    )
    several = any(row.jointly for account in found for row in account.rows.values())
    joint = joint_debtors(session, unit.community_id, unit_id=unit.id, known_at=known_at) if several else {}
    return Statement(unit, as_of, [(account, account.lines(as_of)) for account in found], joint)


def as_json(found: Statement) -> dict[str, Any]:
    """The object that `flask statement --json` prints."""
    sums = found.totals
    return {
        "unit": found.unit.label,
        "as_of": found.as_of.isoformat(),
        "charges": [_line(row, found.jointly) for row in found.lines],
        "waivers": [
            _waiver(one)
            for account, lines in found.accounts
            for one in granted_on(account, lines, found.as_of)
        ],
        "prepayment": yuan(found.prepayment),
        "totals": {name: yuan(getattr(sums, name)) for name in sums.__dataclass_fields__},
    }


def _waiver(one: Granted) -> dict[str, Any]:
    waiver = one.waiver
    return {
        "number": waiver.number,
        "kind": waiver.kind,
        "state": one.state,
        "pay_by": waiver.pay_by.isoformat() if waiver.pay_by else None,
        "late_fee": yuan(one.late_fee),
        "principal": yuan(one.principal),
        "since": waiver.since.isoformat(),
    }


def _line(row: Line, jointly: Mapping[int, Sequence[Joint]]) -> dict[str, Any]:
    return {
        "id": row.charge.id,
        "debtor": row.charge.debtor,
        "jointly": [one.name for one in jointly.get(row.charge.id, ())],
        "item": row.charge.item,
        "period": row.charge.period,
        "due": row.charge.due.isoformat(),
        "amount": yuan(row.charge.amount),
        "paid": yuan(row.paid),
        "waived": yuan(row.waived),
        "open": yuan(row.open),
        "late_fee": yuan(row.late_fee.amount),
        "late_fee_waived": yuan(row.late_fee_waived),
        "late_fee_paid": yuan(row.late_fee_paid),
        "total": yuan(row.total),
    }
