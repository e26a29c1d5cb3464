"""A run's notices by e-mail: each once to its debtor with its PDF, none that says what is no longer so."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from billing import jobs
from billing.clock import now
from billing.core.calendar import parse_period
from billing.flow import paper_mail, printing, work
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.dunning import issue_run, plan_run
from billing.flow.holds import lift_hold, place_hold
from billing.flow.printing import BILLS, NOTICES
from billing.store.base import writing
from billing.store.collection import BillRun, Document, DunningRun, Notice
from tests.flow.test_background import blank
from tests.flow.town import ACTOR, Town, together
from tests.post.room import WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox

NA = "lina@example.cn"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers that take no time: what is tested here is whom they are sent to, not what they look like."""
    monkeypatch.setattr(printing, "pdf", lambda vault, notice: blank(notice))


def dun(room: PostRoom, made: bool = True) -> DunningRun:
    """A run of three notices as of today; two of the debtors have an address."""
    town = room.town
    town.issue("2026Q3")
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, town.today, town.today)
        run = issue_run(town.session, ACTOR, town.community_id, plan)
        assert run
        NOTICES.queue(town.session, ACTOR, now(), run)
    if made:
        make(room)
    return run


def make(room: PostRoom) -> None:
    while jobs.run_next(room.town.session, room.vault, "press"):
        pass


def press(room: PostRoom, run: DunningRun | BillRun, town: Town | None = None) -> int:
    """Press "e-mail this run"; how many mails were written."""
    town = town or room.town
    series: Any = NOTICES if isinstance(run, DunningRun) else BILLS
    with writing(town.session, town.community_id):
        fates = paper_mail.run_fates(town.session, series, run.id, town.today)
        return paper_mail.mail_run(town.session, ACTOR, town.today, room.clock.now, fates)


def left_out(room: PostRoom, run: DunningRun) -> dict[str, str]:
    room.town.session.rollback()
    fates = paper_mail.run_fates(room.town.session, NOTICES, run.id, room.town.today)
    return {one.unit: one.reason for one in paper_mail.left_out(fates)}


def states(room: PostRoom) -> dict[str, str]:
    """Recipient -> state, or why it was withdrawn."""
    return {
        mail.recipient: mail.last_answer if mail.state == "withdrawn" else mail.state for mail in room.all()
    }


