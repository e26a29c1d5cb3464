"""Previews made in the night: which fee period is to be issued, whom dunning would reach. Nothing is booked by them.

A person looks at the preview page, which plans anew, and issues there. `digest` names the plan that was seen, so that a
stored preview can say when the books moved on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.calendar import parse_period, period_around
from billing.core.problem import Refused
from billing.flow.charges import plan_period
from billing.flow.dunning import plan_run
from billing.flow.entry import latest
from billing.store import issued
from billing.store.ledger import Entry
from billing.store.work import Job, JobUnit

#: A period is previewed this long before its first day.
AHEAD = timedelta(days=10)


@dataclass(frozen=True)
class Waiting:
    """A stored preview that waits for a person; `name` is the fee period, or the day of the dunning."""

    name: str
    made_at: datetime
    count: int
    total: int
    odd: int
    digest: str
    result: dict[str, Any]


def periods_ahead(
    session: Session, communities: Sequence[int], now: datetime, today: date
) -> list[tuple[int, str]]:
    """(community, fee period) of every cycle: the period of today, and the next once it is near."""
    found = []
    for community_id in communities:
        for months in issued.cycles(session, community_id):
            current = period_around(today, months)
            near = [current, current.next] if current.next.first <= today + AHEAD else [current]
            found += [(community_id, period.name) for period in near]
    return found


def preview_period(session: Session, community_id: int, name: str) -> dict[str, Any]:
    """What issuing the period would book; nothing where no item is billed for such periods any more."""
    known = latest(session, community_id)
    try:
        plan = plan_period(session, community_id, parse_period(name))
    except Refused:
        return {"count": 0}
    return {
        "count": plan.count,
        "total": plan.total,
        "odd": len(plan.odd),
        "digest": plan.digest,
        "entry": known,
    }


def preview_dunning(session: Session, community_id: int, today: date) -> dict[str, Any]:
    """Whom a run as of today would reach, by stage, and how many are left out, by reason."""
    known = latest(session, community_id)
    plan = plan_run(session, community_id, today, today)
    left_out: dict[str, int] = {}
    for one in plan.left_out:
        left_out[one.reason] = left_out.get(one.reason, 0) + 1
    stages = plan.by_stage()
    return {
        "count": len(plan.notices),
        "total": sum(total for _, total in stages.values()),
        "odd": len(plan.left_out),
        "stages": {str(stage): [count, total] for stage, (count, total) in stages.items()},
        "left_out": left_out,
        "digest": plan.digest,
        "entry": known,
    }


def waiting_periods(session: Session, community_id: int) -> list[Waiting]:
    """The newest preview of each period that has charges to issue and was not issued since."""
    found = _newest(session, community_id, "periods")
    issued_at = {period: seq for seq, period in _acts(session, community_id, "charge", found)}
    return [one for one in found if issued_at.get(one.name, 0) <= one.result["entry"]]


def waiting_dunning(session: Session, community_id: int) -> Waiting | None:
    """The newest dunning preview, if it would reach anybody and no run was sent since."""
    found = _newest(session, community_id, "dunning")
    return found[0] if found and not _acts(session, community_id, "dunning", found) else None


def period_moved(session: Session, community_id: int, one: Waiting) -> bool:
    """Whether issuing the period would book something else now."""
    return preview_period(session, community_id, one.name).get("digest") != one.digest


def dunning_moved(session: Session, community_id: int, one: Waiting, today: date) -> bool:
    return one.name != today.isoformat() or plan_run(session, community_id, today, today).digest != one.digest


def _newest(session: Session, community_id: int, kind: str) -> list[Waiting]:
    """What the community's last run of that kind found, where it found something."""
    done = select(JobUnit).join(Job, Job.id == JobUnit.job_id)
    ours = (JobUnit.community_id == community_id, JobUnit.done_at.is_not(None), Job.kind == kind)
    last = select(func.max(JobUnit.job_id)).join(Job, Job.id == JobUnit.job_id).where(*ours)
    rows = session.scalars(done.where(*ours, JobUnit.job_id == last.scalar_subquery()).order_by(JobUnit.id))
    return [
        Waiting(
            name=row.name,
            made_at=row.done_at,
            count=row.result["count"],
            total=row.result["total"],
            odd=row.result["odd"],
            digest=row.result["digest"],
            result=row.result,
        )
        for row in rows
        if row.done_at and row.result.get("count")
    ]


def _acts(
    session: Session, community_id: int, kind: str, previews: Sequence[Waiting]
) -> list[tuple[int, str | None]]:
    """(entry, its period) of what was done since the oldest of these previews, in that order."""
    if not previews:
        return []
    since = min(one.result["entry"] for one in previews)
    query = select(Entry.seq, Entry.detail).where(
        Entry.community_id == community_id, Entry.kind == kind, Entry.seq > since
    )
    return [(row.seq, row.detail.get("period")) for row in session.execute(query.order_by(Entry.seq))]
