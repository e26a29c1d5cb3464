"""Numbers that are not money, as people type them: rates, percentages, areas, prices. Never a float."""

import re

from billing.core.money import fold_digits
from billing.core.problem import Refused
from billing.core.width import fold
from billing.translations import N_

_NUMBER = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,8}))?\Z", re.ASCII)

_LONGEST_SERIAL = 12


def parse_scaled(text: str, decimals: int, message: str) -> int:
    """A plain decimal times 10**decimals; Refused with `message` (given %(text)s) for anything else."""
    match = _NUMBER.match(fold_digits(text).strip())
    if match:
        whole, fraction = match.group(1), (match.group(2) or "").rstrip("0")
        if len(fraction) <= decimals:
            scale: int = 10**decimals
            return int(whole) * scale + int(fraction.ljust(decimals, "0") or "0")
    raise Refused(message, text=text[:40])


def parse_per_mille(text: str) -> int:
    """ppm from a rate in per mille a day: "1" is 1000, "0.5" is 500."""
    text = text.strip().removesuffix("‰")
    return parse_scaled(text, 3, N_("“%(text)s” is not a rate: write per mille a day, such as 1 or 0.5."))


def parse_percent(text: str) -> int:
    """ppm from a percentage: "30" is 300000."""
    text = text.strip().removesuffix("%")
    return parse_scaled(text, 4, N_("“%(text)s” is not a percentage: write a number such as 30."))


def parse_price(text: str) -> int:
    """1/10000 yuan from a unit price: "1.85" is 18500."""
    text = fold_digits(text).strip().removeprefix("¥").removesuffix("元")
    return parse_scaled(
        text, 4, N_("“%(text)s” is not a price: write yuan with at most four decimals, such as 1.85.")
    )


def parse_area(text: str) -> int:
    """0.01 m² from an area in m²: "98.5" is 9850."""
    text = text.strip().removesuffix("㎡").removesuffix("m²").removesuffix("m2")
    return parse_scaled(text, 2, N_("“%(text)s” is not an area: write square metres such as 98.50."))


def parse_serial(text: str, prefix: str) -> int | None:
    """17 from "D1-000017" with the prefix "D1-", which may be left out; None from what is no such number."""
    serial = fold(text).upper().removeprefix(prefix)
    return int(serial) if serial.isascii() and serial.isdigit() and len(serial) <= _LONGEST_SERIAL else None


def price(price_e4: int) -> str:
    """ "1.85": a unit price for people, two decimals or as many as it has."""
    text = f"{price_e4 // 10_000}.{price_e4 % 10_000:04d}".rstrip("0")
    return text + "0" * max(0, 2 - len(text.partition(".")[2]))


def area(area_e2: int) -> str:
    """ "98.50"."""
    return f"{area_e2 // 100}.{area_e2 % 100:02d}"


def per_mille(ppm: int) -> str:
    """ "1", "0.5"."""
    return f"{ppm // 1000}.{ppm % 1000:03d}".rstrip("0").rstrip(".")


def percent(ppm: int) -> str:
    """ "30", "12.5"."""
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".")
