"""The counter's desk: a unit, who may owe there, what one of them has to pay as of a day, and taking it once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core import ageing
from billing.core.ageing import State
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

#: Money entered later than this after its day is asked about; later than that, it is a manager's to enter. A day
#: set back lowers the late fee of every day between, and hides a till that was short.
ASKED, MANAGERS = timedelta(days=3), timedelta(days=31)


class Unexplained(Refused):
    """Money of an earlier day, and nobody says why it is entered only now."""


@dataclass(frozen=True)
class Debtor:
    """Somebody who may pay for the unit: what is overdue there and not yet due as of the day, and if he owns it now."""

    id: int
    name: str
    overdue: int
    coming: int
    owner: bool
    account: Account


@dataclass(frozen=True)
class Row:
    """A charge on the desk, as of the day, and what the money at hand would give to it (fen)."""

    line: Line
    part: Part
    state: State

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

    def days_ago(self, today: date) -> int:
        """How long ago the desk's day is, where that wants a reason."""
        return (today - self.on).days if today - self.on > ASKED else 0

    @property
    def prepayment(self) -> int:
        return self.debtor.account.prepayment(self.on)

    @property
    def lines(self) -> list[Line]:
        """What is to be paid as of the day, overdue or not, the earliest due first."""
        return [line for line in self.debtor.account.lines(self.on) if line.total > 0]

    @property
    def due(self) -> int:
        """What has fallen due by the day, late fee included."""
        return totals(line for line in self.lines if line.charge.due <= self.on).total

    @property
    def due_today(self) -> int:
        """Of what is not overdue: the part due on that very day."""
        return self.due - self.debtor.overdue

    def rows(self, preview: Preview | None, today: date) -> list[Row]:
        """Each line with its part; charges that only count later are added where money reaches them."""
        parts: Mapping[int, Part] = {part.charge: part for part in preview.parts} if preview else {}
        shown = {line.charge.id: line for line in self.lines}
        later = {line.charge.id: line for line in self.debtor.account.lines(max(today, self.on))}
        for charge in parts:
            shown.setdefault(charge, later[charge])
        return [
            Row(
                line,
                parts.get(charge, Part(charge, 0, 0)),
                ageing.state(line.charge.due, line.total, self.on),
            )
            for charge, line in shown.items()
        ]


def open_desk(session: Session, unit: Unit, on: date, today: date, debtor_id: int | None = None) -> Desk:
    """The desk for a unit; the debtor, unless chosen, is today's owner, else who is most in arrears."""
    found = accounts(session, unit.community_id, policies(session, unit.community_id), unit_id=unit.id)
    debtors = _debtors(session, unit, on, today, found)
    if debtor_id is None and debtors:
        debtor_id = max(debtors, key=lambda one: (one.owner, one.overdue, one.coming)).id
    for one in debtors:
        if one.id == debtor_id:
            return Desk(unit, on, debtors, one, _key(session, unit, one.id))
    raise Missing(
        N_("Nobody owns unit %(unit)s or owes anything there: enter its owner first."), unit=unit.label
    )


def take_at_desk(
    session: Session,
    actor: str,
    today: date,
    unit: Unit,
    debtor_id: int,
    money: Money,
    may_backdate: bool = False,
) -> Taken:
    """`take_payment` under the desk's key: the same form sent again is the same payment, from whatever tab.

    Refused where the account moved on and this is not that same payment: whoever sent it saw other debts.
    `may_backdate`: whoever takes it may enter money of more than a month ago.
    """
    _check_day(money, today, may_backdate)
    moved_on = money.key != _key(session, unit, debtor_id)
    if moved_on and not is_recorded(session, unit.community_id, payment_key(money)):
        raise Refused(_MOVED_ON)
    try:
        return take_payment(session, actor, today, unit, money)
    except Refused as refused:
        raise Refused(_MOVED_ON) if moved_on else refused from None


def _check_day(money: Money, today: date, may_backdate: bool) -> None:
    if today - money.on > MANAGERS and not may_backdate:
        raise Refused(
            N_(
                "The payment is dated %(on)s, more than %(days)s days ago: a manager enters it, with the proof."
            ),
            on=money.on,
            days=MANAGERS.days,
        )
    if today - money.on > ASKED and not money.note.strip():
        raise Unexplained(
            N_("The payment is dated %(on)s: say here why it is entered only now, and what proves the day."),
            on=money.on,
        )


def _debtors(session: Session, unit: Unit, on: date, today: date, found: Sequence[Account]) -> list[Debtor]:
    """Today's first owner and whoever else owes or paid; co-owners pay the owner's charges in his name."""
    current = owners(session, unit.id, today)[:1]
    known = {account.debtor_id: account for account in found}
    for owner in current:
        known.setdefault(
            owner.id, Account(unit.id, unit.label, unit.position, owner.id, owner.name, owner.kind)
        )
    now = {owner.id for owner in current}
    debtors = [_debtor(account, on, key in now) for key, account in known.items()]
    return sorted(debtors, key=lambda one: (not one.owner, -one.overdue, -one.coming, one.id))


def _debtor(account: Account, on: date, owner: bool) -> Debtor:
    lines = account.lines(on)
    overdue, coming = (
        totals(line for line in lines if line.state == state).total for state in ("overdue", "coming")
    )
    return Debtor(account.debtor_id, account.debtor, overdue, coming, owner, account)


def _key(session: Session, unit: Unit, debtor_id: int) -> str:
    last = session.scalar(
        select(func.max(Payment.id)).where(Payment.unit_id == unit.id, Payment.debtor_id == debtor_id)
    )
    return f"counter:{unit.id}.{debtor_id}.{last or 0}"
