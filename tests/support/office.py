"""An office to test: the app on a fresh database, its session, and two ways in: requests and commands."""

from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import config

#: What differs for each test and is read when it is needed.
ITS_FOLDERS = {"INSTANCE_DIR", "VAULT_DIR", "BACKUP_DIR"}
MOST_APPS = 6


class Visitor(FlaskClient):
    """A client outside the test's own app context, as a browser is: it sees only what was committed."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return Context().run(super().open, *args, **kwargs)


@pytest.fixture
def settings() -> dict[str, Any]:
    """What differs from an office's settings. A module overrides this fixture to change them."""
    return {"TESTING": True, "WTF_CSRF_ENABLED": False}


@pytest.fixture
def office(database_url: str, tmp_path: Path, today: date, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the office under test, set for this process and for those that it starts."""
    environment = {
        "DATABASE_URL": database_url,
        "INSTANCE_DIR": str(tmp_path / "instance"),
        "VAULT_DIR": str(tmp_path / "vault"),
        "SECRET_KEY": "a secret that only the tests know",
        "PERMILLE_TODAY": today.isoformat(),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return environment


@pytest.fixture(scope="session")
def apps() -> dict[str, tuple[Flask, dict[str, Any]]]:
    """This worker's apps, each with its configuration as built, by what they were set up with: so a page is compiled
    once and not once a test."""
    return {}


@pytest.fixture
def app(
    office: dict[str, str], settings: dict[str, Any], apps: dict[str, tuple[Flask, dict[str, Any]]]
) -> Iterator[Flask]:
    """The app on a fresh database (see `database_url`). It served other tests before, as an office's app serves
    other people; a test that adds to it asks for `fresh_app`."""
    told = {**config.settings(), **settings}
    key = repr(sorted((name, value) for name, value in told.items() if name not in ITS_FOLDERS))
    if key not in apps:
        if len(apps) == MOST_APPS:
            apps.clear()
        built = build(settings)
        apps[key] = built, dict(built.config)
    app, as_built = apps[key]
    app.config.clear()
    app.config.update(as_built | told)
    yield app
    dispose(app)


@pytest.fixture
def fresh_app(office: dict[str, str], settings: dict[str, Any]) -> Iterator[Flask]:
    """An app of the test's own."""
    app = build(settings)
    yield app
    dispose(app)


def build(settings: dict[str, Any]) -> Flask:
    from billing.app import create_app

    app = create_app(settings)
    app.test_client_class = Visitor
    return app


def dispose(app: Flask) -> None:
    """Close its connections: its database goes, and what was added up of it."""
    from billing.extensions import db
    from billing.store.remembered import forget

    forget()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session, in an app context of the test's own; commit what a request is to see."""
    from billing.extensions import db

    with app.app_context():
        yield db.session()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def command(app: Flask) -> Callable[..., Result]:
    """`command("late-fee", "--principal", "1200.00", ...)`: run it as `flask --app wsgi` would."""
    runner = app.test_cli_runner()

    def run(*arguments: str) -> Result:
        return Context().run(runner.invoke, args=arguments, catch_exceptions=False)

    return run
