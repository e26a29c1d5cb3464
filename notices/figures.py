"""How figures stand on paper: dates, areas, rates, amounts."""

from datetime import date

from billing.core.money import grouped

#: A millionth of a fen is this many decimals of a yuan.
_MICRO_DECIMALS = 8


def day(on: date) -> str:
    """2026年3月1日"""
    return f"{on.year}年{on.month}月{on.day}日"


def span(first: date, last: date) -> str:
    """2026-01-01至2026-03-31"""
    return f"{first.isoformat()}至{last.isoformat()}"


def period(first: date, months: int) -> str:
    """2026年第四季度, 2026年11月, 2026年下半年, 2026年度"""
    match months:
        case 1:
            part = f"{first.month}月"
        case 3:
            part = f"第{'一二三四'[first.month // 3]}季度"
        case 6:
            part = "上半年" if first.month == 1 else "下半年"
        case _:
            part = "度"
    return f"{first.year}年{part}"


def area(area_e2: int | None) -> str:
    """98.50㎡"""
    return "" if area_e2 is None else f"{area_e2 // 100}.{area_e2 % 100:02d}㎡"


def rate(ppm: int) -> str:
    """1000 ppm a day is 1‰; half of it 0.5‰."""
    return f"{_trimmed(ppm, 3)}‰"


def percent(ppm: int) -> str:
    """300000 ppm is 30%."""
    return f"{_trimmed(ppm, 4)}%"


def money(fen: int) -> str:
    """¥1,234.50"""
    return f"-¥{grouped(-fen)}" if fen < 0 else f"¥{grouped(fen)}"


def exact_decimals(micro: int) -> int:
    """How many decimals of a yuan these millionths of a fen need, at least two."""
    decimals = _MICRO_DECIMALS
    while decimals > 2 and micro % 10 == 0:
        micro //= 10
        decimals -= 1
    return decimals


def exact(micro: int, decimals: int) -> str:
    """Millionths of a fen in yuan, unrounded: decimals is at least `exact_decimals`."""
    whole, rest = divmod(micro, 10**_MICRO_DECIMALS)
    return f"{whole:,}.{rest:0{_MICRO_DECIMALS}d}"[: decimals - _MICRO_DECIMALS or None]


def _trimmed(number: int, decimals: int) -> str:
    whole, rest = divmod(number, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}".rstrip("0").rstrip(".")
