"""The books that the use cases are tried on."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from billing.store.vault import Vault
from tests.flow.town import Town, found


@pytest.fixture
def town(session: Session, today: date) -> Town:
    """Three households with a quarterly fee (see tests/flow/town.py)."""
    return found(session, today)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")
