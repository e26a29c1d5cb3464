"""Who is liable for a charge beside its first debtor, as of when it was booked or somebody took the debt on."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, case, func, select
from sqlalchemy.orm import Mapped, mapped_column

from billing.core.ownership import USUAL
from billing.store.base import Base
from billing.store.estate import SplitRule, Unit
from billing.store.ledger import Charge, Fact, _entry

#: A role in which somebody is liable: by ownership (Civil Code art. 307), by agreement (Property Regulation art. 41),
#: by having joined another's debt in writing (Civil Code art. 552).
CO_OWNER, TENANT, JOINED = "co-owner", "tenant", "joined"


class ChargeDebtor(Fact, Base):
    """A party that owes the charge jointly with its first debtor (`Charge.debtor_id`)."""

    __tablename__ = "charge_debtor"
    __table_args__ = (
        _entry(),
        UniqueConstraint("charge_id", "party_id", "entry"),
        Index(None, "community_id", "party_id"),
    )
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    role: Mapped[str]


class Joinder(Fact, Base):
    """债务加入: a party took on, in writing, what another owed on a unit up to a day."""

    __tablename__ = "joinder"
    __table_args__ = (_entry(), Index(None, "community_id", "unit_id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    up_to: Mapped[date]
    paper: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))


def deciding_day() -> Any:
    """`billing.core.ownership.stretches` for the database: the day whose holders owe the charge in the query around.

    Of a charge by days it is the first of its own.
    """
    split = (
        select(SplitRule.split)
        .where(SplitRule.community_id == Charge.community_id, SplitRule.since <= Charge.period_first)
        .order_by(SplitRule.since.desc(), SplitRule.id.desc())
        .limit(1)
        .correlate(Charge)
        .scalar_subquery()
    )
    begins = case((Unit.start > Charge.period_first, Unit.start), else_=Charge.period_first)
    return case((func.coalesce(split, USUAL) == "last-day", Charge.period_last), else_=begins)
