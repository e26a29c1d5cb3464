"""The books that the use cases are tried on."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from billing.store import index
from billing.store.vault import Vault
from tests.flow.sale import Books
from tests.flow.town import Town, found


@pytest.fixture
def town(session: Session, today: date) -> Town:
    """Three households with a quarterly fee (see tests/flow/town.py)."""
    return found(session, today)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def books(town: Town, vault: Vault) -> Iterator[Books]:
    """The estate and its vault; whatever happened, the index beside the charges agrees with the entries."""
    yield town, vault
    town.session.rollback()
    assert index.differences(town.session) == []
