"""The manager's file (资料包): for a debtor one ZIP of all that says what he owes and proves how it came about.

A part of the pack is a function from the subject to its files; a later kind of pack names other parts.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy.orm import Session

from billing.flow import papers
from billing.flow.documents import count_pages
from billing.flow.entry import record, replayed
from billing.flow.pack.archive import Archive, Filed
from billing.flow.pack.arrears import arrears
from billing.flow.pack.contract import contract
from billing.flow.pack.exhibit import say
from billing.flow.pack.holdings import holdings
from billing.flow.pack.notices import deliveries, notices
from billing.flow.pack.payments import payments
from billing.flow.pack.piece import Lack, Piece
from billing.flow.pack.subject import Subject
from billing.flow.pack.waivers import waivers
from billing.flow.pack.working import working
from billing.flow.statements import Statement
from billing.store.pack import PACK

Part = Callable[[Subject], Iterator[Piece | Lack]]


@dataclass(frozen=True)
class Made:
    """A pack as it was written."""

    subject: Subject
    documents: Sequence[Filed]
    lacks: Sequence[Lack]
    sha256: str


def statements(subject: Subject) -> Iterator[Piece]:
    """01 对账单: one each account, the paper that everybody knows."""
    several = len(subject.accounts) > 1
    for number, (account, lines) in enumerate(subject.lines, 1):
        found = Statement(subject.units[account.unit_id], subject.as_of, [(account, lines)])
        made = papers.statement_paper(
            subject.session, found, account, lines, subject.issued, subject.known_at
        )
        data, title = subject.drawn(made), say("title.statement")
        name = f"01-{number} {title}.pdf" if several else f"01 {title}.pdf"
        told = f"{title} {account.unit}" if several else title
        yield Piece(name, told, say("proves.statement"), data, count_pages(data))


PARTS: tuple[Part, ...] = (
    statements,
    arrears,
    working,
    contract,
    notices,
    deliveries,
    payments,
    waivers,
    holdings,
)


def make_pack(subject: Subject, target: BinaryIO, parts: Sequence[Part] = PARTS) -> Made:
    """Write the pack into the file. Slow, so outside a writing transaction; refused while the profile has gaps."""
    with ZipFile(target, "w", ZIP_DEFLATED) as file:
        archive = Archive(file, subject)
        for part in parts:
            for one in part(subject):
                if isinstance(one, Piece):
                    archive.add(one)
                else:
                    archive.lacks.append(one)
        archive.finish()
    return Made(subject, archive.documents, archive.lacks, _sha256(target))


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while part := file.read(1 << 20):
        digest.update(part)
    return digest.hexdigest()


def record_pack(session: Session, actor: str, made: Made, key: str) -> int:
    """Note who made it, of whom, and its hash; the entry. The same key for the same bytes is the same making."""
    subject = made.subject
    told = {
        "debtors": subject.debtors,
        "units": [unit.label for unit in subject.units.values()],
        "as_of": subject.as_of,
        "known_at": subject.known_at,
        "sha256": made.sha256,
    }
    key = f"pack:{key}:{made.sha256[:16]}"
    before = replayed(session, subject.community_id, key, told)
    return before.seq if before else record(session, subject.community_id, PACK, key, actor, told)
