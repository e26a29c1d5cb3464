"""The factory: wiring only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from billing import cli, web
from billing.extensions import babel, csrf, db, login, mail, migrate
from billing.store import (
    accounts,
    base,
    cases,
    collection,
    estate,
    evidence,
    good_faith,
    ledger,
    liability,
    people,
    sums,
    waivers,
    work,
)
from billing.store import mail as mails
from config import settings

#: The modules whose tables make the schema.
TABLES = (
    accounts,
    cases,
    collection,
    estate,
    evidence,
    good_faith,
    ledger,
    liability,
    mails,
    people,
    sums,
    waivers,
    work,
)

ROOT = Path(__file__).parent.parent


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application; `overrides` win over the environment's settings."""
    app = Flask(
        "permille",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="billing/web/static",
    )
    app.config.from_mapping(settings())
    app.config.from_mapping(overrides or {})
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        base.prepare(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    mail.init_app(app)
    babel.init_app(app, locale_selector=web.choose_locale)
    csrf.init_app(app)
    login.init_app(app)
    web.init_app(app)
    cli.init_app(app)
    return app
