"""A demonstration community: some 600 units over two years, every kind of debtor, from a fixed seed.

Every person, company, phone number and card is invented. The roster goes through the same door as an
office's own spreadsheet, and every charge and payment through the same use cases as at the counter.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core import roles
from billing.core.calendar import Period, add_months, period_around
from billing.flow import access, activation, passwords, staff
from billing.flow.charges import issue_period, plan_period
from billing.flow.dunning import issue_run, plan_run
from billing.flow.estate import EVER, found_community
from billing.flow.holds import place_hold
from billing.flow.payments import CHANNELS, Money, take_payment
from billing.flow.printing import NOTICES
from billing.flow.profile import OFFICE, set_profile
from billing.flow.roster import apply_roster, plan_roster
from billing.flow.tariffs import Price, find_item, set_tariff
from billing.sheets import read_roster
from billing.store.accounts import User
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.estate import Community, Unit, UnitFee
from billing.store.ledger import Charge, Payment
from billing.store.people import Ownership, Party

COMMUNITY = "清河花园"
ACTOR = "demo"

#: Of every demonstration sign-in; printed at each start, so it is no secret, and made only where nobody else is.
PASSWORD = "demo-1000"  # noqa: S105 - everybody may know it
OWNER = "owner"

OFFICE_FACTS = {
    "company": "示例市安居物业服务有限公司",
    "licence": "91990101MA0DEMO0XX",
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
}

#: The main fee is due in the middle of the quarter, the others at its end.
_TARIFFS = (
    Price("物业服务费", "area", 23800, 3, EVER, due_from="start", due_days=45),
    Price("生活垃圾处理费", "fixed", 80000, 3, EVER),
    Price("车位服务费", "given", 0, 3, EVER),
)

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
)
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰文辉建国宇轩浩然子涵梓怡思远佳慧喆堃垚昇镕"
_RARE = "㛃䶮𬱟𫘜"
_AREAS = ("88.56", "94.56", "98.50", "105.73", "118.20", "126.05", "144.96")


@dataclass(frozen=True)
class Habit:
    """How a household pays: in how many of a hundred, and on which days it pays which part of a bill."""

    name: str
    share: int
    pays: Callable[[Random, int, int], Iterator[tuple[int, int]]]


def _prompt(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield -random.randrange(2, 60), amount


def _late(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    days = random.randrange(3, 75)
    yield days, amount + amount * days // 1000 * random.randrange(2)  # half of them with their late fee


def _forgetful(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if random.random() < 0.7:
        yield random.randrange(-30, 25), amount


def _in_parts(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield random.randrange(-20, 20), amount // 2
    if random.random() < 0.5:
        yield random.randrange(30, 120), amount // 4


def _stopped(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if quarter < 3:
        yield -random.randrange(2, 40), amount


def _never(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    yield from ()


def _yearly(random: Random, quarter: int, amount: int) -> Iterator[tuple[int, int]]:
    if quarter % 4 == 0:
        yield -random.randrange(40, 85), amount * 4


HABITS = (
    Habit("prompt", 68, _prompt),
    Habit("yearly in advance", 6, _yearly),
    Habit("late", 10, _late),
    Habit("forgetful", 6, _forgetful),
    Habit("in parts", 4, _in_parts),
    Habit("stopped", 4, _stopped),
    Habit("never", 2, _never),
)


def build(session: Session, today: date) -> Community:
    """Make the demonstration community as it would stand on `today`; what is there already is left alone."""
    known = session.scalar(select(Community).where(Community.name == COMMUNITY))
    if known:
        return known
    random = Random(20181)
    with writing(session):
        community = found_community(session, ACTOR, COMMUNITY)
        set_profile(session, ACTOR, today, OFFICE, OFFICE_FACTS, EVER)
        set_profile(session, ACTOR, today, community.id, CONTRACT_FACTS, EVER)
    last = period_around(today, 3)
    periods = [Period(add_months(last.first, -3 * back), 3) for back in range(7, -1, -1)]
    with writing(session, community.id):
        _settle_in(session, random, today, community.id)
    with writing(session, community.id):
        _run_the_years(session, random, today, community.id, periods)
    with writing(session, community.id):
        _dun(session, today, community.id)
    open_doors(session, today, community.id)
    return community


def _settle_in(session: Session, random: Random, today: date, community_id: int) -> None:
    """Tariffs, the roster, and parking for every third unit."""
    for price in _TARIFFS:
        set_tariff(session, ACTOR, community_id, price)
    roster = read_roster(roster_book(random), "清河花园业主台账.xlsx")
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


def roster_book(random: Random) -> bytes:
    """The office's spreadsheet: ten buildings of two entrances, thirty or so units each."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("业主台账")
    sheet.merge_range(0, 0, 0, 9, f"{COMMUNITY}业主台账")
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
    )
    sheet.write_row(1, 0, headings)
    for number, row in enumerate(_households(random), start=2):
        sheet.write_row(number, 0, row)
    book.close()
    return target.getvalue()


def _households(random: Random) -> Iterator[tuple[str, ...]]:
    for building in range(1, 11):
        for entrance in (1, 2):
            for floor in range(1, 16):
                for door in (1, 2):
                    yield (f"{building}号楼", f"{entrance}", f"{floor}{door:02d}", *_household(random))


def _household(random: Random) -> tuple[str, ...]:
    day = (date(2018, 7, 1) + timedelta(days=random.randrange(900))).isoformat()
    area = random.choice(_AREAS)
    if random.random() < 0.03:
        return ("空置（开发商）", "", "", "", area, "", "空置")
    co_owner = _name(random) if random.random() < 0.25 else ""
    return (
        _name(random),
        co_owner,
        f"1380000{random.randrange(10_000):04d}",
        _id_number(random),
        area,
        day,
        random.choice(("自住", "自住", "自住", "出租", "空关")),
    )


