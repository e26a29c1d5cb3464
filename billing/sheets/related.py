"""Sheets that units refer to by code, as other systems export them: customers and tariffs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from billing.core.calendar import CYCLES
from billing.core.problem import Problem, Refused
from billing.core.width import fold
from billing.sheets.cells import parse_price_e4, shown
from billing.sheets.line import Line, is_beside_the_point, is_remark, is_total
from billing.sheets.owners import Owner, plain_code, read_owner
from billing.sheets.table import Table
from billing.translations import N_

_BASES = {
    "area": [
        "面积",
        "按面积",
        "建筑面积",
        "计费面积",
        "按建筑面积",
        "平方米",
        "单价*面积",
        "area",
    ],
    "fixed": [
        "固定",
        "定额",
        "固定金额",
        "按户",
        "户",
        "每户",
        "包月",
        "fixed",
        "flat",
    ],
    "given": [
        "抄表",
        "按量",
        "用量",
        "据实",
        "按实",
        "走表",
        "实际",
        "given",
        "actual",
        "metered",
    ],
}
_MONTHS = {
    "月": 1,
    "季": 3,
    "半年": 6,
    "年": 12,
    "monthly": 1,
    "quarterly": 3,
    "half-yearly": 6,
    "yearly": 12,
}

_NO_CODE = N_("The code is missing: write the code by which other sheets name this row.")
_CODE_AGAIN = N_("Code %(code)s already stands in row %(first)s of this sheet: keep one of them.")
_NO_NAME = N_("The customer's name is missing: write the owner's name.")
_NO_ITEM = N_("The fee's name is missing: write it, such as 物业费.")
_NO_BASIS = N_("How the fee is charged is missing: write 面积, 固定 or 据实.")
_WHAT_BASIS = N_("“%(text)s” does not say how the fee is charged: write 面积, 固定 or 据实.")
_NO_PRICE = N_("The price is missing: write yuan, such as 1.85.")
_NO_MONTHS = N_("The cycle is missing: write its months, 1, 3, 6 or 12.")
_WHAT_MONTHS = N_("“%(text)s” is not a cycle: write its months, 1, 3, 6 or 12.")


@dataclass(frozen=True, slots=True)
class CustomerRow:
    sheet: str
    row: int
    owner: Owner


@dataclass(frozen=True, slots=True)
class TariffRow:
    """`price_e4` in 1/10000 yuan a month: by m² (basis "area"), by unit ("fixed"); "given" may have none."""

    sheet: str
    row: int
    code: str
    item: str
    basis: str
    price_e4: int
    months: int


R = TypeVar("R", CustomerRow, TariffRow)


@dataclass(frozen=True)
class Register(Generic[R]):
    """A sheet's good rows by code, its bad ones' row numbers by code, and the problems."""

    sheet: str
    good: dict[str, R]
    bad: dict[str, int]
    problems: tuple[Problem, ...]


def read_customers(table: Table) -> Register[CustomerRow]:
    return _read(table, "owner_code", ("owner_code", "owner"), _customer)


def read_tariffs(table: Table) -> Register[TariffRow]:
    return _read(table, "fee_codes", ("fee_codes", "item"), _tariff)


def parse_codes(text: str) -> tuple[str, ...]:
    """Several codes in a cell: "F01,F02", "F01、F02"."""
    return tuple(dict.fromkeys(code for code in re.split(r"[,;/|\s]+", fold(text)) if code))


def _read(
    table: Table,
    code_field: str,
    keys: tuple[str, ...],
    build: Callable[[Line, str], R],
) -> Register[R]:
    good: dict[str, R] = {}
    first: dict[str, int] = {}
    problems: list[Problem] = []
    for row in table.rows:
        line = Line(table, row)
        if (
            is_total(line, keys)
            or is_beside_the_point(line)
            or (is_remark(line) and line.says_only((code_field,)))
        ):
            continue
        code = plain_code(line.text(code_field))
        if not code:
            line.tell(code_field, _NO_CODE)
        elif code in first:
            line.tell(code_field, _CODE_AGAIN, code=code, first=first[code])
        built = build(line, code)
        if not line.problems:
            good[code] = built
        if code:
            first.setdefault(code, row.number)
        problems += line.problems
    bad = {code: number for code, number in first.items() if code not in good}
    return Register(table.sheet.name, good, bad, tuple(problems))


def _customer(line: Line, code: str) -> CustomerRow:
    if not line.text("owner"):
        line.tell("owner", _NO_NAME)
    return CustomerRow(line.table.sheet.name, line.row.number, read_owner(line))


def _tariff(line: Line, code: str) -> TariffRow:
    basis = line.need("basis", parse_basis, "", _NO_BASIS)
    price_e4 = line.take("price", parse_price_e4, 0)
    if basis != "given" and not line.text("price"):
        line.tell("price", _NO_PRICE)
    return TariffRow(
        sheet=line.table.sheet.name,
        row=line.row.number,
        code=code,
        item=line.need("item", str, "", _NO_ITEM),
        basis=basis,
        price_e4=price_e4,
        months=line.need("months", parse_months, 0, _NO_MONTHS),
    )


def parse_basis(text: str) -> str:
    plain = "".join(fold(text).split()).casefold()
    for basis, words in _BASES.items():
        if plain in words:
            return basis
    raise Refused(_WHAT_BASIS, text=shown(text))


def parse_months(text: str) -> int:
    """1, 3, 6 or 12 from "3", "3个月", "季", "每季度", "quarterly"."""
    plain = "".join(fold(text).split()).casefold()
    number = re.fullmatch(r"([0-9]{1,2})(?:个?月)?", plain)
    word = plain.removeprefix("每").removeprefix("按").removesuffix("度")
    months = int(number[1]) if number else _MONTHS.get(word, 0)
    if months not in CYCLES:
        raise Refused(_WHAT_MONTHS, text=shown(text))
    return months
