"""Work in the background: each kind of job names its units; a worker does one unit at a time.

A unit's result is durable before the job's progress says so, and a unit done is not waiting any more,
so a worker killed at any moment loses nothing and repeats nothing.
"""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from billing.clock import now, today
from billing.core.problem import Refused
from billing.flow import paper_mail, printing, work
from billing.flow.printing import BILLS, NOTICES, Numbered, Series
from billing.store.base import writing
from billing.store.vault import Vault
from billing.store.work import Job

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


KINDS = {NOTICES.job_kind: papers_of(NOTICES), BILLS.job_kind: papers_of(BILLS)}


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def run_next(session: Session, vault: Vault, worker: str) -> bool:
    """Claim one job and work until it is done, stopped or failed; False when nothing waits."""
    with writing(session):
        job = work.claim(session, worker, now())
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
