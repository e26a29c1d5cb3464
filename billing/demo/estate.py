"""The estate before its first bill: the office's and the community's facts, tariffs, the roster, parking."""

import io
from collections.abc import Iterator
from datetime import date
from random import Random

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.demo.people import household
from billing.flow.estate import EVER
from billing.flow.ownership import set_split
from billing.flow.roster import apply_roster, plan_roster
from billing.flow.tariffs import Price, find_item, set_tariff
from billing.sheets import read_roster
from billing.store.estate import Unit, UnitFee

COMMUNITY = "清河花园"
ACTOR = "demo"
BUILDINGS = 10

OFFICE_FACTS = {
    "company": "示例市安居物业服务有限公司",
    "licence": "91990101MA0DEM0XX9",
    "representative": "沈安",
    "address": "示例市清河区和平路100号清河花园物业服务中心",
    "phone": "0990-5550100",
    "bank_name": "示例银行清河支行",
    "bank_account": "6222 0000 0000 1000 001",
    "public_url": "http://127.0.0.1:8000",
    "contact": "物业服务中心 王管家",
    "office_hours": "每日 9:00—18:00",
}
CONTRACT_FACTS = {
    "contract_name": "清河花园前期物业服务合同",
    "contract_number": "QH-2018-001",
    "contract_from": "2018-07-01",
    "late_fee_clause": "第十二条　业主应于每季度第二个月十五日前交纳当季物业服务费；逾期未交纳的，自逾期之日起，"
    "每日按应交未交部分的千分之一支付违约金。",
    "district": "示例市清河区",
    "pay_channels": "物业服务中心现金、刷卡、微信、支付宝；银行转账",
    "developer": "示例市清河置业有限公司",
}

#: The main fee is due in the middle of the quarter, the others at its end.
_TARIFFS = (
    Price("物业服务费", "area", 23800, 3, EVER, due_from="start", due_days=45),
    Price("生活垃圾处理费", "fixed", 80000, 3, EVER),
    Price("车位服务费", "given", 0, 3, EVER),
)


def settle_in(
    session: Session, random: Random, today: date, community_id: int, buildings: int = BUILDINGS
) -> None:
    """Tariffs, periods split by days, the roster, and parking for every third unit."""
    for price in _TARIFFS:
        set_tariff(session, ACTOR, community_id, price)
    set_split(session, ACTOR, community_id, "days", EVER)
    roster = read_roster(roster_book(random, buildings), "清河花园业主台账.xlsx")
    assert not roster.problems
    apply_roster(session, ACTOR, today, community_id, plan_roster(session, community_id, roster))
    parking = find_item(session, community_id, "车位服务费")
    assert parking
    for unit in session.scalars(
        select(Unit).where(Unit.community_id == community_id).order_by(Unit.position)
    ):
        if random.random() < 0.33:
            fee = UnitFee(unit_id=unit.id, item_id=parking.id, community_id=community_id, given_fen=8000)
            session.add(fee)


def roster_book(random: Random, buildings: int = BUILDINGS) -> bytes:
    """The office's spreadsheet: buildings of two entrances, thirty units each."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("业主台账")
    sheet.merge_range(0, 0, 0, 10, f"{COMMUNITY}业主台账")
    headings = (
        "楼",
        "单元",
        "房号",
        "业主",
        "共有人",
        "电话",
        "身份证号",
        "建筑面积(㎡)",
        "交房日期",
        "状态",
        "邮箱",
    )
    sheet.write_row(1, 0, headings)
    for number, row in enumerate(_households(random, buildings), start=2):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def _households(random: Random, buildings: int) -> Iterator[tuple[str, ...]]:
    for building in range(1, buildings + 1):
        for entrance in (1, 2):
            for floor in range(1, 16):
                for door in (1, 2):
                    yield (f"{building}号楼", f"{entrance}", f"{floor}{door:02d}", *household(random))
