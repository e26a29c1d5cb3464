"""What a pack is put together from: its files, and what is missing among them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from billing.core.problem import said
from billing.translations import N_

#: Left alone in a name, since every system's folders can hold it.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
_LONGEST_NAME = 60


@dataclass(frozen=True)
class Piece:
    """A file of the pack: where it lies in it, what it is called, what it proves; no pages if it has none."""

    name: str
    title: str
    proves: str
    data: bytes
    pages: int | None = None


LackCode = Literal[
    "no_pdf",
    "no_slip",
    "later_slip",
    "no_receipt",
    "older_receipt",
    "later_paper",
    "shared_scan",
    "no_contract_file",
]

#: In a reader's language; on the pack's own paper they stand in the paper's words.
LACKS: Mapping[LackCode, str] = {
    "no_pdf": N_("The PDF of %(number)s is not made yet: it is not in the pack."),
    "no_slip": N_("%(number)s has no signed slip."),
    "later_slip": N_("The slip of %(number)s was signed after that day: it is not in the pack."),
    "no_receipt": N_("No PDF was made of receipt %(number)s: it is not in the pack."),
    "older_receipt": N_("Payment %(number)s came from older books: there is no receipt of ours."),
    "later_paper": N_("%(number)s was made after that day: it is not in the pack."),
    "shared_scan": N_(
        "The scan of the slip of %(number)s is also filed for somebody else's notice: look at it before the pack "
        "is handed on."
    ),
    "no_contract_file": N_("No contract paper is filed that was in force in the periods owed."),
}


@dataclass(frozen=True)
class Lack:
    """What one might look for in the pack and not find, or must look at first; `number` names the paper."""

    code: LackCode
    number: str = ""

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(LACKS[self.code], {"number": self.number} if self.number else {}, translate)


def safe(text: str) -> str:
    """A text of users' as a part of a file's name, good on every system: no path, no control, not too long."""
    plain = "".join("_" if unicodedata.category(sign)[0] == "C" else sign for sign in text)
    return _FORBIDDEN.sub("_", plain)[:_LONGEST_NAME].strip(" .") or "_"