class TestARun:
    def test_goes_to_each_debtor_with_his_paper(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        run = dun(room)
        assert (press(room, run), room.send()) == (2, 2)
        assert left_out(room, run) == {"2-1-201": "no e-mail address is known"}
        (notice, paper), *_ = NOTICES.made(town.session, run.id)
        message = next(one for one in letterbox.mails if one["To"] == WEI)
        assert message["Subject"] == f"【示例物业服务有限公司】催告函 {notice.number}"
        body = message.get_body()
        assert body
        for words in ("张伟", "静园 1-1-101", notice.number, "2026年11月23日", "1,264.80元"):
            assert words in body.get_content()
        (file,) = message.iter_attachments()
        assert file.get_filename() == f"催告函 {notice.number}.pdf"
        assert file.get_content() == room.vault.get(paper.sha256)

    @pytest.mark.usefixtures("quick")
    def test_is_mailed_once_however_often_and_by_however_many_it_is_pressed(
        self, app: Flask, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        run = dun(room)

        def act(own: Town, number: int) -> int:
            with app.app_context():
                return press(room, run, own)

        assert sorted(together(town, 3, act)) == [0, 0, 2]  # type: ignore[type-var]
        room.send()
        assert (press(room, run), room.send(), len(letterbox.taken)) == (0, 0, 2)

    @on_sqlite
    @pytest.mark.usefixtures("quick")
    def test_goes_out_by_itself_where_the_community_says_so(self, room: PostRoom, town: Town) -> None:
        town.set_community(mail_notices="yes")
        run = dun(room)
        assert states(room) == {WEI: "queued", NA: "queued"}
        assert {mail.actor for mail in room.all()} == {ACTOR}
        assert press(room, run) == 0

    @on_sqlite
    @pytest.mark.usefixtures("quick")
    def test_reaches_those_whose_address_was_entered_since(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        run = dun(room)
        letterbox.to_recipient = "550 5.1.1 no such user"
        assert (press(room, run), room.send()) == (2, 2)
        assert set(left_out(room, run).values()) == {
            "mail to every address known was refused or came back",
            "no e-mail address is known",
        }
        letterbox.to_recipient = ""
        room.tell("1-1-101", "wei@example.com")
        room.tell("2-1-201", "fang@example.com")
        assert (press(room, run), room.send()) == (2, 2)
        assert {envelope.rcpt_tos[0] for envelope in letterbox.taken} == {
            "wei@example.com",
            "fang@example.com",
        }

    @on_sqlite
    def test_of_payment_notices_is_mailed_too(self, room: PostRoom, town: Town, letterbox: Letterbox) -> None:
        town.issue("2026Q4")
        with writing(town.session, town.community_id):
            plan = plan_bills(town.session, town.community_id, parse_period("2026Q4"), town.today)
            run = issue_bills(town.session, ACTOR, town.community_id, plan, plan.digest)
            assert run
            BILLS.queue(town.session, ACTOR, now(), run)
        make(room)
        assert (press(room, run), room.send(), press(room, run)) == (2, 2, 0)
        message = next(one for one in letterbox.mails if one["To"] == WEI)
        body = message.get_body()
        assert body and "缴费通知单" in message["Subject"] and "2026年第四季度" in body.get_content()
        assert len(list(message.iter_attachments())) == 1


@on_sqlite
@pytest.mark.usefixtures("quick")
class TestWhatIsNoLongerSo:
    """Between the writing of a mail and its sending; and what is so again is sent after all."""

    def test_a_debtor_who_paid_is_not_asked_again(self, room: PostRoom, town: Town) -> None:
        run = dun(room)
        press(room, run)
        town.pay("1-1-101", "1264.80", "2026-11-23")
        assert (room.send(), states(room)) == (1, {WEI: "paid", NA: "handed_over"})
        assert left_out(room, run)["1-1-101"] == "What it asks for is paid."

    def test_who_paid_the_principal_and_not_the_late_fee_still_owes(self, room: PostRoom, town: Town) -> None:
        run = dun(room)
        press(room, run)
        town.pay("1-1-101", "1200", "2026-11-23")
        assert (room.send(), states(room)[WEI]) == (2, "handed_over")
        assert "1-1-101" not in left_out(room, run)

    def test_nor_is_one_whose_notices_are_held_back(self, room: PostRoom, town: Town) -> None:
        run = dun(room)
        press(room, run)
        unit, debtor = town.unit("1-1-101"), town.charges("1-1-101")[0].debtor_id
        with writing(town.session, town.community_id):
            place_hold(town.session, ACTOR, unit, debtor, "disputed", town.today, None, "异议", "H1")
        assert (room.send(), states(room)[WEI]) == (1, "held")
        assert press(room, run) == 0
        with writing(town.session, town.community_id):
            lift_hold(town.session, ACTOR, unit, debtor, town.today, "已答复", "H2")
        assert (press(room, run), press(room, run), room.send()) == (1, 0, 1)
        assert states(room) == {WEI: "handed_over", NA: "handed_over"}

    def test_nor_by_a_paper_whose_charge_was_reversed(self, room: PostRoom, town: Town) -> None:
        town.issue("2026Q2")
        run = dun(room)
        press(room, run)
        town.reverse(town.charges("1-1-101")[0])
        assert (room.send(), states(room)[WEI]) == (1, "corrected")

    def test_nor_after_the_day_by_which_it_asks_for_payment(self, room: PostRoom, town: Town) -> None:
        run = dun(room)
        later = town.on("2026-12-31")
        assert press(room, run, later) == 0
        fates = paper_mail.run_fates(town.session, NOTICES, run.id, later.today)
        assert {one.left_out for one in fates} == {"Its deadline has passed."}


class TestKilled:
    def scheduler(self, letterbox: Letterbox) -> "subprocess.Popen[bytes]":
        settings = {name: str(value) for name, value in letterbox.settings().items()}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2], env=os.environ | settings)

    def test_at_the_first_mail_of_a_run_the_others_go_out_once(
        self, room: PostRoom, town: Town, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The scheduler makes the papers and mails them; it dies with one mail on the line and papers unmade."""
        town.set_community(mail_notices="yes")
        room.tell("2-1-201", "fang@example.cn")
        run = dun(room, made=False)
        letterbox.thinks = 60
        with self.scheduler(letterbox) as sender:
            assert letterbox.has_mail.wait(60)
            sender.send_signal(signal.SIGKILL)
        letterbox.thinks = 0
        later = now() + work.LEASE + timedelta(minutes=1)
        monkeypatch.setattr(jobs, "now", lambda: later)
        make(room)
        room.clock.let_pass(days=1)
        room.send()
        made = town.session.scalars(select(Document.about_id).where(Document.about == "notice")).all()
        assert sorted(made) == sorted(notice.id for notice in town.all(Notice))
        mails = room.all()
        assert sorted(mail.about_id for mail in mails) == sorted(made), "each once"
        assert sorted(mail.state for mail in mails) == ["handed_over", "handed_over", "unknown"]
        ids = [message["Message-ID"] for message in letterbox.mails]
        assert sorted(ids) == sorted(mail.message_id for mail in mails)
        assert press(room, run) == 0

    @on_sqlite
    @pytest.mark.usefixtures("quick")
    def test_a_dead_server_loses_none_and_sends_none_twice(
        self, room: PostRoom, letterbox: Letterbox
    ) -> None:
        run = dun(room)
        press(room, run)
        letterbox.to_sender = "421 4.3.2 shutting down"
        assert room.send() == 1, "one tries, the others wait"
        assert set(states(room).values()) == {"queued"} and letterbox.taken == []
        letterbox.to_sender = ""
        room.clock.let_pass(hours=1)
        assert (room.send(), set(states(room).values())) == (2, {"handed_over"})
