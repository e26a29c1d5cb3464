"""Guessing is counted before it is answered: per account, per address, and per code's beginning.

A try is written down first and taken back when it proves right, so that parallel guesses count too.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.store.accounts import Attempt
from billing.translations import N_


class TooMany(Refused):
    """Too many wrong tries; the sentence says how long to wait."""


@dataclass(frozen=True)
class Limit:
    most: int
    within: timedelta


@dataclass(frozen=True)
class Subject:
    """What is counted. Kept as a hash: people type passwords into the field for names."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}:{self.value}".encode()).hexdigest()


#: An office's counters share one address, so that limit is the widest.
LIMITS = {
    "staff": Limit(8, timedelta(minutes=15)),
    "owner": Limit(8, timedelta(minutes=15)),
    "code": Limit(5, timedelta(hours=24)),
    "paper": Limit(5, timedelta(hours=1)),
    "address": Limit(40, timedelta(minutes=15)),
}
_FORGOTTEN_AFTER = max(limit.within for limit in LIMITS.values())


def count_try(session: Session, now: datetime, subjects: Sequence[Subject]) -> None:
    """Write a try down against every subject; TooMany if one has none left. Call it in a transaction of its own."""
    session.execute(delete(Attempt).where(Attempt.tried_at < now - _FORGOTTEN_AFTER))
    for subject in subjects:
        limit = LIMITS[subject.kind]
        recent = (Attempt.subject == subject.key) & (Attempt.tried_at > now - limit.within)
        if session.scalars(select(func.count()).select_from(Attempt).where(recent)).one() >= limit.most:
            minutes = int(limit.within.total_seconds()) // 60
            raise TooMany(
                N_("Too many wrong tries. Wait %(minutes)s minutes, then try again."), minutes=minutes
            )
    session.add_all(Attempt(subject=subject.key, tried_at=now) for subject in subjects)
    session.flush()


def take_back(session: Session, now: datetime, subjects: Sequence[Subject]) -> None:
    """The try was right: forget it, and all tries at that account or code. Others' at that address still count."""
    for subject in subjects:
        gone = delete(Attempt).where(Attempt.subject == subject.key)
        if subject.kind == "address":
            newest = select(func.max(Attempt.id)).where(
                Attempt.subject == subject.key, Attempt.tried_at == now
            )
            gone = delete(Attempt).where(Attempt.id == newest.scalar_subquery())
        session.execute(gone)
