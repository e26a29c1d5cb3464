"""The scheduler's process: one leader, however many are started; the web never runs it."""

import fcntl
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import Connection, select
from sqlalchemy import func as sql
from sqlalchemy.exc import SQLAlchemyError

from billing import jobs, post
from billing.bounces import Watch
from billing.cli.command import Command
from billing.extensions import db
from billing.store.vault import Vault

log = logging.getLogger(__name__)

#: PostgreSQL's name for the scheduler's lock.
_LOCK = 0x5065726D696C6C65


class Leadership:
    """Held by one scheduler at a time: a lock of the database, or of a file beside SQLite's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: Connection | Any = None
        self._asking = threading.Lock()

    def take(self) -> bool:
        """Whether this process leads now; asked again at every tick, so a dead leader is replaced."""
        with self._asking:
            if self._held is None:
                self._held = self._lock()
            elif isinstance(self._held, Connection):
                return self._still_connected(self._held)
            return self._held is not None

    def _lock(self) -> Any:
        if db.engine.dialect.name == "postgresql":
            connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(select(sql.pg_try_advisory_lock(_LOCK))):
                return connection
            connection.close()
            return None
        file = (self._folder / "scheduler.lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def _still_connected(self, connection: Connection) -> bool:
        try:
            return bool(connection.scalar(select(1)))
        except SQLAlchemyError:
            log.warning("the scheduler lost its database connection and its lead")
            connection.invalidate()
            connection.close()
            self._held = None
            return False


@click.command("scheduler", cls=Command)
@with_appcontext
def scheduler() -> None:
    """Do the office's background work until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    leadership = Leadership(app.config["INSTANCE_DIR"])
    worker, vault, mailing = jobs.worker_name(), Vault(app.config["VAULT_DIR"]), _Mailing()
    blocking = BlockingScheduler(timezone="Asia/Shanghai")

    def tick(work: Callable[[], object]) -> None:
        with app.app_context(), _fresh_session():
            if leadership.take():
                while work():
                    pass

    def queue_due() -> None:
        jobs.queue_due(db.session())

    def do_job() -> bool:
        return jobs.run_next(db.session(), vault, worker)

    def send_mail() -> object:
        with mailing.one() as may:
            return may and post.send_next(db.session(), vault, worker)

    watch = Watch(app.config["BOUNCE_MAILDIR"])

    def read_bounces() -> object:
        return watch.take(db.session())

    # Side by side: a slow mail server keeps no paper waiting.
    for work, seconds in ((queue_due, 5), (do_job, 1), (send_mail, 1), (read_bounces, 1)):
        blocking.add_job(
            tick, "interval", [work], seconds=seconds, max_instances=1, coalesce=True, misfire_grace_time=None
        )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: mailing.stop())
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick skipped while one works is no news
    blocking.start()


class _Mailing:
    """A job left half done is done again; a mail may not be, so whoever stops waits for the one under way."""

    _LONGEST_SECONDS = 20

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._stopping = False

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether one more mail may be begun; until the block ends nobody stops the process."""
        with self._busy:
            yield not self._stopping

    def stop(self) -> None:
        self._stopping = True
        self._busy.acquire(timeout=self._LONGEST_SECONDS)
        os._exit(0)


@contextmanager
def _fresh_session() -> Iterator[None]:
    try:
        yield
    finally:
        db.session.remove()
