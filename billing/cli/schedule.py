"""`flask schedule`: the recurring tasks: when they are due, and one of them done now."""

import secrets
import time
from typing import Any

import click
from flask_babel import gettext

from billing import jobs
from billing.cli.command import ACTOR, Group, answers, in_community, the_community, the_vault
from billing.clock import now, today
from billing.core.money import yuan
from billing.extensions import db
from billing.flow import schedule, work
from billing.store.base import writing
from billing.store.estate import Community
from billing.store.work import Job, Schedule

kind_argument = click.argument("kind", type=click.Choice(list(schedule.TASKS)))


@click.group("schedule", cls=Group)
def schedule_group() -> None:
    """Recurring tasks."""


@schedule_group.command("list")
@answers
def list_tasks() -> dict[str, Any]:
    """Every recurring task: when it is due next, and what its last run came to."""
    last = schedule.last_runs(db.session())
    rows = schedule.listed(db.session())
    return {"tasks": [_task(row, last.get((row.kind, row.community_id))) for row in rows]}


@schedule_group.command("set")
@kind_argument
@click.option("--at", metavar="HH:MM", help="When it is due each day, by Shanghai's clock.")
@click.option("--on/--off", "active", default=None, help="Whether it runs by itself.")
@in_community
@answers
def set_task(kind: str, at: str | None, active: bool | None, community: str | None) -> dict[str, Any]:
    """Say when KIND is due, for the office or for one community apart from the others."""
    session = db.session()
    place = the_community(community).id if community else 0
    with writing(session):
        row = schedule.change(session, kind, place, at, active)
    return _task(row, None)


@schedule_group.command("run")
@kind_argument
@in_community
@answers
def run_task(kind: str, community: str | None) -> dict[str, Any]:
    """Do KIND now, whether it is due or not."""
    session, key = db.session(), f"{kind}:now:{secrets.token_urlsafe(12)}"
    place = the_community(community).id if community else 0
    with writing(session):
        schedule.find(session, kind, place)
        job = schedule.start(session, ACTOR, now(), today(), kind, place, key)
    job = _until_done(job.id)
    if job.message:
        click.echo(gettext(job.message), err=True)
    return {
        "kind": kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "units": [
            {"community": unit.community_id or None, "name": unit.name, **_in_yuan(unit.result)}
            for unit in schedule.units_of(session, [job.id])
        ],
    }


def _until_done(job_id: int) -> Job:
    """Do the job, or wait for the scheduler if that was quicker to take it."""
    session, worker = db.session(), jobs.worker_name()
    while (job := work.find_job(session, job_id)).state in ("queued", "running"):
        if not jobs.run_next(session, the_vault(), worker, job_id):
            session.rollback()
            time.sleep(0.5)
    return job


def _in_yuan(result: dict[str, Any]) -> dict[str, Any]:
    """A unit's result as the command line writes amounts."""
    stages = {stage: [count, yuan(fen)] for stage, (count, fen) in result.get("stages", {}).items()}
    amounts = {"total": yuan(result["total"])} if "total" in result else {}
    return {**result, **amounts, **({"stages": stages} if stages else {})}


def _task(row: Schedule, last: Job | None) -> dict[str, Any]:
    place = db.session.get(Community, row.community_id) if row.community_id else None
    return {
        "kind": row.kind,
        "community": place and place.name,
        "at": row.at,
        "on": row.active,
        "next": schedule.next_due(row, now()).isoformat() if row.active else None,
        "last": last and last.created_at.isoformat(),
        "state": last and last.state,
        "message": last and last.message,
    }


COMMANDS = (schedule_group,)
