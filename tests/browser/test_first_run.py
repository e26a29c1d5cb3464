"""A stranger sets up an empty office with the samples, in the browser, without reading a line of code."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from billing.clock import now
from billing.flow import passwords, staff
from billing.store.base import writing
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

PASSWORD = "three small steps"

#: Field of the profile -> what is typed.
OFFICE = {
    "company": "示例市安居物业服务有限公司",
    "licence": "91990101MA0DEM0XX9",
    "representative": "沈安",
    "address": "示例市清河区和平路100号",
    "phone": "0990-5550100",
    "bank_name": "示例银行清河支行",
    "bank_account": "6222000000001000001",
    "public_url": "https://pay.example.cn",
}
CONTRACT = {
    "contract_name": "示例小区前期物业服务合同",
    "contract_number": "SL-2018-01",
    "contract_from": "2018-07-01",
    "late_fee_clause": "第十二条 逾期未交纳的，每日按应交未交部分的千分之一支付违约金。",
}


@pytest.fixture
def guide(page: Page, session: Session) -> Page:
    """The first manager has signed in and stands before the guide."""
    with writing(session):
        sealed = passwords.seal(PASSWORD, "manager")
        staff.create_user(session, now(), "manager", "manager", sealed, "孙丽")
    page.goto("/staff/sign-in")
    page.locator("#name").fill("manager")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.wait_for_url("**/staff/guide/")
    return page


def fill(page: Page, facts: dict[str, str]) -> None:
    for name, text in facts.items():
        page.locator(f"#{name}").fill(text)
    page.locator("main form .btn-primary").first.click()


def begin(page: Page) -> None:
    """Press the guide's one highlighted button."""
    page.locator(".step.following a.btn").click()


def bring_in(page: Page, file: Path, rows: str, bad: str) -> None:
    """Send the file, see what it would do, confirm."""
    page.locator("#file").set_input_files(file)
    page.locator("main form .btn-primary").click()
    figures = page.locator(".figures dd")
    expect(figures.first).to_have_text(rows)
    expect(figures.last).to_have_text(bad)
    page.locator("form.confirm .btn-primary").click()
    page.wait_for_url(re.compile("/result"))


def test_from_an_empty_office_to_the_first_bills(guide: Page, samples: Path) -> None:
    page = guide
    begin(page)
    fill(page, OFFICE)
    page.wait_for_url("**/staff/guide/**")

    begin(page)
    fill(page, {"name": "示例小区"})
    begin(page)
    fill(page, CONTRACT)
    page.wait_for_url("**/staff/guide/**")

    begin(page)
    page.locator("a.btn-primary").first.click()
    fill(page, {"price_e4": "1.85"})
    expect(page.locator("main")).to_contain_text("1.85")

    page.goto("/staff/guide/")
    begin(page)
    bring_in(page, samples / "业主台账.xlsx", "144", "6")
    with page.expect_download() as download:
        page.locator("a[href*='problems.xlsx']").click()
    assert download.value.suggested_filename.endswith(".xlsx")

    page.goto("/staff/guide/")
    page.locator(".step:not(.done) a[href*='arrears']").click()
    bring_in(page, samples / "欠费台账.csv", "245", "0")

    page.goto("/staff/guide/")
    begin(page)
    page.locator(".chip").first.click()
    page.locator("form.confirm .btn-primary").click()
    page.wait_for_url("**/periods/2026Q4")
    expect(page.locator("tfoot").last).to_contain_text("144")

    page.goto("/staff/guide/")
    expect(page.locator(".step.done")).to_have_count(6)


def test_columns_are_corrected_by_a_person(guide: Page, tmp_path: Path) -> None:
    page = guide
    page.goto("/staff/guide/community")
    fill(page, {"name": "示例小区"})
    page.wait_for_url("**/staff/guide/**")
    file = tmp_path / "住户.csv"
    file.write_text("门,谁,多大\n1-1-101,张伟,88.5\n1-1-102,李娜,90\n")
    page.goto("/c/1/import/roster")
    page.locator("#file").set_input_files(file)
    page.locator("main form .btn-primary").click()
    expect(page.locator("form.confirm")).to_have_count(0)
    for heading, meaning in (("门", "room"), ("谁", "owner"), ("多大", "area")):
        page.get_by_label(heading, exact=True).select_option(meaning)
    page.locator(".mapping ~ *, details form .btn").last.click()
    expect(page.locator(".figures dd").first).to_have_text("2")
    page.locator("form.confirm .btn-primary").click()
    page.goto("/c/1/units/?q=李娜")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_the_pages_fit_a_phone(guide: Page, samples: Path) -> None:
    page = guide
    page.goto("/staff/guide/community")
    fill(page, {"name": "示例小区"})
    page.goto("/c/1/import/roster")
    page.locator("#file").set_input_files(samples / "多表导出.xlsx")
    page.locator("main form .btn-primary").click()
    page.locator("form.confirm .btn-primary").click()
    page.wait_for_url(re.compile("/result"))
    page.set_viewport_size({"width": 390, "height": 844})
    for address in (
        "/staff/guide/",
        "/staff/profile/",
        "/c/1/contract/",
        "/c/1/tariffs/",
        "/c/1/tariffs/late-fee",
        "/c/1/tariffs/ladder",
        "/c/1/units/",
        "/c/1/units/1",
        "/c/1/periods/issue?period=2026Q4",
        "/c/1/import/",
    ):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} is {width} pixels wide"
