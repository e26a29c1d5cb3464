"""Old charges carried over (欠费台账): one row for a unit's fee item and period, with what was paid and when."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from billing.core.calendar import Period
from billing.core.money import parse_yuan
from billing.core.problem import Problem, Refused, Unusable
from billing.sheets.book import Row, open_book
from billing.sheets.cells import fold, parse_day, parse_price_e4
from billing.sheets.headings import AMOUNT, ARREARS_FIELDS, BUILDING, PERIOD, ROOM, Field, unit_of
from billing.sheets.labels import UnitLabel
from billing.sheets.line import Line
from billing.sheets.names import parse_owner
from billing.sheets.periods import parse_fee_period
from billing.sheets.place import names_buildings, unit_lines
from billing.sheets.survey import Note, Survey, check_choice, notes_on_unread
from billing.sheets.table import Choice, Table, find_table, likely_table
from billing.translations import N_

DEFAULT_ITEM = "物业费"

_FILLED = ("building", "entrance", "room", "owner", "item")
_MONEY = ("amount", "paid", "open", "price")
_NOT_YUAN = ("分", "角", "千元", "万元", "百元")

#: What a way of payment is called, to its code; looked for in this order.
_CHANNELS = {
    "debit": ("代扣", "托收", "划扣", "debit"),
    "wechat": ("微信", "wechat"),
    "alipay": ("支付宝", "alipay"),
    "pos": ("pos", "刷卡", "银行卡", "card"),
    "transfer": ("转账", "转帐", "汇款", "网银", "对公", "电汇", "transfer", "bank"),
    "cash": ("现金", "现钞", "cash"),
}

_WRONG_UNIT = N_("The column %(heading)s is not in yuan: convert it to yuan in the spreadsheet and try again.")
_NO_PERIOD = N_("The fee period is missing: write it, such as 2023Q2 or 2023-05.")
_NO_AMOUNT = N_("The amount charged is missing: write yuan, such as 586.80.")
_NOT_POSITIVE = N_("The amount charged must be above zero, not %(amount)s: correct it, or delete the row.")
_NEGATIVE = N_("The amount must not be below zero: correct it; a refund is booked by itself.")
_PAID_TOO_MUCH = N_("More was paid (%(paid)s) than charged (%(amount)s): correct it; a prepayment is booked by itself.")
_DOES_NOT_ADD_UP = N_("Charged %(amount)s less paid %(paid)s is %(rest)s, not the %(open)s written here: correct one of them.")
_NO_PAY_DAY = N_("Something was paid, but not when: write the day the money came, such as 2024-02-10.")
_DAY_WITHOUT_MONEY = N_("A day of payment stands here, but nothing was paid: write the amount paid, or clear the day.")
_CHARGE_AGAIN = N_("%(item)s of %(unit)s for %(period)s already stands in row %(first)s of sheet %(sheet)s: make them one row.")
_DUE_ASSUMED = N_("%(count)s rows name no due date: the last day of their fee period is taken.")
_ITEM_ASSUMED = N_("The file has no column for the fee item: every charge is taken for %(item)s.")


@dataclass(frozen=True, slots=True)
class ArrearsRow:
    """A charge. Amounts in fen, `price_e4` in 1/10000 yuan; `entrance` is "" where the file names none.

    `open` is what the file says is left, None if it does not say; `due_assumed`: the period's last day.
    """

    sheet: str
    row: int
    building: str
    entrance: str
    room: str
    owner: str
    item: str
    period: Period
    price_e4: int | None
    amount: int
    paid: int
    open: int | None
    due: date
    due_assumed: bool
    paid_on: date | None
    channel: str | None
    receipt: str
    note: str

    @property
    def label(self) -> str:
        return f"{self.building}-{self.entrance}-{self.room}"


@dataclass(frozen=True)
class Arrears:
    """What a file of arrears holds. A row with any problem is in `problems` alone, never in `rows`."""

    survey: Survey
    rows: tuple[ArrearsRow, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Note, ...]
    headings: Mapping[tuple[str, int], Row]

    @property
    def bad_rows(self) -> int:
        return len({(problem.sheet, problem.row) for problem in self.problems})
