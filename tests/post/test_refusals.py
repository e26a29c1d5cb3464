"""What the server said is what the books say, of the mail and of the address."""

import pytest

from billing.core.problem import Refused
from billing.flow import contacts, receipts
from billing.store.base import writing
from tests.flow.town import Town
from tests.post.room import REACHED, WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import TAKEN, Letterbox


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
        self, room: PostRoom, town: Town, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        letterbox.to_recipient = self.NO_SUCH
        room.mail()
        room.send()
        town.import_roster(REACHED)  # the file still says so, which nobody looked at
        with pytest.raises(Refused):
            room.mail()
        room.clock.let_pass(hours=1)
        monkeypatch.setattr(contacts, "now", lambda: room.clock.now)
        room.tell("1-1-101", WEI)
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
    def test_a_mail_that_is_too_large_keeps_no_other_waiting(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        letterbox.to_sender = "552 5.3.4 message exceeds the size limit"
        one, other = room.mail(), room.mail("1-1-102")
        assert room.send() == 2
        assert room.state(one) == room.state(other) == ("refused", 1)

    @on_sqlite
    def test_a_file_that_is_gone_holds_up_nobody(self, room: PostRoom, letterbox: Letterbox) -> None:
        one, other = room.mail(), room.mail("1-1-102")
        room.vault.path(one.attachments[0]["sha256"]).write_bytes(b"something else")
        assert room.send() == 2
        assert (room.state(one)[0], room.state(other)[0]) == ("refused", "handed_over")


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
