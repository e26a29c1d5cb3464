"""Money: whole fen. Amounts in progress are exact integers of a millionth of a fen."""

import re
from fractions import Fraction

from billing.core.problem import Refused
from billing.translations import N_

#: Largest amount one entry may hold: one hundred million yuan, in fen.
LARGEST = 10**10

#: A fen in the unit that late fees are summed in: fen x ppm x days never leaves the integers.
MICRO = 1_000_000

# Only these are folded: Unicode's own normal form would also turn ① into 1 and ㎡ into m2.
_FOLD = str.maketrans("０１２３４５６７８９．，－￥　", "0123456789.,-¥ ")
_YUAN = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]{1,2})0*)?\Z", re.ASCII)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def fold_digits(text: str) -> str:
    """Full-width digits, point, comma, minus and yen sign as people type them, made ASCII."""
    return text.translate(_FOLD)


def parse_yuan(text: str) -> int:
    """Fen from an amount in yuan as people write it: "1,234.5", "￥３０", "-0.10", "98元".

    Raises Refused for anything else: no exponent, no third decimal, nothing beyond LARGEST.
    """
    plain = fold_digits(text).strip().removeprefix("¥").removesuffix("元").strip()
    match = _YUAN.match(plain)
    if not match:
        raise Refused(
            N_("“%(text)s” is not an amount: write yuan with at most two decimals, such as 1234.50."),
            text=text[:40],
        )
    whole, _, cents = plain.replace(",", "").partition(".")
    fen = abs(int(whole)) * 100 + int((cents[:2] or "0").ljust(2, "0"))
    if fen > LARGEST:
        raise Refused(N_("“%(text)s” is more than one entry may hold (100,000,000.00)."), text=text[:40])
    return -fen if plain.startswith("-") else fen


def parse_positive_yuan(text: str) -> int:
    """Like parse_yuan, for an amount that must be above zero."""
    fen = parse_yuan(text)
    if fen <= 0:
        raise Refused(N_("The amount must be above zero, not %(text)s."), text=text.strip()[:40])
    return fen


def yuan(fen: int) -> str:
    """ "1234.50": the one form of an amount in JSON and on the command line."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def grouped(fen: int) -> str:
    """ "1,234.50": for people's eyes."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def round_half_up(exact: Fraction) -> int:
    """Half away from zero to the whole fen, as bills are rounded."""
    sign = -1 if exact < 0 else 1
    numerator, denominator = abs(exact.numerator), exact.denominator
    return sign * ((2 * numerator + denominator) // (2 * denominator))


def round_micro(micro: int) -> int:
    """Millionths of a fen (never negative) to whole fen, half up: the one rounding of a late fee."""
    return (2 * micro + MICRO) // (2 * MICRO)


def capital(fen: int) -> str:
    """人民币大写 as the People's Bank asks for it on papers (支付结算办法, 附一): 107000.53 -> 壹拾万柒仟元零伍角叁分.

    A run of zeros inside the number is one 零; a whole amount ends in 整; below zero begins with 负.
    """
    if fen < 0:
        return "负" + capital(-fen)
    whole, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    words = _whole(whole) + "元" if whole else ""
    if not jiao and not cent:
        return (words or "零元") + "整"
    if jiao:
        # 元零伍角 where the yuan end in 0: the first form of the bank's own example.
        words += ("零" if whole and whole % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif words:
        words += "零"
    return words + (_DIGITS[cent] + "分" if cent else "整")


def _whole(number: int) -> str:
    """The yuan part in groups of four digits, one 零 wherever places were skipped."""
    words, zero_waits = "", False
    groups: list[int] = []
    while number:
        groups.append(number % 10_000)
        number //= 10_000
    for group in range(len(groups) - 1, -1, -1):
        value = groups[group]
        if not value:
            zero_waits = bool(words)
            continue
        if words and (zero_waits or value < 1000):
            words += "零"
        words += _four(value) + _GROUPS[group]
        zero_waits = False
    return words


def _four(value: int) -> str:
    words, zero_waits = "", False
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if not digit:
            zero_waits = bool(words)
            continue
        words += ("零" if zero_waits else "") + _DIGITS[digit] + _PLACES[place]
        zero_waits = False
    return words
