"""Staff: added with a role, given another, shut out; the office never loses its last administrator."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core import roles
from billing.core.problem import Missing, Refused
from billing.flow.access import clean_name, end_user_sessions
from billing.store.accounts import User
from billing.translations import N_


def create_user(
    session: Session, now: datetime, name: str, role: str, sealed: str, full_name: str = ""
) -> User:
    """A member of staff; `sealed` is `passwords.seal`'s hash. Refused for a name in use or an unknown role."""
    name = clean_name(name)
    if session.scalar(select(User.id).where(User.name == name)):
        raise Refused(N_("There is a member of staff named “%(name)s” already."), name=name)
    user = User(
        name=name,
        full_name=full_name.strip(),
        role=_known(role),
        password_hash=sealed,
        active=True,
        created_at=now,
    )
    session.add(user)
    session.flush()
    return user


def find_user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id, populate_existing=True)
    if user is None:
        raise Missing(N_("There is no such member of staff."))
    return user


def set_password(session: Session, now: datetime, user_id: int, sealed: str) -> None:
    """A new password; every session of that person ends."""
    find_user(session, user_id).password_hash = sealed
    end_user_sessions(session, now, user_id)


def describe(session: Session, user_id: int, full_name: str, role: str) -> None:
    """Another name or role; it holds from the next page on."""
    user = find_user(session, user_id)
    if user.role == "admin" and role != "admin":
        _keep_an_admin(session, user_id)
    user.full_name, user.role = full_name.strip(), _known(role)
    session.flush()


def deactivate(session: Session, now: datetime, user_id: int) -> None:
    """Shut a person out at once; what he did keeps his name."""
    user = find_user(session, user_id)
    if user.role == "admin":
        _keep_an_admin(session, user_id)
    user.active = False
    end_user_sessions(session, now, user_id)


def reactivate(session: Session, user_id: int) -> None:
    find_user(session, user_id).active = True
    session.flush()


def _known(role: str) -> str:
    if role not in roles.STAFF:
        raise Refused(
            N_("There is no role “%(role)s”; there are: %(roles)s."), role=role, roles=", ".join(roles.STAFF)
        )
    return role


def _keep_an_admin(session: Session, but: int) -> None:
    others = select(func.count()).select_from(User).where(User.role == "admin", User.active, User.id != but)
    if not session.scalar(others):
        raise Refused(N_("This is the last administrator: make somebody else one first."))
