"""The unified social credit code (统一社会信用代码, GB 32100-2015): its shape, and the check sign at its end."""

import re

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(r"[0-9A-Z]{18}\Z", re.ASCII)


def has_shape(code: str) -> bool:
    """18 characters of 0-9 and A-Z."""
    return _SHAPE.match(code) is not None


def is_consistent(code: str) -> bool:
    """Whether the last sign follows from the other seventeen. I, O, S, V and Z occur in no code."""
    if any(sign not in _SIGNS for sign in code):
        return False
    weighed = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:-1]))
    return _SIGNS[-weighed % 31] == code[-1]
