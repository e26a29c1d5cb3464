"""How somebody is reached: corrected by the office or by himself, with who said so; what was known before stays."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core import mask
from billing.core.mailbox import is_mailbox
from billing.core.problem import Missing, Refused
from billing.core.width import fold
from billing.flow.entry import record, replayed
from billing.store.estate import Unit
from billing.store.people import Contact, Ownership, Party
from billing.translations import N_

KINDS = ("email", "phone")
#: Who said so, where the person himself did; a member of the staff is named "staff, <name>".
OWNER = "owner"

_PHONE = re.compile(r"\+?[0-9][0-9() -]{3,22}[0-9]", re.ASCII)


def clean(kind: str, value: str) -> str:
    """The address or number as it is kept; Refused where it is none."""
    value = fold(value).strip()
    if kind == "email" and value and not is_mailbox(value):
        raise Refused(N_("“%(text)s” is not an e-mail address."), text=value[:80])
    if kind == "phone" and value and not _PHONE.fullmatch(value):
        raise Refused(N_("“%(text)s” is not a phone number."), text=value[:80])
    return value


def set_contact(
    session: Session,
    actor: str,
    source: str,
    party: Party,
    kind: str,
    value: str,
    key: str,
    beside: bool = False,
) -> bool:
    """Add what holds from now on: instead of what was known, or `beside` it. Empty: nothing holds any more.

    False where the same key said so already. The entry tells who changed what, the address itself masked.
    """
    value = clean(kind, value)
    if beside and not value:
        raise Refused(N_("Enter the address or number."))
    asked: dict[str, Any] = {"party": party.id, "kind": kind, "value": value, "beside": beside}
    if replayed(session, party.community_id, f"contact:{key}", asked):
        return False
    shown = {"email": mask.email, "phone": mask.phone}[kind](value) if value else ""
    record(
        session,
        party.community_id,
        "contact",
        f"contact:{key}",
        actor,
        asked,
        {**asked, "value": shown, "source": source},
    )
    for text in [] if beside else [""]:
        _add(session, source, party, kind, text)
    if value:
        _add(session, source, party, kind, value)
    session.flush()
    return True


def _add(session: Session, source: str, party: Party, kind: str, value: str) -> None:
    session.add(
        Contact(
            community_id=party.community_id,
            party_id=party.id,
            kind=kind,
            value=value,
            source=source,
            recorded_at=now(),
        )
    )


def find_party(session: Session, unit: Unit, party_id: int) -> Party:
    """Somebody who holds or held the unit. Raises Missing."""
    query = select(Party).join(Ownership, Ownership.party_id == Party.id)
    party = session.scalars(query.where(Ownership.unit_id == unit.id, Party.id == party_id)).first()
    if party is None:
        raise Missing(N_("There is no such owner here."))
    return party


def history(session: Session, party_id: int) -> list[Contact]:
    """All that was ever told, the newest first."""
    query = select(Contact).where(Contact.party_id == party_id)
    return list(session.scalars(query.order_by(Contact.id.desc())))
