"""`flask user`: staff added, listed and shut out from the command line, where the first administrator comes from."""

import secrets
from typing import Any

import click
from sqlalchemy import select

from billing.cli.command import Group, answers
from billing.clock import now
from billing.core import roles
from billing.core.activation import ALPHABET
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow import passwords, staff
from billing.store.accounts import User
from billing.store.base import writing
from billing.translations import N_

#: Letters and digits nobody mistakes for others: 80 bits.
_LENGTH = 16


@click.group("user", cls=Group)
def user_group() -> None:
    """Who of the staff may sign in, with which role."""


@user_group.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(tuple(roles.STAFF)))
@click.option("--full-name", default="", help="As colleagues and papers call the person.")
@click.option("--password", help="Left out, one is made and shown this once.")
@answers
def add(name: str, role: str, full_name: str, password: str | None) -> dict[str, Any]:
    """Add NAME, who should change the password after the first sign-in."""
    session, chosen = db.session(), password or make_password()
    sealed = passwords.seal(chosen, name)
    with writing(session):
        user = staff.create_user(session, now(), name, role, sealed, full_name)
    return {"name": user.name, "role": user.role} | ({} if password else {"password": chosen})


@user_group.command("list")
@answers
def list_users() -> dict[str, Any]:
    """Everybody, those shut out last."""
    users = db.session.scalars(select(User).order_by(User.active.desc(), User.name))
    return {
        "users": [
            {"name": user.name, "role": user.role, "full_name": user.full_name, "active": user.active}
            for user in users
        ]
    }


@user_group.command("deactivate")
@click.argument("name")
@answers
def deactivate(name: str) -> dict[str, Any]:
    """Shut NAME out at once; what he entered keeps his name."""
    session = db.session()
    with writing(session):
        user = session.scalar(select(User).where(User.name == name.strip().casefold()))
        if user is None:
            raise Missing(N_("There is no member of staff named “%(name)s”."), name=name)
        staff.deactivate(session, now(), user.id)
    return {"name": user.name, "active": user.active}


def make_password() -> str:
    """ "XXXX-XXXX-XXXX-XXXX"."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return "-".join(signs[start : start + 4] for start in range(0, _LENGTH, 4))


COMMANDS = (user_group,)
