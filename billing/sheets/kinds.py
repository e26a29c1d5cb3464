"""What kind of table a file holds, whatever it was taken for: told by the columns a kind cannot do without."""

from collections.abc import Iterator
from dataclasses import dataclass

from billing.core.problem import Unusable
from billing.sheets.book import Book
from billing.sheets.headings import ARREARS_FIELDS, ROOM, ROSTER_FIELDS, Field
from billing.sheets.table import Table, find_table
from billing.translations import N_

#: Of a bank's files only what they are known by; nobody maps these, so they have no title.
_BOOKED_ON = Field("booked_on", "", "交易日期|交易时间|记账日期|记账日|入账日期|入账时间|交易日")
_RECEIVED = Field("received", "", "贷方发生额|贷方金额|贷方|收入金额|收入|存入金额|转入金额|credit")
_PARTNER = Field(
    "partner", "", "对方户名|对方名称|对方单位|对方账户名称|对方账户|对方账号|付款人名称|付款方名称"
)
_BATCH = Field("batch", "", "批次号|批次|代扣批次|协议号|合同号|签约号")
_DEBITED_ON = Field("debited_on", "", "扣款日期|代扣日期|划扣日期|扣款时间")
_DEBITED = Field("debited", "", "扣款金额|代扣金额|应扣金额|实扣金额|扣款账号|扣款户名")
_OUTCOME = Field("outcome", "", "扣款结果|代扣结果|扣款状态|返回码|响应码|回盘结果|处理结果|失败原因")


@dataclass(frozen=True)
class Kind:
    """`needs`: of each group one column. `telling` are those that, beside a room, no other kind with rooms has."""

    name: str
    fields: tuple[Field, ...]
    needs: tuple[frozenset[str], ...]
    looks: str
    telling: frozenset[str] = frozenset()

    def holds(self, table: Table) -> bool:
        return all(group & table.columns.keys() for group in self.needs)

    def shows(self, table: Table) -> bool:
        return ROOM.name in table.columns and bool(self.telling & table.columns.keys())


def _needs(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split()) for group in groups)


ROSTER = Kind(
    "roster",
    ROSTER_FIELDS,
    _needs("room", "area", "owner owner_code"),
    N_(
        "This looks like a roster of units and owners (业主台账): it has areas, but no fee periods and amounts."
    ),
    frozenset(["area"]),
)
ARREARS = Kind(
    "arrears",
    ARREARS_FIELDS,
    _needs("room", "period", "amount open"),
    N_("This looks like a list of old arrears (欠费台账): it has fee periods and amounts, but no areas."),
    frozenset(["period", "amount", "open"]),
)
_STATEMENT = Kind(
    "statement",
    (_BOOKED_ON, _RECEIVED, _PARTNER),
    _needs("booked_on", "received", "partner"),
    N_("This looks like a bank statement (银行流水): what came in is entered at the counter, unit by unit."),
)
_DEBIT_RETURN = Kind(
    "debit-return",
    (_BATCH, _DEBITED_ON, _DEBITED, _OUTCOME),
    _needs("batch debited", "debited_on outcome"),
    N_(
        "This looks like a bank's debit return (代扣回盘): what was debited is entered at the counter, unit by unit."
    ),
)
_KINDS = (ARREARS, ROSTER, _STATEMENT, _DEBIT_RETURN)


class OtherKind(Unusable):
    """The file is of another kind than it was taken for: `kind` names it."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.looks)
        self.kind = kind.name


def other_kind(book: Book, taken_for: Kind) -> Kind | None:
    """The kind that a file is complete for which shows nothing of what it was taken for."""
    if any(map(taken_for.shows, _tables(book, taken_for))):
        return None
    return next((kind for kind in _KINDS if kind is not taken_for and holds(book, kind)), None)


def holds(book: Book, kind: Kind) -> bool:
    return any(map(kind.holds, _tables(book, kind)))


def _tables(book: Book, kind: Kind) -> Iterator[Table]:
    found = (find_table(sheet, kind.fields) for sheet in book.sheets if sheet.rows)
    return (table for table in found if table)
