"""The demonstration's sign-ins: one for every role, and never a known password beside an office's own staff."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing import demo
from billing.clock import now
from billing.core.roles import OWNER, STAFF
from billing.flow import passwords, staff
from billing.flow.good_faith import proposals
from billing.store import index
from billing.store.base import writing
from billing.store.ledger import Charge
from billing.store.liability import Joinder
from billing.store.people import TENANT, Ownership
from billing.store.vault import Vault
from billing.store.waiver_list import SHELVES
from tests.support.databases import on_sqlite
from tests.web.neighbours import Neighbours, settle

pytestmark = on_sqlite


@pytest.fixture
def neighbours(app: Flask, session: Session, today: date) -> Neighbours:
    return settle(app, session, today)


def test_every_role_and_an_owner_in_debt_can_sign_in(neighbours: Neighbours, client: FlaskClient) -> None:
    session, community_id = neighbours.session, neighbours.town.community_id
    demo.open_doors(session, neighbours.town.today, community_id)
    found = demo.sign_ins(session, community_id)
    assert [line["role"] for line in found] == [*STAFF, OWNER]
    for line in found:
        answer = client.post(line["page"], data={"name": line["name"], "password": line["password"]})
        assert answer.status_code == 303, line
    page = client.get("/my/", follow_redirects=True).text
    assert 'class="owed-sum"' in page and "/my/notices/" in page and "/my/receipts/" in page


def test_an_office_with_staff_gets_no_known_password(neighbours: Neighbours) -> None:
    session, community_id = neighbours.session, neighbours.town.community_id
    with writing(session):
        staff.create_user(session, now(), "chief", "admin", passwords.seal("a quiet afternoon", "chief"))
    demo.open_doors(session, neighbours.town.today, community_id)
    assert demo.sign_ins(session, community_id) == []


def test_a_changed_password_is_not_told(neighbours: Neighbours) -> None:
    session, community_id = neighbours.session, neighbours.town.community_id
    demo.open_doors(session, neighbours.town.today, community_id)
    with writing(session):
        staff.set_password(session, now(), 1, passwords.seal("a quiet afternoon", "clerk"))
    assert "clerk" not in [line["name"] for line in demo.sign_ins(session, community_id)]


def test_every_fate_of_a_waiver_is_there_to_be_looked_at(
    app: Flask, session: Session, client: FlaskClient, today: date
) -> None:
    """A small one: three of the ten buildings."""
    community = demo.build(session, Vault(app.config["VAULT_DIR"]), today, buildings=3)
    known = demo.build(session, Vault(app.config["VAULT_DIR"]), today)
    assert known is community, "made once"
    assert index.differences(session) == []
    client.post("/staff/sign-in", data={"name": "manager", "password": "demo-1000"})
    for shelf in SHELVES:
        page = client.get(f"/c/{community.id}/waivers/?state={shelf}").text
        assert f"/c/{community.id}/waivers/W{community.id}-" in page, shelf
    assert proposals(session, community.id, today)
    begun = session.scalars(select(Charge.period_first).distinct()).all()
    assert any(first.day != 1 for first in begun), "a quarter in which a home was sold is split by days"
    roles = session.scalars(select(Ownership.role).where(Ownership.since.is_not(None))).all()
    assert roles.count(TENANT) == 1 and roles.count("owner") >= 2
    assert session.scalar(select(func.count()).select_from(Joinder)) == 1
