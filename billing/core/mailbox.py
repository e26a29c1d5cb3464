"""An e-mail address, as the plainest rule has it: what every mail server takes."""

import re

_MAILBOX = re.compile(
    r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*\.[A-Za-z]{2,63}", re.ASCII
)


def is_mailbox(text: str) -> bool:
    """One bare address: no name before it, no second one, no blank or line break anywhere."""
    return len(text) <= 254 and _MAILBOX.fullmatch(text) is not None
