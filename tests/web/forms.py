"""What a browser does for a person: it fetches the form with its token and sends it back filled in."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def token_of(client: FlaskClient, page: str) -> str:
    match = _TOKEN.search(client.get(page).text)
    assert match, f"no form on {page}"
    return unescape(match.group(1))


def send(client: FlaskClient, page: str, to: str | None = None, **fields: Any) -> TestResponse:
    """Fill in the form on `page` and send it (to another address, where its button goes there)."""
    return client.post(to or page, data={"csrf_token": token_of(client, page), **fields})
