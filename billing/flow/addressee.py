"""Whom papers address: a debtor by his name; for units not sold or handed over the developer, never a placeholder."""

from billing.sheets.names import DEVELOPER, is_placeholder
from billing.translations import N_

#: Why a debtor gets no notice.
NAMELESS = N_("addressed to no real name: enter the developer's name in the contract page")


def addressee(name: str, kind: str, developer: str) -> str | None:
    """The name for a paper; None where a roster has nothing but 空置（开发商） and the profile no `developer`."""
    if kind != DEVELOPER:
        return name
    return developer or (None if is_placeholder(name) else name)
