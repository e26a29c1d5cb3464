"""A run's papers: each made from what was frozen with its number, all of them merged in delivery order."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.numbers import parse_serial
from billing.core.problem import Missing
from billing.core.width import fold
from billing.flow import papers, work
from billing.flow.documents import keep_document, kept
from billing.store.collection import Bill, BillRun, Document, DunningRun, Notice, paper_of
from billing.store.vault import Vault
from billing.store.work import Job
from billing.translations import N_
from notices import render
from notices.record import thaw

Numbered = TypeVar("Numbered", Notice, Bill)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who gets no paper of a run, and why; `detail` is the number of the one he has already."""

    unit: str
    debtor: str
    reason: str
    total: int
    detail: str = ""


def by_reason(left_out: Iterable[LeftOut]) -> list[tuple[str, list[LeftOut]]]:
    """Reason -> who, the reason that leaves out most first."""
    groups: dict[str, list[LeftOut]] = defaultdict(list)
    for one in left_out:
        groups[one.reason].append(one)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


@dataclass(frozen=True)
class Series(Generic[Numbered]):
    """Papers numbered one after another by runs: where they stand, and the kind of job that makes them."""

    table: type[Numbered]
    job_kind: str

    @property
    def about(self) -> str:
        return self.table.__tablename__

    def next_serial(self, session: Session, community_id: int) -> int:
        highest = select(func.max(self.table.serial)).where(self.table.community_id == community_id)
        return (session.scalar(highest) or 0) + 1

    def find(self, session: Session, community_id: int, number: str) -> Numbered:
        """The paper of that number, such as D1-000017."""
        serial = parse_serial(number, f"{self.table.LETTER}{community_id}-")
        found = None if serial is None else self._find(session, community_id, serial)
        if found is None:
            raise Missing(N_("There is no notice %(number)s."), number=number)
        return found

    def named(self, session: Session, community_id: int, text: str) -> Numbered | None:
        """The paper whose number in full the text is; shorter ones may be units, such as D1-101."""
        number = fold(text).upper()
        serial = parse_serial(number, f"{self.table.LETTER}{community_id}-")
        found = None if serial is None else self._find(session, community_id, serial)
        return found if found and found.number == number else None

    def unmade(self, session: Session, run_id: int) -> list[int]:
        """Papers of the run whose PDF is not made yet, in delivery order."""
        made = select(Document.about_id).where(Document.about == self.about)
        query = select(self.table.id).where(self.table.run_id == run_id, self.table.id.not_in(made))
        return list(session.scalars(query.order_by(self.table.serial)))

    def made(self, session: Session, run_id: int) -> list[tuple[Numbered, Document]]:
        """The run's papers with their PDFs, in delivery order."""
        query = (
            select(self.table, Document)
            .join(Document, paper_of(self.table))
            .where(self.table.run_id == run_id)
            .order_by(self.table.serial)
        )
        return [(row[0], row[1]) for row in session.execute(query)]

    def file(self, session: Session, vault: Vault, paper: Numbered, data: bytes) -> Document:
        """Keep the PDF as the paper's one document; done a second time, the first stays."""
        return keep_document(session, vault, paper.community_id, self.about, paper.id, data)

    def queue(self, session: Session, actor: str, now: datetime, run: DunningRun | BillRun) -> Job:
        """The one job that makes the papers of the run."""
        waiting = len(self.unmade(session, run.id))
        return work.enqueue(
            session,
            actor,
            now,
            run.community_id,
            kind=self.job_kind,
            key=self._key(run.id),
            payload={"run": run.id},
            total=waiting,
        )

    def job(self, session: Session, run_id: int) -> Job | None:
        return session.scalar(select(Job).where(Job.key == self._key(run_id)))

    def _find(self, session: Session, community_id: int, serial: int) -> Numbered | None:
        query = select(self.table).where(self.table.community_id == community_id, self.table.serial == serial)
        return session.scalar(query)

    def _key(self, run_id: int) -> str:
        return f"{self.job_kind}:{run_id}"


NOTICES = Series(Notice, "notices")
BILLS = Series(Bill, "bills")


def pdf(vault: Vault, paper: Notice | Bill) -> bytes:
    """The paper's PDF, from what was frozen when it was numbered."""
    frozen = thaw(paper.paper)
    seal, logo = (papers.picture(vault, sha256) for sha256 in (frozen.office.seal, frozen.office.logo))
    return render.render(frozen, seal=seal, logo=logo)


def merge(vault: Vault, made: Iterable[tuple[Notice | Bill, Document]], target: Path) -> int:
    """One print file of the papers in the order given; its pages. Refused where one is not what was kept."""
    return render.merge((kept(vault, document.sha256) for _, document in made), target)
