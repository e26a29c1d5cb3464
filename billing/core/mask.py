"""Personal data as a screen shows it: enough to recognise, too little to use (PIPL art. 51)."""

_STAR = "*"


def phone(number: str) -> str:
    """ "138****5678"; shorter numbers keep their last four digits."""
    return _middle(number, 3 if len(number) >= 11 else 0, 4)


def id_number(number: str) -> str:
    """ "990*************2X": neither the birthday nor the digits that banks ask for."""
    return _middle(number, 3, 2)


def email(address: str) -> str:
    """ "w****@example.com": whose it is can be guessed by who knows it."""
    local, at, domain = address.rpartition("@")
    return _middle(local, 1, 0) + at + domain


def name(text: str) -> str:
    """ "王**": the family name only, for pages that anyone with the paper may open."""
    return _middle(text, 1, 0)


def room(label: str) -> str:
    """ "1-1-1**": enough for whoever holds the paper to compare, too little to find the door."""
    return _middle(label, max(len(label) - 2, 0), 0)


def _middle(text: str, head: int, tail: int) -> str:
    hidden = max(len(text) - head - tail, 0)
    if not hidden:  # too short to show any of it
        return _STAR * len(text)
    return text[:head] + _STAR * hidden + text[head + hidden :]
