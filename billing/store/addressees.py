"""Read model: each unit's first owner on a day, and whether he has an account or a code that is still good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.store.accounts import AccountParty, ActivationCode
from billing.store.estate import Unit
from billing.store.people import Ownership, Party, owned_on


@dataclass(frozen=True)
class Addressee:
    """A unit and who is billed for it; `open_code`: a letter of his has a code that still works."""

    unit: Unit
    party: Party | None
    has_account: bool = False
    open_code: bool = False


def addressees(
    session: Session,
    community_id: int,
    day: date,
    *,
    building: str | None = None,
    unit_id: int | None = None,
) -> Sequence[Addressee]:
    """One for each unit, in delivery order, in one query."""
    account = exists().where(AccountParty.party_id == Party.id)
    code = exists().where(
        ActivationCode.party_id == Party.id,
        ActivationCode.unit_id == Unit.id,
        ActivationCode.used_at.is_(None),
        ActivationCode.voided_at.is_(None),
        ActivationCode.expires >= day,
    )
    query = (
        select(Unit, Party, account.label("account"), code.label("code"))
        .outerjoin(Ownership, (Ownership.unit_id == Unit.id) & owned_on(day))
        .outerjoin(Party, Party.id == Ownership.party_id)
        .where(Unit.community_id == community_id)
        .order_by(Unit.position, Ownership.role != "owner", Ownership.id)
    )
    if building is not None:
        query = query.where(Unit.building == building)
    if unit_id is not None:
        query = query.where(Unit.id == unit_id)
    first: dict[int, Addressee] = {}
    for unit, party, has_account, open_code in session.execute(query):
        first.setdefault(unit.id, Addressee(unit, party, bool(has_account), bool(open_code)))
    return list(first.values())
