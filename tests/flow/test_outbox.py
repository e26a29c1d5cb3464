"""The outbox: what is written once is handed over once, and what the server said is what the books say (T-63)."""

import io
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import clock, post
from billing.core.problem import Refused
from billing.flow import mail, outbox, receipts
from billing.flow.documents import keep_document
from billing.store.base import writing
from billing.store.collection import Document
from billing.store.ledger import Payment
from billing.store.mail import Mail
from billing.store.people import Contact, Party
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town, found, together
from tests.support.databases import on_sqlite
from tests.support.letterbox import TAKEN, Letterbox

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

    def again(self, one: Mail) -> Mail:
        with writing(self.town.session, one.community_id):
            return outbox.send_again(self.town.session, ACTOR, self.clock.now, one)

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


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"TESTING": True, **letterbox.settings()}


@pytest.fixture
def town(session: Session, today: Any) -> Town:
    town = found(session, today, roster=REACHED)
    town.fill_profile()
    return town


@pytest.fixture
def room(town: Town, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> PostRoom:
    time = Clock(clock.now())
    monkeypatch.setattr(post, "now", lambda: time.now)
    return PostRoom(town, vault, time)


class TestHandingOver:
    def test_a_receipt_comes_as_it_was_printed(
        self, room: PostRoom, town: Town, vault: Vault, letterbox: Letterbox
    ) -> None:
        payment = town.pay("1-1-101", "1234.50", "2026-11-20").payment
        printed = receipts.make_receipt(town.session, vault, town.today, payment)
        with writing(town.session, town.community_id):
            paper = receipts.file_receipt(town.session, vault, payment, printed)
        one = room.queue(payment, paper)
        assert (room.send(), room.state(one), room.answer(one)) == (1, ("handed_over", 1), TAKEN)
        assert outbox.find_mail(town.session, one.id).handed_over_at == room.clock.now
        envelope, message = letterbox.taken[0], letterbox.mails[0]
        assert (envelope.mail_from, envelope.rcpt_tos) == ("office@example.cn", [WEI])
        assert message["Subject"] == f"【示例物业服务有限公司】收据 {payment.receipt}"
        assert message["From"] == "静园物业 <office@example.cn>" and message["To"] == WEI
        assert (message["Message-ID"], message["Auto-Submitted"]) == (one.message_id, "auto-generated")
        body = message.get_body()
        assert body
        text = body.get_content()
        assert all(word in text for word in ("张伟", "1-1-101", "1,234.50", "2026年11月20日", "0990-5550100"))
        (file,) = message.iter_attachments()
        assert file.get_filename() == f"收据 {payment.receipt}.pdf"
        assert file.get_content_type() == "application/pdf"
        assert file.get_content() == printed.data == vault.get(paper.sha256)

    def test_twice_is_once(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        payment = town.pay("1-1-101", "100", "2026-11-20").payment
        paper = room.paper(payment)
        first = room.queue(payment, paper)
        assert room.queue(payment, paper).id == first.id
        room.send()
        assert room.queue(payment, paper).id == first.id
        assert (room.send(), len(letterbox.taken), len(room.all())) == (0, 1, 1)

    def test_two_senders_at_once_send_each_once(
        self, app: Flask, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        mails = [room.mail(label) for label in ("1-1-101", "1-1-102", "1-1-101")]

        def run(own: Town, number: int) -> int:
            with app.app_context():
                return PostRoom(own, room.vault, room.clock).send(f"w{number}")

        told = together(town, 4, run)
        assert sum(told) == 3, told  # type: ignore[arg-type]
        assert len({message["Message-ID"] for message in letterbox.mails}) == len(letterbox.taken) == 3
        assert {room.state(one) for one in mails} == {("handed_over", 1)}

    @on_sqlite
    def test_a_server_that_leaves_without_a_word_has_taken_the_mail(
        self, room: PostRoom, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The answer came; how the connection ends afterwards is nothing to the mail."""

        async def leave(server: Any, session: Any, envelope: Any) -> str:
            server.transport.abort()
            return "221 Bye"

        monkeypatch.setattr(Letterbox, "handle_QUIT", leave, raising=False)
        one = room.mail()
        room.send()
        assert room.state(one) == ("handed_over", 1)


class TestAServerThatIsNotThere:
    @pytest.fixture
    def settings(self, letterbox: Letterbox) -> dict[str, Any]:
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            return {"TESTING": True, **letterbox.settings(), "MAIL_PORT": taken.getsockname()[1]}

    def test_is_tried_again_less_and_less_often_then_the_mail_is_given_up(self, room: PostRoom) -> None:
        one, waits = room.mail(), []
        while room.state(one)[0] == "queued":
            due = outbox.find_mail(room.town.session, one.id).next_try_at
            waits.append(int((due - room.clock.now).total_seconds() // 60))
            room.clock.now = due - timedelta(seconds=1)
            assert room.send() == 0, "not before its time"
            room.clock.now = due
            assert room.send() == 1
        assert waits == [0, *outbox.WAITS]
        assert room.state(one) == ("refused", len(outbox.WAITS) + 1)
        assert "refused" in room.answer(one), "the system's own words: connection refused"

    @on_sqlite
    def test_is_asked_by_one_mail_while_the_others_wait(self, room: PostRoom) -> None:
        mails = [room.mail(label) for label in ("1-1-101", "1-1-102", "1-1-101")]
        assert room.send() == 1
        assert [room.state(one) for one in mails] == [("queued", 1), ("queued", 0), ("queued", 0)]
        room.clock.let_pass(minutes=1)
        assert room.send() == 1
        assert [room.state(one)[1] for one in mails] == [1, 1, 0], "and each has its turn"

    def test_gets_the_mail_once_it_is_back(self, app: Flask, room: PostRoom, letterbox: Letterbox) -> None:
        one = room.mail()
        room.send()
        app.extensions["mail"].port = letterbox.port
        assert (room.send(), letterbox.tries) == (0, 0)
        room.clock.let_pass(minutes=1)
        assert (room.send(), room.state(one)) == (1, ("handed_over", 2))
        assert len(letterbox.taken) == 1


@on_sqlite
class TestNoServer:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"TESTING": True, "MAIL_SUPPRESS_SEND": False}

    def test_mail_waits(self, room: PostRoom) -> None:
        one = room.mail()
        assert (room.send(), room.state(one)) == (0, ("queued", 0))


@on_sqlite
class TestAServerThatHangs:
    @pytest.fixture
    def silent(self) -> Iterator[int]:
        """A port that takes connections and never says a word."""
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            yield server.getsockname()[1]

    @pytest.fixture
    def settings(self, letterbox: Letterbox, silent: int) -> dict[str, Any]:
        return {"TESTING": True, **letterbox.settings(), "MAIL_PORT": silent, "MAIL_TIMEOUT": 0.2}

    def test_does_not_hang_the_sender(self, room: PostRoom) -> None:
        one = room.mail()
        assert (room.send(), room.state(one)) == (1, ("queued", 1))
        assert "timed out" in room.answer(one)

    def test_in_the_middle_of_a_mail_leaves_its_fate_open(
        self, app: Flask, room: PostRoom, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(post, "_PATIENCE", 0.2)
        app.extensions["mail"].port, letterbox.thinks = letterbox.port, 60
        one = room.mail()
        room.send()
        assert room.state(one) == ("unknown", 1)


class TestARefusedAddress:
    NO_SUCH = "550 5.1.1 <zhangwei@example.cn>: no such user here"

    def test_is_told_and_not_used_again(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        letterbox.to_recipient = self.NO_SUCH
        one = room.mail()
        room.send()
        assert room.state(one) == ("address_refused", 1)
        assert room.answer(one) == "550 5.1.1 <z*******@example.cn>: no such user here"
        with pytest.raises(Refused, match=r"refused the address z\*+@example\.cn"):
            room.mail()
        room.clock.let_pass(days=1)
        assert (room.send(), letterbox.tries) == (0, 1)

    def test_is_used_again_once_a_person_enters_it_anew(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        letterbox.to_recipient = self.NO_SUCH
        room.mail()
        room.send()
        town.import_roster(REACHED)  # the file still says so, which nobody looked at
        with pytest.raises(Refused):
            room.mail()
        room.clock.let_pass(hours=1)
        with writing(town.session):
            old = town.session.scalars(select(Contact).where(Contact.value == WEI)).one()
            fresh = {name: getattr(old, name) for name in ("community_id", "party_id", "kind", "value")}
            town.session.delete(old)
            town.session.flush()
            town.session.add(Contact(**fresh, source="counter", recorded_at=room.clock.now))
        assert room.mail().recipient == WEI

    def test_gives_way_to_an_older_one_that_was_not(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        town.import_roster(REACHED.replace(WEI, "wei@example.com"))
        room.clock.let_pass(hours=1)
        letterbox.to_recipient = self.NO_SUCH
        one = room.mail()
        assert one.recipient == "wei@example.com", "the newest"
        room.send()
        assert room.mail().recipient == WEI

    @on_sqlite
    def test_is_trusted_again_when_a_person_sends_again_and_the_server_takes_it(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        letterbox.to_recipient = "550 relay not permitted"
        one = room.mail()
        room.send()
        letterbox.to_recipient = ""
        again = room.again(one)
        room.send()
        assert (room.state(one)[0], room.state(again)[0]) == ("address_refused", "handed_over")
        assert room.mail().recipient == WEI

    @on_sqlite
    @pytest.mark.parametrize(
        "answer", ["550 5.7.1 relaying denied", "554 5.7.1 no", "552 5.2.2 mailbox full"]
    )
    def test_is_not_what_every_refusal_means(self, room: PostRoom, letterbox: Letterbox, answer: str) -> None:
        letterbox.to_recipient = answer
        one = room.mail()
        room.send()
        assert (room.state(one), room.answer(one)) == (("refused", 1), answer)
        assert room.mail().recipient == WEI


class TestOtherAnswers:
    @pytest.mark.parametrize("where", ["to_recipient", "to_mail"])
    def test_not_now_is_tried_again(self, room: PostRoom, letterbox: Letterbox, where: str) -> None:
        setattr(letterbox, where, "451 4.7.1 greylisted, try again later")
        one, other = room.mail(), room.mail("1-1-102")
        assert room.send() == 2, "it keeps no other mail waiting"
        assert room.state(one) == room.state(other) == ("queued", 1)
        assert "greylisted" in room.answer(one)
        setattr(letterbox, where, TAKEN)
        room.clock.let_pass(minutes=1)
        assert (room.send(), room.state(one)) == (2, ("handed_over", 2))
        assert len(letterbox.taken) == 2

    @on_sqlite
    def test_a_mail_that_is_not_liked_is_not_the_addresss_fault(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        letterbox.to_mail = "554 5.7.1 looks like spam"
        one = room.mail()
        room.send()
        assert room.state(one) == ("refused", 1)
        assert room.mail().recipient == WEI

    @on_sqlite
    def test_a_sender_that_is_not_known_makes_everything_wait(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        letterbox.to_sender = "553 5.7.1 sender not owned by user"
        one, other = room.mail(), room.mail("1-1-102")
        assert room.send() == 1
        assert (room.state(one), room.state(other)) == (("queued", 1), ("queued", 0))

    @on_sqlite
    def test_a_file_that_is_gone_holds_up_nobody(self, room: PostRoom, letterbox: Letterbox) -> None:
        one, other = room.mail(), room.mail("1-1-102")
        room.vault.path(one.attachments[0]["sha256"]).write_bytes(b"something else")
        assert room.send() == 2
        assert (room.state(one)[0], room.state(other)[0]) == ("refused", "handed_over")


class TestAFateThatNobodyKnows:
    def test_cut_off_after_the_mail_it_is_not_sent_again_by_itself(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        letterbox.cuts = True
        one = room.mail()
        room.send()
        assert room.state(one) == ("unknown", 1)
        room.clock.let_pass(days=30)
        assert (room.send(), len(letterbox.taken)) == (0, 1)

    def test_a_person_sends_it_again_once(self, room: PostRoom, letterbox: Letterbox) -> None:
        letterbox.cuts = True
        one = room.mail()
        room.send()
        letterbox.cuts = False
        again = room.again(one)
        assert room.again(one).id == again.id and again.message_id != one.message_id
        assert (room.send(), room.state(again), room.state(one)[0]) == (1, ("handed_over", 1), "unknown")
        with pytest.raises(Refused, match="sent again"):
            room.again(outbox.find_mail(room.town.session, again.id))

    def stop_in_the_middle(self, letterbox: Letterbox, by: signal.Signals) -> None:
        """The scheduler's own process, stopped while the server thinks about the mail."""
        settings = {name: str(value) for name, value in letterbox.settings().items()}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
        with subprocess.Popen(command, cwd=Path(__file__).parents[2], env=os.environ | settings) as sender:
            assert letterbox.has_mail.wait(30)
            sender.send_signal(by)

    def test_a_scheduler_killed_while_it_talks_leaves_it_open(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        one = room.mail()
        letterbox.thinks = 60
        self.stop_in_the_middle(letterbox, signal.SIGKILL)
        letterbox.thinks = 0
        assert room.state(one) == ("sending", 1)
        assert room.send() == 0, "the claim still holds"
        room.clock.let_pass(days=1)
        assert (room.send(), room.state(one)) == (0, ("unknown", 1))
        assert len(letterbox.taken) == 1

    @on_sqlite
    def test_a_scheduler_that_is_told_to_stop_hears_the_answer_first(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        one, other = room.mail(), room.mail()
        letterbox.thinks = 0.5
        self.stop_in_the_middle(letterbox, signal.SIGTERM)
        assert (room.state(one), room.state(other)) == (("handed_over", 1), ("queued", 0))

    @on_sqlite
    def test_an_answer_that_comes_late_still_counts(
        self, room: PostRoom, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, hand_over = room.mail(), post.hand_over

        def slowly(message: Any) -> outbox.Answer:
            answer = hand_over(message)
            room.clock.let_pass(hours=1)
            with Session(room.town.session.get_bind()) as other, writing(other):
                assert outbox.claim(other, "w2", room.clock.now) is None
                assert outbox.find_mail(other, one.id).state == "unknown"
            return answer

        monkeypatch.setattr(post, "hand_over", slowly)
        room.send()
        assert room.state(one) == ("handed_over", 1)


@on_sqlite
class TestWhatIsNotSent:
    def test_to_whom_no_address_is_known(self, room: PostRoom) -> None:
        with pytest.raises(Refused, match="No e-mail address of 王芳"):
            room.mail("2-1-201")

    def test_the_receipt_of_a_payment_that_was_reversed(self, room: PostRoom, town: Town) -> None:
        payment = town.pay("1-1-101", "100", "2026-11-20").payment
        town.reverse(payment)
        printed = receipts.make_receipt(town.session, room.vault, town.today, payment)
        with writing(town.session, town.community_id):
            paper = receipts.file_receipt(town.session, room.vault, payment, printed)
        with pytest.raises(Refused, match="reversed"):
            room.queue(payment, paper)
        assert room.all() == []


BREAKS = ("\r\n", "\n", "\r", "\x0b", "\x0c", "\x00", "\x85", "\u2028", "\u2029")
SMUGGLED = "Bcc: evil@example.org"


@on_sqlite
class TestHeaders:
    """T-26: nothing that somebody typed begins a header, or a command, of its own."""

    def letter(self, town: Town, **parts: Any) -> mail.Letter:
        party = town.session.scalars(select(Party.id)).first()
        values = {"recipient": WEI, "subject": "收据", "body": "正文", **parts}
        return mail.Letter(town.community_id, "payment", 1, party or 0, **values)

    def refuses(self, room: PostRoom, **parts: Any) -> None:
        letter = self.letter(room.town, **parts)
        with pytest.raises(Refused), writing(room.town.session, room.town.community_id):
            mail.queue_mail(room.town.session, ACTOR, room.clock.now, letter, "key")
        assert room.all() == []

    def test_a_line_break_is_refused(self, room: PostRoom) -> None:
        file = {"sha256": "0" * 64, "name": "a.pdf", "media_type": "application/pdf"}
        for sign in BREAKS:
            self.refuses(room, subject=f"收据{sign}{SMUGGLED}")
            self.refuses(room, recipient=f"{WEI}{sign}{SMUGGLED}")
            for part in ("name", "media_type"):
                self.refuses(room, attachments=[file | {part: f"text/a{sign}{SMUGGLED}"}])

    def test_one_bare_address_and_nothing_else(self, room: PostRoom) -> None:
        for text in (
            "a@b.cn, c@d.cn",
            "A <a@b.cn>",
            "a@b.cn> SIZE=1",
            "<a@b.cn",
            "a b@c.cn",
            "张@例.cn",
            "a@b",
            "",
        ):
            self.refuses(room, recipient=text)

    def test_names_full_of_tricks_stay_names(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        tricks = (
            f"张\r\n{SMUGGLED}\r\n\r\n<script> =?utf-8?q?Bcc?= %0d%0a {{{{房号}}}}\r\n.\r\nMAIL FROM:<x@y.cn>"
        )
        with writing(town.session):
            party = town.session.scalars(select(Party).where(Party.name == "张伟")).one()
            party.name = tricks
            unit = town.unit("1-1-101")
            unit.note = tricks
        one = room.mail()
        room.send()
        assert room.state(one) == ("handed_over", 1)
        envelope, message = letterbox.taken[0], letterbox.mails[0]
        assert (envelope.rcpt_tos, letterbox.tries) == ([WEI], 1)
        assert set(message.keys()) == {
            *(
                "Content-Type",
                "MIME-Version",
                "Subject",
                "From",
                "To",
                "Date",
                "Message-ID",
                "Auto-Submitted",
            ),
        }
        body = message.get_body()
        assert body and "\r\n.\r\nMAIL FROM:<x@y.cn>".replace("\r", "") in body.get_content().replace(
            "\r", ""
        )
        assert "{{房号}}" in body.get_content()

    def test_flask_mails_own_wall_stands_behind_ours(self, room: PostRoom, letterbox: Letterbox) -> None:
        """Were a line break in the books already, the mail would be refused, and the next one sent."""
        one, other = room.mail(), room.mail("1-1-102")
        with writing(room.town.session):
            bad = {name: getattr(one, name) for name in mail.Letter.__dataclass_fields__}
            bad["subject"] = f"收据\n{SMUGGLED}"
            row = Mail(
                **bad, message_id="<x@y>", key="x", actor=ACTOR, created_at=room.clock.now,
                next_try_at=room.clock.now,
            )  # fmt: skip
            room.town.session.add(row)
        room.send()
        assert room.state(row)[0] == "refused"
        assert len(letterbox.taken) == 2 and {room.state(each)[0] for each in (one, other)} == {"handed_over"}
