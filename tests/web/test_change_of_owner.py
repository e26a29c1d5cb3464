"""A transfer through the pages; then seller and buyer each open theirs, and find nothing of the other."""

import io
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from billing.clock import now
from billing.flow import access
from billing.store.accounts import AccountParty, OwnerAccount
from billing.store.base import writing
from billing.store.ledger import Payment
from billing.store.people import Party
from tests.flow.test_evidence import picture
from tests.flow.town import found
from tests.support.databases import on_sqlite
from tests.web.desk import SEALED, english, hidden
from tests.web.forms import token_of

#: Words that stand in one side's data and nowhere in the other's.
SELLERS = ("张伟", "张家长子", "811.19")
BUYERS = ("郑晓", "卫兰", "郑家长女", "622.07", "13912345678")


@pytest.fixture
def town(session, today, people):
    town = found(session, today)
    town.fill_profile()
    for period in ("2026Q1", "2026Q2", "2026Q3"):
        town.issue(period)
    town.pay("1-1-101", "811.19", "2026-04-02", payer="张家长子")
    return town


@pytest.fixture
def unit(town):
    return f"/c/{town.community_id}/units/{town.unit('1-1-101').id}"


def sell(browser: FlaskClient, unit: str, **more):
    """Through both pages, as a clerk does."""
    page = f"{unit}/transfer"
    typed = {"to": "郑晓", "on": "2026-05-16", "co_owners": "卫兰", "phone": "13912345678"}
    shown = browser.post(page, data={"csrf_token": token_of(browser, page), **typed})
    assert shown.status_code == 200, shown.text
    paper = (io.BytesIO(more.pop("scan", picture("PNG"))), "过户.png")
    return shown, browser.post(page, data={**typed, **hidden(shown.text), "paper": paper, **more})


def owner(app, session, name) -> FlaskClient:
    """A browser in which the party of that name looks at his own pages."""
    with writing(session):
        party = session.scalars(select(Party).where(Party.name == name)).one()
        account = OwnerAccount(login=name, password_hash=SEALED, created_at=now())
        session.add(account)
        session.flush()
        session.add(AccountParty(account_id=account.id, party_id=party.id))
        token = access.open_session(session, now(), account)
    client = english(app.test_client())
    client.set_cookie("permille", token)
    return client


def test_what_it_touches_is_shown_before_it_is_entered(browser_of, town, unit):
    clerk = english(browser_of("clerk"))
    shown, entered = sell(clerk, unit)
    assert "Nothing is entered yet" in shown.text and "2026Q3" in shown.text
    assert entered.status_code == 303
    rows = town.statement("1-1-101", "2026-12-31")["charges"]
    assert {row["period"]: (row["debtor"], row["jointly"]) for row in rows} == {
        "2026Q1": ("张伟", []),
        "2026Q2": ("张伟", []),
        "2026Q3": ("郑晓", ["卫兰"]),
    }
    page = clerk.get(unit).text
    assert "until 2026-05-15" in page and "since 2026-05-16" in page and "jointly: 卫兰" in page


@on_sqlite
class TestTheTwoSides:
    @pytest.fixture(autouse=True)
    def sold(self, browser_of, town, unit):
        sell(english(browser_of("clerk")), unit)
        town.issue("2026Q4")
        town.pay("1-1-101", "622.07", "2026-11-02", payer="郑家长女")

    @pytest.mark.parametrize(("name", "others"), [("张伟", BUYERS), ("郑晓", SELLERS)])
    def test_each_finds_only_his_own_time(self, app, session, town, name, others):
        browser = owner(app, session, name)
        number = town.unit("1-1-101").id
        for address in ("/my/units/", f"/my/units/{number}", f"/my/units/{number}?as_of=2027-06-30"):
            said = browser.get(address, follow_redirects=True).text
            assert "1-1-101" in said
            assert [word for word in others if word in said] == [], address

    @pytest.mark.parametrize(("name", "other"), [("张伟", "郑晓"), ("郑晓", "张伟")])
    def test_the_others_papers_are_not_found_by_their_address(self, app, session, town, name, other):
        browser = owner(app, session, name)
        party = session.scalars(select(Party).where(Party.name == other)).one()
        payment = session.scalars(select(Payment).where(Payment.debtor_id == party.id)).first()
        number = town.unit("1-1-101").id
        for address in (
            f"/my/units/{number}/statement-{party.id}.pdf",
            f"/my/receipts/{payment.receipt}.pdf",
        ):
            assert browser.get(address).status_code == 404

    def test_the_seller_is_told_until_when_it_was_his(self, app, session, town):
        said = owner(app, session, "张伟").get(f"/my/units/{town.unit('1-1-101').id}").text
        assert "You held this unit until 2026-05-15" in said and "2026Q1" in said and "2026Q4" not in said

    def test_who_joined_the_debt_sees_it_apart_and_nothing_else(self, app, browser_of, session, town, unit):
        clerk = english(browser_of("clerk"))
        names = {party.name: party.id for party in session.scalars(select(Party))}
        answer = clerk.post(
            f"{unit}/join",
            data={
                "csrf_token": token_of(clerk, f"{unit}/join"),
                "joining": names["郑晓"],
                "debtor": names["张伟"],
                "up_to": "2026-05-15",
                "paper": (io.BytesIO(picture("PNG")), "承诺书.png"),
            },
        )
        assert answer.status_code == 303, answer.text
        said = owner(app, session, "郑晓").get(f"/my/units/{town.unit('1-1-101').id}").text
        assert "took on in writing" in said and "2026Q1" in said
        assert "811.19" not in said and "张家长子" not in said and "2026Q2" not in said


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"to": ""}, "Fill this in."),
        ({"to": "张伟"}, "another person of the same name"),
        ({"on": "2030-01-01"}, "days ahead"),
        ({"on": "soon"}, "is not a date"),
        ({"to": "、"}, "“、”"),
    ],
)
def test_what_cannot_be_is_refused_with_all_that_was_typed(browser_of, unit, typed, sentence):
    clerk = english(browser_of("clerk"))
    data = {"to": "郑晓", "on": "2026-05-16", "phone": "139", **typed}
    answer = clerk.post(f"{unit}/transfer", data={"csrf_token": token_of(clerk, f"{unit}/transfer"), **data})
    assert answer.status_code == 422 and sentence in answer.text.replace("&#34;", '"')
    assert 'value="139"' in answer.text


