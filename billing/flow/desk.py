"""The counter's desk: a unit, who may owe there, what one of them owes as of a day, and taking his money once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.allocation import Part
from billing.core.problem import Missing, Refused
from billing.core.statement import Line, totals
from billing.flow.entry import is_recorded
from billing.flow.estate import owners, policies
from billing.flow.payments import Money, Preview, Taken, payment_key, take_payment
from billing.store.estate import Unit
from billing.store.ledger import Payment
from billing.store.standing import Account, accounts
from billing.translations import N_

_MOVED_ON = N_(
    "Something was booked for this debtor after this page was opened. Here is what is owed now: if this is one "
    "more payment, send it again."
)


@dataclass(frozen=True)
class Debtor:
    """Somebody who may pay for the unit: what he owes there as of the day, and whether he owns it now."""

    id: int
    name: str
    owed: int
    owner: bool
    account: Account


@dataclass(frozen=True)
class Row:
    """A charge on the desk, as of the day, and what the money at hand would give to it (fen)."""

    line: Line
    part: Part

    @property
    def given(self) -> int:
        return self.part.principal + self.part.late_fee

    @property
    def left(self) -> int:
        return self.line.total - self.given


@dataclass(frozen=True)
class Desk:
    """`key` stands for this state of the account: it changes with the next payment, so two tabs share it."""

    unit: Unit
    on: date
    debtors: Sequence[Debtor]
    debtor: Debtor
    key: str

    @property
    def prepayment(self) -> int:
        return self.debtor.account.prepayment(self.on)

    @property
    def lines(self) -> list[Line]:
        """What is owed as of the day, the earliest due first."""
        return [line for line in self.debtor.account.lines(self.on) if line.total > 0]

    @property
    def due(self) -> int:
        """What has fallen due by the day, late fee included."""
        return totals(line for line in self.lines if line.charge.due <= self.on).total

    def rows(self, preview: Preview | None, today: date) -> list[Row]:
        """Each line with its part; charges that only count later are added where money reaches them."""
        parts: Mapping[int, Part] = {part.charge: part for part in preview.parts} if preview else {}
        shown = {line.charge.id: line for line in self.lines}
        later = {line.charge.id: line for line in self.debtor.account.lines(max(today, self.on))}
        for charge in parts:
            shown.setdefault(charge, later[charge])
        return [Row(line, parts.get(charge, Part(charge, 0, 0))) for charge, line in shown.items()]


def open_desk(session: Session, unit: Unit, on: date, today: date, debtor_id: int | None = None) -> Desk:
    """The desk for a unit; the debtor, unless chosen, is today's owner, else whoever owes most."""
    found = accounts(session, unit.community_id, policies(session, unit.community_id), unit_id=unit.id)
    debtors = _debtors(session, unit, on, today, found)
    if debtor_id is None and debtors:
        debtor_id = max(debtors, key=lambda one: (one.owner, one.owed)).id
    for one in debtors:
        if one.id == debtor_id:
            return Desk(unit, on, debtors, one, _key(session, unit, one.id))
    raise Missing(
        N_("Nobody owns unit %(unit)s or owes anything there: enter its owner first."), unit=unit.label
    )


def take_at_desk(
    session: Session, actor: str, today: date, unit: Unit, debtor_id: int, money: Money
) -> Taken:
    """`take_payment` under the desk's key: the same form sent again is the same payment, from whatever tab.

    Refused where the account moved on and this is not that same payment: whoever sent it saw other debts.
    """
    moved_on = money.key != _key(session, unit, debtor_id)
    if moved_on and not is_recorded(session, unit.community_id, payment_key(money)):
        raise Refused(_MOVED_ON)
    try:
        return take_payment(session, actor, today, unit, money)
    except Refused as refused:
        raise Refused(_MOVED_ON) if moved_on else refused from None


def _debtors(session: Session, unit: Unit, on: date, today: date, found: Sequence[Account]) -> list[Debtor]:
    """Today's first owner and whoever else owes or paid; co-owners pay the owner's charges in his name."""
    current = owners(session, unit.id, today)[:1]
    known = {account.debtor_id: account for account in found}
    for owner in current:
        known.setdefault(
            owner.id, Account(unit.id, unit.label, unit.position, owner.id, owner.name, owner.kind)
        )
    now = {owner.id for owner in current}
    debtors = [
        Debtor(account.debtor_id, account.debtor, totals(account.lines(on)).total, key in now, account)
        for key, account in known.items()
    ]
    return sorted(debtors, key=lambda one: (not one.owner, -one.owed, one.id))


def _key(session: Session, unit: Unit, debtor_id: int) -> str:
    last = session.scalar(
        select(func.max(Payment.id)).where(Payment.unit_id == unit.id, Payment.debtor_id == debtor_id)
    )
    return f"counter:{unit.id}.{debtor_id}.{last or 0}"
