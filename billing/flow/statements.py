"""The statement (对账单): what is owed on a unit as of a day, as known at an entry, in the contract's own keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.core.money import yuan
from billing.core.statement import Line, Totals, totals
from billing.flow.estate import policies
from billing.flow.liability import Joint, joint_debtors, names
from billing.flow.payments import find_debtor
from billing.store.estate import Unit
from billing.store.standing import Account, accounts


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
    joint = joint_debtors(session, unit.community_id, unit_id=unit.id, known_at=known_at)
    return Statement(unit, as_of, [(account, account.lines(as_of)) for account in found], joint)


def as_json(found: Statement) -> dict[str, Any]:
    """The object that `flask statement --json` prints."""
    sums = found.totals
    return {
        "unit": found.unit.label,
        "as_of": found.as_of.isoformat(),
        "charges": [_line(row, found.jointly) for row in found.lines],
        "prepayment": yuan(found.prepayment),
        "totals": {name: yuan(getattr(sums, name)) for name in sums.__dataclass_fields__},
    }


def _line(row: Line, jointly: Mapping[int, Sequence[Joint]]) -> dict[str, Any]:
    return {
        "id": row.charge.id,
        "debtor": row.charge.debtor,
        "jointly": names(jointly, [row.charge.id]),
        "item": row.charge.item,
        "period": row.charge.period,
        "due": row.charge.due.isoformat(),
        "amount": yuan(row.charge.amount),
        "paid": yuan(row.paid),
        "open": yuan(row.open),
        "late_fee": yuan(row.late_fee.amount),
        "late_fee_waived": yuan(row.late_fee_waived),
        "late_fee_paid": yuan(row.late_fee_paid),
        "total": yuan(row.total),
    }
