"""The import wizard: nothing is entered before it is shown, nothing twice, and every bad row is told."""

import io
import json
import re
from html import unescape

import pytest
from sqlalchemy import func, select

from billing.flow.estate import EVER
from billing.flow.tariffs import Price, set_tariff
from billing.sheets import read_roster
from billing.store.base import writing
from billing.store.estate import Community, FeeItem, Unit
from billing.store.ledger import Charge, Payment
from billing.store.people import Ownership, Party
from tests.flow.town import ACTOR, found
from tests.sheets.making import make_csv, make_xlsx, sample
from tests.support.databases import on_sqlite
from tests.web.forms import send

pytestmark = on_sqlite


@pytest.fixture
def clerk(browser_of):
    browser = browser_of("clerk")
    browser.set_cookie("permille_language", "en")
    return browser


@pytest.fixture
def place(session, people):
    """A community of its own, without units."""
    session.add(Community(name="示例小区"))
    session.commit()
    return f"/c/{session.scalar(select(Community.id).where(Community.name == '示例小区'))}/import"


def upload(clerk, place, kind, data, name):
    """Send the file; the address of its preview, or the page that says why not."""
    answer = send(clerk, f"{place}/{kind}", file=(io.BytesIO(data), name))
    return answer.headers["Location"] if answer.status_code == 303 else answer.text


def confirm(clerk, address):
    """Press the button of the preview."""
    page = clerk.get(address).text
    action = found_in(page, r'action="([^"]+)" class="panel confirm"')
    return send(clerk, address, to=action, digest=digest_of(page))


def digest_of(page):
    return found_in(page, r'name="digest" value="(\w+)"')


def found_in(page, pattern):
    match = re.search(pattern, page)
    assert match, pattern
    return unescape(match[1])


def count(session, table):
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def figures(page):
    """The figures on top of a preview."""
    return re.findall(r"<dd>([\d,.]+)", page)


def test_the_sample_roster_goes_in_and_its_bad_rows_are_told(clerk, place, session):
    before = count(session, Unit)
    address = upload(clerk, place, "roster", sample("业主台账.xlsx"), "业主台账.xlsx")
    page = clerk.get(address).text
    assert figures(page) == ["144", "0", "0", "6"] and count(session, Unit) == before
    assert all(f'<td class="number">{row}<' in page for row in range(155, 161))
    answer = confirm(clerk, address)
    result = clerk.get(answer.headers["Location"]).text
    assert "144 new units, 0 changed" in result and "2019-02-30" in result
    assert count(session, Unit) == before + 144


def test_twice_changes_nothing_twice(clerk, place, session):
    address = upload(clerk, place, "roster", sample("业主台账.xlsx"), "业主台账.xlsx")
    digest = digest_of(clerk.get(address).text)
    for _ in range(2):  # a double click sends the very same form
        assert send(clerk, address, digest=digest).status_code == 303
    units = count(session, Unit)
    address = upload(clerk, place, "roster", sample("业主台账.xlsx"), "业主台账.xlsx")
    page = clerk.get(address).text
    assert figures(page) == ["0", "0", "144", "6"] and 'class="btn btn-primary">Enter' not in page
    assert count(session, Unit) == units


