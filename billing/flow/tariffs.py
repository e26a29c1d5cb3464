"""Rules as dated data: fee items and tariffs, the late-fee policy, the ladder. A rule is added, never edited."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.calendar import CYCLES
from billing.core.dunning import Step
from billing.core.policy import ORDERS, Policy
from billing.core.problem import Refused
from billing.core.tariff import BASES, Tariff
from billing.flow.entry import latest, record
from billing.store.collection import LadderStep
from billing.store.estate import FeeItem, PolicyRow, TariffRow, Unit, UnitFee
from billing.translations import N_


@dataclass(frozen=True)
class Price:
    """A fee item's price from a day on; `due_days` counts from the period's last ("end") or first ("start") day."""

    item: str
    basis: str
    price_e4: int
    cycle_months: int
    since: date
    due_from: str = "end"
    due_days: int = 0
    rounding: str = "bill"
    code: str | None = None
    listed: bool | None = None


def set_tariff(session: Session, actor: str, community_id: int, price: Price) -> TariffRow:
    """Add a tariff; its fee item is made when it is new. The same tariff again changes nothing."""
    _check(price)
    item = find_item(session, community_id, price.item) or FeeItem(
        community_id=community_id, name=price.item.strip()
    )
    item.code = price.code or item.code
    item.listed = (
        item.listed if price.listed is None and item.id else bool(price.listed or price.basis == "given")
    )
    session.add(item)
    session.flush()
    row = TariffRow(
        community_id=community_id,
        item_id=item.id,
        since=price.since,
        basis=price.basis,
        price_e4=price.price_e4,
        rounding=price.rounding,
        cycle_months=price.cycle_months,
        due_from=price.due_from,
        due_days=price.due_days,
        recorded_at=now(),
        actor=actor,
    )
    same = next((old for old in reversed(tariff_rows(session, item.id)) if old.since == price.since), None)
    if same and _facts(same) == _facts(row):
        return same
    session.add(row)
    session.flush()
    return row


def _facts(row: TariffRow) -> tuple[object, ...]:
    return (row.basis, row.price_e4, row.rounding, row.cycle_months, row.due_from, row.due_days)


def _check(price: Price) -> None:
    if not price.item.strip():
        raise Refused(N_("A fee item needs a name."))
    if price.basis not in BASES:
        raise Refused(N_("A tariff is by area, fixed or as given, not “%(basis)s”."), basis=price.basis)
    if price.cycle_months not in CYCLES:
        raise Refused(N_("A fee is billed monthly, quarterly, half-yearly or yearly."))
    if price.price_e4 <= 0 and price.basis != "given":
        raise Refused(N_("A price must be above zero."))
    if price.due_from not in ("start", "end") or not -366 <= price.due_days <= 366:
        raise Refused(N_("The due day must lie within a year of the period."))
    if price.rounding not in ("bill", "month"):
        raise Refused(N_("Amounts are rounded once per bill or once per month."))


def find_item(session: Session, community_id: int, name: str) -> FeeItem | None:
    return session.scalar(
        select(FeeItem).where(FeeItem.community_id == community_id, FeeItem.name == name.strip())
    )


def tariff_rows(session: Session, item_id: int) -> list[TariffRow]:
    """Every row of the item in the order in which they were meant to hold."""
    return list(
        session.scalars(
            select(TariffRow).where(TariffRow.item_id == item_id).order_by(TariffRow.since, TariffRow.id)
        )
    )


def in_force(rows: Sequence[TariffRow]) -> list[TariffRow]:
    """One row a day of change: of two for the same day the later entry counts."""
    return list({row.since: row for row in rows}.values())


def as_tariffs(rows: Sequence[TariffRow]) -> list[Tariff]:
    return [Tariff(row.since, row.basis, row.price_e4, row.rounding) for row in rows]  # type: ignore[arg-type]


def set_unit_fee(
    session: Session, item: FeeItem, unit: Unit, owed: bool, given_fen: int | None = None
) -> bool:
    """Say that a unit owes a listed item, and how much a month where the amount is given; whether that was news."""
    if owed and given_fen is not None and given_fen <= 0:
        raise Refused(
            N_("An amount a month must be above zero; clear it for a unit that does not owe the item.")
        )
    known = session.get(UnitFee, (unit.id, item.id))
    if (known is not None) == owed and (known is None or known.given_fen == given_fen):
        return False
    if known is None:
        session.add(
            UnitFee(unit_id=unit.id, item_id=item.id, community_id=item.community_id, given_fen=given_fen)
        )
    elif owed:
        known.given_fen = given_fen
    else:
        session.delete(known)
    session.flush()
    return True


def check_policy(policy: Policy) -> None:
    """Refuse terms that no contract has."""
    if not 0 <= policy.rate_ppm <= 100_000:
        raise Refused(N_("The late-fee rate must lie between 0 and 100 per mille a day."))
    if not 0 <= policy.grace_days <= 366:
        raise Refused(N_("Grace is between 0 and 366 days."))
    if policy.order not in ORDERS or policy.grace_from not in ("due", "end"):
        raise Refused(N_("This is not a way to allocate or to count grace that Permille knows."))
    if (policy.cap.percent_ppm or 0) < 0 or (policy.cap.fixed_fen or 0) < 0:
        raise Refused(N_("A cap cannot be below zero."))


def set_policy(session: Session, actor: str, community_id: int, policy: Policy) -> PolicyRow:
    """Add a late-fee policy from its day on."""
    check_policy(policy)
    key = f"policy:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "policy", key, actor, asdict(policy))
    row = PolicyRow(
        community_id=community_id,
        entry=entry,
        since=policy.since,
        rate_ppm=policy.rate_ppm,
        grace_days=policy.grace_days,
        grace_from=policy.grace_from,
        cap_percent_ppm=policy.cap.percent_ppm,
        cap_fen=policy.cap.fixed_fen,
        order=policy.order,
        roll_rest_days=policy.roll_rest_days,
        recorded_at=now(),
        actor=actor,
    )
    session.add(row)
    session.flush()
    return row


def set_ladder(session: Session, actor: str, community_id: int, since: date, steps: Sequence[Step]) -> None:
    """Add a whole ladder from a day on; earlier ones keep what they decided."""
    ordered = sorted(steps, key=lambda step: step.stage)
    days = [step.from_days for step in ordered]
    if not ordered or days != sorted(set(days)) or days[0] < 1:
        raise Refused(
            N_(
                "Each stage must begin on a later day overdue than the one before, the first on day 1 or later."
            )
        )
    moment = now()  # one for the whole ladder: it is how its steps are known to belong together
    for step in ordered:
        session.add(
            LadderStep(
                community_id=community_id,
                since=since,
                stage=step.stage,
                from_days=step.from_days,
                tone=step.tone,
                deadline_days=step.deadline_days,
                minimum_fen=step.minimum,
                recorded_at=moment,
                actor=actor,
            )
        )
    session.flush()


def ladder(session: Session, community_id: int, day: date) -> list[Step]:
    """The ladder in force that day; of two set for one day the later one."""
    rows = list(
        session.scalars(
            select(LadderStep)
            .where(LadderStep.community_id == community_id, LadderStep.since <= day)
            .order_by(LadderStep.since.desc(), LadderStep.id.desc())
        )
    )
    newest: dict[int, LadderStep] = {}
    for row in rows:
        if row.since == rows[0].since and row.recorded_at == rows[0].recorded_at:
            newest.setdefault(row.stage, row)
    return [
        Step(row.stage, row.from_days, row.tone, row.deadline_days, row.minimum_fen)  # type: ignore[arg-type]
        for row in sorted(newest.values(), key=lambda row: row.stage)
    ]