@on_sqlite
def test_a_file_that_is_no_scan_comes_back_with_the_effect(browser_of, town, unit):
    _, answer = sell(english(browser_of("clerk")), unit, scan=b"no scan")
    assert answer.status_code == 422 and "neither a photo" in answer.text
    assert {row["debtor"] for row in town.statement("1-1-101", "2026-12-31")["charges"]} == {"张伟"}


@on_sqlite
def test_the_paper_is_handed_back_as_it_came(browser_of, session, unit):
    sell(english(browser_of("clerk")), unit)
    page = browser_of("legal").get(unit).text
    address = next(part for part in page.split('"') if part.endswith("/paper"))
    assert browser_of("legal").get(address).data == picture("PNG")
    assert browser_of("cashier").get(address).status_code == 403


@on_sqlite
def test_a_tenant_is_entered_and_leaves(browser_of, town, unit):
    clerk = english(browser_of("clerk"))
    page = f"{unit}/tenant"
    data = {
        "csrf_token": token_of(clerk, page),
        "name": "何静",
        "since": "2026-04-01",
        "until": "",
        "phone": "",
    }
    assert clerk.post(page, data=data).status_code == 303
    shown = clerk.get(unit).text
    assert "tenant, owes jointly" in shown and "jointly: 何静" in shown
    end = next(part for part in shown.split('"') if part.endswith("/end"))
    sent = {"csrf_token": token_of(clerk, end), "until": "2026-06-30"}
    assert clerk.post(end, data=sent).status_code == 303
    rows = town.statement("1-1-101", "2026-12-31")["charges"]
    assert [row["jointly"] for row in rows] == [[], ["何静"], []]


@on_sqlite
def test_a_transfer_is_withdrawn_from_its_unit(browser_of, town, unit):
    clerk = english(browser_of("clerk"))
    sell(clerk, unit)
    page = f"{unit}/transfer/2026-05-16/withdrawal"
    assert page in clerk.get(unit).text
    assert clerk.post(page, data={"csrf_token": token_of(clerk, page), "reason": "录错"}).status_code == 303
    assert {row["debtor"] for row in town.statement("1-1-101", "2026-12-31")["charges"]} == {"张伟"}
    assert "郑晓" not in clerk.get(unit).text


@on_sqlite
def test_the_rule_of_a_split_period_is_set_from_a_day_on(browser_of, town):
    manager, page = english(browser_of("manager")), f"/c/{town.community_id}/tariffs/change-of-owner"
    sent = {"csrf_token": token_of(manager, page), "split": "days", "since": "2026-10-01"}
    assert manager.post(page, data=sent).status_code == 303
    assert "2026-10-01" in manager.get(page).text
    sent["split"] = "halves"
    assert manager.post(page, data=sent).status_code == 422


def test_a_sale_in_a_roster_before_the_last_one_is_a_problem(town):
    for owner_name, on in (("孙丽", "2026-05-16"), ("周敏", "2026-05-01")):
        plan = town.import_roster(
            f"楼 单元 房号 业主 建筑面积\n1 1 102 {owner_name} 80.50", sold_on=date.fromisoformat(on)
        )
    (problem,) = plan.problems
    assert "2026-05-16" in problem.sentence()
