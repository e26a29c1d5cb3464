"""Issue a fee period: what is due minus what is booked. A second plan is empty, so a second run books nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.core.calendar import Period, roll_forward
from billing.core.problem import Refused
from billing.core.tariff import charge_amount, part_amounts
from billing.flow.allocation import apply_prepayments
from billing.flow.entry import fingerprint, latest, record
from billing.flow.estate import policies
from billing.flow.liability import name_jointly
from billing.flow.period_books import UNUSUAL, PeriodBooks
from billing.flow.tariffs import as_tariffs
from billing.store import index, uniform
from billing.store.estate import FeeItem, TariffRow, Unit
from billing.store.ledger import Charge, Payment
from billing.store.people import Party
from billing.store.standing import accounts
from billing.store.uniform import BOOKED, PARTICULAR, UNIFORM, Rule
from billing.translations import N_

#: How far from its period a charge may fall due.
_REASON = timedelta(days=366)


_MOVED = N_("The books changed since this preview was made: look at it again before you issue.")

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
class Uniform:
    """The charges of an item for all units about which nothing is particular: their sums by building."""

    rule: Rule
    rows: Sequence[Any]

    @property
    def count(self) -> int:
        return sum(row.bills for row in self.rows)

    @property
    def total(self) -> int:
        return sum(row.fen for row in self.rows)

    @property
    def marks(self) -> list[Any]:
        """What two different plans do not share."""
        checks = [[row.building, row.bills, row.fen, row.check] for row in self.rows]
        return [self.rule.item_id, self.rule.due, self.rule.basis, self.rule.price_e4, sorted(checks)]


@dataclass(frozen=True)
class Plan:
    """What issuing the period would book now: unit by unit what is `particular`, all else by rule.

    `digest` names this very plan.
    """

    period: Period
    uniform: Sequence[Uniform]
    particular: Sequence[Planned]
    odd: Sequence[Odd]
    booked: int

    @property
    def count(self) -> int:
        return len(self.particular) + sum(one.count for one in self.uniform)

    @property
    def total(self) -> int:
        return sum(one.amount for one in self.particular) + sum(one.total for one in self.uniform)

    @property
    def digest(self) -> str:
        lines = [
            [one.unit.id, one.item.id, one.debtor.id, one.first, one.amount, one.due]
            for one in self.particular
        ]
        uniform = [one.marks for one in self.uniform if one.rows]
        return fingerprint({"period": self.period.name, "charges": lines, "uniform": uniform})

    def by_building(self) -> dict[str, tuple[int, int]]:
        """Building -> (number of charges, total fen), as a person walks."""
        parts = [(one.unit.position, one.unit.building, 1, one.amount) for one in self.particular]
        parts += [
            (row.position, row.building, row.bills, row.fen) for one in self.uniform for row in one.rows
        ]
        sums: dict[str, tuple[int, int]] = {}
        for _, building, bills, fen in sorted(parts):
            count, total = sums.get(building, (0, 0))
            sums[building] = (count + bills, total + fen)
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
    if not found.items:
        raise Refused(_no_item(session, community_id), period=period.name)
    by_rule: list[Uniform] = []
    look_at: dict[int, set[int]] = {}
    already = 0
    for item, rows in found.items:
        rule = found.rule(item, rows, _due(found, rows[-1], due))
        if rule is None:
            look_at[item.id] = found.every_unit()
            continue
        states = uniform.sums(session, rule)
        by_rule.append(Uniform(rule, [row for row in states if row.state == UNIFORM]))
        already += sum(row.bills for row in states if row.state == BOOKED)
        needs_look = any(row.state == PARTICULAR for row in states)
        look_at[item.id] = set(uniform.particular(session, rule)) if needs_look else set()
    planned, odd, covered = _look(found, look_at, due)
    return Plan(period, by_rule, planned, odd, already + covered)


def _look(
    found: PeriodBooks, look_at: Mapping[int, Collection[int]], due: date | None
) -> tuple[list[Planned], list[Odd], int]:
    """The charges of these units, item -> units, one by one; what is odd; and how many are booked already."""
    charges: list[Planned] = []
    odd: list[Odd] = []
    already = 0
    for unit in found.walk({unit_id for units in look_at.values() for unit_id in units}):
        for item, rows in found.items:
            if unit.id not in look_at[item.id] or (item.listed and (unit.id, item.id) not in found.fees):
                continue
            if found.is_covered(unit, item):
                already += 1
                continue
            planned = _plan_charges(found, unit, item, rows, due)
            if isinstance(planned, Odd):
                odd.append(planned)
                continue
            charges += planned
            already += not planned and found.is_booked(unit, item, found.period.first, found.period.last)
            for one in planned:
                odd += _oddities(found, one)
    return charges, odd, already


def issue_period(
    session: Session, actor: str, today: date, community_id: int, plan: Plan, expected: str | None = None
) -> int:
    """Book the plan, made in this transaction; how many charges. Money left over from before pays them at once.

    `expected` is the digest of the plan a person saw: if the books moved since, nothing is issued.
    """
    if expected is not None and expected != plan.digest:
        raise Refused(_MOVED)
    if not plan.count:
        return 0
    content = {"period": plan.period.name, "charges": plan.count, "total_fen": plan.total}
    content["digest"] = plan.digest
    key = f"issue:{plan.period.name}:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "charge", key, actor, content)
    last = index.last_id(session)
    for one in plan.uniform:
        effective_on = _effective(today, plan.period.first, one.rule.due)
        if not uniform.book(session, one.rule, one.rows, entry, effective_on):
            raise Refused(_MOVED)
    rows = [_row(one, plan.period, community_id, entry, today) for one in plan.particular]
    index.book(session, community_id, rows, after=last)
    name_jointly(session, community_id, entry, Charge.id > last)
    _spend_prepayments(session, actor, today, community_id, plan.period, entry, last)
    return plan.count


def _spend_prepayments(
    session: Session, actor: str, today: date, community_id: int, period: Period, entry: int, last: int
) -> None:
    """Money that whoever is charged above that id has left over pays at once."""
    charged = exists().where(
        Charge.community_id == community_id, Charge.debtor_id == Payment.debtor_id, Charge.id > last
    )
    free = select(Payment.debtor_id).where(
        Payment.community_id == community_id, Payment.free_fen > 0, charged
    )
    debtors = session.scalars(free.distinct()).all()
    rules = policies(session, community_id)
    found = accounts(session, community_id, rules, debtor_ids=debtors) if debtors else []
    waiting = [account for account in found if account.prepayment(today) > 0]
    if waiting:
        key = f"prepayment:{period.name}:{entry}"
        entry = record(session, community_id, "allocation", key, actor, {"after": entry})
        apply_prepayments(session, entry, waiting, rules, today)


def _effective(today: date, first: date, due: date) -> date:
    """The day from which a statement shows a charge."""
    return min(today, first, due)


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
        "effective_on": _effective(today, one.first, one.due),
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
    agreed = _due(found, rows[-1], due)
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


def _due(found: PeriodBooks, row: TariffRow, due: date | None) -> date:
    """What a person said, or what the tariff says, moved off a rest day where that is agreed."""
    if due:
        return due
    agreed = (found.period.first if row.due_from == "start" else found.period.last) + timedelta(
        days=row.due_days
    )
    return roll_forward(agreed, found.rest_day) if found.policies.on(agreed).roll_rest_days else agreed


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
        if one.amount * days > UNUSUAL * fen * now_days or fen * now_days > UNUSUAL * one.amount * days:
            yield Odd(unit.label, item.name, N_("differs from its last bill by more than double or half"))