def test_just_the_bad_rows_come_back_corrected(clerk, place, session):
    address = upload(clerk, place, "roster", sample("业主台账.xlsx"), "业主台账.xlsx")
    confirm(clerk, address)
    path, _, query = address.partition("?")
    answer = clerk.get(f"{path}/problems.xlsx?{query}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    book = read_roster(answer.data, "坏行.xlsx")
    assert len(book.rows) == 1, "the second 1-1-101 clashes with nothing there"
    assert book.bad_rows == 5


def test_the_sample_arrears_find_their_units(clerk, place, session):
    confirm(clerk, upload(clerk, place, "roster", sample("业主台账.xlsx"), "业主台账.xlsx"))
    address = upload(clerk, place, "arrears", sample("欠费台账.csv"), "欠费台账.csv")
    assert figures(clerk.get(address).text)[0] == "245"
    confirm(clerk, address)
    assert count(session, Charge) == 245 and count(session, Payment) > 0
    again = clerk.get(upload(clerk, place, "arrears", sample("欠费台账.csv"), "欠费台账.csv")).text
    assert figures(again)[2:] == ["245", "0"]


def test_another_systems_export_brings_customers_and_tariffs(clerk, place, session):
    address = upload(clerk, place, "roster", sample("多表导出.xlsx"), "多表导出.xlsx")
    page = clerk.get(address).text
    assert figures(page)[0] == "24" and "F01" in page
    confirm(clerk, address)
    session.rollback()
    assert len(session.scalars(select(Party).where(Party.code.is_not(None))).all()) == 20


def test_a_person_says_what_the_columns_mean(clerk, place, session):
    data = make_csv("甲 乙 丙 丁\n1-1-101 张伟 88.5 13800001234")
    address = upload(clerk, place, "roster", data, "表.csv")
    answer = clerk.get(address)
    assert answer.status_code == 422 and "what the columns mean" in answer.text
    meant = f"{address}&column=room&column=owner&column=area&column=phones"
    page = clerk.get(meant).text
    assert figures(page)[0] == "1" and '<option value="phones" selected>' in page
    confirm(clerk, meant)
    session.rollback()
    unit = session.scalars(select(Unit).where(Unit.room == "101")).one()
    assert (unit.area_e2, unit.building) == (8850, "1")


@pytest.mark.parametrize(
    ("name", "taken_for", "kind"),
    [("欠费台账.csv", "roster", "arrears"), ("业主台账.xlsx", "arrears", "roster")],
)
def test_a_file_of_the_other_kind_is_led_on_to_its_own_importer(clerk, place, name, taken_for, kind):
    """It lies in the vault already: nobody sends it twice."""
    answer = clerk.get(upload(clerk, place, taken_for, sample(name), name))
    assert answer.status_code == 422 and "This looks like" in answer.text
    onward = found_in(answer.text, rf'class="btn btn-primary" href="([^"]+/{kind}/[^"]+)"')
    page = clerk.get(onward)
    assert page.status_code == 200 and "This looks like" not in page.text and name in page.text


@pytest.mark.parametrize("name", ["银行流水.xlsx", "银行代扣回盘.txt"])
def test_a_banks_file_is_told_and_leads_nowhere(clerk, place, name):
    answer = clerk.get(upload(clerk, place, "arrears", sample(name), name))
    assert (
        answer.status_code == 422
        and "at the counter" in answer.text
        and "Read this file as" not in answer.text
    )


def test_two_columns_cannot_mean_the_same(clerk, place):
    address = upload(
        clerk, place, "roster", make_csv("房号 业主 建筑面积 备用\n1-1-101 张伟 88.5 1"), "表.csv"
    )
    answer = clerk.get(f"{address}&column=room&column=owner&column=area&column=area")
    assert answer.status_code == 422 and "Area charged" in answer.text


def test_a_change_is_shown_before_and_after(clerk, session, today, browser_of):
    town = found(session, today)
    place = f"/c/{town.community_id}/import"
    data = make_csv("房号 业主 建筑面积 电话\n1-1-101 张伟 101.5 13900001111\n1-1-102 李娜 80.50 _")
    page = clerk.get(upload(clerk, place, "roster", data, "表.csv")).text
    assert figures(page) == ["0", "1", "1", "0"]
    assert "<td>100.00</td>" in page and "<td>101.50</td>" in page


@pytest.fixture
def sold(clerk, session, today):
    """The preview of a file that names another owner."""
    town = found(session, today)
    data = make_csv("房号 业主 建筑面积\n1-1-101 周敏 100")
    return upload(clerk, f"/c/{town.community_id}/import", "roster", data, "表.csv"), town


def test_another_owner_waits_for_a_decision(clerk, sold):
    address, _ = sold
    page = clerk.get(address).text
    assert figures(page) == ["0", "0", "0", "1"] and 'name="sold_on"' in page


def test_a_sale_begins_a_new_ownership(clerk, sold, session):
    address, town = sold
    confirm(clerk, f"{address}&owners=sale&sold_on=2026-06-01")
    session.rollback()
    held = session.scalars(select(Ownership).where(Ownership.unit_id == town.unit("1-1-101").id)).all()
    assert [str(own.until) for own in held] == ["2026-06-01", "None"]


def test_a_correction_keeps_the_ownership(clerk, sold, session):
    address, town = sold
    confirm(clerk, f"{address}&owners=correction")
    session.rollback()
    rows = session.execute(
        select(Party.name).join(Ownership).where(Ownership.unit_id == town.unit("1-1-101").id)
    ).all()
    assert rows == [("周敏",)]


@pytest.mark.parametrize("day", ["", "2026-02-30", "tomorrow"])
def test_a_sale_needs_its_day(clerk, sold, day):
    address, _ = sold
    answer = clerk.get(f"{address}&owners=sale&sold_on={day}")
    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_what_is_confirmed_is_what_was_seen(clerk, session, today):
    town = found(session, today)
    data = make_csv("房号 业主 建筑面积\n1-1-101 张伟 101.5\n1-1-103 周敏 90")
    address = upload(clerk, f"/c/{town.community_id}/import", "roster", data, "表.csv")
    digest = digest_of(clerk.get(address).text)
    town.import_roster("房号 业主 建筑面积\n1-1-103 周敏 90")
    answer = send(clerk, address, digest=digest)
    assert answer.status_code == 409 and figures(answer.text)[:2] == ["0", "1"]
    session.rollback()
    assert town.unit("1-1-101").area_e2 == 10_000


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.xlsx"),
        (b"<html><table></table>", "a.xls"),
        (b"PK\x03\x04 broken", "a.xlsx"),
        (bytes(range(256)) * 9, "a.csv"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_once(clerk, place, data, name):
    page = upload(clerk, place, "roster", data, name)
    assert 'id="file-error"' in page


def test_no_file_is_no_import(clerk, place):
    assert 'id="file-error"' in send(clerk, f"{place}/arrears").text


def test_only_files_that_wait_can_be_read(clerk, place, session, app):
    assert clerk.get(f"{place}/roster/{'0' * 64}?name=a.csv").status_code == 404
    assert clerk.get(f"{place}/roster/..%2f..%2fetc?name=a.csv").status_code == 404


def test_a_name_with_a_path_is_only_a_name(clerk, place):
    address = upload(
        clerk,
        place,
        "roster",
        make_xlsx({"台账": "房号 业主 建筑面积\n1-1-101 张伟 88"}),
        "..\\x/<b>台账.xlsx",
    )
    page = clerk.get(address).text
    assert "&lt;b&gt;台账.xlsx" in page and "<b>台账" not in page


OLD_FEES = make_csv(
    "房号 费项 期间 应收\n1-1-101 物业管理费 2023Q2 100\n1-1-102 物业管理费 2023Q2 90\n1-1-101 电费 2023Q2 30"
)


@pytest.fixture
def old_fees(clerk, session, today):
    """The preview of arrears that call the tariff's 物业服务费 by another name, and name a fee nobody knows."""
    town = found(session, today)
    with writing(session, town.community_id):
        set_tariff(session, ACTOR, town.community_id, Price("物业服务费", "area", 18_500, 3, EVER))
    return upload(clerk, f"/c/{town.community_id}/import", "arrears", OLD_FEES, "欠费.csv")


def booked_as(session):
    session.rollback()
    query = select(FeeItem.name, func.count(Charge.id)).join(Charge, Charge.item_id == FeeItem.id)
    return dict(session.execute(query.group_by(FeeItem.name)).all())


def test_the_same_fee_under_another_name_is_shown_and_booked_as_that(clerk, old_fees, session):
    address = old_fees
    page = clerk.get(address).text
    assert page.count('name="booked"') == 2 and page.count(" selected>物业服务费") == 1
    assert "usually another name of the same fee" in page
    result = clerk.get(confirm(clerk, address).headers["Location"]).text
    assert "物业管理费 is booked as 物业服务费." in result
    assert booked_as(session) == {"物业服务费": 2, "电费": 1}
    again = clerk.get(address).text
    assert figures(again)[::2] == ["0", "3"]


def test_a_person_says_otherwise_and_the_address_keeps_it(clerk, old_fees, session):
    address = old_fees
    chosen = f"{address}&named=物业管理费&booked=&named=电费&booked=物业服务费"
    answer = clerk.get(chosen)
    assert answer.text.count(" selected>物业服务费") == 1, "of 电费 alone"
    assert answer.text.count("already stands in row") == 0
    confirm(clerk, chosen)
    assert booked_as(session) == {"物业管理费": 2, "物业服务费": 1}


def test_what_the_page_chose_holds_for_the_command_line(clerk, old_fees, session, app, tmp_path):
    confirm(clerk, old_fees)
    file = tmp_path / "欠费.csv"
    file.write_bytes(OLD_FEES)
    name = session.get(Community, int(old_fees.split("/")[2])).name
    told = app.test_cli_runner().invoke(args=["import", "arrears", str(file), "--community", name, "--json"])
    answer = json.loads(told.stdout.strip().splitlines()[-1])
    assert (answer["new"], answer["unchanged"]) == (0, 3)
    assert booked_as(session) == {"物业服务费": 2, "电费": 1}


def test_a_fee_within_another_name_is_offered_and_not_chosen(clerk, old_fees, session):
    town = old_fees.split("/import")[0]
    data = make_csv("房号 费项 期间 应收\n1-1-101 物业服务费（商铺） 2023Q2 100")
    page = clerk.get(upload(clerk, f"{town}/import", "arrears", data, "欠费.csv")).text
    assert " selected>物业服务费" not in page and "May be 物业服务费" in page


def test_a_name_that_the_books_know_is_no_question(clerk, old_fees, session):
    address = old_fees
    confirm(clerk, f"{address}&named=物业管理费&booked=&named=电费&booked=")
    page = clerk.get(address).text
    assert 'name="booked"' not in page and figures(page)[::2] == ["0", "3"]


def test_an_item_nobody_knows_is_refused(clerk, old_fees):
    address = old_fees
    answer = clerk.get(f"{address}&named=电费&booked=物业服务非")
    assert answer.status_code == 422 and "物业服务非" in answer.text
