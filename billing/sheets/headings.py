"""What offices write over a column, and what it means: the vocabulary of every table that is read.

Each field lists its headings, the most telling first: where a sheet has both 计费面积 and 建筑面积, the area
that is charged wins. `like` catches longer wordings when no heading matches as a whole.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from billing.core.width import fold
from billing.translations import N_

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|【[^】]*】")
_DECORATION = re.compile(r"[\s*:.'\"“”_-]+")
_NUMBER_AT_END = re.compile(r"[0-9一二三四五]\Z")
_LAST_BRACKETS = re.compile(r"\(([^()]*)\)[^()]*\Z")


@dataclass(frozen=True)
class Field:
    """A column's meaning. `title` is for people, `missing` the sentence where a table cannot do without it.

    `several`: the field takes all columns that fit (电话1, 电话2), not the best one alone.
    """

    name: str
    title: str
    headings: str
    like: str = ""
    several: bool = False
    missing: str = ""

    @cached_property
    def ranks(self) -> dict[str, int]:
        plain = (plain_heading(heading) for heading in reversed(self.headings.split("|")))
        return {heading: rank for rank, heading in enumerate(plain)}

    def rank(self, heading: str) -> int | None:
        """How well a plain heading fits, higher is better; None: not at all."""
        names = [heading, *heading.split("/")]
        if self.several:
            names += [_NUMBER_AT_END.sub("", name) for name in names]
        return max((self.ranks[name] for name in names if name in self.ranks), default=None)

    def resembles(self, heading: str) -> bool:
        return bool(self.like) and re.search(self.like, heading) is not None


def plain_heading(text: str) -> str:
    """A heading without units in brackets, blanks, marks and case: "建筑面积（㎡） *" -> "建筑面积"."""
    return _DECORATION.sub("", _BRACKETED.sub("", fold(text))).replace(",", "/").casefold()


def unit_of(text: str) -> str:
    """What stands in a heading's last brackets: "应收(元)" -> "元"."""
    match = _LAST_BRACKETS.search(fold(text))
    return "".join(match[1].split()) if match else ""


BUILDING = Field(
    "building",
    N_("Building"),
    "楼栋号|楼栋|楼号|栋号|幢号|座号|楼宇|楼宇号|楼宇名称|楼栋名称|楼座|楼幢|楼|栋|幢|座"
    "|building|building no|building number|block",
    missing=N_(
        "No column says the building: head it 楼栋号 or 栋, choose the column, or write rooms as 1-2-301."
    ),
)
ENTRANCE = Field(
    "entrance",
    N_("Entrance"),
    "单元|单元号|单元名称|门号|梯号|entrance|entrance no|entrance number|staircase",
)
ROOM = Field(
    "room",
    N_("Room number"),
    "房号|房间号|室号|房间|房屋号|房屋编号|房屋|室|户号|门牌号|门牌|房屋名称|房产名称|房屋地址|物业地址"
    "|room|room no|room number|unit|unit no|unit number|flat|apartment",
    missing=N_("No column holds the room number: head it 房号, 房间号 or 室号, or choose the column."),
)
FLOOR = Field("floor", N_("Floor"), "楼层|所在楼层|层|floor")
AREA = Field(
    "area",
    N_("Area charged"),
    "计费面积|收费面积|产权面积|建筑面积|建面|房屋面积|房产面积|面积|charged area|area|floor area|gross area",
    like=r"^(?!.*(公摊|套内|赠送|使用|阳台|车位|车库|地下|花园|储藏)).*面积$",
    missing=N_("No column holds the area: head it 建筑面积, 产权面积 or 计费面积, or choose the column."),
)
OWNER = Field(
    "owner",
    N_("Owner"),
    "业主|业主姓名|户主|户主姓名|客户名称|客户姓名|业主名称|产权人|产权人姓名|房主|权利人|姓名|名称"
    "|owner|owner name|name|customer|customer name",
    missing=N_("No column names the owner: head it 业主, 户主姓名 or 客户名称, or choose the column."),
)
CO_OWNERS = Field(
    "co_owners",
    N_("Co-owners"),
    "共有人|共有人姓名|共同共有人|产权共有人|其他产权人|共有业主|co-owner|co-owners|joint owners",
    several=True,
)
PHONES = Field(
    "phones",
    N_("Telephone"),
    "电话|手机|手机号|手机号码|联系电话|电话号码|联系方式|业主电话|移动电话|固定电话|座机"
    "|phone|phone number|telephone|tel|mobile|mobile phone",
    like=r"^(?!.*(紧急|租|传真|物业|备用)).*(电话|手机)(号码?)?$",
    several=True,
)
EMAILS = Field(
    "emails",
    N_("E-mail"),
    "邮箱|电子邮箱|电子邮件|邮件|邮箱地址|email|e-mail|mail",
    several=True,
)
ID_NUMBER = Field(
    "id_number",
    N_("ID number"),
    "身份证号|身份证号码|身份证|证件号码|证件号|证件编号|统一社会信用代码|id|id number|id no|id card",
    like=r"身份证|证件号",
)
OWNER_TYPE = Field(
    "owner_type",
    N_("Kind of owner"),
    "客户类型|业主类型|客户性质|业主性质|owner type|customer type",
)
HANDOVER = Field(
    "handover",
    N_("Handover date"),
    "交房日期|交房时间|交付日期|交付时间|入伙时间|入伙日期|接房日期|接房时间|收房日期|收房时间|入住日期|入住时间"
    "|计费开始日|计费开始日期|计费起始日|起费日期|handover|handover date|billing start|move-in date",
)
STATUS = Field(
    "status",
    N_("Occupancy"),
    "状态|房屋状态|入住状态|使用状态|居住状态|房态|入住情况|status|occupancy",
)
NOTE = Field("note", N_("Note"), "备注|备注说明|说明|note|notes|remark|remarks|comment")
UNIT_CODE = Field(
    "code",
    N_("Unit code"),
    "房产编码|房屋编码|房间编码|资源编码|房产编号|房产代码|unit code|property code",
)
OWNER_CODE = Field(
    "owner_code",
    N_("Customer code"),
    "客户编码|客户编号|业主编码|业主编号|客户代码|客户号|customer code|owner code|customer id",
)
FEE_CODES = Field(
    "fee_codes",
    N_("Tariff codes"),
    "收费标准编码|收费标准编号|收费标准代码|费用标准编码|标准编码|收费项目编码|tariff code|tariff codes",
)

