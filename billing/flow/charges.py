"""Issue a fee period: what is due minus what is booked. A second plan is empty, so a second run books nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, roll_forward
from billing.core.problem import Refused
from billing.core.tariff import charge_amount, part_amounts
from billing.flow.allocation import apply_prepayments
from billing.flow.entry import fingerprint, latest, record
from billing.flow.estate import policies
from billing.flow.liability import name_jointly
from billing.flow.period_books import PeriodBooks
from billing.flow.tariffs import as_tariffs
from billing.store import index
from billing.store.estate import FeeItem, TariffRow, Unit
from billing.store.ledger import Charge
from billing.store.people import Party
from billing.store.standing import accounts
from billing.translations import N_

#: A bill this many times the same unit's last one for the same item is worth a look.
_UNUSUAL = 2

#: How far from its period a charge may fall due.
_REASON = timedelta(days=366)


_NOBODY = N_("nobody owned it on the day that decides who owes %(first)s to %(last)s: enter the owner")


@dataclass(frozen=True)
class Odd:
    """Something a person should look at before the period is issued; `blocks`: no charge is made of it."""

    unit: str
    item: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)
    blocks: bool = False


@dataclass(frozen=True)
class Planned:
    """A charge to be booked, for the whole period or for the days from `first` to `last` of it."""

    unit: Unit
    debtor: Party
    item: FeeItem
    tariff: TariffRow
    first: date
    last: date
    amount: int
    due: date
    revision: int


@dataclass(frozen=True)
class Plan:
    """What issuing the period would book now. `digest` names this very plan."""

    period: Period
    charges: Sequence[Planned]
    odd: Sequence[Odd]
    booked: int

    @property
    def total(self) -> int:
        return sum(charge.amount for charge in self.charges)

    @property
    def digest(self) -> str:
        lines = [
            [one.unit.id, one.item.id, one.debtor.id, one.first, one.amount, one.due] for one in self.charges
        ]
        return fingerprint({"period": self.period.name, "charges": lines})

    def by_building(self) -> dict[str, tuple[int, int]]:
        """Building -> (number of charges, total fen), as a person walks."""
        sums: dict[str, tuple[int, int]] = {}
        for one in self.charges:
            count, total = sums.get(one.unit.building, (0, 0))
            sums[one.unit.building] = (count + 1, total + one.amount)
        return sums


def plan_period(session: Session, community_id: int, period: Period, due: date | None = None) -> Plan:
    """Which charges the period calls for and are not booked, and what is odd about them. `due` overrules tariffs."""
    if due and not period.first - _REASON <= due <= period.last + _REASON:
        raise Refused(
            N_("A due date of %(due)s is more than a year from the period %(period)s: check it."),
            due=due,
            period=period.name,
        )
    found = PeriodBooks(session, community_id, period)
    charges: list[Planned] = []
    already = 0
    odd: list[Odd] = []
    if not found.items:
        raise Refused(_no_item(session, community_id), period=period.name)
    for unit in found.units:
        for item, rows in found.items:
            if item.listed and (unit.id, item.id) not in found.fees:
                continue
            if found.is_covered(unit, item):
                already += 1
                continue
            planned = _plan_charges(found, unit, item, rows, due)
            if isinstance(planned, Odd):
                odd.append(planned)
                continue
            charges += planned
            already += not planned and found.is_booked(unit, item, period.first, period.last)
            for one in planned:
                odd += _oddities(found, one)
    return Plan(period, charges, odd, already)


def issue_period(
    session: Session, actor: str, today: date, community_id: int, plan: Plan, expected: str | None = None
) -> int:
    """Book the plan; how many charges. Money left over from before pays them at once.

    `expected` is the digest of the plan a person saw: if the books moved since, nothing is issued.
    """
    if expected is not None and expected != plan.digest:
        raise Refused(N_("The books changed since this preview was made: look at it again before you issue."))
    if not plan.charges:
        return 0
    content = {"period": plan.period.name, "charges": len(plan.charges), "total_fen": plan.total}
    content["digest"] = plan.digest
    key = f"issue:{plan.period.name}:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "charge", key, actor, content)
    rows = [_row(one, plan.period, community_id, entry, today) for one in plan.charges]
    last = index.last_id(session)
    index.book(session, community_id, rows)
    name_jointly(session, community_id, entry, Charge.id > last)
    rules = policies(session, community_id)
    debtors = {one.debtor.id for one in plan.charges}
    waiting = [
        account
        for account in accounts(session, community_id, rules)
        if account.debtor_id in debtors and account.prepayment(today) > 0
    ]
    if waiting:
        key = f"prepayment:{plan.period.name}:{entry}"
        entry = record(session, community_id, "allocation", key, actor, {"after": entry})
        apply_prepayments(session, entry, waiting, rules, today)
    return len(rows)


def _row(one: Planned, period: Period, community_id: int, entry: int, today: date) -> dict[str, Any]:
    return {
        "community_id": community_id,
        "entry": entry,
        "unit_id": one.unit.id,
        "debtor_id": one.debtor.id,
        "item_id": one.item.id,
        "period": period.name,
        "period_first": one.first,
        "period_last": one.last,
        "revision": one.revision,
        "amount_fen": one.amount,
        "due": one.due,
        "effective_on": min(today, one.first, one.due),
        "area_e2": one.unit.area_e2 if one.tariff.basis == "area" else None,
        "price_e4": one.tariff.price_e4,
        "basis": one.tariff.basis,
    }


def _no_item(session: Session, community_id: int) -> str:
    known = session.scalars(
        select(TariffRow.cycle_months).where(TariffRow.community_id == community_id).distinct()
    )
    months = sorted(known)
    if not months:
        return N_("No tariff is set yet: set the fee items and their tariffs first.")
    return {
        1: N_(
            "No fee item is billed for periods like %(period)s. Tariffs here are monthly: issue 2026-11, say."
        ),
        3: N_(
            "No fee item is billed for periods like %(period)s. Tariffs here are quarterly: issue 2026Q4, say."
        ),
        6: N_(
            "No fee item is billed for periods like %(period)s. Tariffs here are half-yearly: issue 2026H2, say."
        ),
        12: N_(
            "No fee item is billed for periods like %(period)s. Tariffs here are yearly: issue 2026, say."
        ),
    }[months[0]]


def _plan_charges(
    found: PeriodBooks, unit: Unit, item: FeeItem, rows: Sequence[TariffRow], due: date | None
) -> list[Planned] | Odd:
    """The item's charge, or one for each owner where the period is split by days; what is booked is left out."""
    period = found.period
    if unit.start and unit.start > period.last:
        return []
    shares = found.owners.who_owes(unit, period)
    free = [share for share in shares if not found.is_booked(unit, item, share.first, share.last)]
    for share in free:
        if share.debtor is None:
            return Odd(
                unit.label, item.name, _NOBODY, {"first": share.first, "last": share.last}, blocks=True
            )
    if not free:
        return []
    fee = found.fees.get((unit.id, item.id))
    terms: dict[str, Any] = {
        "area_e2": unit.area_e2,
        "given_fen": (fee.given_fen or 0) if fee else 0,
        "start": unit.start if unit.start and unit.start > period.first else None,
    }
    tariffs = as_tariffs(rows)
    amount = charge_amount(tariffs, period, **terms)
    if amount <= 0:
        return Odd(
            unit.label, item.name, N_("comes to nothing: enter its area or its own amount"), blocks=True
        )
    agreed = due or _due(rows[-1], period)
    if found.policies.on(agreed).roll_rest_days and due is None:
        agreed = roll_forward(agreed, found.rest_day)
    parts = part_amounts(amount, tariffs, period, [share.last for share in shares], **terms)
    revision = found.revisions.get((unit.id, item.id), -1) + 1
    planned: list[Planned] = []
    for share, part in zip(shares, parts, strict=True):
        if part > 0 and share.debtor and share in free:
            number = revision + len(planned)
            planned.append(
                Planned(unit, share.debtor, item, rows[-1], share.first, share.last, part, agreed, number)
            )
    return planned


def _due(row: TariffRow, period: Period) -> date:
    return (period.first if row.due_from == "start" else period.last) + timedelta(days=row.due_days)


def _oddities(found: PeriodBooks, one: Planned) -> Iterator[Odd]:
    unit, item, period = one.unit, one.item, found.period
    if unit.start and unit.start > period.first:
        yield Odd(
            unit.label, item.name, N_("charged from its hand-over on %(day)s only"), {"day": unit.start}
        )
    if unit.id in found.untariffed:
        yield Odd(
            unit.label,
            item.name,
            N_("carries %(other)s for these days already: is it the same fee under another name?"),
            {"other": found.untariffed[unit.id]},
        )
    if one.debtor.kind == "developer":
        yield Odd(unit.label, item.name, N_("not sold or handed over: the developer owes it"))
    before = found.last.get((unit.id, item.id))
    if before and not (unit.start and unit.start > period.first):
        _, fen, days = before
        now_days = (one.last - one.first).days + 1
        # Amount per day against amount per day, so that a month may be compared with a quarter.
        if one.amount * days > _UNUSUAL * fen * now_days or fen * now_days > _UNUSUAL * one.amount * days:
            yield Odd(unit.label, item.name, N_("differs from its last bill by more than double or half"))
