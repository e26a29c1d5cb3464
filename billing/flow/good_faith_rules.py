"""The office's rules of good faith: entered from a day on, in force as of a day."""

from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.good_faith import ATTESTED, Rule, check_rule, in_force
from billing.flow.entry import latest, record
from billing.flow.waiver_policy import find_waiver_policy
from billing.store.good_faith import GoodFaithRuleRow


def set_rule(session: Session, actor: str, community_id: int, rule: Rule) -> GoodFaithRuleRow:
    """Add a rule from its day on; a request made before keeps what was found then."""
    check_rule(rule)
    if rule.on:
        find_waiver_policy(session, community_id, rule.policy, rule.since)
    terms = asdict(rule)
    key = f"good-faith-rule:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "good_faith_rule", key, actor, terms)
    code, since = terms.pop("code"), terms.pop("since")
    row = GoodFaithRuleRow(community_id=community_id, entry=entry, code=code, since=since, terms=terms)
    session.add(row)
    session.flush()
    return row


def rules(session: Session, community_id: int, day: date) -> dict[str, Rule]:
    """Code -> the rule in force that day."""
    return in_force(entered(session, community_id), day)


def rules_to_attest(session: Session, community_id: int, day: date) -> list[Rule]:
    """Those that no book answers: a person ticks them, with a paper."""
    return [rule for rule in rules(session, community_id, day).values() if rule.kind in ATTESTED]


def entered(session: Session, community_id: int) -> list[Rule]:
    """Every rule the office entered, in the order of entry."""
    rows = session.scalars(
        select(GoodFaithRuleRow)
        .where(GoodFaithRuleRow.community_id == community_id)
        .order_by(GoodFaithRuleRow.entry)
    )
    return [Rule(code=row.code, since=row.since, **row.terms) for row in rows]
