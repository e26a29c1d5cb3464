"""What came in with a request's address: numbers, and other addresses, followed only within this site."""

from urllib.parse import urlsplit

from flask import abort, request


def refuse_nul() -> None:
    """No text has a NUL in it and PostgreSQL keeps none: what brings one was typed by nobody."""
    typed = [
        request.path,
        *(text for _, text in (*request.args.items(multi=True), *request.form.items(multi=True))),
    ]
    if any("\0" in text for text in typed):
        abort(400)


def number(text: str) -> int:
    """A number that may stand in the address; ValueError where it cannot be one of ours."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError
    return int(text)


def page_number() -> int:
    """Which page of a list is asked for, from 1 on."""
    return max(1, request.args.get("page", 1, type=number))


def local(target: str | None) -> str | None:
    """The target if it is a path of this site, else None. (Browsers read //host and /\\host as another site.)"""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or not target.isprintable():
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
