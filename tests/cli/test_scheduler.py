"""Schedulers as processes of their own: two at once do nothing twice, and killed at any moment they lose nothing."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.flow import dunning, schedule
from billing.flow.printing import NOTICES
from billing.store import archive
from billing.store.base import writing
from billing.store.collection import Document
from billing.store.work import Job, JobUnit
from tests.flow.town import ACTOR, Town, day, found

ROOT = Path(__file__).parents[2]
#: The scheduler as it is, but for a claim that runs out in a second, so that a successor need not wait for a minute.
IMPATIENT = """
from datetime import timedelta
from flask.cli import cli
from billing.flow import work
work.LEASE = timedelta(seconds=1)
cli.main(["--app", "wsgi", "scheduler"])
"""
PATIENCE, NOTICES_TO_MAKE, KILLS = 60, 40, 4

Scheduler = subprocess.Popen[bytes]


@pytest.fixture
def start(app: Flask, office: dict[str, str]) -> Iterator[Callable[[], Scheduler]]:
    """Start one more scheduler of the office under test."""
    started: list[Scheduler] = []

    def start() -> Scheduler:
        started.append(subprocess.Popen([sys.executable, "-c", IMPATIENT], cwd=ROOT, env=dict(os.environ)))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(10)


@pytest.fixture
def town(session: Session, today: date) -> Town:
    """An estate of many units in arrears, a run of whose notices waits for its papers."""
    rows = "".join(
        f"1 1 {number} 业主{number} 90 2020-01-01\n" for number in range(101, 101 + NOTICES_TO_MAKE)
    )
    town = found(session, today, roster=f"楼 单元 房号 业主 建筑面积 交房日期\n{rows}")
    town.fill_profile()
    town.issue("2026Q1")
    with writing(session, town.community_id):
        plan = dunning.plan_run(session, town.community_id, day("2026-04-10"), today)
        run = dunning.issue_run(session, ACTOR, town.community_id, plan)
        assert run
        NOTICES.queue(session, ACTOR, now(), run)
    for name in ("东园", "西园"):
        found(session, today, name)
    return town


def until_done(town: Town, jobs: int) -> None:
    """Wait until so many jobs are there and all are done."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        town.session.rollback()
        states = town.session.scalars(select(Job.state)).all()
        if len(states) == jobs and set(states) == {"done"}:
            return
        time.sleep(0.2)
    raise AssertionError(f"not done in {PATIENCE} s: {states}")


def prove(town: Town, office: dict[str, str]) -> None:
    """Every unit of every task once, every paper once, one backup that can be restored."""
    session = town.session
    keys = session.scalars(select(Job.key).where(Job.kind.in_(schedule.TASKS))).all()
    assert len(keys) == len(set(keys)) == 5
    found = session.execute(select(Job.kind, func.count(JobUnit.id)).join(JobUnit).group_by(Job.kind)).all()
    assert {row[0]: row[1] for row in found} == {
        "periods": 3,
        "dunning": 3,
        "cases": 3,
        "waivers": 3,
        "backup": 1,
    }
    assert session.scalar(select(func.count()).where(JobUnit.done_at.is_(None))) == 0
    papers = session.scalars(select(Document.about_id).order_by(Document.about_id)).all()
    assert len(papers) == len(set(papers)) == NOTICES_TO_MAKE
    (file,) = Path(office["INSTANCE_DIR"], "backups").glob("*.zip")
    archive.verify(file)


def test_two_schedulers_at_once_do_nothing_twice(
    town: Town, office: dict[str, str], start: Callable[[], Scheduler]
) -> None:
    for _ in range(2):
        start()
    until_done(town, 6)
    time.sleep(6)  # time enough to look again for what is due
    until_done(town, 6)
    prove(town, office)


def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_done_twice(
    town: Town, office: dict[str, str], start: Callable[[], Scheduler]
) -> None:
    """Two of them; whoever leads is killed in the middle of its work, again and again."""
    moments = random.Random(20261123)
    pair = [start(), start()]
    for turn in range(KILLS):
        time.sleep(1.5 + 2.5 * moments.random())
        pair[turn % 2].send_signal(signal.SIGKILL)
        pair[turn % 2].wait(10)
        pair[turn % 2] = start()
    until_done(town, 6)
    prove(town, office)
