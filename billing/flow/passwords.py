"""Passwords: what may be one, how it is kept (argon2id), and a check that takes as long for nobody as for somebody."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from billing.core.problem import Refused
from billing.translations import N_

SHORTEST, LONGEST = 8, 128

#: What guessers try first, beyond what the other rules refuse already.
_WORN = frozenset(
    [
        "password",
        "passw0rd",
        "qwertyui",
        "qwerty123",
        "1qaz2wsx",
        "1q2w3e4r",
        "woaini1314",
        "woaini520",
        "5201314520",
        "a123456789",
        "abc123456",
        "abcd1234",
        "aa123456",
        "admin123",
        "admin888",
        "letmein1",
        "iloveyou",
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "11223344",
        "123123123",
        "147258369",
        "asdfghjk",
        "zxcvbnm1",
        "permille",
        "qianfenyi",
        "wuye1234",
    ]
)

_hasher = PasswordHasher()  # RFC 9106, second recommended set: argon2id, 64 MiB, 3 passes

#: The hash of nothing anyone can type: names that do not exist are checked against it.
_NOBODYS = _hasher.hash("\0 nobody")


def seal(password: str, name: str) -> str:
    """The argon2id hash to keep; Refused if it would be guessed at once. Slow on purpose: not inside `writing`."""
    if len(password) < SHORTEST:
        raise Refused(N_("A password needs %(count)s characters or more."), count=SHORTEST)
    if len(password) > LONGEST:
        raise Refused(N_("A password has at most %(count)s characters."), count=LONGEST)
    plain = password.casefold()
    if plain in _WORN or len(set(plain)) < 4 or (len(name) > 3 and name.casefold() in plain):
        raise Refused(N_("This password is among the first that anyone would guess. Take another."))
    return _hasher.hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Is this the password kept as that hash? None (there is no such person) takes as long and is never right."""
    try:
        _hasher.verify(kept or _NOBODYS, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
