"""What an owner was sent, bills and reminders, named as the papers themselves are."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.core.dunning import Tone
from billing.store.bills import outdated
from billing.store.collection import Bill, Notice
from billing.store.estate import Unit
from billing.store.portal import Own
from notices.content import Demand
from notices.record import thaw


@dataclass(frozen=True)
class Letter:
    """A paper that asks for money: a reminder with its `tone`, or the payment notice of a `period`.

    `pdf` is false while it is being printed, `signed` the day on which its slip was signed.
    """

    number: str
    issued: date
    deadline: date
    total: int
    pdf: bool
    tone: Tone | None = None
    times: int = 0
    signed: date | None = None
    period: str = ""
    replaced: bool = False
    outdated: bool = False


def letters(own: Own, unit: Unit) -> list[Letter]:
    """The newest first."""
    reminders = [_reminder(row.Notice, row.sha256, row.signed) for row in own.notices(unit)]
    billed = own.bills(unit)
    gone = outdated(own.session, [row.Bill for row in billed])
    bills = [_bill(row.Bill, row.sha256, row.replaced, row.Bill.id in gone) for row in billed]
    return sorted(reminders + bills, key=lambda letter: letter.issued, reverse=True)


def _reminder(notice: Notice, sha256: str | None, signed: date | None) -> Letter:
    paper = thaw(notice.paper)
    assert isinstance(paper, Demand)
    return Letter(**_common(notice, sha256), tone=paper.tone, times=paper.times, signed=signed)


def _bill(bill: Bill, sha256: str | None, replaced: bool, outdated: bool) -> Letter:
    return Letter(**_common(bill, sha256), period=bill.period, replaced=replaced, outdated=outdated)


def _common(paper: Notice | Bill, sha256: str | None) -> dict[str, Any]:
    return {
        "number": paper.number,
        "issued": paper.issued_on,
        "deadline": paper.deadline,
        "total": paper.total_fen,
        "pdf": sha256 is not None,
    }
