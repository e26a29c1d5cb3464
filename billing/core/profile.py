"""What papers say of the office and of a community: which facts there are, and what may stand in each.

What no paper could print, or no contract could mean, is refused. What is only likely mistyped is saved and doubted.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from billing.core import credit_code
from billing.core.calendar import parse_date
from billing.core.problem import Named, Refused, said
from billing.translations import N_

#: Key -> label; every paper needs the required ones.
OFFICE_REQUIRED = {
    "company": N_("Company name"),
    "licence": N_("Unified social credit code"),
    "representative": N_("Legal representative"),
    "address": N_("Address"),
    "phone": N_("Phone"),
    "bank_name": N_("Bank"),
    "bank_account": N_("Bank account"),
    "public_url": N_("Public web address for QR codes"),
}
OFFICE_OPTIONAL = {
    "bank_account_name": N_("Account holder, if not the company"),
    "contact": N_("Contact person"),
    "office_hours": N_("Counter hours"),
    "seal": N_("Seal image"),
    "logo": N_("Logo image"),
}
COMMUNITY_REQUIRED = {
    "contract_name": N_("Service contract"),
    "contract_number": N_("Contract number"),
    "contract_from": N_("Contract in force from"),
    "late_fee_clause": N_("Late-fee clause, word for word"),
}
COMMUNITY_OPTIONAL = {
    "contract_to": N_("Contract in force until"),
    "district": N_("District and address"),
    "pay_channels": N_("Ways to pay, as printed"),
    "developer": N_("Developer, registered name"),
    "mail_receipts": N_("E-mail receipts as soon as they are made"),
    "mail_notices": N_("E-mail notices as soon as they are made"),
    "mail_account": N_("Tell owners of each payment and reversal by e-mail"),
}
#: Every key's label, the office's and a community's.
LABELS = {**OFFICE_REQUIRED, **OFFICE_OPTIONAL, **COMMUNITY_REQUIRED, **COMMUNITY_OPTIONAL}
IMAGES = ("seal", "logo")
DATES = ("contract_from", "contract_to")
#: "yes" or "no"; the first two are off, the last is on, where nobody said either.
SWITCHES = ("mail_receipts", "mail_notices", "mail_account")
#: In several lines, where somebody likes.
LONG = ("late_fee_clause", "pay_channels")

#: Key -> the most characters with which every paper still has its place for all of them (tests/notices proves it).
MOST = {
    **dict.fromkeys(LABELS, 50),
    "licence": 40,
    "representative": 30,
    "contact": 30,
    "phone": 40,
    "bank_account": 40,
    "district": 40,
    "contract_number": 40,
    "contract_name": 60,
    "office_hours": 60,
    "address": 100,
    "public_url": 100,
    "pay_channels": 200,
    "late_fee_clause": 1000,
    **dict.fromkeys(IMAGES, 64),
}

_URL = re.compile(r"https?://[A-Za-z0-9.:\-\[\]]+(/[A-Za-z0-9._~/-]*)?\Z", re.ASCII)
#: This machine, or one in the same house.
_LOCAL = re.compile(r"https?://(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[::1\])", re.ASCII)
#: Controls, invisible marks (some turn the reading order round), private drawings, halves of characters.
_INVISIBLE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def tidy(text: str) -> str:
    """As a person meant it: without blanks around it, a browser's line ends made plain."""
    return text.replace("\r\n", "\n").strip()


def clean(key: str, text: str) -> str:
    """The value to be kept. Refused (with the key among its params) if no paper could bear it."""
    value = tidy(text)
    if len(value) > MOST[key]:
        raise Refused(
            N_("%(what)s: at most %(most)s characters have room on a paper, these are %(count)s."),
            key=key,
            what=_named(key),
            most=MOST[key],
            count=len(value),
        )
    for sign in value:
        if unicodedata.category(sign) in _INVISIBLE and not (key in LONG and sign in "\n\t"):
            raise Refused(
                N_("%(what)s holds a sign that cannot be printed (%(sign)s): type it again."),
                key=key,
                what=_named(key),
                sign=f"U+{ord(sign):04X}",
            )
    if key in DATES and value:
        return parse_date(value).isoformat()
    if key in SWITCHES and value not in ("yes", "no", ""):
        raise Refused(N_("“%(key)s” is yes or no."), key=key)
    return _web_address(value) if key == "public_url" and value else value


def _web_address(value: str) -> str:
    if not _URL.match(value) or not _reaches(value):
        raise Refused(
            N_("The public address must look like https://pay.example.cn, not “%(value)s”."),
            key="public_url",
            value=value[:80],
        )
    return value.rstrip("/")


def _reaches(url: str) -> bool:
    """Whether it names a host, and no port that cannot be."""
    try:
        parts = urlsplit(url)
        return bool((parts.hostname or "").strip(".-")) and parts.port != 0
    except ValueError:
        return False


def check_contract(facts: Mapping[str, str]) -> None:
    """A contract cannot end before it begins."""
    began, ends = facts.get("contract_from"), facts.get("contract_to")
    if began and ends and ends < began:
        raise Refused(
            N_("The contract would end on %(ends)s, before it begins on %(began)s: enter both days anew."),
            key="contract_to",
            began=began,
            ends=ends,
        )


def _named(key: str) -> Named:
    return Named([(key, LABELS[key])])


@dataclass(frozen=True)
class Doubt:
    """What looks mistyped in a fact that was saved as it is; `message` as in `Problem`."""

    key: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(self.message, self.params, translate)


def doubts(facts: Mapping[str, str], today: date) -> list[Doubt]:
    """What a person should look at again, in the order of the keys. Nobody is stopped by it."""
    found = {doubt.key: doubt for doubt in _doubts(facts, today)}
    return [found[key] for key in LABELS if key in found]


def _doubts(facts: Mapping[str, str], today: date) -> Iterator[Doubt]:
    licence = facts.get("licence", "").upper()
    if licence and not credit_code.has_shape(licence):
        yield Doubt(
            "licence",
            N_(
                "A credit code has 18 characters, figures and capitals: compare it with the business licence."
            ),
        )
    elif licence and not credit_code.is_consistent(licence):
        yield Doubt(
            "licence",
            N_(
                "The last character does not follow from the others: compare each with the business licence. I, O, S, "
                "V and Z occur in no credit code."
            ),
        )
    if "phone" in facts and sum(sign.isdecimal() for sign in facts["phone"]) < 7:
        yield Doubt("phone", N_("A phone number has seven figures or more: is this one complete?"))
    account = facts.get("bank_account", "")
    if account and (re.search(r"[^\d\s-]", account) or sum(sign.isdecimal() for sign in account) < 8):
        yield Doubt(
            "bank_account", N_("An account number is made of figures: compare this one with the bank's.")
        )
    if _LOCAL.match(facts.get("public_url", "")):
        yield Doubt(
            "public_url", N_("No phone reaches this address from outside: the QR codes would lead nowhere.")
        )
    if "late_fee_clause" in facts and not re.search("[‰%％]|[千万百]分之", facts["late_fee_clause"]):
        yield Doubt(
            "late_fee_clause",
            N_(
                "The clause names no rate such as 1‰, 千分之一 or 万分之五: is it the one that agrees on the late fee?"
            ),
        )
    if "contract_to" in facts and facts["contract_to"] < today.isoformat():
        yield Doubt(
            "contract_to",
            N_("The contract ended on %(day)s: what holds since then?"),
            {"day": facts["contract_to"]},
        )
