"""A fresh, migrated database for each test, on SQLite and on PostgreSQL.

The migrations run once a worker and database, by the very command an office uses; each test gets a copy, always at
the same address, so that what was worked out for it holds for the next (see `tests.support.office.app`).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import Server

ROOT = Path(__file__).parents[2]

#: For tests that ask the database nothing in which the two differ: `@on_sqlite`, `@on_postgresql`.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty, migrated database; a test that asks for it runs once on each kind."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        file = template.with_name("permille.db")
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        for name in ("permille.db", "permille.db-wal", "permille.db-shm"):
            file.with_name(name).unlink(missing_ok=True)
    else:
        server: Server = request.getfixturevalue("postgres_server")
        server.create("office", template=request.getfixturevalue("postgres_template"))
        yield server.url("office")
        server.drop("office")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{file}", tmp_path_factory.mktemp("migration"))
    assert not file.with_name("template.db-wal").exists(), "the copy would miss what is only in the log"
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    name = postgres_server.create()
    migrate(postgres_server.url(name), tmp_path_factory.mktemp("migration"))
    return name


def migrate(url: str, instance: Path) -> None:
    """Bring the database at `url` to the newest schema, as `flask db upgrade` does for an office."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url, "INSTANCE_DIR": str(instance)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"flask db upgrade failed on {url}:\n{done.stderr}"
