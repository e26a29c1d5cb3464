"""A mail server on this machine that keeps what it takes and answers as a test tells it to."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Event
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 2.0.0 Ok: queued as 4F3A"


@dataclass
class Letterbox:
    """`taken` are the envelopes it said yes to, or never answered. Empty answers mean yes."""

    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    #: How often somebody began to send a mail.
    tries: int = 0
    to_sender: str = ""
    to_recipient: str = ""
    to_mail: str = TAKEN
    #: The connection is cut once the whole mail has come, instead of an answer.
    cuts: bool = False
    #: How many seconds it thinks about a mail.
    thinks: float = 0
    has_mail: Event = field(default_factory=Event)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        envelope.mail_from = address
        return self.to_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.to_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_mail.startswith("250"):
            self.taken.append(envelope)
        self.has_mail.set()
        await asyncio.sleep(self.thinks)
        if self.cuts:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.to_mail

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, as a mail program reads it."""
        return [read(envelope) for envelope in self.taken]

    def settings(self) -> dict[str, Any]:
        """An office that sends its mail here."""
        return {
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": self.port,
            "MAIL_DEFAULT_SENDER": "静园物业 <office@example.cn>",
            "MAIL_TIMEOUT": 5,
            "MAIL_SUPPRESS_SEND": False,
        }


def read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    box = Letterbox()
    with open_for_mail(box):
        yield box


@contextmanager
def open_for_mail(box: Letterbox, **options: Any) -> Iterator[None]:
    """Listen on a free port while the block runs; `options` are aiosmtpd's."""
    controller = _OnAnyPort(box, hostname="127.0.0.1", port=0, **options)
    controller.start()
    box.port = controller.port
    try:
        yield
    finally:
        controller.stop()
