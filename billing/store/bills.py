"""Read model: what a period is billed for, the payment notices that went out for it, and the runs that made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy import func as sql
from sqlalchemy.orm import Session, aliased, defer

from billing.store.base import summed
from billing.store.collection import Bill, BillRun, Document, paper_of
from billing.store.estate import Unit
from billing.store.ledger import Charge, Entry, Reversal, live, reverses
from billing.store.lookup import meant
from billing.store.people import Party


@dataclass(frozen=True)
class Wish:
    """What a list is narrowed to; an empty wish is every payment notice of the community."""

    period: str = ""
    text: str = ""


def charged(session: Session, community_id: int, period: str, as_of: date) -> Sequence[Any]:
    """The period's charges that count on that day, with Unit and debtor, in walking order."""
    query = (
        select(Charge.id, Charge.debtor_id, Charge.open_fen, Unit, Party.name.label("debtor"), Party.kind)
        .join(Unit, Unit.id == Charge.unit_id)
        .join(Party, Party.id == Charge.debtor_id)
        .where(
            Charge.community_id == community_id,
            Charge.period == period,
            Charge.effective_on <= as_of,
            live(Charge),
        )
    )
    return session.execute(query.order_by(Unit.position, Charge.debtor_id, Charge.id)).all()


def newest(session: Session, community_id: int, period: str) -> Sequence[Any]:
    """The Bill that holds for each debtor and unit, with Unit, debtor and Document, in walking order."""
    query = _rows().where(Bill.community_id == community_id, Bill.period == period, ~replaced())
    return session.execute(query.order_by(Unit.position, Bill.serial)).all()


def replaced() -> ColumnElement[bool]:
    """That a later one was made for the same debtor, unit and period."""
    later = aliased(Bill)
    same = (later.community_id == Bill.community_id) & (later.unit_id == Bill.unit_id)
    return exists().where(
        same, later.debtor_id == Bill.debtor_id, later.period == Bill.period, later.revision > Bill.revision
    )


def outdated(session: Session, made: Sequence[Bill]) -> set[int]:
    """Of these, the ids of those that bill a charge which was reversed since."""
    if not made:
        return set()
    # By community and period: the charges of a whole run are more than a query takes.
    query = select(Charge.id).join(Reversal, reverses(Charge))
    query = query.where(
        Charge.community_id.in_({bill.community_id for bill in made}),
        Charge.period.in_({bill.period for bill in made}),
    )
    gone = set(session.scalars(query))
    return {bill.id for bill in made if not gone.isdisjoint(bill.charges)}


def listed(
    session: Session, community_id: int, wish: Wish, offset: int = 0, limit: int = 100
) -> Sequence[Any]:
    """Bill, Unit, debtor, Document (none while the paper is not made), replaced; the newest first."""
    query = _rows().where(*_conditions(community_id, wish)).order_by(Bill.serial.desc())
    return session.execute(query.offset(offset).limit(limit)).all()


def count(session: Session, community_id: int, wish: Wish) -> int:
    return session.scalar(select(sql.count(Bill.id)).where(*_conditions(community_id, wish))) or 0


def periods(session: Session, community_id: int) -> list[str]:
    """The periods that notices went out for, the newest first."""
    query = select(BillRun.period).where(BillRun.community_id == community_id).group_by(BillRun.period)
    return list(session.scalars(query.order_by(sql.max(BillRun.id).desc())))


def runs(session: Session, community_id: int, period: str) -> Sequence[Any]:
    """The period's runs: BillRun, Entry, how many bills, their sum, how many are made; the newest first."""
    query = (
        select(
            BillRun,
            Entry,
            sql.count(Bill.id).label("bills"),
            summed(Bill.total_fen).label("total"),
            sql.count(Document.id).label("made"),
        )
        .join(Entry, and_(Entry.community_id == BillRun.community_id, Entry.seq == BillRun.entry))
        .join(Bill, Bill.run_id == BillRun.id)
        .outerjoin(Document, paper_of(Bill))
        .where(BillRun.community_id == community_id, BillRun.period == period)
        .group_by(BillRun.id, Entry.community_id, Entry.seq)
    )
    return session.execute(query.order_by(BillRun.id.desc())).all()


def find_run(session: Session, community_id: int, run_id: int) -> BillRun | None:
    return session.scalar(select(BillRun).where(BillRun.community_id == community_id, BillRun.id == run_id))


def of_run(session: Session, run_id: int) -> Sequence[Any]:
    """As `listed`, in delivery order."""
    return session.execute(_rows().where(Bill.run_id == run_id).order_by(Bill.serial)).all()


def of_unit(session: Session, unit: Unit) -> Sequence[Any]:
    """As `listed`, all of the unit."""
    query = _rows().where(Bill.community_id == unit.community_id, Bill.unit_id == unit.id)
    return session.execute(query.order_by(Bill.serial.desc())).all()


def _rows() -> Any:
    return (
        select(Bill, Unit, Party.name.label("debtor"), Document, replaced().label("replaced"))
        .options(defer(Bill.paper))
        .join(Unit, Unit.id == Bill.unit_id)
        .join(Party, Party.id == Bill.debtor_id)
        .outerjoin(Document, paper_of(Bill))
    )


def _conditions(community_id: int, wish: Wish) -> list[ColumnElement[bool]]:
    conditions = [Bill.community_id == community_id]
    if wish.period:
        conditions.append(Bill.period == wish.period)
    if wish.text:
        conditions.append(Bill.unit_id.in_(meant(community_id, wish.text)))
    return conditions
