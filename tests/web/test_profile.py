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
    "licence": "91990101MA0DEMO0XX",
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
