"""What is written once is handed over once (T-63)."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from billing import post
from billing.core.problem import Refused
from billing.flow import outbox, receipts
from billing.store.base import writing
from billing.store.vault import Vault
from tests.flow.town import Town, together
from tests.post.room import WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import TAKEN, Letterbox


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
                assert outbox.claim(other, "w2", room.town.today, room.clock.now) is None
                assert outbox.find_mail(other, one.id).state == "unknown"
            return answer

        monkeypatch.setattr(post, "hand_over", slowly)
        room.send()
        assert room.state(one) == ("handed_over", 1)
