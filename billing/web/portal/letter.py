"""The notices an owner got, named as the papers themselves are."""

from dataclasses import dataclass
from datetime import date

from billing.core.dunning import Tone
from billing.store.collection import Notice
from billing.store.estate import Unit
from billing.store.portal import Own
from notices.content import Demand
from notices.record import thaw


@dataclass(frozen=True)
class Letter:
    """A notice; `pdf` is false while it is being printed, `signed` the day on which its slip was signed."""

    number: str
    tone: Tone
    times: int
    issued: date
    as_of: date
    deadline: date
    total: int
    pdf: bool
    signed: date | None


def letters(own: Own, unit: Unit) -> list[Letter]:
    """The newest first."""
    return [_letter(row.Notice, row.sha256, row.signed) for row in own.notices(unit)]


def _letter(notice: Notice, sha256: str | None, signed: date | None) -> Letter:
    paper = thaw(notice.paper)
    assert isinstance(paper, Demand)
    return Letter(
        number=notice.number,
        tone=paper.tone,
        times=paper.times,
        issued=notice.issued_on,
        as_of=notice.as_of,
        deadline=notice.deadline,
        total=notice.total_fen,
        pdf=sha256 is not None,
        signed=signed,
    )
