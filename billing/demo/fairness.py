"""Who was met halfway: a waiver of every fate, two sales, a tenant who pays. Each act on a day of its own."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from billing.core.money import MICRO
from billing.core.waiver_policy import Terms
from billing.demo.estate import ACTOR
from billing.demo.papers import sheet
from billing.flow.allocation import account_of
from billing.flow.estate import policies
from billing.flow.good_faith import proposals, put_on_file
from billing.flow.holding import Person
from billing.flow.joining import join_debt
from billing.flow.payments import Money, take_payment
from billing.flow.tenancy import add_tenant
from billing.flow.transfer import Deal, enter_transfer
from billing.flow.waiver_decision import approve_waiver, note_lapse, refuse_waiver, withdraw_waiver
from billing.flow.waiver_effect import effect
from billing.flow.waiver_online import ask_online
from billing.flow.waiver_policy import find_waiver_policy
from billing.flow.waivers import Application, Paper, apply_for_waiver
from billing.store.base import summed
from billing.store.collection import Hold
from billing.store.estate import Unit
from billing.store.granted import terms_of
from billing.store.ledger import Charge, Payment
from billing.store.people import Ownership, Party
from billing.store.sums import AccountSum
from billing.store.vault import Vault
from billing.store.waivers import WaiverRequest

_DECIDED_BY, _ABOVE = "manager", "admin"
#: Nobody below has paid anything since so many days ago, so that what is entered for an earlier day stood so then.
_QUIET_DAYS = 80


@dataclass(frozen=True)
class _Case:
    """What a debtor asked for so many days ago, and what became of it."""

    days_ago: int
    policy: str
    reason: str
    fate: str
    opinion: str = ""
    percent: int = 100
    principal: int = 0
    days: int = 0
    pay_days: int = 0
    paper: tuple[str, ...] = ()


_CASES = (
    _Case(
        76,
        "hardship",
        "户主确诊重病，住院三个月，家庭收入中断，申请减免违约金并缓交。",
        "kept",
        "病历与缴费单据属实，结清欠费后免除违约金。",
        pay_days=60,
        paper=("住院费用清单", "患者：（示例）", "住院日期：三个月", "合计：84,210.00 元"),
    ),
    _Case(70, "settlement", "愿一次结清，请求减半。", "lapsed", "同意，限期结清。", percent=50, pay_days=15),
    _Case(
        52,
        "service-fault",
        "电梯停运一个月，报修多次未修复，要求停运期间不计违约金。",
        "given",
        "工单核实，停运属实。",
        percent=0,
        days=30,
        paper=("电梯维修工单", "报修：三次", "停运：三十日", "结果：更换主板后恢复"),
    ),
    _Case(
        41,
        "non-malicious",
        "称未收到通知，要求全免。",
        "refused",
        "欠费已逾半年，账上无从轻情形，不予减免。",
        pay_days=20,
    ),
    _Case(33, "settlement", "先申请，后表示另行协商。", "withdrawn", percent=30, pay_days=10),
    _Case(
        12,
        "non-malicious",
        "长期在外地工作，回来后即联系物业，愿于月内付清。",
        "running",
        "外出务工属实，付清本金后免除。",
        pay_days=30,
    ),
    _Case(
        6,
        "hardship",
        "失业半年，正在领取失业保险金，请求免除违约金。",
        "running",
        "证明有效，按期付清本金后免除八成。",
        percent=80,
        pay_days=90,
        paper=("失业登记证明", "登记日期：半年前", "领取失业保险金：是"),
    ),
    _Case(2, "settlement", "年底资金回笼，愿一次结清，请求减免四成。", "waiting", percent=40, pay_days=15),
    _Case(
        1,
        "hardship",
        "低保家庭，独居老人，请求减免违约金及部分物业费。",
        "waiting",
        principal=12_000,
        pay_days=60,
        paper=("最低生活保障证", "保障人口：1", "发证机关：（示例）"),
    ),
)


@dataclass(frozen=True)
class _Debtor:
    unit: Unit
    party: Party


def be_fair(session: Session, vault: Vault, today: date, community_id: int) -> None:
    """Waivers, two sales and a tenant."""
    quiet = _quiet_debtors(session, today, community_id)
    seller, *rest = quiet
    for case, debtor in zip(_CASES, rest, strict=False):
        _live_through(session, vault, today, debtor, case)
    _sell_with_debt(session, vault, today, seller)
    _sell_and_rent(session, vault, today, community_id, {one.unit.id for one in quiet})
    proposed = [one.key for one in proposals(session, community_id, today)][:1]
    put_on_file(session, ACTOR, today, community_id, proposed, "账上显示并非恶意拖欠，提请审批。", "demo")


def ask_as_owner(session: Session, vault: Vault, login: str, today: date, unit: Unit, party: Party) -> None:
    """What the owner himself sent in from his phone yesterday."""
    yesterday = today - timedelta(days=1)
    asked = Application(
        "hardship",
        Terms(share_ppm=MICRO, pay_by=today + timedelta(days=45)),
        "父亲住院，近期手头紧，请求减免违约金，下月发工资后付清物业费。",
        "demo:online",
    )
    photo = Paper(sheet("住院证明", "与申请人关系：父子", "入院：本月"), "住院证明.jpg")
    ask_online(session, vault, login, yesterday, unit, party.id, asked, [photo])


def _live_through(session: Session, vault: Vault, today: date, debtor: _Debtor, case: _Case) -> None:
    asked_on = today - timedelta(days=case.days_ago)
    decided_on = min(today, asked_on + timedelta(days=2))
    share = case.percent * MICRO // 100
    suspended = (asked_on - timedelta(days=case.days), asked_on - timedelta(days=1)) if case.days else None
    pay_by = asked_on + timedelta(days=case.pay_days) if case.pay_days else None
    terms = Terms(share, principal=case.principal, suspended=suspended, pay_by=pay_by)
    asked = Application(case.policy, terms, case.reason, f"demo:{case.days_ago}")
    papers = [Paper(sheet(*case.paper), f"{case.paper[0]}.jpg")] if case.paper else []
    request = apply_for_waiver(session, vault, ACTOR, asked_on, debtor.unit, debtor.party.id, asked, papers)
    if case.fate == "withdrawn":
        withdraw_waiver(session, ACTOR, decided_on, request, "业主撤回", "demo", may_end=False)
    elif case.fate == "refused":
        refuse_waiver(session, _DECIDED_BY, _DECIDED_BY, decided_on, request, case.opinion, "demo")
    elif case.fate != "waiting":
        _approve(session, decided_on, request, case.opinion)
    if case.fate == "kept":
        _pay_all(session, debtor, decided_on + timedelta(days=9))
    elif case.fate == "lapsed":
        assert pay_by
        note_lapse(session, ACTOR, pay_by + timedelta(days=1), request)


def _approve(session: Session, on: date, request: WaiverRequest, opinion: str) -> None:
    """By the manager as far as he may, else by who is above him."""
    terms = terms_of(request)
    value = effect(session, request, terms, on).value
    policy = find_waiver_policy(session, request.community_id, request.policy, on)
    by = _DECIDED_BY if policy.may_approve(_DECIDED_BY, value) else _ABOVE
    approve_waiver(session, by, by, on, request, terms, opinion, "demo")


def _pay_all(session: Session, debtor: _Debtor, on: date) -> None:
    unit = debtor.unit
    account = account_of(session, unit, debtor.party.id, policies(session, unit.community_id))
    owed = sum(line.total for line in account.lines(on) if line.state == "overdue")
    take_payment(session, ACTOR, on, unit, Money(owed, on, "transfer", f"demo:kept:{unit.id}"))


def _sell_with_debt(session: Session, vault: Vault, today: date, seller: _Debtor) -> None:
    """What was owed before stays with the seller, until the buyer takes it on in writing."""
    sold_on, joined_on = today - timedelta(days=58), today - timedelta(days=50)
    deal = Deal("何静姝", sold_on, phone="13800009001", due=sold_on + timedelta(days=30))
    paper = sheet("不动产权证书", f"权利人：{deal.to}", f"登记日期：{sold_on}")
    entry = enter_transfer(session, vault, ACTOR, sold_on, seller.unit, deal, paper).entry
    buyer = session.scalars(
        select(Party).join(Ownership, Ownership.party_id == Party.id).where(Ownership.entry == entry)
    ).one()
    signed = sheet(
        "债务加入承诺书", f"本人{deal.to}自愿加入下列欠费债务，", f"与{seller.party.name}共同清偿。"
    )
    join_debt(
        session,
        vault,
        ACTOR,
        joined_on,
        seller.unit,
        buyer,
        seller.party,
        sold_on - timedelta(days=1),
        signed,
    )


def _sell_and_rent(session: Session, vault: Vault, today: date, community_id: int, taken: set[int]) -> None:
    """Of two homes that owe nothing old: one was sold inside a quarter that is split by days, one is let."""
    homes = session.scalars(
        select(Unit)
        .join(AccountSum, AccountSum.unit_id == Unit.id)
        .where(
            Unit.community_id == community_id,
            Unit.status == "自住",
            Unit.id.not_in(taken),
            or_(AccountSum.oldest_due.is_(None), AccountSum.oldest_due >= today),
        )
        .order_by(Unit.position.desc())
        .limit(2)
    ).all()
    sold_on = today - timedelta(days=20)
    deal = Deal("周明远、林若溪", sold_on, phone="13800009002", due=today + timedelta(days=10))
    deed = sheet("不动产权证书", f"权利人：{deal.to}", f"登记日期：{sold_on}")
    enter_transfer(session, vault, ACTOR, sold_on, homes[0], deal, deed)
    lease = sheet("房屋租赁合同（节选）", "租赁期间物业服务费由承租人交纳，", "出租人承担连带责任。")
    tenant = Person("示例市云帆科技有限公司", "0990-5550199")
    add_tenant(session, vault, ACTOR, homes[1], tenant, today - timedelta(days=150), paper=lease)


def _quiet_debtors(session: Session, today: date, community_id: int) -> list[_Debtor]:
    """Who owed something then, paid nothing since, and is not on hold: one for each case and one who sold."""
    then = today - timedelta(days=_QUIET_DAYS)
    paid = exists().where(
        Payment.unit_id == Charge.unit_id, Payment.debtor_id == Charge.debtor_id, Payment.on >= then
    )
    on_hold = exists().where(Hold.unit_id == Charge.unit_id, Hold.debtor_id == Charge.debtor_id)
    query = (
        select(Unit, Party)
        .join(Charge, Charge.unit_id == Unit.id)
        .join(Party, Party.id == Charge.debtor_id)
        .where(
            Charge.community_id == community_id,
            Party.kind != "developer",
            Charge.open_fen > 0,
            Charge.due < then,
            ~paid,
            ~on_hold,
        )
        .group_by(Unit.id, Party.id)
        .order_by(summed(Charge.open_fen) > 600_000, func.min(Unit.position).desc())
        .limit(len(_CASES) + 1)
    )
    return [_Debtor(*row) for row in session.execute(query)]
