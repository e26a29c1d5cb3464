"""The office's playbook: a page for each reason, its own or ours, each version kept."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.playbook import PARTS, Page, in_force, write
from billing.flow.entry import record, replayed
from billing.store.cases import PlaybookPage


def set_page(
    session: Session,
    actor: str,
    community_id: int,
    reason: str,
    since: date,
    parts: Mapping[str, str],
    key: str,
) -> Page:
    """Add a version of a page; the same key for the same words adds nothing."""
    page = write(reason, since, dict(parts))
    lines = {name: list(getattr(page, name)) for name in PARTS}
    content = {"reason": reason, "since": since, **lines}
    if replayed(session, community_id, f"playbook:{key}", content) is None:
        entry = record(session, community_id, "playbook", f"playbook:{key}", actor, content)
        session.add(
            PlaybookPage(community_id=community_id, entry=entry, reason=reason, since=since, parts=lines)
        )
        session.flush()
    return page


def pages(session: Session, community_id: int, day: date) -> dict[str, Page]:
    """Reason -> the page in force that day."""
    return in_force([_page(row) for row in versions(session, community_id)], day)


def versions(session: Session, community_id: int, reason: str | None = None) -> Sequence[PlaybookPage]:
    """Every page the office wrote, or those for one reason, in the order of entry."""
    query = select(PlaybookPage).where(PlaybookPage.community_id == community_id)
    if reason is not None:
        query = query.where(PlaybookPage.reason == reason)
    return session.scalars(query.order_by(PlaybookPage.entry)).all()


def _page(row: PlaybookPage) -> Page:
    return Page(row.reason, row.since, **{name: tuple(row.parts.get(name, ())) for name in PARTS})
