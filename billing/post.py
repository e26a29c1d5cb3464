"""The talk with the mail server: one mail of the outbox at a time, and what the server answered.

Flask-Mail makes the message and sends it. Its connection lacks what an office needs, so ours adds that: time limits, a
check of the server's certificate, and the server's own words.
"""

import smtplib
import ssl
from contextlib import suppress
from typing import Any

from flask import current_app
from flask_mail import BadHeaderError, Connection, Message
from sqlalchemy.orm import Session

from billing.clock import now, today
from billing.core.bounce import OUR_HEADER
from billing.core.mailbox import one_line, says_no_such_address
from billing.flow import outbox
from billing.flow.outbox import Answer
from billing.store.base import writing
from billing.store.mail import Mail
from billing.store.vault import Vault

#: Seconds for the answer to a whole mail, which a server may search for spam before it gives one.
_PATIENCE = 120
#: The one answer to the sender that is about the mail.
_TOO_LARGE = 552


class _Talk(smtplib.SMTP):
    """Knows whether the mail itself was begun, and keeps the answer to it."""

    begun = False
    answer: tuple[int, bytes] = (0, b"")

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.begun = True
        if self.sock:
            self.sock.settimeout(_PATIENCE)
        self.answer = super().data(msg)
        return self.answer


class _TalkOverTLS(_Talk, smtplib.SMTP_SSL):
    """The same, encrypted from the first word."""


class Line(Connection):
    """Flask-Mail's connection, with time limits and a checked certificate."""

    host: _Talk | None

    def configure_host(self) -> _Talk:
        server, port, seconds = self.mail.server, self.mail.port or 0, current_app.config["MAIL_TIMEOUT"]
        if self.mail.use_ssl:
            talk: _Talk = _TalkOverTLS(server, port, timeout=seconds, context=ssl.create_default_context())
        else:
            talk = _Talk(server, port, timeout=seconds)
        try:
            if self.mail.use_tls:
                talk.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                talk.login(self.mail.username, self.mail.password)
        except BaseException:
            talk.close()
            raise
        return talk

    def __exit__(self, *failure: Any) -> None:
        """Say good-bye; whoever does not answer that has answered all that matters."""
        with suppress(OSError):
            super().__exit__(*failure)
        if self.host:
            self.host.close()


def ready() -> bool:
    """Whether there is a mail server to send to; without one the outbox waits."""
    settings = current_app.extensions["mail"]
    return bool(settings.server) and not settings.suppress


def send_next(session: Session, vault: Vault, worker: str) -> Mail | None:
    """Send the mail whose turn it is; None when none waits, or there is no server."""
    if not ready():
        return None
    with writing(session):
        mail = outbox.claim(session, worker, today(), now())
    if mail is None:
        return None
    answer = _send(vault, mail)
    with writing(session):
        outbox.settle(session, worker, now(), mail, answer)
    return mail


def _send(vault: Vault, mail: Mail) -> Answer:
    try:
        message = _message(vault, mail)
    except (OSError, ValueError) as error:  # a file of the vault is gone or was changed
        return Answer("refused", str(error))
    return hand_over(message)


def _message(vault: Vault, mail: Mail) -> Message:
    """The same bytes at every try: its date and its Message-ID are those it was written with."""
    message = Message(
        mail.subject,
        recipients=[mail.recipient],
        body=mail.body,
        date=mail.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", OUR_HEADER: mail.message_id},
    )
    message.msgId = mail.message_id
    for one in mail.attachments:
        message.attach(one["name"], one["media_type"], vault.get(one["sha256"]))
    return message


def hand_over(message: Message) -> Answer:
    """Give one message to the server."""
    line = Line(current_app.extensions["mail"])
    try:
        with line:
            return _give(message, line)
    except (OSError, ValueError) as error:  # no way to the server, or it did not let us in
        return Answer("queued", _said(error), for_all=True)


def _give(message: Message, line: Line) -> Answer:
    talk = line.host
    assert talk is not None, "asked to send where sending is suppressed"
    try:
        line.send(message, envelope_from=current_app.config["MAIL_BOUNCE_ADDRESS"])
    except smtplib.SMTPRecipientsRefused as error:
        return _of_recipient(*next(iter(error.recipients.values())))
    except smtplib.SMTPDataError as error:
        return _of_mail(error.smtp_code, _said(error))
    except (BadHeaderError, ValueError) as error:  # no server would take it
        return Answer("refused", _said(error))
    except smtplib.SMTPSenderRefused as error:
        too_large = error.smtp_code == _TOO_LARGE
        return Answer("refused" if too_large else "queued", _said(error), for_all=not too_large)
    except OSError as error:
        return Answer("unknown", _said(error)) if talk.begun else Answer("queued", _said(error), for_all=True)
    return Answer("handed_over", _words(*talk.answer))


def _of_recipient(code: int, text: bytes) -> Answer:
    words = _words(code, text)
    if code // 100 != 5:
        return Answer("queued", words)
    return Answer("address_refused" if says_no_such_address(code, words) else "refused", words)


def _of_mail(code: int, words: str) -> Answer:
    """An answer that is neither a yes nor a no leaves open what became of the mail."""
    return Answer({4: "queued", 5: "refused"}.get(code // 100, "unknown"), words)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _words(code: int, text: bytes | str) -> str:
    """ "250 2.0.0 Ok: queued as 4F3A": the server's answer in one printable line."""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return one_line(f"{code} {text}")
