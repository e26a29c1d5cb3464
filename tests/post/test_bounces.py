"""A mail that comes back is told to have come back, and its address is not used again; all else is left alone."""

import os
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from billing import bounces
from billing.core.problem import Refused
from billing.flow import outbox
from billing.store.base import writing
from billing.store.mail import Mail
from tests.flow.town import Town
from tests.post.returned import report
from tests.post.room import WEI, PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import TAKEN, Letterbox


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    folder = tmp_path / "bounces"
    for inside in ("new", "cur", "tmp"):
        (folder / inside).mkdir(parents=True)
    return folder


@pytest.fixture
def watch(maildir: Path, room: PostRoom, monkeypatch: pytest.MonkeyPatch) -> bounces.Watch:
    monkeypatch.setattr(bounces, "now", lambda: room.clock.now)
    return bounces.Watch(maildir)


def sent(room: PostRoom, letterbox: Letterbox) -> tuple[Mail, EmailMessage]:
    """A receipt that the server took: as the office keeps it, and as it travels."""
    one = room.mail()
    room.send()
    return one, letterbox.mails[-1]


def lies_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestAMailThatComesBack:
    def test_was_handed_over_all_the_same(
        self, room: PostRoom, town: Town, letterbox: Letterbox, maildir: Path, watch: bounces.Watch
    ) -> None:
        one, travelling = sent(room, letterbox)
        room.clock.let_pass(hours=2)
        (maildir / "new" / "1.mx").write_bytes(report(travelling))
        assert watch.take(town.session) == {"returned": 1}
        assert lies_in(maildir / "new") == [] and lies_in(maildir / "cur") == ["1.mx:2,S"]
        assert room.state(one) == ("address_returned", 1)
        found = outbox.find_mail(town.session, one.id)
        assert found.handed_over_at and found.returned_at == room.clock.now > found.handed_over_at
        assert found.last_answer == TAKEN
        assert "User unknown" in found.returned_words and WEI not in found.returned_words
        with pytest.raises(Refused, match=r"refused the address z\*+@example\.cn"):
            room.mail()

    @on_sqlite
    def test_twice_it_is_once(
        self, room: PostRoom, town: Town, letterbox: Letterbox, watch: bounces.Watch
    ) -> None:
        one, travelling = sent(room, letterbox)
        assert [bounces.note(town.session, report(travelling)) for _ in range(2)] == ["returned", "known"]
        assert room.state(one)[0] == "address_returned"

    @on_sqlite
    def test_because_the_mailbox_was_full_says_nothing_of_the_address(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        one, travelling = sent(room, letterbox)
        full = report(travelling, status="5.2.2", diagnostic="smtp; 552 5.2.2 mailbox full")
        assert bounces.note(town.session, full) == "returned"
        assert room.state(one)[0] == "returned"
        assert room.mail().recipient == WEI

    @on_sqlite
    def test_is_sent_again_by_a_person_to_the_address_that_was_right_after_all(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        one, travelling = sent(room, letterbox)
        bounces.note(town.session, report(travelling))
        again = room.again(outbox.find_mail(town.session, one.id))
        room.clock.let_pass(days=9)
        assert (room.send(), room.state(again)[0]) == (1, "handed_over")
        assert room.mail().recipient == WEI, "the last word on it was a yes"
        room.clock.let_pass(days=1)
        bounces.note(town.session, report(letterbox.mails[-1]))
        with pytest.raises(Refused):
            room.mail()

    @on_sqlite
    def test_whose_answer_nobody_heard_did_go_out(
        self, room: PostRoom, town: Town, letterbox: Letterbox
    ) -> None:
        letterbox.cuts = True
        one, travelling = sent(room, letterbox)
        assert room.state(one)[0] == "unknown"
        bounces.note(town.session, report(travelling))
        assert room.state(one)[0] == "address_returned"
        assert outbox.find_mail(town.session, one.id).handed_over_at is None

    @on_sqlite
    def test_before_the_servers_answer_is_read_again_later(
        self, room: PostRoom, town: Town, letterbox: Letterbox, maildir: Path, watch: bounces.Watch
    ) -> None:
        _, travelling = sent(room, letterbox)
        second = room.mail()
        with writing(town.session):
            outbox.claim(town.session, "w9", town.today, room.clock.now)
        travelling.replace_header("Message-ID", second.message_id)
        (maildir / "new" / "1.mx").write_bytes(report(travelling, without=("X-Permille-Mail",)))
        assert watch.take(town.session) == {} and lies_in(maildir / "new") == ["1.mx"]
        with writing(town.session):
            outbox.settle(town.session, "w9", room.clock.now, second, outbox.Answer("handed_over", TAKEN))
        assert watch.take(town.session) == {"returned": 1}


@on_sqlite
class TestWhatChangesNothing:
    def test_a_delay(
        self, room: PostRoom, town: Town, letterbox: Letterbox, maildir: Path, watch: bounces.Watch
    ) -> None:
        one, travelling = sent(room, letterbox)
        (maildir / "new" / "1.mx").write_bytes(report(travelling, action="delayed", status="4.4.1"))
        assert watch.take(town.session) == {"delayed": 1}
        assert room.state(one) == ("handed_over", 1)

    def test_mail_that_is_not_ours_lies_where_it_lay_and_counts_once(
        self, room: PostRoom, town: Town, letterbox: Letterbox, maildir: Path, watch: bounces.Watch
    ) -> None:
        one, travelling = sent(room, letterbox)
        forged = report(travelling).replace(one.message_id.encode(), b"<guessed@example.cn>")
        strangers = {"1.a": forged, "2.b": b"Subject: " + b"=?utf-8?q?x?=" * 9000, "3.c": b"\xff" * 5000}
        for name, data in strangers.items():
            (maildir / "new" / name).write_bytes(data)
        (maildir / "new" / "4.d").symlink_to("/dev/zero")
        (maildir / "new" / "5.e").mkdir()
        assert watch.take(town.session) == {"foreign": 5}
        assert watch.take(town.session) == {}
        assert lies_in(maildir / "new") == ["1.a", "2.b", "3.c", "4.d", "5.e"]
        assert room.state(one) == ("handed_over", 1)

    def test_no_folder(self, town: Town) -> None:
        assert bounces.Watch(None).take(town.session) == {}


@on_sqlite
def test_mail_goes_out_under_the_address_to_which_it_may_come_back(
    room: PostRoom, letterbox: Letterbox, app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAIL_BOUNCE_ADDRESS", "bounces@example.cn")  # type: ignore[attr-defined]
    _, travelling = sent(room, letterbox)
    assert letterbox.taken[0].mail_from == "bounces@example.cn"
    assert travelling["From"] == "静园物业 <office@example.cn>"


@on_sqlite
def test_the_scheduler_reads_the_folder(room: PostRoom, letterbox: Letterbox, maildir: Path) -> None:
    one, travelling = sent(room, letterbox)
    (maildir / "new" / "1.mx").write_bytes(report(travelling))
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    environment = os.environ | {"BOUNCE_MAILDIR": str(maildir)}
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment) as scheduler:
        until = time.monotonic() + 30
        while not lies_in(maildir / "cur") and time.monotonic() < until:
            time.sleep(0.1)
        scheduler.terminate()
    assert lies_in(maildir / "cur") == ["1.mx:2,S"]
    assert room.state(one)[0] == "address_returned"
