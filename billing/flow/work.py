"""Background work: put in the queue once per key, stopped and resumed by people, claimed by one worker."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from billing.core.problem import Missing, Refused
from billing.store.work import Job
from billing.translations import N_

#: How long a claim holds without a sign of life; then another worker may take the job over.
LEASE = timedelta(seconds=60)


def enqueue(
    session: Session,
    actor: str,
    now: datetime,
    community_id: int,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    total: int,
) -> Job:
    """Queue a job; the same key again is the same job."""
    known = session.scalar(select(Job).where(Job.key == key))
    if known:
        return known
    job = Job(
        community_id=community_id,
        kind=kind,
        key=key,
        payload=dict(payload),
        total=total,
        actor=actor,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def find_job(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id, populate_existing=True)
    if job is None:
        raise Missing(N_("There is no such job."))
    return job


def stop(session: Session, job_id: int) -> None:
    """Ask a job to stop after the unit it is at; what it did stays done."""
    changed = _move(session, job_id, ("queued", "running"), "stopped")
    if not changed:
        raise Refused(N_("This job has ended already."))


def resume(session: Session, job_id: int) -> None:
    """Queue a stopped or failed job again; it goes on with what is not done yet."""
    if not _move(session, job_id, ("stopped", "failed"), "queued"):
        raise Refused(N_("Only a stopped or failed job can be resumed."))


def _move(session: Session, job_id: int, states: tuple[str, ...], state: str) -> int:
    result = session.execute(
        update(Job).where(Job.id == job_id, Job.state.in_(states)).values(state=state, claimed_by=None)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


def claim(session: Session, worker: str, now: datetime, job_id: int | None = None) -> Job | None:
    """Take the oldest job that nobody works on, or that one; None when there is none."""
    free = or_(Job.state == "queued", (Job.state == "running") & (Job.claimed_until < now))
    if job_id is not None:
        free &= Job.id == job_id
    job = session.scalar(select(Job).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job:
        job.state, job.claimed_by, job.claimed_until = "running", worker, now + LEASE
        session.flush()
    return job


def advance(session: Session, worker: str, now: datetime, job_id: int, done: int, total: int) -> bool:
    """Show how far the job is and renew the claim; False if it was stopped or taken over."""
    result = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.claimed_by == worker, Job.state == "running")
        .values(done=done, total=total, claimed_until=now + LEASE)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def finish(session: Session, worker: str, now: datetime, job_id: int, state: str, message: str = "") -> None:
    """Mark the job done or failed, if it is still this worker's."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.claimed_by == worker, Job.state == "running")
        .values(state=state, message=message, finished_at=now, claimed_by=None)
    )
