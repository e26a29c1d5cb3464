"""How an owner is reached is corrected with who said so; nothing that was told before is lost."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.flow.mail import address_of
from billing.store.accounts import AccountParty, OwnerAccount
from billing.store.base import writing
from billing.store.ledger import Entry
from billing.store.people import Contact, Party
from tests.flow.town import Town, found
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden
from tests.web.test_mail import REACHED

OLD, NEW = "zhangwei@example.cn", "wei@example.com"


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def town(session: Session, today: Any, people: object) -> Town:
    return found(session, today, roster=REACHED)


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return english(browser_of("clerk"))


def wei(session: Session) -> Party:
    session.rollback()
    return session.scalars(select(Party).where(Party.name == "张伟")).one()


def page_of(town: Town) -> str:
    unit = town.unit("1-1-101")
    return f"/c/{town.community_id}/units/{unit.id}/people/{wei(town.session).id}"


def tell(client: FlaskClient, page: str, value: str, kind: str = "email", **more: str) -> Any:
    return client.post(page, data=hidden(at(client, page)) | {"kind": kind, "value": value, **more})


def told(session: Session) -> list[tuple[str, str, str]]:
    session.rollback()
    rows = session.scalars(select(Contact).where(Contact.party_id == wei(session).id).order_by(Contact.id))
    return [(row.kind, row.value, row.source) for row in rows]


class TestTheOffice:
    def test_replaces_an_address_and_keeps_the_old_one_to_be_read(
        self, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        page = page_of(town)
        assert page in at(clerk, page.rpartition("/people/")[0])
        form = hidden(at(clerk, page)) | {"kind": "email", "value": NEW}
        for _ in range(2):
            assert clerk.post(page, data=form).status_code == 303
        before, *after = told(session)
        assert before[1] == OLD
        assert after == [("email", "", "staff, clerk"), ("email", NEW, "staff, clerk")]
        assert address_of(session, wei(session)) == NEW
        shown = at(clerk, page)
        assert OLD in shown and NEW in shown and "staff, clerk" in shown and "roster, entry" in shown
        entry = session.scalars(select(Entry).where(Entry.kind == "contact")).one()
        assert (entry.actor, entry.detail["value"]) == ("clerk", "w**@example.com")

    def test_says_that_none_holds_any_more(self, town: Town, clerk: FlaskClient, session: Session) -> None:
        tell(clerk, page_of(town), "")
        unit_page = at(clerk, page_of(town).rpartition("/people/")[0])
        assert "z*******@example.cn" not in unit_page
        with pytest.raises(Exception, match="No e-mail address of 张伟"):
            address_of(session, wei(session))

    def test_goes_back_to_an_address_of_before(
        self, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        for value in (NEW, OLD):
            assert tell(clerk, page_of(town), value).status_code == 303
        assert address_of(session, wei(session)) == OLD

    def test_adds_a_phone_beside_another(self, town: Town, clerk: FlaskClient) -> None:
        tell(clerk, page_of(town), "13800005678", "phone")
        tell(clerk, page_of(town), "0990-5550199", "phone", beside="y")
        unit_page = at(clerk, page_of(town).rpartition("/people/")[0])
        assert "138****5678" in unit_page and "0199" in unit_page
        tell(clerk, page_of(town), "13800009999", "phone")
        unit_page = at(clerk, page_of(town).rpartition("/people/")[0])
        assert "138****5678" not in unit_page and "138****9999" in unit_page

    @pytest.mark.parametrize(
        ("kind", "value", "more"),
        [
            ("email", "wei", {}),
            ("email", "a@b.cn, c@d.cn", {}),
            ("email", "a@b.cn\r\nBcc: x@y.cn", {}),
            ("phone", "call me", {}),
            ("email", "", {"beside": "y"}),
            ("fax", "1", {}),
        ],
    )
    def test_is_told_what_is_none(
        self, town: Town, clerk: FlaskClient, session: Session, kind: str, value: str, more: dict[str, str]
    ) -> None:
        before = told(session)
        assert tell(clerk, page_of(town), value, kind, **more).status_code == 422
        assert told(session) == before

    def test_lets_no_cashier_say_where_owners_are_told_of_payments(
        self, town: Town, browser_of: Browser
    ) -> None:
        cashier = english(browser_of("cashier"))
        assert cashier.get(page_of(town)).status_code == 403
        assert page_of(town) not in at(cashier, page_of(town).rpartition("/people/")[0])

    def test_finds_only_who_has_to_do_with_the_unit(
        self, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        other = town.unit("1-1-102").id
        page = page_of(town)
        assert clerk.get(re.sub(r"units/\d+", f"units/{other}", page)).status_code == 404


class TestTheOwner:
    @pytest.fixture
    def owner(self, town: Town, browser_of: Browser, session: Session) -> FlaskClient:
        with writing(session):
            account = session.scalars(select(OwnerAccount)).one()
            session.add(AccountParty(account_id=account.id, party_id=wei(session).id))
        return english(browser_of("owner"))

    def test_says_himself_where_he_is_reached_and_the_office_sees_that(
        self, town: Town, owner: FlaskClient, clerk: FlaskClient, session: Session
    ) -> None:
        page = at(owner, "/my/contact/")
        assert OLD in page
        assert owner.post("/my/contact/", data=hidden(page) | {"email": NEW}).status_code == 303
        assert address_of(session, wei(session)) == NEW
        assert told(session)[-1] == ("email", NEW, "owner")
        assert "the owner" in at(clerk, page_of(town))
        assert NEW in at(owner, "/my/contact/")

    def test_is_told_what_is_no_address(self, owner: FlaskClient, session: Session) -> None:
        before = told(session)
        answer = owner.post("/my/contact/", data=hidden(at(owner, "/my/contact/")) | {"email": "wei"})
        assert answer.status_code == 422 and "is not an e-mail address" in answer.text
        assert told(session) == before
