"""The one-time code that an owner copies from paper: 13 Crockford base32 characters, 65 bits.

The alphabet has no I, L, O and U, so that what a person misreads is read back right.
"""

from billing.core.money import fold_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 13

_READ = str.maketrans("OIL", "011")


def read(text: str) -> str | None:
    """The code as issued, from what a person typed: any case, spaces and hyphens, O for 0, I or L for 1."""
    kept = "".join(sign for sign in fold_digits(text).upper() if sign not in " -—–－").translate(_READ)
    return kept if len(kept) == LENGTH and set(kept) <= set(ALPHABET) else None


def shown(code: str) -> str:
    """ "XXXX-XXXX-XXXXX", as printed."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