ROSTER_FIELDS = (
    *(
        BUILDING,
        ENTRANCE,
        ROOM,
        FLOOR,
        AREA,
        OWNER,
        CO_OWNERS,
        OWNER_TYPE,
        PHONES,
        EMAILS,
        ID_NUMBER,
    ),
    *(HANDOVER, STATUS, NOTE, UNIT_CODE, OWNER_CODE, FEE_CODES),
)
CUSTOMER_FIELDS = (
    OWNER_CODE,
    OWNER,
    CO_OWNERS,
    OWNER_TYPE,
    ID_NUMBER,
    PHONES,
    EMAILS,
    NOTE,
)

ITEM = Field(
    "item",
    N_("Fee item"),
    "费项|收费项目|费用名称|费用项目|费用类型|项目名称|费用|项目|科目|款项|item|fee item|fee|fee type",
)
BASIS = Field(
    "basis",
    N_("Charged by"),
    "计费方式|计算方式|收费方式|计费类型|basis|charged by|method",
)
PRICE = Field(
    "price",
    N_("Unit price"),
    "单价|收费单价|标准单价|价格|收费标准|标准|price|unit price",
)
MONTHS = Field("months", N_("Cycle in months"), "周期|计费周期|收费周期|缴费周期|cycle|months")
TARIFF_FIELDS = (FEE_CODES, ITEM, BASIS, PRICE, MONTHS)

PERIOD = Field(
    "period",
    N_("Fee period"),
    "期间|账期|收费期|费用期间|收费期间|所属期|所属期间|费用所属期|欠费期间|计费期间|缴费期间|月份|季度|年度"
    "|period|fee period",
    missing=N_("No column says the fee period: head it 期间, 账期 or 所属期, or choose the column."),
)
AMOUNT = Field(
    "amount",
    N_("Amount charged"),
    "应收|应收金额|应缴|应缴金额|应交|应交金额|应收款|金额|amount|amount due|amount charged|charged",
    missing=N_("No column holds the amount charged: head it 应收 or 应收金额, or choose the column."),
)
PAID = Field(
    "paid",
    N_("Amount paid"),
    "实收|实收金额|已收|已收金额|已缴|已缴金额|已交|实缴|实缴金额|收款金额|paid|amount paid|received",
)
OPEN = Field(
    "open",
    N_("Amount unpaid"),
    "欠费|欠费金额|未收|未收金额|未缴|未缴金额|欠缴|欠款|欠款金额|尚欠|open|unpaid|arrears|balance|outstanding",
)
DUE = Field(
    "due",
    N_("Due date"),
    "应缴日|应缴日期|应收日期|应交日期|缴费截止日|缴费截止日期|到期日|到期日期|截止日期|应付日|due|due date",
)
PAID_ON = Field(
    "paid_on",
    N_("Date paid"),
    "收款日期|缴费日期|收费日期|实收日期|付款日期|交费日期|缴款日期|到账日期|收款日|日期"
    "|paid on|date paid|payment date",
)
CHANNEL = Field(
    "channel",
    N_("Way of payment"),
    "方式|收款方式|缴费方式|支付方式|付款方式|交费方式|channel|method|payment method",
)
RECEIPT = Field(
    "receipt",
    N_("Receipt number"),
    "票据号|票据号码|收据号|收据号码|发票号|发票号码|票号|单据号|receipt|receipt no|receipt number",
)
ARREARS_FIELDS = (
    *(BUILDING, ENTRANCE, ROOM, OWNER, ITEM, PERIOD, PRICE, AMOUNT, PAID, OPEN),
    *(DUE, PAID_ON, CHANNEL, RECEIPT, NOTE),
)
