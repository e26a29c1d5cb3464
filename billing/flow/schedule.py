"""Recurring tasks: each is due once a day at its local time. A run is a job with a key of its day.

So two schedulers, a restart and a clock set back make one run of it; a machine that was off for a week makes one run
when it is back. Each run has its units listed from the start: what is done has its result, the rest waits.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from billing.clock import SHANGHAI, local_day
from billing.core.problem import Missing, Refused
from billing.flow import prepared, work
from billing.store.estate import Community
from billing.store.work import Job, JobUnit, Schedule
from billing.translations import N_

#: Who asked for a run that nobody asked for.
ACTOR = "scheduler"

#: (community, name) of a unit; community 0 is the office.
Unit = tuple[int, str]
_DAY = timedelta(days=1)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z", re.ASCII)


@dataclass(frozen=True)
class Task:
    """A kind of recurring task: when it is due unless told otherwise, and the units of a run of these communities."""

    label: str
    at: str
    units: Callable[[Session, Sequence[int], datetime, date], list[Unit]]
    of_office: bool = False


def _each(session: Session, communities: Sequence[int], now: datetime, today: date) -> list[Unit]:
    return [(community_id, today.isoformat()) for community_id in communities]


def _one_file(session: Session, communities: Sequence[int], now: datetime, today: date) -> list[Unit]:
    return [(0, f"permille-{now.astimezone(SHANGHAI):%Y-%m-%d-%H%M%S}.zip")]


#: Every kind; what one does with a unit stands in `billing.jobs`.
TASKS: Mapping[str, Task] = {
    "periods": Task(N_("Preview fee periods"), "01:30", prepared.periods_ahead),
    "dunning": Task(N_("Preview dunning"), "01:45", _each),
    "cases": Task(N_("Open new cases"), "01:50", _each),
    "waivers": Task(N_("Note lapsed waivers"), "02:00", _each),
    "backup": Task(N_("Daily backup"), "02:30", _one_file, of_office=True),
}


def find(session: Session, kind: str, community_id: int = 0) -> Schedule:
    """The task's row; one not kept yet has the kind's own time and is on."""
    if kind not in TASKS or (TASKS[kind].of_office and community_id):
        raise Missing(N_("There is no such recurring task."))
    row = session.scalar(select(Schedule).where(Schedule.kind == kind, Schedule.community_id == community_id))
    return row or Schedule(kind=kind, community_id=community_id, at=TASKS[kind].at, active=True)


def listed(session: Session) -> list[Schedule]:
    """Every kind for the office, and what single communities have of their own."""
    rows = session.scalars(select(Schedule).order_by(Schedule.community_id)).all()
    kept = {(row.kind, row.community_id): row for row in rows if row.kind in TASKS}
    missing = [find(session, kind) for kind in TASKS if (kind, 0) not in kept]
    order = list(TASKS)
    return sorted([*kept.values(), *missing], key=lambda row: (order.index(row.kind), row.community_id))


def change(
    session: Session, kind: str, community_id: int, at: str | None = None, active: bool | None = None
) -> Schedule:
    """Set when a task is due and whether it is on."""
    row = find(session, kind, community_id)
    if at is not None:
        if not _CLOCK.match(at):
            raise Refused(N_("“%(text)s” is not a time of day: write it as 02:30."), text=at[:20])
        row.at = at
    row.active = row.active if active is None else active
    session.add(row)
    session.flush()
    return row


def next_due(row: Schedule, now: datetime) -> datetime:
    """The next moment at which the task is due; Shanghai's clock is never put forward or back."""
    hour, minute = row.at.split(":")
    trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone=SHANGHAI)
    found: datetime = trigger.get_next_fire_time(None, now.astimezone(SHANGHAI))
    return found


def is_due(row: Schedule, now: datetime) -> bool:
    """Whether its last due time was not seen to yet; a task that never ran is due at once."""
    return row.active and (row.last_due is None or row.last_due < next_due(row, now) - _DAY)


def has_work(session: Session) -> bool:
    """An office without a community has nothing to preview and nothing to lose."""
    return session.scalar(select(Community.id).limit(1)) is not None


def queue_due(session: Session, now: datetime, today: date) -> list[Job]:
    """Queue a run of every task that is due. The caller holds the office's lock (`writing`)."""
    queued = []
    for row in listed(session):
        if is_due(row, now):
            row.last_due = next_due(row, now) - _DAY
            session.add(row)
            key = f"{row.kind}:{row.community_id}:{local_day(row.last_due).isoformat()}"
            queued.append(start(session, ACTOR, now, today, row.kind, row.community_id, key))
    return queued


def start(
    session: Session, actor: str, now: datetime, today: date, kind: str, community_id: int, key: str
) -> Job:
    """A run of the task with its units; the same key again is the same run."""
    known = session.scalar(select(Job).where(Job.key == key))
    if known:
        return known
    communities = [community_id] if community_id else _without_own(session, kind)
    units = TASKS[kind].units(session, communities, now, today)
    job = work.enqueue(session, actor, now, community_id, kind, key, {}, len(units))
    session.add_all(
        JobUnit(job_id=job.id, community_id=community, name=name, result={}) for community, name in units
    )
    session.flush()
    return job


def _without_own(session: Session, kind: str) -> Sequence[int]:
    own = select(Schedule.community_id).where(Schedule.kind == kind)
    return session.scalars(select(Community.id).where(Community.id.not_in(own)).order_by(Community.id)).all()


def waiting_units(session: Session, job: Job) -> Sequence[int]:
    query = select(JobUnit.id).where(JobUnit.job_id == job.id, JobUnit.done_at.is_(None))
    return session.scalars(query.order_by(JobUnit.id)).all()


def settle(session: Session, now: datetime, unit_id: int, result: Mapping[str, Any]) -> None:
    """Note what came of a unit, unless somebody else did it meanwhile."""
    session.execute(
        update(JobUnit)
        .where(JobUnit.id == unit_id, JobUnit.done_at.is_(None))
        .values(done_at=now, result=dict(result))
    )


def last_runs(session: Session) -> dict[tuple[str, int], Job]:
    """(kind, community) -> its newest run."""
    newest = select(func.max(Job.id)).where(Job.kind.in_(TASKS)).group_by(Job.kind, Job.community_id)
    return {
        (job.kind, job.community_id): job for job in session.scalars(select(Job).where(Job.id.in_(newest)))
    }


def units_of(session: Session, job_ids: Sequence[int]) -> Sequence[JobUnit]:
    """The units of these runs, those done and those that wait."""
    query = select(JobUnit).where(JobUnit.job_id.in_(job_ids)).order_by(JobUnit.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()
