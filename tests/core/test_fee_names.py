"""Two names of one fee are told as such, and two fees never for their likeness of names."""

import pytest

from billing.core.fee_names import _LINE_OF, _SAME, OTHER_NAME, WITHIN, likeliest, likeness


@pytest.mark.parametrize(
    ("name", "other", "why"),
    [
        ("物业费", "物业服务费", OTHER_NAME),
        ("管理费", "物业管理费", OTHER_NAME),
        ("停车费", "车位服务费", OTHER_NAME),
        ("公摊", "公共能耗费", OTHER_NAME),
        (" 物 业 费", "物业管理费", OTHER_NAME),
        ("物业费（商铺）", "物业费", WITHIN),
        ("ＩＰＴＶ费", "iptv费用", WITHIN),
        ("电费", "公摊电费", ""),
        ("水费", "污水费", ""),
        ("管理费", "车位管理费", ""),
        ("公摊电费", "公摊水费", ""),
        ("物业费", "停车费", ""),
        ("费", "物业费", ""),
        ("水电费", "电费", WITHIN),
        ("停车费滞纳金", "停车费", ""),
        ("装修押金", "押金", ""),
        ("装修押金", "装修", ""),
        ("物业费违约金", "物业费", ""),
    ],
)
def test_names_of_one_fee(name, other, why):
    assert likeness(name, other) == likeness(other, name) == why


def test_another_name_goes_before_one_within_the_other():
    assert likeliest("物业费", ["物业费（商铺）", "物业服务费"]) == ("物业服务费", OTHER_NAME)
    assert likeliest("物业费", ["物业费（商铺）", "电费"]) == ("物业费（商铺）", WITHIN)
    assert likeliest("物业费", []) == ("", "")


def test_a_name_stands_in_one_line():
    assert len(_SAME.split()) == len(_LINE_OF)
