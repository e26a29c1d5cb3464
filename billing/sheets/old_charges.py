"""Rows of the arrears: a charge as it was issued, what was paid of it and when, and whether it adds up."""

from dataclasses import dataclass
from datetime import date

from billing.core.calendar import Period
from billing.core.money import parse_yuan, yuan
from billing.core.width import fold
from billing.sheets.cells import parse_day, parse_price_e4
from billing.sheets.labels import UnitLabel
from billing.sheets.line import Line
from billing.sheets.names import parse_owner
from billing.sheets.periods import parse_fee_period
from billing.sheets.place import FILLED
from billing.sheets.unit_rows import UnitRow, UnitRows, place_of
from billing.translations import N_

DEFAULT_ITEM = "物业费"

#: What a way of payment is called, to its code; looked for in this order.
_CHANNELS = {
    "debit": ("代扣", "托收", "划扣", "debit"),
    "wechat": ("微信", "wechat"),
    "alipay": ("支付宝", "alipay"),
    "pos": ("pos", "刷卡", "银行卡", "card"),
    "transfer": ("转账", "转帐", "汇款", "网银", "对公", "电汇", "transfer", "bank"),
    "cash": ("现金", "现钞", "cash"),
}

_NO_PERIOD = N_("The fee period is missing: write it, such as 2023Q2 or 2023-05.")
_NO_AMOUNT = N_("The amount charged is missing: write yuan, such as 586.80.")
_NOT_POSITIVE = N_("The amount charged must be above zero, not %(amount)s: correct it, or delete the row.")
_NEGATIVE = N_("The amount must not be below zero: correct it; a refund is booked by itself.")
_PAID_TOO_MUCH = N_(
    "More was paid (%(paid)s) than charged (%(amount)s): correct it; a prepayment is booked by itself."
)
_DOES_NOT_ADD_UP = N_(
    "Charged %(amount)s less paid %(paid)s leaves %(rest)s, not the %(open)s written here: correct one."
)
_NO_PAY_DAY = N_("Something was paid, but not when: write the day the money came, such as 2024-02-10.")
_DAY_WITHOUT_MONEY = N_(
    "A day of payment stands here, but nothing was paid: write the amount paid, or clear the day."
)
_CHARGE_AGAIN = N_(
    "%(item)s of unit %(unit)s for %(period)s already stands in row %(first)s of sheet %(sheet)s: "
    "make them one row."
)


@dataclass(frozen=True, slots=True)
class ArrearsRow(UnitRow):
    """A charge. Amounts in fen, `price_e4` in 1/10000 yuan; `entrance` is "" where the file names none.

    `open` is what the file says is left, None if it does not say; `due_assumed`: it is the period's last day.
    """

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


class ChargeReader(UnitRows[ArrearsRow]):
    """One unit's item and period may stand in a file once."""

    keys = ("building", "entrance", "room", "owner", "item", "period")
    filled = (*FILLED, "room", "owner", "item")

    def _read_row(self, line: Line, label: UnitLabel | None) -> ArrearsRow | None:
        item = line.text("item") or DEFAULT_ITEM
        period = line.need("period", parse_fee_period, None, _NO_PERIOD)
        if label and period:
            self._check_new(
                line,
                "period",
                (label, item, period),
                _CHARGE_AGAIN,
                item=item,
                unit=str(label),
                period=period.name,
            )
        owner = line.take("owner", parse_owner, ("",))[0]
        price_e4 = line.take("price", parse_price_e4, None)
        amount, paid, left = _read_amounts(line)
        due = line.take("due", parse_day, None)
        paid_on = _read_pay_day(line, paid)
        if line.problems or label is None or period is None:
            return None
        return ArrearsRow(
            *place_of(line, label),
            owner=owner,
            item=item,
            period=period,
            price_e4=price_e4,
            amount=amount,
            paid=paid,
            open=left,
            due=due or period.last,
            due_assumed=due is None,
            paid_on=paid_on,
            channel=channel_of(line.text("channel")),
            receipt=fold(line.text("receipt")),
            note=line.text("note"),
        )


def channel_of(text: str) -> str | None:
    """cash, transfer, pos, wechat, alipay, debit or other from the office's word; None from none."""
    plain = fold(text).casefold()
    if not plain:
        return None
    return next(
        (code for code, words in _CHANNELS.items() if any(word in plain for word in words)),
        "other",
    )


def _read_amounts(line: Line) -> tuple[int, int, int | None]:
    """(charged, paid, left as written) in fen; whatever does not fit together is told.

    A list of what is left alone, without a column for what was charged, is read as charges unpaid.
    """
    before = len(line.problems)
    paid = line.take("paid", parse_yuan, 0)
    left = line.take("open", parse_yuan, None)
    if "amount" in line.table.columns:
        amount = line.need("amount", parse_yuan, 0, _NO_AMOUNT)
        charged_in = "amount"
    else:
        amount = line.need("open", parse_yuan, 0, _NO_AMOUNT) + paid
        charged_in = "open"
    if len(line.problems) > before:
        return amount, paid, left
    if amount <= 0:
        line.tell(charged_in, _NOT_POSITIVE, amount=yuan(amount))
    elif paid < 0:
        line.tell("paid", _NEGATIVE)
    elif paid > amount:
        line.tell("paid", _PAID_TOO_MUCH, paid=yuan(paid), amount=yuan(amount))
    elif left is not None and amount - paid != left:
        line.tell(
            "open",
            _DOES_NOT_ADD_UP,
            amount=yuan(amount),
            paid=yuan(paid),
            rest=yuan(amount - paid),
            open=yuan(left),
        )
    return amount, paid, left


def _read_pay_day(line: Line, paid: int) -> date | None:
    paid_on = line.take("paid_on", parse_day, None)
    if paid > 0 and not line.text("paid_on"):
        line.tell("paid_on" if "paid_on" in line.table.columns else "paid", _NO_PAY_DAY)
    if paid_on and not line.text("paid").strip("0."):
        line.tell("paid_on", _DAY_WITHOUT_MONEY)
    return paid_on
