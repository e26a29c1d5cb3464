"""The office enters what its papers say, and sees what they still lack."""

import io

import pytest
from PIL import Image

from billing.flow.profile import OFFICE, missing, profile
from tests.support.databases import on_sqlite
from tests.web.forms import send

pytestmark = on_sqlite

PAGE = "/staff/profile/"
OFFICE_FACTS = {
    "company": "示例市安居物业服务有限公司",
    "licence": "91990101MA0DEM0XX9",
    "representative": "沈安",
    "address": "示例市清河区和平路100号",
    "phone": "0990-5550100",
    "bank_name": "示例银行清河支行",
    "bank_account": "6222000000001000001",
    "public_url": "https://pay.example.cn/",
    "since": "2026-11-23",
}
CONTRACT = {
    "contract_name": "清河花园前期物业服务合同",
    "contract_number": "QH-2018-001",
    "contract_from": "2018-07-01",
    "late_fee_clause": "第十二条 每日按应交未交部分的千分之一支付违约金。",
    "since": "2026-11-23",
}


def png(colour="red"):
    target = io.BytesIO()
    Image.new("RGB", (80, 80), colour).save(target, "PNG")
    return target.getvalue()


def upload(browser, name, data, file_name="seal.png", **more):
    return send(browser, PAGE, to=f"{PAGE}{name}", picture=(io.BytesIO(data), file_name), **more)


def test_what_papers_lack_is_named_until_it_is_entered(browser_of, session, today):
    manager = browser_of("manager")
    assert 'href="#bank_account"' in manager.get(PAGE).text
    assert send(manager, PAGE, **OFFICE_FACTS).status_code == 303
    assert missing(session, OFFICE, today) == []
    page = manager.get(PAGE).text
    assert 'href="#bank_account"' not in page and 'value="https://pay.example.cn"' in page


def test_a_wrong_address_stands_at_its_field_and_nothing_is_lost(browser_of, session, today):
    answer = send(browser_of("manager"), PAGE, **OFFICE_FACTS | {"public_url": "pay.example.cn"})
    assert answer.status_code == 422
    assert 'id="public_url-error"' in answer.text and 'value="沈安"' in answer.text
    assert profile(session, OFFICE, today) == {}


def test_the_same_again_adds_nothing(browser_of):
    manager = browser_of("manager")
    send(manager, PAGE, **OFFICE_FACTS)
    send(manager, PAGE, **OFFICE_FACTS)
    assert "没有变化" in manager.get(PAGE).text


def test_a_later_fact_leaves_todays_papers_alone(browser_of, session, today):
    manager = browser_of("manager")
    send(manager, PAGE, **OFFICE_FACTS)
    send(manager, PAGE, **OFFICE_FACTS | {"representative": "赵明", "since": "2027-01-01"})
    assert profile(session, OFFICE, today)["representative"] == "沈安"


def test_the_contract_belongs_to_one_community(browser_of, session, community, today):
    page = f"/c/{community.id}/contract/"
    manager = browser_of("manager")
    assert send(manager, page, **CONTRACT | {"contract_from": "2018-02-30"}).status_code == 422
    assert send(manager, page, **CONTRACT).status_code == 303
    assert profile(session, community.id, today)["contract_from"] == "2018-07-01"
    assert profile(session, OFFICE, today) == {}


def test_it_goes_on_to_the_guide_only_within_the_site(browser_of):
    manager = browser_of("manager")
    answer = send(manager, f"{PAGE}?next=/staff/guide/", **OFFICE_FACTS)
    assert answer.headers["Location"] == "/staff/guide/"
    answer = send(manager, f"{PAGE}?next=//evil.example", **OFFICE_FACTS)
    assert answer.headers["Location"] == PAGE


def test_a_seal_is_shown_as_a_png_and_can_be_taken_away(browser_of, session, today):
    manager = browser_of("manager")
    assert upload(manager, "seal", png()).status_code == 303
    shown = manager.get(f"{PAGE}seal.png")
    assert shown.mimetype == "image/png" and shown.data.startswith(b"\x89PNG")
    assert len(profile(session, OFFICE, today)["seal"]) == 64
    assert send(manager, PAGE, to=f"{PAGE}seal", remove="yes").status_code == 303
    assert manager.get(f"{PAGE}seal.png").status_code == 404


@pytest.mark.parametrize("data", [b"", b"<script>alert(1)</script>"])
def test_a_file_that_is_no_picture_is_told_so(browser_of, session, today, data):
    answer = upload(browser_of("manager"), "logo", data, "logo.png")
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert profile(session, OFFICE, today) == {}


def english(browser):
    browser.set_cookie("permille_language", "en")
    return browser


