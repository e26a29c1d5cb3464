"""The demonstration's sign-ins: one for every role, made only where nobody else has one."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core import roles
from billing.demo.estate import ACTOR
from billing.flow import access, activation, passwords, staff
from billing.store.accounts import User
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.estate import Unit
from billing.store.ledger import Payment
from billing.store.people import Ownership, Party

#: Of every demonstration sign-in; printed at each start, so it is no secret, and made only where nobody else is.
PASSWORD = "demo-1000"  # noqa: S105 - everybody may know it
OWNER = "owner"


def open_doors(session: Session, today: date, community_id: int) -> tuple[Unit, Party] | None:
    """A sign-in for every role, and one for an owner in debt, who is given back with his home.

    An office with staff of its own gets none of them.
    """
    if access.any_user(session):
        return None
    sealed = {name: passwords.seal(PASSWORD, name) for name in (*roles.STAFF, OWNER)}
    with writing(session, community_id):
        for role in roles.STAFF:
            staff.create_user(session, now(), role, role, sealed[role])
        unit, party = _an_owner_in_debt(session, community_id)
        _, code = activation.issue_activation_code(session, ACTOR, today, now(), party, unit)
        activation.redeem_activation(session, today, now(), code, OWNER, sealed[OWNER])
    return unit, party


def _an_owner_in_debt(session: Session, community_id: int) -> tuple[Unit, Party]:
    """One who paid before and was sent a notice, so that his page has something of everything."""
    row = session.execute(
        select(Unit, Party)
        .join(Notice, Notice.unit_id == Unit.id)
        .join(Party, Party.id == Notice.debtor_id)
        .join(Payment, (Payment.unit_id == Unit.id) & (Payment.debtor_id == Party.id))
        .join(Ownership, (Ownership.unit_id == Unit.id) & (Ownership.party_id == Party.id))
        .where(Notice.community_id == community_id, Ownership.until.is_(None))
        .order_by(Notice.serial)
        .limit(1)
    ).one()
    return row.Unit, row.Party


def sign_ins(session: Session, community_id: int) -> list[dict[str, str]]:
    """Role, page, name and password of every demonstration sign-in that still works as it was made."""
    users = session.scalars(
        select(User).where(User.name.in_(roles.STAFF), User.active).order_by(User.id)
    ).all()
    found = [
        {"role": user.role, "page": "/staff/sign-in", "name": user.name, "password": PASSWORD}
        for user in users
        if passwords.matches(PASSWORD, user.password_hash)
    ]
    if access.check_owner(session, OWNER, PASSWORD):
        found.append({"role": OWNER, "page": "/my/sign-in", "name": OWNER, "password": PASSWORD})
    return found
