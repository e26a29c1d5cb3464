"""A report on a mail of ours that came back by mail (RFC 3464): which mail it was, and what the last server said.

Whoever knows the address may write to it, so anything may stand in there; what is no such report is None.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser

from billing.core.mailbox import one_line, says_no_such_address

#: Under which header each mail bears its Message-ID a second time: some servers put one of their own in its place.
OUR_HEADER = "X-Permille-Mail"
#: Bytes; a report that brings back a whole mail with its paper is far below, and a larger one would take long to read.
LARGEST = 2 * 1024 * 1024

_RETURNED = (
    *("message/rfc822", "message/rfc822-headers", "text/rfc822-headers"),
    *("message/global", "message/global-headers"),
)
_CODE = re.compile(r"\b5\d\d\b", re.ASCII)
_MOST_WORDS = 300
#: The address's domain is nowhere.
_NO_SUCH_HOST = "5.4.4"


@dataclass(frozen=True)
class Report:
    """`message_ids` are those by which the returned mail may be known; `failed`: nobody tries any more."""

    message_ids: frozenset[str]
    failed: bool
    words: str
    no_such_address: bool


def read_report(data: bytes) -> Report | None:
    """What the message reports of a mail; None where it is no report, or cannot be read."""
    if len(data) > LARGEST:
        return None
    try:
        return _report(message_from_bytes(data))
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _report(message: Message) -> Report | None:
    parts = message.get_payload()
    if message.get_content_type() != "multipart/report" or not isinstance(parts, list):
        return None
    kinds = {part.get_content_type(): part for part in reversed(parts) if isinstance(part, Message)}
    status = kinds.get("message/delivery-status")
    returned = next((kinds[kind] for kind in _RETURNED if kind in kinds), None)
    if status is None or returned is None:
        return None
    groups = status.get_payload()
    told = [one for one in groups if isinstance(one, Message) and one["Action"]]  # the first is of the server
    failed = next((one for one in told if _said(one, "Action").lower() == "failed"), None)
    chosen = failed or next(iter(told), None)
    ids = frozenset(_ids(_headers(returned)))
    if chosen is None or not ids:
        return None
    code, words = _said(chosen, "Status"), _said(chosen, "Diagnostic-Code").partition(";")[2].strip()
    return Report(ids, failed is not None, f"{code} {words}".strip()[:_MOST_WORDS], _tells(code, words))


def _tells(status: str, words: str) -> bool:
    """Whether it says that there is no such address; the last server's own words count for more than the status."""
    if status == _NO_SUCH_HOST:
        return True
    code = _CODE.search(words)
    plain = status if not status.endswith(".0.0") else ""
    return says_no_such_address(int(code[0]) if code else 0, f"{words} {plain}")


def _headers(returned: Message) -> Message:
    inside = returned.get_payload()
    if isinstance(inside, list):
        return inside[0]  # type: ignore[return-value]  # a message/rfc822's one message
    data = returned.get_payload(decode=True)
    return BytesHeaderParser().parsebytes(data if isinstance(data, bytes) else b"")


def _ids(headers: Message) -> Iterable[str]:
    for name in ("Message-ID", OUR_HEADER):
        if text := _said(headers, name):
            yield text


def _said(headers: Message, name: str) -> str:
    return one_line(str(headers[name] or ""))
