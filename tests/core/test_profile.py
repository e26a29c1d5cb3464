"""What may stand in a profile: no paper could print the refused, a person should look again at the doubted."""

from datetime import date

import pytest

from billing.core import credit_code
from billing.core.problem import Refused
from billing.core.profile import MOST, check_contract, clean, doubts

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("company", "长" * (MOST["company"] + 1)),
        ("late_fee_clause", "长" * (MOST["late_fee_clause"] + 1)),
        ("company", "安居\n物业"),
        ("phone", "0990\x00"),
        ("company", "安居\u202e物业"),
        ("late_fee_clause", "千分之一\x07"),
        ("contract_from", "2026-02-30"),
        ("contract_to", "next year"),
        ("public_url", "pay.example.cn"),
        ("public_url", "https://pay.example.cn/?a=1"),
        ("public_url", "https://pay.example.cn:99999"),
        ("public_url", "https://:80"),
        ("public_url", "javascript:alert(1)"),
    ],
)
def test_what_no_paper_could_bear_is_refused(key, text):
    with pytest.raises(Refused):
        clean(key, text)


@pytest.mark.parametrize(
    ("key", "text", "kept"),
    [
        ("company", " 示例物业（集团）有限公司 ", "示例物业（集团）有限公司"),
        ("licence", "any test value", "any test value"),
        ("phone", "95598", "95598"),
        ("late_fee_clause", "第十二条\r\n每日1‰。\r\n", "第十二条\n每日1‰。"),
        ("public_url", "https://pay.example.cn/a/", "https://pay.example.cn/a"),
        ("public_url", "http://[::1]:8000", "http://[::1]:8000"),
        ("contract_to", "", ""),
        ("representative", "王𬱟", "王𬱟"),
    ],
)
def test_anything_printable_is_kept(key, text, kept):
    assert clean(key, text) == kept


def test_a_contract_does_not_end_before_it_begins():
    check_contract({"contract_from": "2026-01-01", "contract_to": "2026-01-01"})
    check_contract({"contract_from": "2026-01-01"})
    with pytest.raises(Refused):
        check_contract({"contract_from": "2026-01-01", "contract_to": "2025-12-31"})


@pytest.mark.parametrize(
    ("key", "sound", "odd"),
    [
        (
            "licence",
            ["91350100M000100Y43", "91350100m000100y43"],
            ["91350100M000100Y4", "9135 0100 M000 100Y43"],
        ),
        ("licence", [], ["91350100M000100Y44", "91350100M0001O0Y43"]),
        ("phone", ["0990-5550100", "13800000000", "(0990) 555 0100"], ["95598", "none"]),
        ("bank_account", ["6222 0000 0000 1000 001", "6222-0001"], ["6222O001", "ICBC 6222"]),
        ("late_fee_clause", ["每日千分之一", "每日万分之五", "1‰", "0.05%"], ["按规定支付违约金"]),
        ("contract_to", ["2026-11-23", "2030-01-01"], ["2026-11-22"]),
    ],
)
def test_what_is_likely_mistyped_is_doubted(key, sound, odd):
    for text in sound:
        assert doubts({key: text}, TODAY) == [], text
    for text in odd:
        assert [doubt.key for doubt in doubts({key: text}, TODAY)] == [key], text


def test_nothing_entered_is_nothing_to_doubt():
    assert doubts({}, TODAY) == []


@pytest.mark.parametrize("place", range(17))
def test_one_wrong_character_breaks_a_credit_code(place):
    code = "91350100M000100Y43"
    assert credit_code.is_consistent(code)
    wrong = "7" if code[place] != "7" else "8"
    assert not credit_code.is_consistent(code[:place] + wrong + code[place + 1 :])
