"""Read model: all that belongs to some debtors' accounts, as known at an entry: papers, slips, receipts, holdings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased, defer

from billing.store.collection import Bill, Document, Notice, paper_of
from billing.store.evidence import Delivery, StoredFile
from billing.store.ledger import Charge, Entry, Payment, Reversal, live, reverses
from billing.store.people import Ownership, Party
from billing.store.waivers import WaiverRequest

#: The kind of the entries that say a pack was made: they change nothing that a pack tells.
PACK = "pack"


@dataclass(frozen=True)
class Range:
    """Whose facts are looked at: these debtors' on these units, up to an entry."""

    community_id: int
    unit_ids: Sequence[int]
    debtor_ids: Sequence[int]
    known_at: int

    def holds(self, table: type[Notice | Bill | Payment | WaiverRequest]) -> ColumnElement[bool]:
        return and_(
            table.community_id == self.community_id,
            table.unit_id.in_(self.unit_ids),
            table.debtor_id.in_(self.debtor_ids),
            table.entry <= self.known_at,
        )


def latest_change(session: Session, community_id: int) -> int:
    """The newest entry that changed the books; making a pack is none."""
    query = select(func.max(Entry.seq)).where(Entry.community_id == community_id, Entry.kind != PACK)
    return session.scalar(query) or 0


def made_lately(session: Session, community_id: int, limit: int, unit: str = "") -> Sequence[Entry]:
    """The entries of packs, the newest first; of those about one unit, out of the last five hundred made."""
    query = select(Entry).where(Entry.community_id == community_id, Entry.kind == PACK)
    found = session.scalars(query.order_by(Entry.seq.desc()).limit(500 if unit else limit))
    return [entry for entry in found if not unit or unit in entry.detail["units"]][:limit]


def charged_parties(session: Session, community_id: int) -> Sequence[Party]:
    """Everybody to whom anything was ever charged, or who paid."""
    concerned = (
        select(Charge.debtor_id)
        .where(Charge.community_id == community_id)
        .union(select(Payment.debtor_id).where(Payment.community_id == community_id))
    )
    return session.scalars(select(Party).where(Party.id.in_(concerned)).order_by(Party.id)).all()


def papers(session: Session, table: type[Notice | Bill], wanted: Range) -> Sequence[Any]:
    """Each numbered paper with its Document (none while it is not made), in order of numbers."""
    query = (
        select(table, Document)
        .options(defer(table.paper))
        .outerjoin(Document, paper_of(table))
        .where(wanted.holds(table))
        .order_by(table.serial)
    )
    return session.execute(query).all()


def slips(session: Session, wanted: Range) -> Sequence[Any]:
    """Delivery, StoredFile, Notice, Entry, and `reversed` with its `reversing` entry, notice by notice."""
    reversing = aliased(Entry)
    reversal = and_(reverses(Delivery), Reversal.entry <= wanted.known_at)
    query = (
        select(
            Delivery, StoredFile, Notice, Reversal.reason, reversing.seq, reversing.recorded_at.label("ended")
        )
        .options(defer(Notice.paper))
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(StoredFile, StoredFile.sha256 == Delivery.sha256)
        .outerjoin(Reversal, reversal)
        .outerjoin(
            reversing, and_(reversing.community_id == Reversal.community_id, reversing.seq == Reversal.entry)
        )
        .where(wanted.holds(Notice), Delivery.entry <= wanted.known_at)
        .order_by(Notice.serial, Delivery.id)
    )
    return session.execute(query).all()


def scans_of_others(session: Session, wanted: Range, sha256s: Sequence[str]) -> set[str]:
    """Those of the files that are also filed for a notice of somebody else."""
    query = (
        select(Delivery.sha256)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Delivery.sha256.in_(sha256s),
            live(Delivery, wanted.known_at),
            Notice.debtor_id.not_in(wanted.debtor_ids),
        )
    )
    return set(session.scalars(query))


def payments(session: Session, wanted: Range) -> Sequence[Any]:
    """Payment, the Reversal with its moment, and the SHA-256 of both their papers; those reversed too."""
    receipt, annulment = aliased(Document), aliased(Document)
    query = (
        select(
            Payment,
            Reversal,
            Entry.recorded_at.label("reversed_at"),
            receipt.sha256.label("receipt"),
            annulment.sha256.label("annulment"),
        )
        .outerjoin(Reversal, and_(reverses(Payment), Reversal.entry <= wanted.known_at))
        .outerjoin(Entry, and_(Entry.community_id == Reversal.community_id, Entry.seq == Reversal.entry))
        .outerjoin(receipt, and_(receipt.about == "payment", receipt.about_id == Payment.id))
        .outerjoin(annulment, and_(annulment.about == "reversal", annulment.about_id == Reversal.id))
        .where(wanted.holds(Payment))
        .order_by(Payment.on, Payment.id)
    )
    return session.execute(query).all()


def holdings(session: Session, wanted: Range) -> Sequence[Any]:
    """Ownership and Party of everybody who ever held one of the units: to be narrowed before it is shown."""
    query = (
        select(Ownership, Party)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.unit_id.in_(wanted.unit_ids), Ownership.entry <= wanted.known_at)
        .order_by(Ownership.unit_id, Ownership.role != "owner", Ownership.id)
    )
    return session.execute(query).all()
