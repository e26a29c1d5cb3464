"""A PostgreSQL server for one test worker: made in a second, reached by its socket only, gone afterwards.

It keeps its promises (fsync and all) as an office's server does, since the app refuses one that does not; the
files lie in memory where there is room, so that costs nothing. The tests sign in as an ordinary role.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

ROLE = "permille"
ROOM = 1 << 30  # bytes free in memory before the server is put there
PATIENCE = 30  # seconds for a start or a stop


@dataclass(frozen=True)
class Server:
    """A running server; `directory` holds its socket, its files and its log."""

    directory: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.directory}"

    def admin(self) -> psycopg.Connection:
        return psycopg.connect(host=str(self.directory), user="postgres", dbname="postgres", autocommit=True)

    def create(self, name: str = "", template: str = "template0") -> str:
        """A new database like `template`, of the role's own; its name, one not used yet where none is given."""
        name = name or f"test_{next(self._numbers)}"
        with self.admin() as admin:
            # Since 15 there is a choice; copying files is the quicker one for a small template.
            copying = SQL("STRATEGY file_copy" if admin.info.server_version >= 150_000 else "")
            statement = SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} {}")
            admin.execute(statement.format(Identifier(name), Identifier(ROLE), Identifier(template), copying))
        return name

    def drop(self, database: str) -> None:
        with self.admin() as admin:
            admin.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(database)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """This worker's server."""
    directory = _directory()
    try:
        with _running(directory) as server:
            with server.admin() as admin:
                admin.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(ROLE)))
            yield server
    finally:
        shutil.rmtree(directory)


@contextmanager
def _running(directory: Path) -> Iterator[Server]:
    """A server in `directory` while the block runs; it ends with this process, even if that is killed."""
    binaries, log = _binaries(), directory / "log"
    initdb = [*_as_account(), f"{binaries}/initdb", "--pgdata=data", "--username=postgres", "--no-sync"]
    # trust: whoever can open the socket may come in, and only its own account and root can.
    subprocess.run(
        [*initdb, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    postgres = [*_as_account(), "--pdeathsig=INT", f"{binaries}/postgres", "-D", "data", "-k", str(directory)]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*postgres, "-c", "listen_addresses="],
            cwd=directory,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _ready(process, directory)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def _ready(process: subprocess.Popen[bytes], directory: Path) -> Server:
    """The server, as soon as it lets us in."""
    server = Server(directory)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            server.admin().close()
            return server
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(directory / 'log').read_text()}") from None
            time.sleep(0.02)


def _binaries() -> Path:
    """Where initdb and postgres are: Debian keeps them off PATH, a folder for each version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not versions:
        raise FileNotFoundError("PostgreSQL's server is not installed: run tools/system-needs")
    return versions[-1].parent


def _directory() -> Path:
    """A new directory of the server's own account; a short path, as a socket's may not be long."""
    memory = Path("/dev/shm")
    _remove_left_behind(memory)
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    directory = Path(tempfile.mkdtemp(prefix=f"permille-{os.getpid()}-", dir=memory if roomy else None))
    account = _account()
    os.chown(directory, account.pw_uid, account.pw_gid)
    return directory


def _remove_left_behind(memory: Path) -> None:
    """Give back what tests that were killed still hold of it."""
    for directory in memory.glob("permille-*"):
        if not Path("/proc", directory.name.split("-")[1]).exists():
            shutil.rmtree(directory, ignore_errors=True)


def _account() -> pwd.struct_passwd:
    """Whom the server runs as: ourselves, but PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _as_account() -> list[str]:
    """The beginning of a command that runs as that account."""
    account = _account()
    drop = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    return ["setpriv", *(drop if os.geteuid() == 0 else [])]
