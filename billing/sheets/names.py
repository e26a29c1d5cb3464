"""Whose unit it is: names as the office wrote them, and whether a person, a company or the developer."""

import re
import unicodedata

from billing.core.problem import Refused
from billing.core.width import fold
from billing.sheets.cells import shown
from billing.translations import N_

PERSON, COMPANY, DEVELOPER = "person", "company", "developer"

_BETWEEN = re.compile(r"[、,，/／;；\n]+")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_GAP_IN_NAME = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")

_VACANT = re.compile(r"开发商|发展商|空置|空房|未售|待售|未交付|developer|unsold|vacant", re.IGNORECASE)
_COMPANY = re.compile(
    r"公司|有限|集团|"
    r".{2,}(?:厂|银行|支行|分行|学校|幼儿园|医院|中心|委员会|居委会|合作社|事务所|商行|经营部|营业部|研究院|协会|政府|办事处)\Z|"
    r"\b(?:ltd|limited|inc|llc|corp|company|gmbh)\b",
    re.IGNORECASE,
)
_COMPANY_TYPES = (
    "单位",
    "企业",
    "公司",
    "法人",
    "机构",
    "company",
    "organisation",
    "organization",
)
_DEVELOPER_TYPES = ("开发商", "发展商", "developer")

_LONGEST = 100

_LONG_NAME = N_("“%(text)s” is too long for a name: write the owner here and others under the co-owners.")
_BROKEN_NAME = N_(
    "The name “%(text)s” holds a character that no other computer can show: write the name again."
)


def parse_names(text: str) -> tuple[str, ...]:
    """Names apart by 、 , / ; or a line end; blanks inside a Chinese name go ("王  伟" is 王伟)."""
    names = [_tidy(name) for name in _BETWEEN.split(text)]
    return tuple(dict.fromkeys(name for name in names if name))


def parse_owner(text: str) -> tuple[str, ...]:
    """The owner, then co-owners written into the same cell. A company's name is never taken apart."""
    names = (_tidy(text),) if _COMPANY.search(text) else parse_names(text)
    if not names:
        raise Refused(_BROKEN_NAME, text=shown(text))
    return names


def owner_kind(name: str, type_text: str = "") -> str:
    """PERSON, COMPANY or DEVELOPER (a unit unsold or vacant with the developer), by type if one is given."""
    told = fold(type_text).casefold()
    if any(word in told for word in _DEVELOPER_TYPES) or _VACANT.search(name):
        return DEVELOPER
    if any(word in told for word in _COMPANY_TYPES) or _COMPANY.search(name):
        return COMPANY
    return PERSON


def is_placeholder(name: str) -> bool:
    """Whether it says that a unit is unsold or vacant, such as 空置（开发商）, and names no company to write to."""
    return _VACANT.search(name) is not None and _COMPANY.search(name) is None


def _tidy(text: str) -> str:
    name = _GAP_IN_NAME.sub("", " ".join(text.split()))
    if len(name) > _LONGEST:
        raise Refused(_LONG_NAME, text=shown(text))
    # A private-use character is some font's own drawing, U+FFFD one that a program has lost already.
    if any(character == "\ufffd" or unicodedata.category(character) == "Co" for character in name):
        raise Refused(_BROKEN_NAME, text=shown(name))
    return name
