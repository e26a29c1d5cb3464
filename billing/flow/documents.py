"""A paper as it was made: its bytes kept for good under what it is about, so that it is printed the same for ever."""

import io

import pikepdf
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused
from billing.store.collection import Document
from billing.store.vault import Vault, keep
from billing.translations import N_
from notices import content


def find_document(session: Session, about: str, about_id: int) -> Document | None:
    return session.scalar(select(Document).where(Document.about == about, Document.about_id == about_id))


def keep_document(
    session: Session, vault: Vault, community_id: int, about: str, about_id: int, data: bytes
) -> Document:
    """Keep the PDF as the one document of what it is about; done a second time, the first stays."""
    known = find_document(session, about, about_id)
    if known:
        return known
    document = Document(
        community_id=community_id,
        about=about,
        about_id=about_id,
        sha256=keep(session, vault, data, "application/pdf"),
        pages=count_pages(data),
        generator=content.GENERATOR,
        recorded_at=now(),
    )
    session.add(document)
    session.flush()
    return document


def kept(vault: Vault, sha256: str) -> bytes:
    """The bytes of that hash; refused if the file is gone or is not what was put there."""
    try:
        return vault.get(sha256)
    except (OSError, ValueError):
        raise Refused(
            N_("The vault's file %(sha256)s is missing or was changed: bring it back from the backup."),
            sha256=sha256[:16],
        ) from None


def count_pages(data: bytes) -> int:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return len(pdf.pages)
