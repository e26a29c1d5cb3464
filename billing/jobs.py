"""Work in the background: each kind of job names its units; a worker does one unit at a time.

A unit's result is durable before the job's progress says so, and a unit done is not waiting any more,
so a worker killed at any moment loses nothing and repeats nothing.
"""

import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing import keeping
from billing.clock import now, today
from billing.core.problem import Refused
from billing.flow import cases, paper_mail, prepared, printing, schedule, waiver_decision, work
from billing.flow.printing import BILLS, NOTICES, Numbered, Series
from billing.store.base import writing
from billing.store.vault import Vault
from billing.store.waivers import WaiverRequest
from billing.store.work import Job, JobUnit

log = logging.getLogger(__name__)

_LOGGED = "the reason is in the server's log"


@dataclass(frozen=True)
class Kind:
    """`waiting` lists the units not done yet; `do` does one of them and commits it."""

    waiting: Callable[[Session, Job], Sequence[int]]
    do: Callable[[Session, Vault, int], None]


def make_paper(session: Session, vault: Vault, series: Series[Numbered], paper_id: int) -> None:
    """Render one paper of a run and file its PDF."""
    paper = session.get_one(series.table, paper_id)
    data = printing.pdf(vault, paper)
    vault.put(data)
    with writing(session, paper.community_id):
        series.file(session, vault, paper, data)
        paper_mail.goes_out(session, series, paper, today(), now())


def papers_of(series: Series[Numbered]) -> Kind:
    """The papers of a run, each a unit."""
    return Kind(
        lambda session, job: series.unmade(session, job.payload["run"]),
        lambda session, vault, paper_id: make_paper(session, vault, series, paper_id),
    )


#: What a recurring task does with one unit, and what is to be told of it. Done twice it must do nothing twice.
Make = Callable[[Session, Vault, JobUnit], Mapping[str, Any]]


def recurring(make: Make) -> Kind:
    """A run of a recurring task: its units were listed when it was queued, each keeps its result."""

    def do(session: Session, vault: Vault, unit_id: int) -> None:
        unit = session.get_one(JobUnit, unit_id)
        community_id, result = unit.community_id, make(session, vault, unit)
        with writing(session, community_id):
            schedule.settle(session, now(), unit_id, result)

    return Kind(schedule.waiting_units, do)


def _day(unit: JobUnit) -> date:
    return date.fromisoformat(unit.name)


def note_lapses(session: Session, vault: Vault, unit: JobUnit) -> dict[str, Any]:
    """Note what lapsed until yesterday, each with its mail in a transaction of its own; done twice it notes nothing."""
    noted = []
    for request_id in waiver_decision.lapsing(session, unit.community_id, _day(unit)):
        with writing(session, unit.community_id):
            request = session.get_one(WaiverRequest, request_id)
            if waiver_decision.note_lapse(session, schedule.ACTOR, _day(unit), request):
                noted.append(request.number)
    return {"count": len(noted), "lapsed": noted}


def open_cases(session: Session, vault: Vault, unit: JobUnit) -> dict[str, Any]:
    """Open a case for each debtor whom the ladder reached; done twice it opens none."""
    with writing(session, unit.community_id):
        return {"count": cases.open_cases(session, schedule.ACTOR, unit.community_id, _day(unit))}


MAKERS: Mapping[str, Make] = {
    "cases": open_cases,
    "waivers": note_lapses,
    "periods": lambda session, vault, unit: prepared.preview_period(session, unit.community_id, unit.name),
    "dunning": lambda session, vault, unit: prepared.preview_dunning(session, unit.community_id, _day(unit)),
    "backup": lambda session, vault, unit: keeping.back_up(session, vault, unit.name),
}
assert MAKERS.keys() == schedule.TASKS.keys()

KINDS = {
    NOTICES.job_kind: papers_of(NOTICES),
    BILLS.job_kind: papers_of(BILLS),
    **{kind: recurring(make) for kind, make in MAKERS.items()},
}


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def queue_due(session: Session) -> None:
    """Queue a run of each recurring task that is due; the lock is taken only where one is."""
    if any(schedule.is_due(row, now()) for row in schedule.listed(session)) and schedule.has_work(session):
        with writing(session):
            schedule.queue_due(session, now(), today())


def run_next(session: Session, vault: Vault, worker: str, job_id: int | None = None) -> bool:
    """Claim one job and work until it is done, stopped or failed; False when nothing waits."""
    with writing(session):
        job = work.claim(session, worker, now(), job_id)
    if job is None:
        return False
    try:
        _run(session, vault, worker, job)
    except Exception:
        log.exception("job %s failed", job.id)
        session.rollback()
        _end(session, worker, job, "failed", _LOGGED)
    return True


def _run(session: Session, vault: Vault, worker: str, job: Job) -> None:
    kind = KINDS[job.kind]
    waiting = kind.waiting(session, job)
    done = max(0, job.total - len(waiting))
    total = done + len(waiting)
    reasons = []
    for unit in waiting:
        reason = _do(session, vault, kind, job, unit)
        if reason:
            reasons.append(reason)
        else:
            done += 1
        with writing(session):
            if not work.advance(session, worker, now(), job.id, done, total):
                return
    _end(session, worker, job, "failed" if reasons else "done", reasons[0] if reasons else "")


def _do(session: Session, vault: Vault, kind: Kind, job: Job, unit: int) -> str:
    """Do one unit; why it could not be done, if so. It waits for the next try and keeps no other from its turn."""
    try:
        kind.do(session, vault, unit)
    except Refused as refused:
        session.rollback()
        return refused.sentence()
    except Exception:
        log.exception("job %s failed at %s", job.id, unit)
        session.rollback()
        return _LOGGED
    return ""


def _end(session: Session, worker: str, job: Job, state: str, message: str = "") -> None:
    with writing(session):
        work.finish(session, worker, now(), job.id, state, message)
