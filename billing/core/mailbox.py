"""An e-mail address, as the plainest rule has it; and what a mail server's answer says of one."""

import re

_MAILBOX = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,63}", re.ASCII
)

_ENHANCED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b", re.ASCII)
#: What an answer may say of the address itself (RFC 3463); "relaying denied" and the like say nothing of it.
_NO_SUCH_ADDRESS = re.compile(r"5\.1\.([01236]|10)|5\.2\.1", re.ASCII)


def is_mailbox(text: str) -> bool:
    """One bare address: no name before it, no second one, no blank or line break anywhere."""
    return len(text) <= 254 and _MAILBOX.fullmatch(text) is not None


def says_no_such_address(code: int, words: str) -> bool:
    """Whether a final no is to the address: by its enhanced code, where it has one."""
    enhanced = _ENHANCED.search(words)
    return bool(_NO_SUCH_ADDRESS.fullmatch(enhanced[0])) if enhanced else code in (550, 551, 553)


def one_line(text: str) -> str:
    """A server's words in one printable line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
