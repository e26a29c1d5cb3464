"""Is this paper ours? A yes with its particulars; an amount is compared, with few guesses, and never told."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from billing.flow import tries
from billing.flow.tries import Subject
from billing.store.base import writing
from billing.store.verification import Genuine
from notices.content import Demand
from notices.record import thaw

Kind = Literal["reminder", "demand", "bill", "receipt"]


@dataclass(frozen=True)
class Title:
    """What the paper calls itself: `times` counts the reminders of one episode of arrears."""

    kind: Kind
    times: int = 0


def title(found: Genuine) -> Title:
    if found.kind == "receipt":
        return Title("receipt")
    if found.kind == "bill":
        return Title("bill")
    paper = thaw(found.paper)
    assert isinstance(paper, Demand)
    return Title("demand" if paper.tone == "formal" else "reminder", paper.times)


def says(session: Session, now: datetime, found: Genuine, amount: int, address: str) -> bool:
    """Does the paper say that amount (fen)? Every wrong guess counts; raises TooMany. Commits for itself."""
    subjects = (Subject("paper", f"{found.kind}:{found.id}"), Subject("address", address))
    with writing(session):
        tries.count_try(session, now, subjects)
    right = hmac.compare_digest(str(amount), str(found.amount))
    if right:
        with writing(session):
            tries.take_back(session, now, subjects)
    return right
