"""What nobody can have typed is refused before a database is asked: PostgreSQL would fail on it."""

import pytest
from sqlalchemy.orm import Session

from billing.store.estate import Community
from tests.support.databases import on_postgresql
from tests.web.conftest import Browser


@on_postgresql
@pytest.mark.parametrize(
    "address",
    ["debtors/?building=%00", "units/?q=a%00b", "waivers/W%00", "collection/bills?period=%00&figure=billed"],
)
def test_an_address_with_a_nul_is_no_fault_of_ours(
    browser_of: Browser, community: Community, session: Session, address: str
) -> None:
    assert browser_of("manager").get(f"/c/{community.id}/{address}").status_code == 400


@on_postgresql
def test_a_form_with_a_nul_neither(browser_of: Browser) -> None:
    answer = browser_of(None).post("/staff/sign-in", data={"name": "a\0b", "password": "x"})
    assert answer.status_code == 400
