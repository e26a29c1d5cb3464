"""Fixtures for every test; their modules say what each gives."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "pytester",
    "tests.support.nothing_skipped",
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.office",
    "tests.support.server",
    "tests.support.browser",
    "tests.support.letterbox",
]

# The same examples on every machine and every day: a red test is the change's fault, never luck's.
# HYPOTHESIS_PROFILE=search looks for new ones; a find becomes an `@example`.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", settings.get_profile("ci"), max_examples=25)
settings.register_profile(
    "search", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

#: What a developer's shell may hold and no test may see.
SETTINGS = (
    "DATABASE_URL",
    "VAULT_DIR",
    "BACKUP_DIR",
    "BACKUPS_KEPT",
    "SECRET_KEY",
    "COOKIES_OVER_HTTPS",
    "PERMILLE_FONT",
    "BOUNCE_MAILDIR",
)


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads this machine's settings or writes into its ./instance."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*SETTINGS, *(name for name in os.environ if name.startswith("MAIL_"))]:
            patch.delenv(name, raising=False)
        patch.setenv("INSTANCE_DIR", str(tmp_path_factory.mktemp("instance")))
        yield


@pytest.fixture
def today() -> date:
    """The day on which every test takes place."""
    return date(2026, 11, 23)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Spreadsheets as offices really keep them."""
    return Path(__file__).parent / "samples"
