"""Charges by one rule: what an item costs every unit about which nothing is particular, in one statement for them all.

Whatever a person should look at (no owner or two in the period, the developer, a hand-over inside it, an amount of
nothing or unlike the last one, days that are charged already) is particular: billing.flow.charges works it out unit
by unit. A test holds both to the same charges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased

from billing.core.calendar import Period
from billing.store.base import summed
from billing.store.estate import Unit, UnitFee
from billing.store.ledger import Charge
from billing.store.people import Ownership, Party
from billing.store.sums import bill_uniformly

#: A unit's charge for the item and period: booked, to be booked by the rule, or particular.
BOOKED, UNIFORM, PARTICULAR = "booked", "uniform", "particular"

#: Keeps the sum that tells two plans apart within 64 bits, whatever it adds up.
_MODULUS = 2_147_483_647

_other = aliased(Ownership)


@dataclass(frozen=True)
class Rule:
    """One price for every month of the period. An amount per day `unusual` times the last one, or less than the last
    one divided by it, is particular.

    Periods that have charges, by item: `overlapping` those that stand for some of these days, and the period itself if
    it `is_charged`; of the item's own that ended lately `recent`, and `rivals` that ended with `previous`, whose charge
    is the last one else.
    """

    community_id: int
    item_id: int
    listed: bool
    period: Period
    previous: Period
    basis: str
    price_e4: int
    rounding: str
    due: date
    unusual: int
    overlapping: Mapping[int, Sequence[str]]
    recent: Sequence[str]
    rivals: Sequence[str]


def is_charged(session: Session, community_id: int, item_id: int, period: str) -> bool:
    """Whether the period ever had a charge of the item; one that was reversed is in no sum."""
    booked = exists().where(
        Charge.community_id == community_id, Charge.period == period, Charge.item_id == item_id
    )
    return bool(session.scalar(select(booked)))


def sums(session: Session, rule: Rule) -> Sequence[Row[Any]]:
    """(building, position, state, bills, fen, check) of every unit that the item is charged to; `check` tells two
    plans apart that have the same sums."""
    fen, state = _amount(rule), _state(rule).label("state")
    check = summed((fen * Unit.id + sql.coalesce(Ownership.party_id, 0)) % _MODULUS)
    query = _units(
        rule,
        Unit.building,
        sql.min(Unit.position).label("position"),
        state,
        sql.count().label("bills"),
        summed(fen).label("fen"),
        check.label("check"),
    )
    return session.execute(query.group_by(Unit.building, state)).all()


def particular(session: Session, rule: Rule) -> list[int]:
    """The units that need a look."""
    return list(session.scalars(_units(rule, Unit.id).where(_state(rule) == PARTICULAR)))


def book(session: Session, rule: Rule, found: Sequence[Row[Any]], entry: int, effective_on: date) -> bool:
    """Write the charges and count in their periods; False where they are not as many as were `found`,
    or were booked meanwhile.

    Counting in their accounts is for the caller (billing.store.index).
    """
    if not _is_begun(rule) and is_charged(session, rule.community_id, rule.item_id, rule.period.name):
        return False
    fen = _amount(rule)
    values: dict[Any, Any] = {
        Charge.community_id: rule.community_id,
        Charge.entry: entry,
        Charge.unit_id: Unit.id,
        Charge.debtor_id: Ownership.party_id,
        Charge.item_id: rule.item_id,
        Charge.period: rule.period.name,
        Charge.period_first: rule.period.first,
        Charge.period_last: rule.period.last,
        Charge.amount_fen: fen,
        Charge.due: rule.due,
        Charge.effective_on: effective_on,
        Charge.area_e2: Unit.area_e2 if rule.basis == "area" else None,
        Charge.price_e4: rule.price_e4,
        Charge.basis: rule.basis,
        Charge.open_fen: fen,
    }
    plain = (str, int, date, type(None))
    told = [
        literal(value, column.type) if isinstance(value, plain) else value for column, value in values.items()
    ]
    rows = _units(rule, *told).where(_state(rule) == UNIFORM)
    into = insert(Charge).from_select([column.key for column in values], rows)
    written: int = session.connection().execute(into, execution_options={"preserve_rowcount": True}).rowcount
    shared = ("community_id", "item_id", "period", "period_first", "due")
    by_key = {column.key: value for column, value in values.items()}
    by_building: list[tuple[str, int, int]] = [(row.building, row.bills, row.fen) for row in found]
    bill_uniformly(session, {name: by_key[name] for name in shared}, by_building)
    return written == sum(bills for _, bills, _ in by_building)


def _units(rule: Rule, *columns: Any) -> Select[Any]:
    """The units that the item is charged to, beside the owner who had the whole period."""
    period = rule.period
    throughout = and_(
        or_(Ownership.since.is_(None), Ownership.since <= period.first),
        or_(Ownership.until.is_(None), Ownership.until > period.last),
    )
    owner = and_(
        Ownership.community_id == Unit.community_id,
        Ownership.unit_id == Unit.id,
        Ownership.role == "owner",
        throughout,
    )
    fee = (UnitFee.unit_id == Unit.id) & (UnitFee.item_id == rule.item_id)
    booked = [_has_charge(rule, item_id, names) for item_id, names in rule.overlapping.items()]
    return (
        select(*columns)
        .select_from(Unit)
        .join(UnitFee, fee, isouter=not rule.listed)
        .join(Ownership, owner, isouter=True)
        .join(Party, Party.id == Ownership.party_id, isouter=True)
        .where(
            Unit.community_id == rule.community_id,
            or_(Unit.start.is_(None), Unit.start <= period.last, *booked),
        )
    )


def _state(rule: Rule) -> ColumnElement[str]:
    """Which it is, asked of each unit by itself.

    As joins the same conditions would leave the order to a planner that does not know yet how many charges a period
    has that was issued since it last counted, and takes them to be none.
    """
    found = [(_is_uniform(rule), UNIFORM)]
    if _is_begun(rule):
        whole = _has_charge(rule, rule.item_id, [rule.period.name], *_is_whole(rule.period))
        found.insert(0, (whole, BOOKED))
    return case(*found, else_=PARTICULAR)


def _is_begun(rule: Rule) -> bool:
    """Whether the period itself had charges when the rule was made."""
    return rule.period.name in rule.overlapping.get(rule.item_id, ())


def _is_uniform(rule: Rule) -> ColumnElement[bool]:
    period, fen = rule.period, _amount(rule)
    another = exists().where(
        _other.community_id == rule.community_id,
        _other.unit_id == Unit.id,
        _other.role == "owner",
        _other.id != Ownership.id,
        or_(_other.since.is_(None), _other.since <= period.last),
        or_(_other.until.is_(None), _other.until > period.first),
    )
    return and_(
        fen > 0,
        or_(Unit.start.is_(None), Unit.start <= period.first),
        Ownership.id.is_not(None),
        Party.kind != "developer",
        ~another,
        *(~_has_charge(rule, item_id, names) for item_id, names in rule.overlapping.items()),
        *([_is_usual(rule, fen)] if rule.recent else []),
    )


def _is_usual(rule: Rule, fen: ColumnElement[int]) -> ColumnElement[bool]:
    """Amount per day against amount per day of the last bill, or no last bill at all."""
    now, before = ((one.last - one.first).days + 1 for one in (rule.period, rule.previous))
    near = _has_charge(
        rule,
        rule.item_id,
        [rule.previous.name],
        *_is_whole(rule.previous),
        fen * before <= rule.unusual * Charge.amount_fen * now,
        Charge.amount_fen * now <= rule.unusual * fen * before,
    )
    if rule.rivals:
        near = and_(near, ~_has_charge(rule, rule.item_id, rule.rivals))
    return or_(near, ~_has_charge(rule, rule.item_id, rule.recent))


def _is_whole(period: Period) -> list[ColumnElement[bool]]:
    """That a charge stands, for every day of the period."""
    return [~Charge.void, Charge.period_first == period.first, Charge.period_last == period.last]


def _has_charge(
    rule: Rule, item_id: int, periods: Sequence[str], *more: ColumnElement[bool]
) -> ColumnElement[bool]:
    """That a charge of these was ever booked for the unit."""
    return exists().where(
        Charge.community_id == rule.community_id,
        Charge.unit_id == Unit.id,
        Charge.item_id == item_id,
        Charge.period.in_(periods),
        *more,
    )


def _amount(rule: Rule) -> ColumnElement[int]:
    """`billing.core.tariff.charge_amount` for whole months of one price: exact, rounded half up (fen)."""
    months = rule.period.months
    ten_thousandths: ColumnElement[int]
    match rule.basis:
        case "area":
            ten_thousandths = Unit.area_e2 * rule.price_e4
        case "fixed":
            ten_thousandths = literal(rule.price_e4 * 100, Unit.area_e2.type)
        case _:
            ten_thousandths = sql.coalesce(UnitFee.given_fen, 0) * 10_000
    if rule.rounding == "month":
        return (ten_thousandths * 2 + 10_000) // 20_000 * months
    return (ten_thousandths * (2 * months) + 10_000) // 20_000
