"""Full-width forms, as a Chinese keyboard types them, made ASCII.

By a table of our own, never by Unicode's compatibility forms: those would also make ① a 1 and ㎡ an m2.
"""

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_FOLD = _FULL_WIDTH | str.maketrans("　￥、。—–−‐‑～", " ¥,.-----~")


def fold(text: str) -> str:
    """Full-width letters, digits and signs made ASCII, 、 a comma, any dash a hyphen; no blanks around it."""
    return text.strip() if text.isascii() else text.translate(_FOLD).strip()