def _id_number(random: Random) -> str:
    """Of a region that does not exist."""
    year, month, day = random.randrange(1945, 2000), random.randrange(1, 13), random.randrange(1, 29)
    return f"990101{year}{month:02d}{day:02d}{random.randrange(10_000):04d}"


def _name(random: Random) -> str:
    given = "".join(random.choice(_GIVEN) for _ in range(random.choice((1, 2, 2))))
    if random.random() < 0.02:
        given += random.choice(_RARE)
    return random.choice(_SURNAMES) + given


def _run_the_years(
    session: Session, random: Random, today: date, community_id: int, periods: list[Period]
) -> None:
    """Issue each quarter on its first day and take what comes in, in the order of the days."""
    habits = _habits(session, random, community_id)
    coming: list[tuple[date, int, int]] = []
    for quarter, period in enumerate(periods):
        coming = _take(session, random, community_id, coming, until=period.first)
        plan = plan_period(session, community_id, period)
        issue_period(session, ACTOR, period.first, community_id, plan)
        bills: dict[int, tuple[int, date]] = {}
        for one in plan.charges:
            so_far, first_due = bills.get(one.unit.id, (0, one.due))
            bills[one.unit.id] = (so_far + one.amount, min(first_due, one.due))
        for unit_id, (amount, due) in bills.items():
            for days, part in habits[unit_id].pays(random, quarter, amount):
                coming.append((max(period.first, due + timedelta(days=days)), unit_id, part))
    _take(session, random, community_id, coming, until=today)


def _habits(session: Session, random: Random, community_id: int) -> dict[int, Habit]:
    weights = [habit.share for habit in HABITS]
    units = session.scalars(select(Unit).where(Unit.community_id == community_id).order_by(Unit.position))
    return {unit.id: random.choices(HABITS, weights)[0] for unit in units}


def _take(
    session: Session, random: Random, community_id: int, coming: list[tuple[date, int, int]], until: date
) -> list[tuple[date, int, int]]:
    """Take every payment that comes by that day; those still to come."""
    for number, (on, unit_id, amount) in enumerate(sorted(coming)):
        if on > until:
            return sorted(coming)[number:]
        unit = session.get_one(Unit, unit_id)
        channel = random.choice(CHANNELS[:5])
        take_payment(session, ACTOR, on, unit, Money(amount, on, channel, f"demo:{on}:{unit_id}:{amount}"))
    return []


def _dun(session: Session, today: date, community_id: int) -> None:
    """A dispute and a hold, and one run some weeks ago, so that the next has a history."""
    owing = session.execute(
        select(Charge.unit_id, Charge.debtor_id)
        .where(Charge.community_id == community_id, Charge.open_fen > 0, Charge.due < today)
        .group_by(Charge.unit_id, Charge.debtor_id)
        .order_by(Charge.unit_id)
        .limit(40)
    ).all()
    for number, (index, kind, reason) in enumerate(
        ((7, "disputed", "业主称屋面渗水未修，已登记投诉"), (23, "held", "业主住院，家属来电请求暂缓"))
    ):
        unit_id, debtor_id = owing[index]
        unit = session.get_one(Unit, unit_id)
        since = today - timedelta(days=90)
        place_hold(session, ACTOR, unit, debtor_id, kind, since, None, reason, f"demo:{number}")
    as_of = today - timedelta(days=45)
    run = issue_run(session, ACTOR, community_id, plan_run(session, community_id, as_of, as_of))
    if run:
        NOTICES.queue(session, ACTOR, now(), run)


def open_doors(session: Session, today: date, community_id: int) -> None:
    """A sign-in for every role, and one for an owner in debt. An office with staff of its own gets none of them."""
    if access.any_user(session):
        return
    sealed = {name: passwords.seal(PASSWORD, name) for name in (*roles.STAFF, OWNER)}
    with writing(session, community_id):
        for role in roles.STAFF:
            staff.create_user(session, now(), role, role, sealed[role])
        unit, party = _an_owner_in_debt(session, community_id)
        _, code = activation.issue_activation_code(session, ACTOR, today, now(), party, unit)
        activation.redeem_activation(session, today, now(), code, OWNER, sealed[OWNER])


def _an_owner_in_debt(session: Session, community_id: int) -> tuple[Unit, Party]:
    """One who paid before and was sent a notice, so that his page has something of everything."""
    row = session.execute(
        select(Unit, Party)
        .join(Notice, Notice.unit_id == Unit.id)
        .join(Party, Party.id == Notice.debtor_id)
        .join(Payment, (Payment.unit_id == Unit.id) & (Payment.debtor_id == Party.id))
        .join(Ownership, (Ownership.unit_id == Unit.id) & (Ownership.party_id == Party.id))
        .where(Notice.community_id == community_id, Ownership.until.is_(None))
        .order_by(Notice.serial)
        .limit(1)
    ).one()
    return row.Unit, row.Party


def sign_ins(session: Session, community_id: int) -> list[dict[str, str]]:
    """Role, page, name and password of every demonstration sign-in that still works as it was made."""
    users = session.scalars(
        select(User).where(User.name.in_(roles.STAFF), User.active).order_by(User.id)
    ).all()
    found = [
        {"role": user.role, "page": "/staff/sign-in", "name": user.name, "password": PASSWORD}
        for user in users
        if passwords.matches(PASSWORD, user.password_hash)
    ]
    if access.check_owner(session, OWNER, PASSWORD):
        found.append({"role": OWNER, "page": "/my/sign-in", "name": OWNER, "password": PASSWORD})
    return found
