"""Sessions: held by the server, so that they can be ended; the browser has a random token, we have its hash.

Signing in takes three steps, because checking a password is slow on purpose and must not hold up writers:
`tries.count_try` (written), `check_staff` or `check_owner` (slow, reads only), `open_session` (written).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.roles import OWNER
from billing.flow import passwords
from billing.flow.tries import Subject
from billing.store.accounts import AccountParty, OwnerAccount, SignIn, User
from billing.translations import N_


@dataclass(frozen=True)
class Span:
    """How long a session lasts: unused (`idle`), at most (`whole`), and how often its use is written down."""

    idle: timedelta
    whole: timedelta
    noted: timedelta


STAFF_SPAN = Span(idle=timedelta(minutes=30), whole=timedelta(hours=14), noted=timedelta(minutes=1))
OWNER_SPAN = Span(idle=timedelta(days=30), whole=timedelta(days=180), noted=timedelta(days=1))

LONGEST_NAME = 64


@dataclass(frozen=True)
class Visitor:
    """Who a session belongs to. `id` is the user's or the account's; `parties` are the owner's, none for staff."""

    id: int
    name: str
    full_name: str
    role: str
    parties: frozenset[int] = frozenset()


def clean_name(text: str) -> str:
    """A sign-in name as it is kept and compared: trimmed, case-folded; Refused if it cannot be one."""
    name = text.strip().casefold()
    if not 2 <= len(name) <= LONGEST_NAME or any(sign.isspace() or not sign.isprintable() for sign in name):
        raise Refused(N_("A sign-in name has 2 to %(count)s characters and no spaces."), count=LONGEST_NAME)
    return name


def subjects(kind: str, name: str, address: str) -> tuple[Subject, Subject]:
    """What a try at a name from an address counts against; `kind` is "staff" or "owner"."""
    return Subject(kind, name.strip().casefold()), Subject("address", address)


def check_staff(session: Session, name: str, password: str) -> User | None:
    """The member of staff of that name and password; None for anyone else, after the same time."""
    user = session.scalar(select(User).where(User.name == name.strip().casefold(), User.active))
    return user if passwords.matches(password, user.password_hash if user else None) else None


def check_owner(session: Session, login: str, password: str) -> OwnerAccount | None:
    """The owner's account of that name and password; None for anyone else, after the same time."""
    account = session.scalar(select(OwnerAccount).where(OwnerAccount.login == login.strip().casefold()))
    return account if passwords.matches(password, account.password_hash if account else None) else None


def any_user(session: Session) -> bool:
    """Is there a member of staff at all? A fresh office has none: the first is made on the command line."""
    return session.scalar(select(User.id).limit(1)) is not None


def open_session(
    session: Session, now: datetime, whose: User | OwnerAccount, replaced: str | None = None
) -> str:
    """A new session's token. `replaced` is the token the browser brought: its session ends."""
    if replaced:
        close_session(session, now, replaced)
    token = secrets.token_urlsafe(32)
    staff = isinstance(whose, User)
    session.add(
        SignIn(
            token_hash=_hash(token),
            user_id=whose.id if staff else None,
            account_id=None if staff else whose.id,
            created_at=now,
            seen_at=now,
            expires_at=now + (STAFF_SPAN if staff else OWNER_SPAN).whole,
        )
    )
    session.flush()
    return token


def find_visitor(session: Session, now: datetime, token: str) -> Visitor | None:
    """Whose token this is, while the session lasts and its holder may still sign in."""
    kept = session.get(SignIn, _hash(token), populate_existing=True)
    if kept is None or kept.ended_at or now >= min(kept.expires_at, kept.seen_at + _span(kept).idle):
        return None
    if kept.user_id:
        user = session.get_one(User, kept.user_id)
        return Visitor(user.id, user.name, user.full_name or user.name, user.role) if user.active else None
    account = session.get_one(OwnerAccount, kept.account_id)
    parties = session.scalars(select(AccountParty.party_id).where(AccountParty.account_id == account.id))
    return Visitor(account.id, account.login, account.login, OWNER, frozenset(parties))


def wants_note(session: Session, now: datetime, token: str) -> bool:
    """Is it time to write down again that the session is in use? Not at every page: reading writes nothing."""
    kept = session.get_one(SignIn, _hash(token))
    return now - kept.seen_at >= _span(kept).noted


def note_use(session: Session, now: datetime, token: str) -> None:
    """The session is in use now; a session that ended meanwhile stays ended."""
    session.execute(
        update(SignIn).where(SignIn.token_hash == _hash(token), SignIn.ended_at.is_(None)).values(seen_at=now)
    )


def close_session(session: Session, now: datetime, token: str) -> None:
    _end(session, now, SignIn.token_hash == _hash(token))


def end_user_sessions(session: Session, now: datetime, user_id: int) -> None:
    _end(session, now, SignIn.user_id == user_id)


def end_owner_sessions(session: Session, now: datetime, account_id: int) -> None:
    _end(session, now, SignIn.account_id == account_id)


def _end(session: Session, now: datetime, which: object) -> None:
    session.execute(update(SignIn).where(which, SignIn.ended_at.is_(None)).values(ended_at=now))  # type: ignore[arg-type]


def _span(kept: SignIn) -> Span:
    return STAFF_SPAN if kept.user_id else OWNER_SPAN


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
