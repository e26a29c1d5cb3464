"""What keeps a notice from a debtor on a unit: a dispute, or a hold somebody placed, from a day to a day."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.flow.entry import record, replayed
from billing.store.collection import Hold
from billing.store.estate import Unit
from billing.translations import N_

HOLDS = ("disputed", "held")


def place_hold(
    session: Session,
    actor: str,
    unit: Unit,
    debtor_id: int,
    kind: str,
    since: date,
    until: date | None,
    reason: str,
    key: str,
) -> Hold:
    """Keep notices from a debtor on a unit, from a day to a day (none: until lifted). The same key again: the same."""
    if kind not in HOLDS:
        raise Refused(N_("A hold is a dispute or a hold."))
    if not reason.strip():
        raise Refused(N_("Say why: it will be read when somebody asks why no notice was sent."))
    if until is not None and until < since:
        raise Refused(
            N_("A hold cannot end on %(until)s before it begins on %(since)s."), until=until, since=since
        )
    asked = {"unit": unit.id, "debtor": debtor_id, "kind": kind, "since": since, "until": until}
    asked["reason"] = reason.strip()
    hold = _recorded_hold(session, unit, asked, key)
    return hold or _record_hold(session, actor, unit, asked, key, Hold(kind=kind, since=since, until=until))


def lift_hold(
    session: Session, actor: str, unit: Unit, debtor_id: int, on: date, reason: str, key: str
) -> Hold:
    """Let notices out again from that day: a new hold that ended the day before. As of earlier days it held."""
    if not reason.strip():
        raise Refused(N_("Say why the hold is lifted."))
    asked = {"unit": unit.id, "debtor": debtor_id, "lifted": on, "reason": reason.strip()}
    known = _recorded_hold(session, unit, asked, key)
    if known:
        return known
    held = hold_on(session, unit, debtor_id, on)
    if held is None:
        raise Refused(N_("Nothing holds notices back there on %(on)s."), on=on)
    ended = Hold(kind=held.kind, since=held.since, until=on - timedelta(days=1))
    return _record_hold(session, actor, unit, asked, key, ended)


def hold_on(session: Session, unit: Unit, debtor_id: int, day: date) -> Hold | None:
    """What keeps notices from the debtor there on that day: the newest hold decides, one that ended lifts."""
    newest = session.scalar(
        select(Hold)
        .where(Hold.community_id == unit.community_id, Hold.unit_id == unit.id, Hold.debtor_id == debtor_id)
        .order_by(Hold.id.desc())
        .limit(1)
    )
    return newest if newest and _covers(newest, day) else None


def _covers(hold: Hold, day: date) -> bool:
    return hold.since <= day and (hold.until is None or day <= hold.until)


def _recorded_hold(session: Session, unit: Unit, asked: Mapping[str, Any], key: str) -> Hold | None:
    """What this key recorded before, if it was asked for the same."""
    entry = replayed(session, unit.community_id, f"hold:{key}", asked)
    if entry is None:
        return None
    return session.scalars(
        select(Hold).where(Hold.community_id == unit.community_id, Hold.entry == entry.seq)
    ).one()


def _record_hold(
    session: Session, actor: str, unit: Unit, asked: Mapping[str, Any], key: str, hold: Hold
) -> Hold:
    hold.community_id, hold.unit_id, hold.debtor_id = unit.community_id, unit.id, asked["debtor"]
    hold.reason = asked["reason"]
    hold.entry = record(session, unit.community_id, "hold", f"hold:{key}", actor, asked)
    session.add(hold)
    session.flush()
    return hold


def holds_on(session: Session, community_id: int, day: date) -> dict[tuple[int, int], Any]:
    """(unit, debtor) -> kind of hold on that day: the newest hold decides, one that ended lifts."""
    newest: dict[tuple[int, int], Hold] = {}
    for hold in session.scalars(select(Hold).where(Hold.community_id == community_id).order_by(Hold.id)):
        newest[hold.unit_id, hold.debtor_id] = hold
    return {key: hold.kind for key, hold in newest.items() if _covers(hold, day)}


def holds_of(session: Session, community_id: int, debtor_id: int, day: date) -> dict[int, str]:
    """Unit -> kind of hold on that day, of one debtor."""
    newest: dict[int, Hold] = {}
    query = select(Hold).where(Hold.community_id == community_id, Hold.debtor_id == debtor_id)
    for hold in session.scalars(query.order_by(Hold.id)):
        newest[hold.unit_id] = hold
    return {unit_id: hold.kind for unit_id, hold in newest.items() if _covers(hold, day)}
