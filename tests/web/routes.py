"""Every route with an address that can be asked for. A page with a new kind of argument says here what to put in."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from billing.store.accounts import User
from billing.store.estate import Community, Unit
from billing.store.people import Party


def arguments(session: Session) -> dict[str, Any]:
    """Argument of a route -> a value for it. Acts on a person are tried on the clerk."""
    return {
        "community_id": session.scalars(select(Community.id)).first(),
        "unit_id": session.scalars(select(Unit.id)).first(),
        "party_id": session.scalars(select(Party.id)).first(),
        "token": "AAAAAAAAAAAAAAAA",
        "number": "TZ-000001",
        **dict.fromkeys(
            (
                "payment_id",
                "charge_id",
                "debtor_id",
                "run_id",
                "notice_id",
                "slip_id",
                "job_id",
                "mail_id",
                "holding_id",
                "joinder_id",
                "paper_id",
            ),
            1,
        ),
        "user_id": session.scalars(select(User.id).where(User.name == "clerk")).one(),
        "item_id": 1,
        "kind": "roster",
        "sha256": "0" * 64,
        "name": "seal",
        "on": "2026-07-01",
        "period": "2026Q4",
        "reason": "forgot",
        "filename": "permille.css",
        "path": "bootstrap/dist/css/bootstrap.min.css",
    }


def walk(app: Flask, values: dict[str, Any]) -> Iterator[tuple[Rule, str, str]]:
    """Each route, each of its methods, its address. A KeyError names the argument nobody registered."""
    for rule in app.url_map.iter_rules():
        chosen = {name: values[name] for name in rule.arguments - set(rule.defaults or ())}
        with app.test_request_context():
            built = rule.build(chosen)
        assert built, rule
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, built[1]
