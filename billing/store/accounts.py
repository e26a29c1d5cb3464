"""Who may sign in: staff, owners, their sessions, and the codes and guesses in between."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed


class User(Keyed, Base):
    """A member of staff; `role` is one of billing.core.roles."""

    __tablename__ = "staff_user"
    name: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class OwnerAccount(Keyed, Base):
    """An owner's sign-in; `AccountParty` says whose debts it shows."""

    __tablename__ = "owner_account"
    login: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]


class AccountParty(Base):
    __tablename__ = "account_party"
    account_id: Mapped[int] = mapped_column(ForeignKey("owner_account.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)


class ActivationCode(Keyed, Base):
    """A one-time code on paper, kept as a hash: 30 days, five wrong tries, a newer one voids it."""

    __tablename__ = "activation_code"
    __table_args__ = (Index(None, "party_id"),)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code_hash: Mapped[str] = mapped_column(unique=True)
    expires: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]


class SignIn(Base):
    """A session on the server: the browser holds the token, here stands its hash; ended rows stay ended."""

    __tablename__ = "sign_in"
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (account_id IS NULL)", name="whose"),)
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("owner_account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Keyed, Base):
    """A failed try at a password or a code, counted per account and per address."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "subject", "tried_at"),)
    subject: Mapped[str]
    tried_at: Mapped[datetime]
