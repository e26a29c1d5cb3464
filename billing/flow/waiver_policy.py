"""The office's waiver policies: entered from a day on, closed from a day on, in force as of a day."""

from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.roles import STAFF
from billing.core.waiver_policy import WaiverPolicy, check_policy, in_force
from billing.flow.entry import is_recorded, latest, record, replayed
from billing.store.ledger import Entry
from billing.store.waivers import WaiverPolicyRow
from billing.translations import N_


def set_waiver_policy(
    session: Session, actor: str, community_id: int, policy: WaiverPolicy, key: str | None = None
) -> WaiverPolicyRow:
    """Add a policy from its day on; what was decided before keeps what it was decided by.

    The same key for the same policy again adds nothing.
    """
    check_policy(policy)
    strange = [role for role in policy.limits if role not in STAFF]
    if strange:
        raise Refused(N_("“%(role)s” is no role of the office."), role=strange[0])
    terms = asdict(policy)
    key = _key(key or str(latest(session, community_id) + 1))
    if replayed(session, community_id, key, terms):
        return _entered_by(session, community_id, key)
    entry = record(session, community_id, "waiver_policy", key, actor, terms)
    code, since = terms.pop("code"), terms.pop("since")
    row = WaiverPolicyRow(community_id=community_id, entry=entry, code=code, since=since, terms=terms)
    session.add(row)
    session.flush()
    return row


def close_waiver_policy(
    session: Session, actor: str, community_id: int, code: str, since: date, key: str | None = None
) -> WaiverPolicyRow:
    """Nothing is given under it any more from that day on."""
    if key and is_recorded(session, community_id, _key(key)):
        return _entered_by(session, community_id, _key(key))
    known = find_waiver_policy(session, community_id, code, since)
    return set_waiver_policy(session, actor, community_id, replace(known, since=since, closed=True), key)


def _key(key: str) -> str:
    return f"waiver-policy:{key}"


def _entered_by(session: Session, community_id: int, key: str) -> WaiverPolicyRow:
    made = (Entry.community_id == WaiverPolicyRow.community_id) & (Entry.seq == WaiverPolicyRow.entry)
    query = select(WaiverPolicyRow).join(Entry, made)
    return session.scalars(query.where(Entry.community_id == community_id, Entry.key == key)).one()


def waiver_policies(session: Session, community_id: int, day: date) -> dict[str, WaiverPolicy]:
    """Code -> the policy in force that day."""
    return in_force(entered(session, community_id), day)


def entered(session: Session, community_id: int) -> list[WaiverPolicy]:
    """Every policy the office entered, in the order of entry."""
    rows = session.scalars(
        select(WaiverPolicyRow)
        .where(WaiverPolicyRow.community_id == community_id)
        .order_by(WaiverPolicyRow.entry)
    )
    return [WaiverPolicy(code=row.code, since=row.since, **row.terms) for row in rows]


def find_waiver_policy(session: Session, community_id: int, code: str, day: date) -> WaiverPolicy:
    known = waiver_policies(session, community_id, day)
    if code not in known:
        raise Refused(
            N_("No waiver policy “%(code)s” is in force on %(day)s; there are: %(codes)s."),
            code=code,
            day=day,
            codes=", ".join(known),
        )
    return known[code]
