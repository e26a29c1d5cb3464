"""Addresses that came in with a request: followed only within this site."""

from urllib.parse import urlsplit


def local(target: str | None) -> str | None:
    """The target if it is a path of this site, else None. (Browsers read //host and /\\host as another site.)"""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
