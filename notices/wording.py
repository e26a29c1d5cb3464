"""The papers' Chinese words: versioned data, filled from a whitelist, without a template engine.

Each version is one TOML file under `wordings/`: all its texts, or the texts in which it differs from the version
it names as its `base`. A placeholder is `{{占位符}}`; it takes its value as
plain text, in one pass: what stands in a value is never read as a placeholder again.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from billing.core.problem import Refused
from billing.translations import N_

#: The version new papers are made from.
LATEST = "2026-11.1"

#: What a text may name: parties and premises, contract, debt, notices, receipt, activation, the page itself.
PLACES = frozenset(
    (
        *("业主", "付款人", "公司", "小区", "房号", "房屋坐落", "电话"),
        *("合同名称", "合同编号", "违约金条款", "日率", "宽限天数", "上限", "宽限与上限"),
        *("日期", "计费期", "截算日", "缴费期限", "期限天数", "异议期限"),
        *("本金", "违约金", "合计", "金额", "大写", "预收", "逾期天数", "最早逾期"),
        *("减免编号", "减免比例", "停计期间", "停计天数", "付清期限", "条件"),
        *("次数", "文书编号", "前次通知", "前次编号", "前次送达日"),
        *("收据编号", "收款日", "红冲日", "红冲编号", "红冲原因"),
        *("激活期限", "激活地址"),
        *("文书", "编号", "收款方式", "期间", "到期日", "原因", "结余"),
        *("页", "页数", "模板", "程序", "校验码"),
    )
)

_PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}(?:\.[0-9]+)?", re.ASCII)
_FOLDER = Path(__file__).parent / "wordings"


def places_in(template: str) -> tuple[str, ...]:
    """Its placeholders, in order. Raises Refused for one that is not on the whitelist."""
    names = tuple(_PLACE.findall(template))
    for name in names:
        if name not in PLACES:
            raise Refused(N_("{{%(name)s}} is not a placeholder that papers know."), name=name)
    return names


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with every placeholder replaced. Raises Refused for one that is not on the whitelist."""
    places_in(template)
    return _PLACE.sub(lambda match: values[match.group(1)], template)


class Wording:
    """One version's texts by dotted key: `words("demand.firm.opening", {"业主": "王某"})`."""

    def __init__(self, version: str, texts: Mapping[str, str]) -> None:
        self.version = version
        self.texts = texts
        self._places = {key: places_in(text) for key, text in texts.items()}

    def __call__(self, key: str, values: Mapping[str, str] | None = None) -> str:
        text = self.texts[key]
        return fill(text, values or {}) if self._places[key] else text

    def __contains__(self, key: str) -> bool:
        return key in self.texts

    @lru_cache(maxsize=64)  # noqa: B019 - as many versions as files, kept for the process anyway
    def characters(self, *sections: str) -> str:
        """Every character the sections' own words use, sorted: the part of a font all their papers share."""
        used = (text for key, text in self.texts.items() if key.startswith(sections))
        return "".join(sorted(set("".join(_PLACE.sub("", text) for text in used))))


@cache
def wording(version: str) -> Wording:
    """The words of a version. Raises Refused if there is none of that name."""
    path = _FOLDER / f"{version}.toml"
    if not _VERSION.fullmatch(version) or not path.is_file():
        raise Refused(N_("There is no wording of papers called “%(version)s”."), version=version)
    tables = tomllib.loads(path.read_text("utf-8"))
    base = tables.pop("base", "")
    texts = {**(wording(base).texts if base else {}), **dict(_flat(tables))}
    for part in sorted(_FOLDER.glob(f"{version}-*.toml")):  # of one subject each, so that a file can be read
        texts |= dict(_flat(tomllib.loads(part.read_text("utf-8"))))
    return Wording(version, texts)


def _flat(tables: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in tables.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
