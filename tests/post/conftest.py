"""The office sends its mail to a server on this machine."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from billing import clock, post
from billing.store.vault import Vault
from tests.flow.town import Town, found
from tests.post.room import REACHED, Clock, PostRoom
from tests.support.letterbox import Letterbox


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"TESTING": True, **letterbox.settings()}


@pytest.fixture
def town(session: Session, today: Any) -> Town:
    town = found(session, today, roster=REACHED)
    town.fill_profile()
    town.set_community(mail_account="no")  # receipts alone are looked at here
    return town


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault")


@pytest.fixture
def room(town: Town, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> PostRoom:
    time = Clock(clock.now())
    monkeypatch.setattr(post, "now", lambda: time.now)
    return PostRoom(town, vault, time)
