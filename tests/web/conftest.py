"""People at their browsers: the office runs with its forms protected, and each person has a browser of his own."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.roles import OWNER, STAFF
from billing.flow import access, staff
from billing.flow.estate import found_community
from billing.store.accounts import AccountParty, OwnerAccount, User
from billing.store.base import writing
from billing.store.estate import Community, Unit
from billing.store.people import Ownership, Party
from tests.web.desk import SEALED
from tests.web.neighbours import Neighbours, settle

Browser = Callable[[str | None], FlaskClient]


@pytest.fixture
def settings() -> dict[str, Any]:
    """As an office runs; pages that fail answer with their error page."""
    return {"PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def people(session: Session) -> dict[str, User | OwnerAccount]:
    """One of each role, and an owner with unit 1-2-1503 of 清河花园; all have PASSWORD."""
    with writing(session):
        found = {role: staff.create_user(session, now(), role, role, SEALED) for role in STAFF}
        community = found_community(session, "test", "清河花园")
        unit = Unit(community_id=community.id, building="1", entrance="2", room="1503", area_e2=9850)
        unit.place()
        party = Party(community_id=community.id, name="陈静")
        owner = OwnerAccount(login="chenjing", password_hash=SEALED, created_at=now())
        session.add_all((unit, party, owner))
        session.flush()
        session.add(Ownership(community_id=community.id, unit_id=unit.id, party_id=party.id, entry=1))
        session.add(AccountParty(account_id=owner.id, party_id=party.id))
    return {**found, OWNER: owner}


@pytest.fixture
def community(session: Session, people: dict[str, User | OwnerAccount]) -> Community:
    return session.scalars(select(Community)).one()


@pytest.fixture
def browser_of(app: Flask, session: Session, people: dict[str, User | OwnerAccount]) -> Browser:
    """`browser_of("clerk")`: a fresh browser in which the clerk is signed in; `browser_of(None)`: nobody is."""

    def open_one(role: str | None) -> FlaskClient:
        client = app.test_client()
        if role:
            with writing(session):
                token = access.open_session(session, now(), people[role])
            client.set_cookie("permille", token)
        return client

    return open_one


@pytest.fixture
def neighbours(app: Flask, session: Session, today: date) -> Neighbours:
    """Four owners who must not learn of each other."""
    return settle(app, session, today)
