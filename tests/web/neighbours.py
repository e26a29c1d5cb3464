"""Four owners who must not learn of each other, each with bills and their papers, payments, a reversal, a notice
and a waiver asked for with a photo.

张伟 of 1-1-101 and 李娜 of 1-1-102 are neighbours. 2-1-201 was 王芳's until it was sold to 孙强 on 2026-07-01; she
still owes for her time. Each one's `secrets` are words and figures that stand in his data and in nobody else's.
"""

from dataclasses import dataclass
from datetime import date

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import jobs
from billing.clock import now
from billing.core.calendar import parse_period
from billing.core.waiver_policy import Terms
from billing.flow import access
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.dunning import issue_run, plan_run
from billing.flow.printing import BILLS, NOTICES
from billing.flow.waiver_online import ask_online
from billing.flow.waivers import Application, Paper
from billing.store.accounts import AccountParty, OwnerAccount
from billing.store.base import writing
from billing.store.collection import Bill, Notice
from billing.store.ledger import Payment
from billing.store.people import Party
from billing.store.vault import Vault
from billing.store.waivers import WaiverPaper, WaiverRequest
from tests.flow.town import Town, found
from tests.web.desk import SEALED, photo

ROSTER = """
楼 单元 房号 业主 共有人 建筑面积 交房日期
1  1   101  张伟 _    100    2020-01-01
1  1   102  李娜 赵敏 80.50  2020-01-01
2  1   201  王芳 _    120    2020-01-01
"""
SOLD = """
楼 单元 房号 业主 共有人 建筑面积 交房日期
2  1   201  孙强 钱琳 120    2020-01-01
"""

#: Owner -> unit, a payment that counts, one that was taken back, and who paid.
HOUSEHOLDS = {
    "张伟": ("1-1-101", "333.19", "33.03", "张伟之女"),
    "李娜": ("1-1-102", "777.31", "77.07", "李娜之兄"),
    "王芳": ("2-1-201", "555.17", "55.05", "王芳之夫"),
    "孙强": ("2-1-201", "444.13", "44.04", "孙强之母"),
}
CO_OWNERS = {"李娜": "赵敏", "孙强": "钱琳"}


@dataclass(frozen=True)
class Owner:
    """What is his, as numbers in addresses and as words on pages."""

    name: str
    party_id: int
    unit_id: int
    unit: str
    receipts: tuple[str, ...]
    notice: str
    bills: tuple[str, ...]
    waiver: str
    waiver_paper: str
    secrets: frozenset[str]


@dataclass(frozen=True)
class Neighbours:
    app: Flask
    session: Session
    town: Town
    owners: dict[str, Owner]

    def browser(self, *names: str) -> FlaskClient:
        """A browser in which an account that shows these owners' data is signed in."""
        with writing(self.session):
            account = OwnerAccount(login="+".join(names), password_hash=SEALED, created_at=now())
            self.session.add(account)
            self.session.flush()
            for name in names:
                self.session.add(AccountParty(account_id=account.id, party_id=self.owners[name].party_id))
            token = access.open_session(self.session, now(), account)
        client = self.app.test_client()
        client.set_cookie("permille", token)
        return client


def settle(app: Flask, session: Session, today: date) -> Neighbours:
    """The four with their books, as of `today`."""
    town = found(session, today, "静园", ROSTER)
    town.fill_profile()
    for period in ("2026Q1", "2026Q2"):
        town.on("2026-04-01").issue(period)
    town.import_roster(SOLD, sold_on=date(2026, 7, 1))
    town.issue("2026Q3")
    for name, (unit, amount, wrong, payer) in HOUSEHOLDS.items():
        town.pay(unit, amount, "2026-07-10", debtor=name, payer=payer)
        town.reverse(town.pay(unit, wrong, "2026-07-11", debtor=name, payer=payer).payment)
    with writing(session, town.community_id):
        plan = plan_run(session, town.community_id, today, today)
        run = issue_run(session, "clerk", town.community_id, plan)
    assert run and len(plan.notices) == len(HOUSEHOLDS)
    for period in ("2026Q2", "2026Q3"):
        with writing(session, town.community_id):
            billed = plan_bills(session, town.community_id, parse_period(period), today)
            assert issue_bills(session, "clerk", town.community_id, billed)
    vault = Vault(app.config["VAULT_DIR"])
    for notice in session.scalars(select(Notice.id)).all():
        jobs.make_paper(session, vault, NOTICES, notice)
    for bill in session.scalars(select(Bill.id)).all():
        jobs.make_paper(session, vault, BILLS, bill)
    for size, name in enumerate(HOUSEHOLDS, 40):
        _ask(session, vault, town, name, photo((size, 40)))
    return Neighbours(app, session, town, {name: _owner(session, town, name) for name in HOUSEHOLDS})


def _ask(session: Session, vault: Vault, town: Town, name: str, data: bytes) -> None:
    unit = town.unit(HOUSEHOLDS[name][0])
    party = session.scalars(select(Party).where(Party.name == name)).one()
    terms = Terms(share_ppm=1_000_000, pay_by=town.today)
    asked = Application("non-malicious", terms, f"{name}说明情况", f"key of {name}")
    with writing(session, town.community_id):
        ask_online(session, vault, name, town.today, unit, party.id, asked, [Paper(data, f"{name}.jpg")])


def _owner(session: Session, town: Town, name: str) -> Owner:
    label, amount, wrong, payer = HOUSEHOLDS[name]
    party = session.scalars(select(Party).where(Party.name == name)).one()
    payments = session.scalars(
        select(Payment).where(Payment.debtor_id == party.id).order_by(Payment.id)
    ).all()
    notice = session.scalars(select(Notice).where(Notice.debtor_id == party.id)).one()
    numbers = tuple(payment.receipt for payment in payments)
    bills = tuple(
        bill.number
        for bill in session.scalars(select(Bill).where(Bill.debtor_id == party.id).order_by(Bill.id))
    )
    words = {name, amount, wrong, payer, *numbers, notice.number, *bills, CO_OWNERS.get(name, name)}
    unit = town.unit(label)
    asked = session.scalars(select(WaiverRequest).where(WaiverRequest.debtor_id == party.id)).one()
    sha256 = session.scalars(select(WaiverPaper.sha256).where(WaiverPaper.request_id == asked.id)).one()
    words |= {asked.number, asked.reason, sha256}
    return Owner(
        name,
        party.id,
        unit.id,
        label,
        numbers,
        notice.number,
        bills,
        asked.number,
        sha256,
        frozenset(words),
    )
