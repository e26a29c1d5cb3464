"""An owner's way in: a one-time code on paper, good for thirty days, turned into an account exactly once."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from billing.core import activation
from billing.core.problem import Refused
from billing.flow.access import clean_name, end_owner_sessions
from billing.flow.estate import owners
from billing.flow.tries import Subject
from billing.store.accounts import AccountParty, ActivationCode, OwnerAccount
from billing.store.estate import Unit
from billing.store.people import Party
from billing.translations import N_

VALID = timedelta(days=30)

#: One answer for every way in which a code can be wrong: nobody learns which codes exist.
INVALID = N_("This code is not valid. Check each character, or ask the office for a new one.")


class NameTaken(Refused):
    """The code is right, the sign-in name is somebody else's."""


def issue_activation_code(
    session: Session, actor: str, today: date, now: datetime, party: Party, unit: Unit
) -> tuple[ActivationCode, str]:
    """A new code for an owner of that unit and how it is printed (XXXX-XXXX-XXXXX); older ones are void."""
    if party.id not in {owner.id for owner in owners(session, unit.id, today)}:
        raise Refused(N_("%(name)s does not own %(unit)s today."), name=party.name, unit=unit.label)
    session.execute(
        update(ActivationCode)
        .where(
            ActivationCode.party_id == party.id,
            ActivationCode.unit_id == unit.id,
            ActivationCode.used_at.is_(None),
            ActivationCode.voided_at.is_(None),
        )
        .values(voided_at=now)
    )
    code = "".join(secrets.choice(activation.ALPHABET) for _ in range(activation.LENGTH))
    row = ActivationCode(
        community_id=unit.community_id,
        party_id=party.id,
        unit_id=unit.id,
        code_hash=_hash(code),
        expires=today + VALID,
        issued_at=now,
        issued_by=actor,
    )
    session.add(row)
    session.flush()
    return row, activation.shown(code)


def subjects(code: str, address: str) -> tuple[Subject, Subject]:
    """What a try at a code counts against: five per beginning, and the address."""
    plain = activation.read(code) or code.strip().upper()
    return Subject("code", plain[:4]), Subject("address", address)


def redeem_activation(
    session: Session, today: date, now: datetime, code: str, login: str, sealed: str
) -> OwnerAccount:
    """The owner's account for that code: a new one; or, for the account that already shows him, a new password.

    `sealed` is `passwords.seal`'s hash. Refused for a code that is wrong, used, void or expired; NameTaken
    leaves the code good.
    """
    login = clean_name(login)
    row = _use(session, today, now, code)
    account = session.scalar(select(OwnerAccount).where(OwnerAccount.login == login))
    if account is None:
        account = OwnerAccount(login=login, password_hash=sealed, created_at=now)
        session.add(account)
        session.flush()
    elif session.get(AccountParty, (account.id, row.party_id)):
        account.password_hash = sealed
        end_owner_sessions(session, now, account.id)
    else:
        raise NameTaken(N_("The sign-in name “%(name)s” is taken. Choose another."), name=login)
    _show(session, account.id, row.party_id)
    return account


def add_to_account(session: Session, today: date, now: datetime, code: str, account_id: int) -> None:
    """Show one more owner's debts, those of the code's, in an account that exists."""
    _show(session, account_id, _use(session, today, now, code).party_id)


def _use(session: Session, today: date, now: datetime, code: str) -> ActivationCode:
    """Mark the code used, if it still can be: of two who try at once the database lets one through."""
    plain = activation.read(code)
    used: ActivationCode | None = session.scalar(
        update(ActivationCode)
        .where(
            ActivationCode.code_hash == _hash(plain or ""),
            ActivationCode.used_at.is_(None),
            ActivationCode.voided_at.is_(None),
            ActivationCode.expires >= today,
        )
        .values(used_at=now)
        .returning(ActivationCode)
    )
    if used is None:
        raise Refused(INVALID)
    return used


def _show(session: Session, account_id: int, party_id: int) -> None:
    if session.get(AccountParty, (account_id, party_id)) is None:
        session.add(AccountParty(account_id=account_id, party_id=party_id))
        session.flush()


def _hash(code: str) -> str:
    """65 random bits need no salt and no slowness."""
    return hashlib.sha256(code.encode()).hexdigest()
