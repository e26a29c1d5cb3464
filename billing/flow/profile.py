"""What papers say of the office and of a community: dated facts, and which of them a paper still lacks."""

import re
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.calendar import parse_date
from billing.core.problem import Named, Refused, Unusable
from billing.store.estate import ProfileFact
from billing.translations import N_

#: The office's own facts stand under this community number.
OFFICE = 0

#: Key -> label; every paper needs the required ones.
OFFICE_REQUIRED = {
    "company": N_("Company name"),
    "licence": N_("Unified social credit code"),
    "representative": N_("Legal representative"),
    "address": N_("Address"),
    "phone": N_("Phone"),
    "bank_name": N_("Bank"),
    "bank_account": N_("Bank account"),
    "public_url": N_("Public web address for QR codes"),
}
OFFICE_OPTIONAL = {
    "bank_account_name": N_("Account holder, if not the company"),
    "contact": N_("Contact person"),
    "office_hours": N_("Counter hours"),
    "seal": N_("Seal image"),
    "logo": N_("Logo image"),
}
COMMUNITY_REQUIRED = {
    "contract_name": N_("Service contract"),
    "contract_number": N_("Contract number"),
    "contract_from": N_("Contract in force from"),
    "late_fee_clause": N_("Late-fee clause, word for word"),
}
COMMUNITY_OPTIONAL = {
    "contract_to": N_("Contract in force until"),
    "district": N_("District and address"),
    "pay_channels": N_("Ways to pay, as printed"),
    "mail_receipts": N_("E-mail receipts as soon as they are made"),
}
#: Every key's label, the office's and a community's.
LABELS = {**OFFICE_REQUIRED, **OFFICE_OPTIONAL, **COMMUNITY_REQUIRED, **COMMUNITY_OPTIONAL}
IMAGES = ("seal", "logo")
_DATES = ("contract_from", "contract_to")
SWITCHES = ("mail_receipts",)
_URL = re.compile(r"https?://[A-Za-z0-9.:\-\[\]]+(/[A-Za-z0-9._~/-]*)?\Z", re.ASCII)


def keys(community_id: int) -> dict[str, str]:
    """Every key that may be set there, with its label."""
    return (
        {**COMMUNITY_REQUIRED, **COMMUNITY_OPTIONAL}
        if community_id
        else {**OFFICE_REQUIRED, **OFFICE_OPTIONAL}
    )


def set_profile(
    session: Session,
    actor: str,
    today: date,
    community_id: int,
    values: Mapping[str, str],
    since: date | None = None,
) -> list[str]:
    """Add the facts that are new; the keys changed. `since` is the day from which papers say so (default: today)."""
    known = keys(community_id)
    cleaned = {}
    for name, value in values.items():
        if name not in known:
            raise Unusable(
                N_("There is no profile key “%(key)s”; there are: %(keys)s."), key=name, keys=", ".join(known)
            )
        cleaned[name] = _clean(name, value)
    current = profile(session, community_id, since or today)
    changed = [name for name, value in cleaned.items() if current.get(name, "") != value]
    for name in changed:
        session.add(
            ProfileFact(
                community_id=community_id,
                name=name,
                value=cleaned[name],
                since=since or today,
                recorded_at=now(),
                actor=actor,
            )
        )
    session.flush()
    return changed


def _clean(name: str, value: str) -> str:
    value = value.strip()
    if len(value) > 4000 or any(ord(sign) < 32 and sign not in "\n\t" for sign in value):
        raise Refused(N_("“%(key)s” is too long or holds signs that cannot be printed."), key=name)
    if name in _DATES and value:
        value = parse_date(value).isoformat()
    if name == "public_url" and value and not _URL.match(value):
        raise Refused(
            N_("The public address must look like https://pay.example.cn, not “%(value)s”."), value=value[:80]
        )
    if name in SWITCHES and value not in ("yes", "no", ""):
        raise Refused(N_("“%(key)s” is yes or no."), key=name)
    return value.rstrip("/") if name == "public_url" else value


def profile(session: Session, community_id: int, day: date) -> dict[str, str]:
    """What holds on that day; facts set for a later day do not count yet. Before the first, the first holds."""
    rows = session.scalars(
        select(ProfileFact)
        .where(ProfileFact.community_id == community_id)
        .order_by(ProfileFact.since, ProfileFact.id)
    )
    holding: dict[str, str] = {}
    for row in rows:
        if row.since <= day or row.name not in holding:
            holding[row.name] = row.value
    return {name: value for name, value in holding.items() if value}


def missing(session: Session, community_id: int, day: date) -> list[str]:
    """Keys a paper needs and nobody entered: the office's, and the community's when one is named."""
    office = profile(session, OFFICE, day)
    lacking = [key for key in OFFICE_REQUIRED if key not in office]
    if community_id:
        own = profile(session, community_id, day)
        lacking += [key for key in COMMUNITY_REQUIRED if key not in own]
    return lacking


def require(session: Session, community_id: int, day: date) -> None:
    """Refuse to make a paper that would have holes, naming them."""
    lacking = missing(session, community_id, day)
    if lacking:
        raise Refused(
            N_("No paper can be made yet. The profile still lacks: %(keys)s."),
            keys=Named((key, LABELS[key]) for key in lacking),
        )
