"""Settings from the environment. A wrong one stops the program at once, with a sentence that says which.

| variable | meaning | default |
| --- | --- | --- |
| DATABASE_URL | sqlite:///file or postgresql://… | sqlite in INSTANCE_DIR |
| INSTANCE_DIR | where the database, the vault and the secret live | ./instance |
| VAULT_DIR | where files are kept by content | INSTANCE_DIR/vault |
| BACKUP_DIR | where the daily backup is kept; better on another disk | INSTANCE_DIR/backups |
| BACKUPS_KEPT | how many of them, 2 or more | 14 |
| SECRET_KEY | signs forms and cookies, 32 characters or more | made once, kept in INSTANCE_DIR |
| TRUSTED_PROXIES | how many web servers of ours stand in front and name the visitor's address | 0 |
| COOKIES_OVER_HTTPS | 1 in production: cookies only over https | 0 |
| MAIL_SERVER | the mail server | none: mail waits in the outbox |
| MAIL_DEFAULT_SENDER | whom mail comes from, an address or “name <address>” | none; needed with MAIL_SERVER |
| MAIL_USE_TLS, MAIL_USE_SSL | 1: encrypted after STARTTLS; 1: encrypted from the first word | 0, 0 |
| MAIL_PORT | where it listens | 25; 587 with MAIL_USE_TLS, 465 with MAIL_USE_SSL |
| MAIL_USERNAME, MAIL_PASSWORD | who signs in there | none: nobody does |
| MAIL_TIMEOUT | seconds to wait for each answer of the mail server, 60 at most | 30 |
| MAIL_BOUNCE_ADDRESS | where mail comes back to that cannot be delivered | that of MAIL_DEFAULT_SENDER |
| BOUNCE_MAILDIR | a Maildir into which that address's mail is delivered; the scheduler reads it | none |
| PERMILLE_FONT | a TrueType file asked for characters the built-in fonts lack | none |
"""

import os
import secrets
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from billing.core.mailbox import is_mailbox


class BadSetting(SystemExit):
    """The program cannot start like this; the message names the variable and what it should be."""


def settings(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask's configuration from environment variables; raises BadSetting."""
    instance = Path(environ.get("INSTANCE_DIR") or Path(__file__).parent / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    return {
        "SQLALCHEMY_DATABASE_URI": _database(
            environ.get("DATABASE_URL") or f"sqlite:///{instance / 'permille.db'}"
        ),
        "VAULT_DIR": Path(environ.get("VAULT_DIR") or instance / "vault"),
        "BACKUP_DIR": Path(environ.get("BACKUP_DIR") or instance / "backups").resolve(),
        "BACKUPS_KEPT": max(2, _number(environ, "BACKUPS_KEPT", 14)),
        "INSTANCE_DIR": instance,
        "SECRET_KEY": _secret(environ.get("SECRET_KEY"), instance / "secret_key"),
        "TRUSTED_PROXIES": _number(environ, "TRUSTED_PROXIES", 0),
        "SESSION_COOKIE_SECURE": environ.get("COOKIES_OVER_HTTPS", "0") == "1",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "MAX_CONTENT_LENGTH": 25 * 1024 * 1024,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": str(Path(__file__).parent / "billing" / "translations"),
    } | _mail(environ)


def _database(url: str) -> str:
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            f"DATABASE_URL must begin with sqlite:/// or postgresql://, not {url.split(':')[0]}:"
        )
    if url in ("sqlite:///", "sqlite:///:memory:"):
        raise BadSetting("DATABASE_URL names a database in memory: it would forget everything; name a file.")
    return url


def _secret(given: str | None, kept: Path) -> str:
    if given is not None:
        if len(given) < 32:
            raise BadSetting(
                "SECRET_KEY must have 32 characters or more; leave it out to have one made and kept."
            )
        return given
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return kept.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return kept.read_text()


def _mail(environ: Mapping[str, str]) -> dict[str, Any]:
    server, sender = environ.get("MAIL_SERVER", ""), environ.get("MAIL_DEFAULT_SENDER", "")
    name, password = environ.get("MAIL_USERNAME"), environ.get("MAIL_PASSWORD")
    tls, ssl = (environ.get(each, "0") == "1" for each in ("MAIL_USE_TLS", "MAIL_USE_SSL"))
    if server and not (sender.isprintable() and is_mailbox(parseaddr(sender)[1])):
        raise BadSetting(
            "MAIL_SERVER is set, so MAIL_DEFAULT_SENDER must say whom mail comes from: an address, or name <address>."
        )
    if tls and ssl:
        raise BadSetting("Set one of MAIL_USE_TLS (STARTTLS) and MAIL_USE_SSL, not both.")
    if bool(name) != bool(password):
        raise BadSetting("MAIL_USERNAME and MAIL_PASSWORD go together: set both or neither.")
    return {
        "MAIL_SERVER": server,
        "MAIL_DEFAULT_SENDER": sender or None,
        "MAIL_USE_TLS": tls,
        "MAIL_USE_SSL": ssl,
        "MAIL_PORT": _number(environ, "MAIL_PORT", 587 if tls else 465 if ssl else 25),
        "MAIL_USERNAME": name,
        "MAIL_PASSWORD": password,
        "MAIL_TIMEOUT": min(_number(environ, "MAIL_TIMEOUT", 30) or 30, 60),
        "MAIL_DEBUG": False,  # it would print addresses and the password
        "MAIL_BOUNCE_ADDRESS": _bounce_address(environ.get("MAIL_BOUNCE_ADDRESS")),
        "BOUNCE_MAILDIR": _maildir(environ.get("BOUNCE_MAILDIR")),
    }


def _bounce_address(given: str | None) -> str | None:
    if given and not is_mailbox(given):
        raise BadSetting(f"MAIL_BOUNCE_ADDRESS must be one bare e-mail address, not “{given}”.")
    return given or None


def _maildir(given: str | None) -> Path | None:
    """A folder as every mail server delivers into; what is read is moved within it."""
    if not given:
        return None
    folder = Path(given).resolve()
    for inside in (folder / "new", folder / "cur"):
        if not (inside.is_dir() and os.access(inside, os.R_OK | os.W_OK | os.X_OK)):
            raise BadSetting(
                f"BOUNCE_MAILDIR must be a Maildir; there is no {inside} that can be read and written."
            )
    return folder


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit()):
        raise BadSetting(f"{name} must be a whole number, not “{text}”.")
    return int(text)
