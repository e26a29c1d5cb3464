"""Fees under the many names that offices give them: whether two names seem to mean the same fee, and why."""

from billing.core.width import fold
from billing.translations import N_

#: Names of one fee each; a name stands in one line only. Names of different lines are different fees.
_SAME = """
物业费 物业服务费 物业管理费 物业管理服务费 物业综合服务费 物管费 管理费 综合管理费
车位费 停车费 车位管理费 车位服务费 停车管理费 停车服务费 停车场费 泊车费 车位物业费
车位租金 车位租赁费 车位使用费
公摊费 公摊 公共能耗费 公共能耗 公摊能耗费 能耗费 能源公摊费 公摊水电费 公共水电费 水电公摊费
公摊电费 公共电费 公用电费 电费公摊 公共照明费
公摊水费 公共水费 公用水费 水费公摊
垃圾费 垃圾清运费 垃圾处理费 生活垃圾处理费 生活垃圾清运费 垃圾处置费 生活垃圾费
电梯费 电梯运行费 电梯使用费 电梯维护费 电梯运行维护费
二次供水费 二次加压费 加压费 水泵运行费
暖气费 供暖费 采暖费 取暖费 供热费
水费 自来水费
污水费 污水处理费
电费
燃气费 天然气费 煤气费
维修资金 维修基金 专项维修资金 公共维修基金 住宅专项维修资金
装修管理费 装修服务费
装修垃圾费 装修垃圾清运费 建筑垃圾清运费
"""
_LINE_OF = {name: number for number, line in enumerate(_SAME.split("\n")) for name in line.split()}

#: What is owed on top of a fee, or held for its payer, is never that fee, however alike the names.
_NO_FEE = ("滞纳金", "违约金", "押金", "利息", "罚息", "保证金")

#: A word shorter than this stands in too many names.
_SHORTEST = 2

OTHER_NAME = N_("usually another name of the same fee")
WITHIN = N_("one name contains the other")


def likeness(name: str, other: str) -> str:
    """Why the two names seem to mean the same fee; "" where nothing says so."""
    one, two = _plain(name), _plain(other)
    if any(word in one or word in two for word in _NO_FEE):
        return ""
    lines = (_LINE_OF.get(one), _LINE_OF.get(two))
    if None not in lines:
        return OTHER_NAME if lines[0] == lines[1] else ""
    shorter, longer = sorted((one, two), key=len)
    return WITHIN if len(shorter) >= _SHORTEST and shorter in longer else ""


def likeliest(name: str, known: list[str]) -> tuple[str, str]:
    """The first of the names known that most seems to mean the same fee, and why; two blanks if none does."""
    found = [(reason, other) for other in known if (reason := likeness(name, other))]
    reason, other = min(found, key=lambda one: one[0] != OTHER_NAME, default=("", ""))
    return other, reason


def _plain(name: str) -> str:
    return "".join(fold(name).casefold().split())
