"""`flask mail`: what waits, sending it now, and whether the mail server takes anything at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.flow import mail
from billing.store.base import writing
from billing.store.people import Party
from tests.flow.town import ACTOR, found
from tests.post.returned import report
from tests.support.databases import on_sqlite
from tests.support.letterbox import TAKEN, Letterbox

pytestmark = on_sqlite

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"TESTING": True, **letterbox.settings()}


@pytest.fixture
def ask(command: Callable[..., Result]) -> Ask:
    def run(*arguments: str, status: int = 0) -> dict[str, Any]:
        result = command("mail", *arguments, "--json")
        assert result.exit_code == status, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    return run


@pytest.fixture
def queued(session: Session, today: Any) -> None:
    """Two mails that wait."""
    town = found(session, today)
    party = session.scalars(select(Party.id)).first()
    assert party
    with writing(session, town.community_id):
        for number, to in enumerate(("wei@example.cn", "na@example.cn")):
            letter = mail.Letter(town.community_id, "payment", number, party, to, "收据", "正文")
            mail.queue_mail(session, ACTOR, now(), letter, to)


@pytest.mark.usefixtures("queued")
def test_it_lists_and_sends_what_waits(ask: Ask, letterbox: Letterbox) -> None:
    listed = ask("list")
    assert listed["server"] is True
    assert [(one["state"], one["to"]) for one in listed["mails"]] == [
        ("queued", "n*@example.cn"),
        ("queued", "w**@example.cn"),
    ]
    assert ask("send") == {
        "tried": 2,
        "queued": 0,
        "handed_over": 2,
        "refused": 0,
        "address_refused": 0,
        "unknown": 0,
    }
    assert ask("send")["tried"] == 0
    assert len(letterbox.taken) == 2
    handed_over = ask("list", "--state", "handed_over")["mails"]
    assert {one["answer"] for one in handed_over} == {TAKEN} and handed_over[0]["next_try"] is None


@pytest.mark.usefixtures("queued")
def test_what_is_put_off_waits_for_its_time(ask: Ask, letterbox: Letterbox) -> None:
    letterbox.to_recipient = "451 later"
    sent = ask("send")
    assert (sent["tried"], sent["queued"]) == (2, 2)
    assert ask("send")["tried"] == 0
    assert ask("list")["mails"][0]["next_try"]


def test_a_test_mail_tells_the_servers_answer(ask: Ask, letterbox: Letterbox) -> None:
    assert ask("test", "me@example.cn") == {"to": "me@example.cn", "state": "handed_over", "answer": TAKEN}
    letterbox.to_recipient = "550 5.7.1 relaying denied"
    assert "relaying denied" in ask("test", "me@example.cn", status=1)["error"]
    assert "is not an e-mail address" in ask("test", "me@example.cn\nBcc: x@y.cn", status=2)["error"]
    assert len(letterbox.taken) == 1


class TestWithoutAServer:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {}

    def test_it_says_what_to_set(self, ask: Ask) -> None:
        assert ask("list") == {"server": False, "mails": []}
        for arguments in (("send",), ("test", "me@example.cn")):
            assert "MAIL_SERVER" in ask(*arguments, status=1)["error"]


def test_what_came_back_is_read_from_files(
    ask: Ask, queued: None, letterbox: Letterbox, tmp_path: Path
) -> None:
    ask("send")
    names = []
    for number, taken in enumerate(letterbox.mails):
        names.append(str(tmp_path / f"{number}.eml"))
        Path(names[-1]).write_bytes(report(taken, action=("failed", "delayed")[number]))
    (tmp_path / "other.eml").write_bytes(b"Subject: hello\n\n\xff")
    read = ask("bounces", *names, str(tmp_path / "other.eml"))
    assert read == {"read": 3, "returned": 1, "delayed": 1, "known": 0, "early": 0, "foreign": 1}
    assert ask("bounces", names[0])["known"] == 1
    (back,) = ask("list", "--state", "address_returned")["mails"]
    assert "User unknown" in back["returned_words"] and back["handed_over"] < back["returned"]
    ask("bounces", str(tmp_path / "nothing.eml"), status=2)
