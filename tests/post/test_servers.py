"""Servers that are not there, or that hang, or that are not who they say: mail waits and nothing hangs."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from billing import post
from billing.flow import outbox
from tests.post.room import PostRoom
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox, open_for_mail


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


@on_sqlite
class TestEncryption:
    """Names and passwords go to the server that was meant, or nowhere."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """The server's own, which nobody vouches for."""
        made, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
        names = ["subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(made)]
        subprocess.run([*command.split(), *names], check=True, capture_output=True)
        return made

    @pytest.fixture
    def settings(self, certificate: Path) -> Iterator[dict[str, Any]]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, certificate.with_name("key.pem"))
        box = Letterbox()
        with open_for_mail(box, tls_context=context, require_starttls=True):
            yield {"TESTING": True, **box.settings(), "MAIL_USE_TLS": True}

    def test_ends_where_the_certificate_is_a_strangers(self, room: PostRoom) -> None:
        one = room.mail()
        room.send()
        assert room.state(one) == ("queued", 1) and "certificate verify failed" in room.answer(one)

    def test_is_used_where_the_certificate_is_known(
        self, room: PostRoom, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        one = room.mail()
        room.send()
        assert room.state(one) == ("handed_over", 1)
