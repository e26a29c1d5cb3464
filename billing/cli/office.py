"""`flask run-office`: everything an office needs, started with one command; `flask demo` by itself."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import waitress
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from billing import demo
from billing.cli.command import Command, answers, the_vault
from billing.clock import today
from billing.extensions import db
from billing.flow import access
from billing.store import base
from billing.store.estate import Community

HOST = "127.0.0.1"


@click.command("demo", cls=Command)
@answers
def make_demo() -> dict[str, Any]:
    """Make the demonstration community and its sign-ins; what is there already is left alone."""
    session = db.session()
    community = demo.build(session, the_vault(), today())
    return {"community": community.name, "sign_ins": demo.sign_ins(session, community.id)}


@click.command("run-office", cls=Command)
@click.option("--port", default=8000, show_default=True)
@click.option("--no-demo", is_flag=True, help="Start empty instead of with the demonstration community.")
@with_appcontext
def run_office(port: int, no_demo: bool) -> None:
    """Bring the database up to date, fill an empty one with the demonstration, serve until told to stop."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    upgrade()
    base.assert_settings(db.engine)
    empty = db.session.scalar(select(Community.id).limit(1)) is None
    if empty and not no_demo:
        click.echo("Making the demonstration community: about half a minute …")
        demo.build(db.session(), the_vault(), today())
    _greet(port, no_demo)
    db.session.remove()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with _scheduler():
        waitress.serve(app, host=HOST, port=port, threads=8)


@contextmanager
def _scheduler() -> Iterator[None]:
    """The scheduler's process beside the server, started again whenever it dies."""
    stopping = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def watch() -> None:
        while not stopping.is_set():
            running[:] = [subprocess.Popen([sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"])]
            running[0].wait()
            stopping.wait(1)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        for process in running:
            process.terminate()
        watcher.join(timeout=10)


def _greet(port: int, no_demo: bool) -> None:
    click.echo(f"\n  Permille 千分一   http://{HOST}:{port}\n")
    if no_demo and not access.any_user(db.session()):
        click.echo("  Make the first sign-in:  .venv/bin/flask --app wsgi user add NAME --role admin\n")
        return
    community = db.session.scalar(select(Community).where(Community.name == demo.COMMUNITY))
    for line in demo.sign_ins(db.session(), community.id) if community else ():
        click.echo(f"  {line['role']:<10} {line['page']:<12} {line['name']:<14} {line['password']}")
    click.echo("")
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        click.echo("  Database: PostgreSQL")


COMMANDS = (make_demo, run_office)
