"""A small estate whose books a test keeps, in the words of the counter.

Three households and a fee of 4.00 a square metre and month, billed quarterly, due on the quarter's last day:
1-1-101 (100 m²) owes 1,200.00 a quarter, 1-1-102 (80.50 m²) 966.00, 2-1-201 (120 m²) 1,440.00.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from threading import Barrier
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.calendar import parse_period
from billing.core.money import parse_yuan
from billing.core.policy import Policy
from billing.core.waiver_policy import Terms
from billing.flow.charges import issue_period, plan_period
from billing.flow.entry import latest
from billing.flow.estate import EVER, find_unit, found_community, owners
from billing.flow.payments import Money, Taken, take_payment
from billing.flow.profile import OFFICE, set_profile
from billing.flow.reversals import reverse_charge, reverse_payment
from billing.flow.roster import apply_roster, plan_roster
from billing.flow.statements import as_json, statement
from billing.flow.tariffs import Price, set_policy, set_tariff
from billing.flow.waiver_decision import approve_waiver, lapsing, note_lapse, withdraw_waiver
from billing.flow.waivers import Application, request_waiver
from billing.sheets import read_roster
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.granted import terms_of
from billing.store.ledger import Charge, Entry, Payment
from billing.store.waivers import WaiverDecision, WaiverRequest
from tests.sheets.making import make_csv

ACTOR = "clerk"

ROSTER = """
楼 单元 房号 业主 共有人 建筑面积 交房日期
1  1   101  张伟 _    100    2020-01-01
1  1   102  李娜 _    80.50  2020-01-01
2  1   201  王芳 赵强 120    2020-01-01
"""

FEE = Price("物业服务费", "area", 40_000, 3, EVER)

OFFICE_FACTS = {
    "company": "示例物业服务有限公司",
    "licence": "91990101MA0DEM0XX9",
    "representative": "沈安",
    "address": "示例市和平路1号",
    "phone": "0990-5550100",
    "bank_name": "示例银行",
    "bank_account": "6222 0000 0000 1000 001",
    "public_url": "http://127.0.0.1:8000",
}
CONTRACT = {
    "contract_name": "静园物业服务合同",
    "contract_number": "JY-2020-001",
    "contract_from": "2020-01-01",
    "late_fee_clause": "逾期未交纳的，每日按应交未交部分的千分之一支付违约金。",
}

_keys = count()
_Result = TypeVar("_Result")


def day(text: str) -> date:
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Town:
    """The estate's books on one session; every act is a transaction of its own, as at the edge."""

    session: Session
    community_id: int
    today: date

    def on(self, today: str) -> "Town":
        """The same books on another day."""
        return replace(self, today=day(today))

    def unit(self, label: str) -> Unit:
        return find_unit(self.session, self.community_id, label)

    def issue(self, period: str, due: str | None = None) -> int:
        """Issue the period; how many charges."""
        with writing(self.session, self.community_id):
            plan = plan_period(
                self.session, self.community_id, parse_period(period), day(due) if due else None
            )
            return issue_period(self.session, ACTOR, self.today, self.community_id, plan)

    def pay(self, label: str, amount: str, on: str, key: str | None = None, **more: Any) -> Taken:
        """Take money; without a key it is a new payment."""
        money = Money(
            parse_yuan(amount), day(on), more.pop("channel", "cash"), key or f"key {next(_keys)}", **more
        )
        with writing(self.session, self.community_id):
            return take_payment(self.session, ACTOR, self.today, self.unit(label), money)

    def reverse(self, fact: Payment | Charge, key: str | None = None) -> None:
        reverse = reverse_payment if isinstance(fact, Payment) else reverse_charge
        with writing(self.session, self.community_id):
            reverse(self.session, ACTOR, self.today, fact, "入错账", key or f"key {next(_keys)}")  # type: ignore[arg-type]

    def ask_waiver(
        self, label: str, policy: str, charges: tuple[int, ...] = (), actor: str = ACTOR, **terms: Any
    ) -> WaiverRequest:
        """Put a request on file for today's owner; amounts as the counter writes them, a share in percent."""
        for name in ("late_fee", "principal"):
            if name in terms:
                terms[name] = parse_yuan(terms[name])
        if "percent" in terms:
            terms["share_ppm"] = terms.pop("percent") * 10_000
        asked = Application(policy, Terms(**terms), "老人住院", f"key {next(_keys)}", charges)
        with writing(self.session, self.community_id):
            unit = self.unit(label)
            debtor = owners(self.session, unit.id, self.today)[0]
            return request_waiver(self.session, actor, self.today, unit, debtor.id, asked)

    def approve(
        self, request: WaiverRequest, terms: Terms | None = None, actor: str = "manager", role: str = "admin"
    ) -> WaiverDecision:
        with writing(self.session, self.community_id):
            request = self.session.get_one(WaiverRequest, request.id)
            terms = terms or terms_of(request)
            return approve_waiver(
                self.session, actor, role, self.today, request, terms, "同意", f"key {next(_keys)}"
            )

    def waive(self, label: str, policy: str, **terms: Any) -> WaiverRequest:
        """Ask for it and approve it."""
        request = self.ask_waiver(label, policy, **terms)
        self.approve(request)
        return request

    def withdraw(self, request: WaiverRequest, may_end: bool = True) -> None:
        with writing(self.session, self.community_id):
            request = self.session.get_one(WaiverRequest, request.id)
            key = f"key {next(_keys)}"
            withdraw_waiver(self.session, ACTOR, self.today, request, "材料不实", key, may_end)

    def note_lapses(self) -> list[str]:
        """What the night's job does; the numbers of the waivers it noted."""
        noted = []
        with writing(self.session, self.community_id):
            for request_id in lapsing(self.session, self.community_id, self.today):
                request = self.session.get_one(WaiverRequest, request_id)
                if note_lapse(self.session, "scheduler", self.today, request):
                    noted.append(request.number)
        return noted

    def import_roster(self, text: str, **options: Any) -> Any:
        """Plan and apply a roster; the plan."""
        roster = read_roster(make_csv(text), "台账.csv")
        with writing(self.session, self.community_id):
            plan = plan_roster(self.session, self.community_id, roster, **options)
            apply_roster(self.session, ACTOR, self.today, self.community_id, plan)
        return plan

    def set_policy(self, **terms: Any) -> None:
        with writing(self.session, self.community_id):
            set_policy(self.session, ACTOR, self.community_id, Policy(**{"since": EVER, **terms}))

    def fill_profile(self) -> None:
        """Enter what every paper needs."""
        with writing(self.session):
            set_profile(self.session, ACTOR, self.today, OFFICE, OFFICE_FACTS, EVER)
            set_profile(self.session, ACTOR, self.today, self.community_id, CONTRACT, EVER)

    def set_community(self, **facts: str) -> None:
        """Enter what holds for the community from today on."""
        with writing(self.session):
            set_profile(self.session, ACTOR, self.today, self.community_id, facts)

    def statement(self, label: str, as_of: str | date, known_at: int | None = None) -> dict[str, Any]:
        """What `flask statement --json` prints."""
        as_of = day(as_of) if isinstance(as_of, str) else as_of
        self.session.rollback()
        return as_json(statement(self.session, self.unit(label), as_of, known_at=known_at))

    def charges(self, label: str) -> list[Charge]:
        """Every charge of the unit, the earliest due first."""
        query = select(Charge).where(Charge.unit_id == self.unit(label).id).order_by(Charge.due, Charge.id)
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def all(self, table: type[Any]) -> list[Any]:
        """The rows of one of the ledger's tables, the oldest first."""
        self.session.rollback()
        query = select(table).where(table.community_id == self.community_id).order_by(table.entry)
        return list(self.session.scalars(query))

    def entries(self) -> list[Entry]:
        self.session.rollback()
        query = select(Entry).where(Entry.community_id == self.community_id).order_by(Entry.seq)
        return list(self.session.scalars(query))

    @property
    def latest(self) -> int:
        return latest(self.session, self.community_id)


def found(session: Session, today: date, name: str = "静园", roster: str = ROSTER) -> Town:
    """The estate with its roster and its fee; nothing issued yet."""
    with writing(session):
        town = Town(session, found_community(session, ACTOR, name).id, today)
    with writing(session, town.community_id):
        set_tariff(session, ACTOR, town.community_id, FEE)
    assert town.import_roster(roster).problems == []
    return town


def together(town: Town, clerks: int, act: Callable[[Town, int], _Result]) -> list[_Result | Exception]:
    """Let that many clerks act at the same moment, each on a session of his own; what each got or met."""
    town.session.rollback()
    engine = town.session.get_bind()
    start = Barrier(clerks)

    def work(number: int) -> _Result | Exception:
        with Session(engine, expire_on_commit=False) as session:
            start.wait()
            try:
                return act(replace(town, session=session), number)
            except Exception as error:  # noqa: BLE001  # it is what the test looks at
                return error

    with ThreadPoolExecutor(clerks) as pool:
        return list(pool.map(work, range(clerks)))