def test_what_begins_later_is_listed_and_still_lacks_today(browser_of):
    manager = english(browser_of("manager"))
    send(manager, PAGE, **OFFICE_FACTS | {"phone": ""})
    later = {"phone": "0990-5550200", "contact": "<b>王管家</b>", "since": "2027-01-01"}
    send(manager, PAGE, **OFFICE_FACTS | later)
    page = manager.get(PAGE).text
    assert "Contact person → &lt;b&gt;王管家&lt;/b&gt;" in page and "<b>王管家" not in page
    assert "from 2027-01-01: Phone → 0990-5550200" in page
    assert 'href="#phone">Phone</a> (only from 2027-01-01)' in page
    assert "(only from 2027-01-01)" in manager.get("/staff/guide/").text


def test_a_mistyped_fact_dated_ahead_is_corrected_from_its_own_form(browser_of, session, today):
    manager = english(browser_of("manager"))
    send(manager, PAGE, **OFFICE_FACTS)
    send(manager, PAGE, **OFFICE_FACTS | {"phone": "0990-55", "since": "2027-01-01"})
    ahead = f"{PAGE}?from=2027-01-01"
    assert f'href="{ahead}#phone"' in manager.get(PAGE).text
    assert 'value="0990-55"' in manager.get(ahead).text
    assert "seven figures" in manager.get(ahead).text
    send(manager, ahead, **OFFICE_FACTS | {"since": "2027-01-01"})
    page = manager.get(PAGE).text
    assert "Begins later" not in page and "replaced" in page
    assert profile(session, OFFICE, today.replace(year=2027))["phone"] == "0990-5550100"
    assert manager.get(f"{PAGE}?from=2027-13-01").status_code == 422


def test_what_nobody_touched_undoes_no_change_on_the_way(browser_of, session, today):
    """The form shows today's phone; another is entered for December, the name for January leaves it alone."""
    manager = browser_of("manager")
    send(manager, PAGE, **OFFICE_FACTS)
    send(manager, PAGE, **OFFICE_FACTS | {"phone": "0990-5550200", "since": "2026-12-01"})
    send(manager, PAGE, **OFFICE_FACTS | {"representative": "赵明", "since": "2027-01-01"})
    then = profile(session, OFFICE, today.replace(year=2027))
    assert (then["representative"], then["phone"]) == ("赵明", "0990-5550200")


def test_every_entry_is_kept_to_be_read(browser_of):
    manager = english(browser_of("manager"))
    send(manager, PAGE, **OFFICE_FACTS)
    send(manager, PAGE, **OFFICE_FACTS | {"phone": "0990-5550200"})
    page = manager.get(PAGE).text
    history = page[page.index("Everything entered so far") :]
    assert history.index("0990-5550200") < history.index("0990-5550100")
    assert "in force" in history and "replaced" in history and "manager" in history


def test_what_is_doubted_is_saved_and_said_at_its_field(browser_of, session, today):
    manager = english(browser_of("manager"))
    send(manager, PAGE, **OFFICE_FACTS)
    assert "-doubt" not in manager.get(PAGE).text
    assert send(manager, PAGE, **OFFICE_FACTS | {"licence": "91990101MA0DEM0XX8"}).status_code == 303
    assert profile(session, OFFICE, today)["licence"] == "91990101MA0DEM0XX8"
    for _ in range(2):
        page = manager.get(PAGE).text
        assert page.count('class="doubt"') == 1 and 'id="licence-doubt"' in page


def test_who_leaves_for_the_guide_is_told_there_what_is_doubted(browser_of):
    manager = english(browser_of("manager"))
    send(manager, f"{PAGE}?next=/staff/guide/", **OFFICE_FACTS | {"phone": "95598"})
    page = manager.get("/staff/guide/").text
    assert "alert-warning" in page and "Phone: A phone number has seven figures" in page


@pytest.mark.parametrize(
    ("field", "text"), [("company", "长" * 51), ("phone", "0990\u202e5550100"), ("company", "安居😀")]
)
def test_what_no_paper_could_bear_stands_at_its_field(browser_of, session, today, field, text):
    answer = send(browser_of("manager"), PAGE, **OFFICE_FACTS | {field: text})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert profile(session, OFFICE, today) == {}


def test_a_contract_is_checked_and_doubted(browser_of, session, community, today):
    page, manager = f"/c/{community.id}/contract/", english(browser_of("manager"))
    answer = send(manager, page, **CONTRACT | {"contract_to": "2018-06-30"})
    assert answer.status_code == 422 and 'id="contract_to-error"' in answer.text
    clause = "第十二条\r\n按规定支付违约金。"
    odd = {"contract_to": "2026-06-30", "late_fee_clause": clause, "developer": "示例置业有限公司"}
    assert send(manager, page, **CONTRACT | odd).status_code == 303
    shown = manager.get(page).text
    assert 'id="contract_to-doubt"' in shown and 'id="late_fee_clause-doubt"' in shown
    held = profile(session, community.id, today)
    assert held["late_fee_clause"] == "第十二条\n按规定支付违约金。"
    assert held["developer"] == "示例置业有限公司"
    send(manager, page, **CONTRACT | odd)
    assert "Nothing was different" in manager.get(page).text
