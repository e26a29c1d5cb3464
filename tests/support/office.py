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


@pytest.fixture
def app(office: dict[str, str], settings: dict[str, Any]) -> Iterator[Flask]:
    """The app on a fresh database (see `database_url`)."""
    from billing.app import create_app
    from billing.extensions import db

    app = create_app(settings)
    app.test_client_class = Visitor
    yield app
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
