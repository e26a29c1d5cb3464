"""The estate: communities, units, and the dated data that prices them."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed


class Community(Keyed, Base):
    """小区/项目."""

    __tablename__ = "community"
    name: Mapped[str] = mapped_column(unique=True)


class Unit(Keyed, Base):
    """房屋. `area_e2` counts 0.01 m²; `start` is the hand-over, from which it is charged."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("community_id", "building", "entrance", "room"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    building: Mapped[str]
    entrance: Mapped[str]
    room: Mapped[str]
    floor: Mapped[int | None]
    area_e2: Mapped[int]
    start: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="")
    code: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    #: Sorts units as a person walks: building, entrance, floor, room.
    position: Mapped[str]

    @property
    def label(self) -> str:
        return label(self.building, self.entrance, self.room)

    def place(self) -> None:
        """Work out `position` from the other columns."""
        floor = 5000 + (self.floor or 0)
        self.position = f"{walk(self.building)}/{self.entrance:0>4}/{floor:04d}/{self.room:0>8}"


def walk(building: str) -> str:
    """Sorts buildings as a person walks: 2 before 10."""
    return f"{building:0>8}"


def label(building: str, entrance: str, room: str) -> str:
    """building-entrance-room, as on every paper; parts an estate does not have are left out."""
    return "-".join(part for part in (building, entrance, room) if part)


class ProfileFact(Keyed, Base):
    """One thing a paper says of the office (community 0) or a community, from a day on. Never edited."""

    __tablename__ = "profile_fact"
    __table_args__ = (Index(None, "community_id", "name"),)
    community_id: Mapped[int]
    name: Mapped[str]
    value: Mapped[str]
    since: Mapped[date]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class FeeItem(Keyed, Base):
    """收费项目. `listed` items are charged only to units that name them (`UnitFee`)."""

    __tablename__ = "fee_item"
    __table_args__ = (UniqueConstraint("community_id", "name"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    name: Mapped[str]
    code: Mapped[str | None]
    listed: Mapped[bool] = mapped_column(default=False)


class TariffRow(Keyed, Base):
    """收费标准 from a day on; `price_e4` is 1/10000 yuan a month. A later row of the same day replaces it.

    Due: `due_days` after the period's last ("end") or before... first ("start") day.
    """

    __tablename__ = "tariff"
    __table_args__ = (Index(None, "community_id", "item_id"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("fee_item.id"))
    since: Mapped[date]
    basis: Mapped[str]
    price_e4: Mapped[int]
    rounding: Mapped[str] = mapped_column(default="bill")
    cycle_months: Mapped[int]
    due_from: Mapped[str] = mapped_column(default="end")
    due_days: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class UnitFee(Base):
    """A unit's own fee: that it owes a listed item, and how much a month where the amount is given."""

    __tablename__ = "unit_fee"
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("fee_item.id"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    given_fen: Mapped[int | None]


class PolicyRow(Keyed, Base):
    """The late-fee policy from a day on (see billing.core.policy). A later row of the same day replaces it."""

    __tablename__ = "late_fee_policy"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    since: Mapped[date]
    rate_ppm: Mapped[int]
    grace_days: Mapped[int]
    grace_from: Mapped[str]
    cap_percent_ppm: Mapped[int | None]
    cap_fen: Mapped[int | None]
    order: Mapped[str] = mapped_column("allocation_order")
    roll_rest_days: Mapped[bool]
    #: A statement as known at an entry knows the policies recorded until then.
    entry: Mapped[int]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class SplitRule(Keyed, Base):
    """Who owes a fee period in which a unit changed hands (see billing.core.ownership), for periods that begin from
    a day on. A later row of the same day replaces it."""

    __tablename__ = "split_rule"
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    since: Mapped[date]
    split: Mapped[str]
    entry: Mapped[int]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]


class CalendarDay(Base):
    """A day the office knows better than the published calendar: a rest day, or a working one."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    rest: Mapped[bool]
