"""A post room to try: the town's mail, a clock that stands still, and whoever is told to send."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pikepdf
from sqlalchemy import select

from billing import post
from billing.flow import mail, outbox
from billing.flow.contacts import set_contact
from billing.flow.documents import keep_document
from billing.flow.payments import find_debtor
from billing.store.base import writing
from billing.store.collection import Document
from billing.store.ledger import Payment
from billing.store.mail import Mail
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town

_keys = count()
WEI = "zhangwei@example.cn"
REACHED = """
楼 单元 房号 业主 建筑面积 交房日期   邮箱
1  1   101  张伟 100     2020-01-01 zhangwei@example.cn
1  1   102  李娜 80.50   2020-01-01 lina@example.cn
2  1   201  王芳 120     2020-01-01 _
"""


@dataclass
class Clock:
    """The time that the sender reads; it stands still until somebody lets it pass."""

    now: datetime

    def let_pass(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class PostRoom:
    """The town's mail: queued by the day's work, sent by whoever is told to."""

    town: Town
    vault: Vault
    clock: Clock

    def mail(self, label: str = "1-1-101") -> Mail:
        """A receipt of a new payment there, queued."""
        payment = self.town.pay(label, "100", "2026-11-20").payment
        return self.queue(payment, self.paper(payment))

    def paper(self, payment: Payment) -> Document:
        with writing(self.town.session, self.town.community_id):
            return keep_document(
                self.town.session, self.vault, self.town.community_id, "payment", payment.id, blank(payment)
            )

    def queue(self, payment: Payment, paper: Document) -> Mail:
        with writing(self.town.session, self.town.community_id):
            return mail.queue_receipt(
                self.town.session, ACTOR, self.town.today, self.clock.now, payment, paper
            )

    def send(self, worker: str = "w1") -> int:
        """Send what waits now; how many were tried."""
        tried = 0
        while post.send_next(self.town.session, self.vault, worker):
            tried += 1
        return tried

    def tell(self, label: str, email: str, source: str = "staff, clerk") -> None:
        """Enter the e-mail address of today's owner there."""
        session, unit = self.town.session, self.town.unit(label)
        with writing(session, self.town.community_id):
            owner = find_debtor(session, unit, self.town.today, None)
            set_contact(session, ACTOR, source, owner, "email", email, f"contact {next(_keys)}")

    def again(self, one: Mail) -> Mail:
        with writing(self.town.session, one.community_id):
            return outbox.send_again(self.town.session, ACTOR, self.town.today, self.clock.now, one)

    def state(self, one: Mail) -> tuple[str, int]:
        self.town.session.rollback()
        found = outbox.find_mail(self.town.session, one.id)
        return found.state, found.attempts

    def answer(self, one: Mail) -> str:
        self.town.session.rollback()
        return outbox.find_mail(self.town.session, one.id).last_answer

    def all(self) -> list[Mail]:
        self.town.session.rollback()
        return list(self.town.session.scalars(select(Mail).order_by(Mail.id)))


def blank(payment: Payment) -> bytes:
    """A page that no other payment has: what is tested here is not what receipts look like."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = payment.receipt
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()
