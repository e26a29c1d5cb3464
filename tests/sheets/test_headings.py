"""The vocabulary: a heading means one thing in one table, whatever stands around it."""

from itertools import combinations

import pytest

from billing.sheets.headings import (
    ARREARS_FIELDS,
    CUSTOMER_FIELDS,
    ROSTER_FIELDS,
    TARIFF_FIELDS,
    Field,
    plain_heading,
    unit_of,
)

TABLES = {
    "roster": ROSTER_FIELDS,
    "customers": CUSTOMER_FIELDS,
    "tariffs": TARIFF_FIELDS,
    "arrears": ARREARS_FIELDS,
}


@pytest.mark.parametrize("table", TABLES)
def test_no_heading_means_two_things(table: str) -> None:
    for one, other in combinations(TABLES[table], 2):
        assert not one.ranks.keys() & other.ranks.keys(), (one.name, other.name)
    assert len({field.name for field in TABLES[table]}) == len(TABLES[table])


# Field: headings, `~` for a blank; under "-" are headings that must mean nothing here.
ROSTER = """
building:  楼栋号 楼宇 栋 Building
entrance:  单元 单元号
room:      房~号 房间号* 室号 Room~No.
owner:     户主姓名 客户名称 业主（产权人）姓名 OWNER~NAME
co_owners: 共有人
phones:    手机号码 联系电话/手机 业主联系电话
emails:    邮箱 E-mail
id_number: 身份证号/证件号码 业主身份证号码
area:      建筑面积(㎡) 产权面积（平方米） 计费面积 房屋产权面积
handover:  交房日期 入伙时间 计费开始日
status:    状态
note:      备注
-:         紧急联系人电话 租户电话 套内面积 公摊面积 车位面积 序号
"""
ARREARS = """
room:      房号
item:      费项 收费项目
period:    账期 所属期间
price:     单价（元/㎡·月）
amount:    应收(元) Amount~due
paid:      实收金额
open:      欠费 Outstanding
due:       应缴日 Due~date
paid_on:   收款日期
channel:   方式 Payment~method
receipt:   票据号
-:         滞纳金 违约金 减免
"""


@pytest.mark.parametrize(("fields", "told"), [(ROSTER_FIELDS, ROSTER), (ARREARS_FIELDS, ARREARS)])
def test_headings_and_what_they_mean(fields: tuple[Field, ...], told: str) -> None:
    for line in told.strip().splitlines():
        name, _, headings = line.partition(":")
        found = {meaning(fields, heading.replace("~", " ")) for heading in headings.split()}
        assert found == {name}, line


def meaning(fields: tuple[Field, ...], heading: str) -> str:
    plain = plain_heading(heading)
    exact = [field.name for field in fields if field.rank(plain) is not None]
    return (exact or [field.name for field in fields if field.resembles(plain)] or ["-"])[0]


def test_units_in_brackets() -> None:
    told = {"应收（分）": "分", "应收(元)": "元", "应收": "", "单价(元)(含税)": "含税"}
    assert {text: unit_of(text) for text in told} == told


def test_a_field_without_which_nothing_can_be_read_says_what_to_do() -> None:
    for fields in TABLES.values():
        assert all(field.missing.endswith(".") for field in fields if field.missing)
