"""What the tests of the staff's pages share: an estate with its books, seen by people with roles."""

import io
import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from billing import jobs
from billing.extensions import db
from billing.flow import passwords
from billing.store.vault import Vault

#: Everybody's password.
PASSWORD = "correct horse battery"
SEALED = passwords.seal(PASSWORD, "")

_HIDDEN = re.compile(r'<input[^>]*name="(\w+)"[^>]*type="hidden"[^>]*value="([^"]*)"')
_HIDDEN_TOO = re.compile(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's forms, as a browser would send them back."""
    pairs = [*_HIDDEN.findall(page), *_HIDDEN_TOO.findall(page)]
    return {name: unescape(value) for name, value in pairs}


def at(client: FlaskClient, address: str) -> str:
    """The page at that address, which must be there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status, answer.headers.get("Location"))
    return answer.text


def english(client: FlaskClient) -> FlaskClient:
    """The same browser, asking for pages in the language of the source."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def work(app: Flask, session: Session) -> None:
    """Do the background work that waits."""
    vault = Vault(app.config["VAULT_DIR"])
    while jobs.run_next(db.session(), vault, "test"):
        pass
    session.rollback()


def photo(size: tuple[int, int] = (3000, 2000)) -> bytes:
    """A picture as a phone takes it: large, lying on its side, naming its owner."""
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Phone of 王芳"
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, "JPEG", exif=exif)
    return target.getvalue()
