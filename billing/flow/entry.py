"""One entry per act: its number, its key that makes a second time harmless, the hash of what was asked for."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused
from billing.store.ledger import Entry
from billing.translations import N_


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content as canonical JSON; dates and the like as text."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def replayed(session: Session, community_id: int, key: str, content: Mapping[str, Any]) -> Entry | None:
    """The entry that this key already made, if it was for the same content; another content is refused."""
    entry = session.scalar(select(Entry).where(Entry.community_id == community_id, Entry.key == key))
    if entry and entry.content != fingerprint(content):
        raise Refused(
            N_("The key “%(key)s” was already used for something else (entry %(entry)s). Use a new key."),
            key=key.partition(":")[2] or key,
            entry=entry.seq,
        )
    return entry


def is_recorded(session: Session, community_id: int, key: str) -> bool:
    """Whether this key made an entry already, whatever it was for."""
    entry = select(Entry.seq).where(Entry.community_id == community_id, Entry.key == key)
    return session.scalar(entry) is not None


def record(
    session: Session,
    community_id: int,
    kind: str,
    key: str,
    actor: str,
    content: Mapping[str, Any],
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Add an entry; its number. The caller holds the community's lock (`writing`), so numbers have no gap."""
    last = session.scalar(select(func.max(Entry.seq)).where(Entry.community_id == community_id)) or 0
    session.add(
        Entry(
            community_id=community_id,
            seq=last + 1,
            kind=kind,
            key=key,
            content=fingerprint(content),
            actor=actor,
            recorded_at=now(),
            detail=json.loads(json.dumps(dict(detail or content), ensure_ascii=False, default=str)),
        )
    )
    session.flush()
    return last + 1


def latest(session: Session, community_id: int) -> int:
    """The number of the newest entry: "as known now"."""
    return session.scalar(select(func.max(Entry.seq)).where(Entry.community_id == community_id)) or 0


def token() -> str:
    """An unguessable name for a QR code (96 bits)."""
    return secrets.token_urlsafe(12)
