"""The staff's main paths as people walk them: money by the keyboard alone, a run with its bar, a slip by phone."""

from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.roles import STAFF
from billing.flow import access, passwords, staff
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.estate import FeeItem
from billing.store.evidence import Delivery
from billing.store.ledger import Payment
from billing.web.language import COOKIE
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.support.server import LiveServer
from tests.web.desk import photo, work

pytestmark = on_sqlite

SEALED = passwords.seal("correct horse battery", "")


@pytest.fixture
def town(session: Session, today: date) -> Town:
    """Three debtors, 54 days late."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    return town


@pytest.fixture
def enter(session: Session, live_server: LiveServer, town: Town):
    """`enter(page, "cashier")`: that member of staff is signed in there."""
    with writing(session):
        people = {role: staff.create_user(session, now(), role, role, SEALED) for role in STAFF}

    def as_role(page: Page, role: str) -> Page:
        with writing(session):
            token = access.open_session(session, now(), people[role])
        for name, value in (("permille", token), (COOKIE, "en")):
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return as_role


def test_a_cashier_takes_money_without_the_mouse(page: Page, enter, town: Town) -> None:
    enter(page, "cashier").goto(f"/c/{town.community_id}/counter/")
    page.keyboard.type("10")
    expect(page.locator("#found li")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("张伟")
    page.keyboard.type("1250")
    expect(page.locator("#debts .gives").first).to_be_visible()
    expect(page.locator(".outcome")).to_contain_text("1,200.00")
    expect(page.locator(".outcome")).to_contain_text("50.00")
    assert town.all(Payment) == []
    page.keyboard.press("Enter")
    expect(page.locator("[data-book]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(f"R{town.community_id}-000001")
    assert [payment.amount_fen for payment in town.all(Payment)] == [125_000]
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_be_focused()


def test_a_double_click_and_the_back_button_book_once(page: Page, enter, town: Town) -> None:
    enter(page, "cashier").goto(f"/c/{town.community_id}/counter/{town.unit('1-1-101').id}")
    page.get_by_role("button", name="All that is due").click()
    expect(page.locator("#amount")).to_have_value("1264.80")
    page.locator("[data-book]").dblclick()
    expect(page.locator("h1")).to_contain_text("000001")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("张伟")
    expect(page.locator("#debts")).to_contain_text("Nothing is owed")
    assert len(town.all(Payment)) == 1


def test_naming_a_charge_shows_where_the_money_goes(page: Page, enter, town: Town) -> None:
    enter(page, "cashier").goto(f"/c/{town.community_id}/counter/{town.unit('1-1-101').id}")
    page.locator("#amount").fill("100")
    page.locator("input[name=charges]").first.check()
    expect(page.locator("#debts")).to_contain_text("The debtor names what is ticked")
    expect(page.locator("input[name=charges]").first).to_be_focused()
    expect(page.locator("#debts td.gives").first).to_have_text("100.00")


def test_a_run_is_sent_and_its_papers_grow(
    page: Page, enter, town: Town, app: Flask, session: Session
) -> None:
    enter(page, "collector").goto(f"/c/{town.community_id}/dunning/")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Preview a run").click()
    page.get_by_role("button", name="Send all 3 notices").click()
    expect(page.locator(".job-count")).to_have_text("0 / 3")
    work(app, session)
    expect(page.get_by_role("link", name="Print file")).to_be_visible()
    assert len(town.all(Notice)) == 3


def test_a_slip_is_filed_from_a_phone(
    phone: Page, enter, town: Town, app: Flask, session: Session, tmp_path: Path
) -> None:
    enter(phone, "collector").goto(f"/c/{town.community_id}/dunning/preview")
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("button", name="Send all 3 notices").click()
    expect(phone.locator(".job-count")).to_be_visible()
    work(app, session)
    phone.goto(f"/s/{town.all(Notice)[0].slip_token}")
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(photo())
    phone.locator("#file").set_input_files(picture)
    phone.get_by_role("button", name="File it").click()
    expect(phone.locator(".slip img")).to_be_visible()
    expect(phone.locator(".slip img")).to_have_js_property("naturalWidth", 1067)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert [slip.signer for slip in town.all(Delivery)] == ["张伟"]


@pytest.mark.parametrize(
    "where", ["counter/1", "tariffs/ladder", "import/", "dunning/preview", "collection/households"]
)
def test_a_wide_table_is_cards_on_a_phone(phone: Page, enter, town: Town, where: str) -> None:
    """Every cell and field of it lies within the screen, and neither the page nor the table scrolls sideways."""
    town.issue("2026Q4")
    enter(phone, "admin").goto(f"/c/{town.community_id}/{where}")
    if where.startswith("counter"):
        phone.locator("#amount").fill("1250")
        expect(phone.locator("#debts .gives").first).to_be_visible()
    inside = ".stacked > :not(thead, caption)"
    cells = phone.locator(f"{inside} > tr > :visible, {inside} :is(input, select):visible").all()
    assert cells
    for cell in cells:
        box = cell.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert phone.locator(".table-frame:has(.stacked)").first.evaluate(
        "it => it.scrollWidth <= it.clientWidth"
    )


def test_what_a_clerk_chose_is_shown_before_it_is_entered(page: Page, enter, town: Town) -> None:
    """A fee item chosen and not looked at would be booked as what the page still shows."""
    item = town.session.scalars(select(FeeItem)).first()
    assert item
    data = "房号,费项,期间,应收\n1-1-101,电梯运行费,2023Q2,100\n".encode()
    enter(page, "clerk").goto(f"/c/{town.community_id}/import/arrears")
    page.locator("#file").set_input_files({"name": "欠费.csv", "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Read it").click()
    page.get_by_label("电梯运行费").select_option(item.name)
    expect(page.get_by_role("button", name="Enter 1 charges")).to_be_disabled()
    page.get_by_role("button", name="Show what that does").click()
    expect(page.get_by_label("电梯运行费")).to_have_value(item.name)
    page.get_by_role("button", name="Enter 1 charges").click()
    expect(page.get_by_text(f"电梯运行费 is booked as {item.name}.")).to_be_visible()


def test_the_way_out_stays_in_sight_above_a_long_menu(page: Page, enter, town: Town) -> None:
    """A laptop's screen is shorter than an administrator's menu: what is beneath must not show through."""
    page.set_viewport_size({"width": 1280, "height": 720})
    enter(page, "admin").goto(f"/c/{town.community_id}/")
    way_out = page.get_by_role("button", name="Sign out")
    box = way_out.bounding_box()
    assert box and box["y"] + box["height"] <= 720
    opaque = "it => getComputedStyle(it.closest('.side-foot')).backgroundColor"
    assert way_out.evaluate(opaque) == page.evaluate("getComputedStyle(document.body).backgroundColor")
    way_out.click()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
