"""The office's rules of collection: entered from a day on, in force as of a day."""

from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.collection_rules import CollectionRules, check_rules, in_force
from billing.flow.entry import latest, record
from billing.store.cases import CollectionRulesRow


def set_rules(session: Session, actor: str, community_id: int, rules: CollectionRules) -> CollectionRulesRow:
    """Add rules from their day on; what was done before was judged by those of its day."""
    check_rules(rules)
    terms = asdict(rules)
    key = f"collection-rules:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "collection_rules", key, actor, terms)
    row = CollectionRulesRow(community_id=community_id, entry=entry, since=terms.pop("since"), terms=terms)
    session.add(row)
    session.flush()
    return row


def rules_on(session: Session, community_id: int, day: date) -> CollectionRules:
    return in_force(entered(session, community_id), day)


def entered(session: Session, community_id: int) -> list[CollectionRules]:
    """In the order of entry."""
    rows = session.scalars(
        select(CollectionRulesRow)
        .where(CollectionRulesRow.community_id == community_id)
        .order_by(CollectionRulesRow.entry)
    )
    return [CollectionRules(since=row.since, **row.terms) for row in rows]
