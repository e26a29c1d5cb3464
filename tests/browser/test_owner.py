"""An owner on a phone: from the code on paper to the working of a late fee, and the paper checked by its code."""

from datetime import date

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from billing.clock import now
from billing.flow.activation import issue_activation_code
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.people import Party
from tests.support.databases import on_sqlite
from tests.support.server import LiveServer
from tests.web.neighbours import Neighbours, settle

pytestmark = on_sqlite


@pytest.fixture
def neighbours(live_server: LiveServer, session: Session, today: date) -> Neighbours:
    return settle(live_server.app, session, today)


@pytest.fixture
def code(neighbours: Neighbours, today: date) -> str:
    """张伟's, as his letter has it."""
    owner, session = neighbours.owners["张伟"], neighbours.session
    with writing(session):
        party = session.get_one(Party, owner.party_id)
        return issue_activation_code(session, "clerk", today, now(), party, neighbours.town.unit(owner.unit))[
            1
        ]


def test_from_the_letter_to_the_working_of_the_late_fee(phone: Page, code: str) -> None:
    phone.goto("/my/activate")
    phone.fill("[name=code]", code)
    phone.fill("[name=name]", "13800001234")
    phone.fill("[name=password]", "a quiet afternoon")
    phone.click("main button.btn-primary")
    expect(phone.locator(".owed-sum")).to_contain_text("3,745.90")
    bill = phone.locator("details.entry.overdue").first
    expect(bill.locator(".formula").first).to_be_hidden()
    bill.locator("summary").press("Enter")  # as good as a finger
    expect(bill.locator(".formula").first).to_contain_text("1,200.00 × 101")
    expect(bill.locator("blockquote")).to_contain_text("千分之一")
    assert _sideways(phone) == 0

    phone.fill("#as_of", "2026-06-30")
    phone.locator(".as-of button").click()
    expect(phone.locator(".owed-sum")).to_contain_text("1,309.20")


def test_a_paper_is_checked_by_its_code(phone: Page, neighbours: Neighbours) -> None:
    notice = neighbours.session.scalars(sa.select(Notice).order_by(Notice.id)).first()
    assert notice
    phone.goto(f"/v/{notice.verify_token}")
    expect(phone.locator("main")).to_contain_text(notice.number)
    phone.fill("[name=amount]", f"{notice.total_fen / 100:.2f}")
    phone.locator("main form .btn").first.click()
    expect(phone.locator(".alert-success")).to_be_visible()
    assert _sideways(phone) == 0


def _sideways(page: Page) -> int:
    """Pixels by which the page is wider than the phone."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide
