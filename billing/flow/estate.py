"""Communities and units: found by the names people use; a new community gets its usual rules."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.dunning import USUAL_LADDER
from billing.core.late_fee import Cap
from billing.core.policy import Policies, Policy
from billing.core.problem import Missing, Refused
from billing.core.width import fold
from billing.flow.tariffs import set_ladder, set_policy
from billing.store.estate import Community, PolicyRow, Unit
from billing.store.people import Ownership, Party, owned_on
from billing.translations import N_

#: From when on a community's first rules hold, so that old arrears find some.
EVER = date(2000, 1, 1)


def found_community(session: Session, actor: str, name: str) -> Community:
    """The community of that name, made with the usual late-fee policy (1‰ a day) and ladder if it is new."""
    name = name.strip()
    if not name:
        raise Refused(N_("A community needs a name."))
    known = session.scalar(select(Community).where(Community.name == name))
    if known:
        return known
    community = Community(name=name)
    session.add(community)
    session.flush()
    set_policy(session, actor, community.id, Policy(since=EVER))
    set_ladder(session, actor, community.id, EVER, USUAL_LADDER)
    return community


def find_community(session: Session, name: str | None = None) -> Community:
    """The one named, or the only one there is."""
    if name:
        known = session.scalar(select(Community).where(Community.name == name.strip()))
        if known is None:
            raise Missing(N_("There is no community “%(name)s”."), name=name)
        return known
    every = session.scalars(select(Community).limit(2)).all()
    if not every:
        raise Missing(N_("There is no community yet: import a roster first."))
    if len(every) > 1:
        raise Refused(N_("There are several communities: say which one with --community."))
    return every[0]


def find_unit(session: Session, community_id: int, label: str) -> Unit:
    """The unit with that label, building-entrance-room (or building-room where there are no entrances)."""
    parts = [part.strip() for part in fold(label).split("-")]
    building, room = parts[0], parts[-1]
    entrance = "-".join(parts[1:-1])
    unit = session.scalar(
        select(Unit).where(
            Unit.community_id == community_id,
            Unit.building == (building if len(parts) > 1 else ""),
            Unit.entrance == entrance,
            Unit.room == room,
        )
    )
    if unit is None:
        raise Missing(
            N_("There is no unit %(label)s: write building-entrance-room, such as 1-1-101."), label=label
        )
    return unit


def owners(session: Session, unit_id: int, day: date) -> list[Party]:
    """Who owned the unit that day: the first owner, then the co-owners."""
    return list(
        session.scalars(
            select(Party)
            .join(Ownership, Ownership.party_id == Party.id)
            .where(Ownership.unit_id == unit_id, owned_on(day))
            .order_by((Ownership.role != "owner"), Ownership.id)
        )
    )


def policies(session: Session, community_id: int, known_at: int | None = None) -> Policies:
    """All late-fee policies of the community known at an entry; of two for one day the later entry counts."""
    query = select(PolicyRow).where(PolicyRow.community_id == community_id)
    if known_at is not None:
        query = query.where(PolicyRow.entry <= known_at)
    rows = session.scalars(query.order_by(PolicyRow.since, PolicyRow.id))
    dated = {row.since: _policy(row) for row in rows}
    return Policies(tuple(dated.values()) or (Policy(since=EVER),))


def _policy(row: PolicyRow) -> Policy:
    return Policy(
        since=row.since,
        rate_ppm=row.rate_ppm,
        grace_days=row.grace_days,
        grace_from="end" if row.grace_from == "end" else "due",
        cap=Cap(row.cap_percent_ppm, row.cap_fen),
        order=row.order,  # type: ignore[arg-type]  # one of ORDERS: set_policy wrote it
        roll_rest_days=row.roll_rest_days,
    )
