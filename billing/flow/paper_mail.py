"""Notices by e-mail: a run's papers to their debtors, each with its PDF, by themselves or at a button's press.

Only the debtor whom the paper names gets it: what he owes is his own affair, and a co-owner's notice would be another.
A mail that was handed over is no delivery: a notice is signed for on paper.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, defer

from billing.core.calendar import parse_period
from billing.core.money import grouped
from billing.core.problem import Refused
from billing.flow.mail import Letter, Sender, attached, queue_mails, sender
from billing.flow.overtaken import REASONS, overtaken_papers
from billing.flow.printing import LeftOut, Numbered, Series
from billing.flow.profile import profile, require
from billing.flow.tariffs import ladder
from billing.store import outbox
from billing.store.collection import Bill, Document, Notice, paper_of
from billing.store.estate import Unit
from billing.store.ledger import Entry
from billing.store.mail import Mail
from billing.store.outbox import again_key
from billing.store.people import Party
from billing.translations import N_
from notices import demand, figures
from notices.wording import LATEST, wording

UNMADE = N_("its paper is not made yet")
NO_ADDRESS = N_("no e-mail address is known")
BAD_ADDRESS = N_("mail to every address known was refused or came back")
UNDECIDED = N_("an e-mail did not arrive or may not have gone out: decide under Outgoing e-mail")


@dataclass(frozen=True)
class Fate:
    """A paper and its mails, the newest first; to which `address` the next one would go, or `why` none would."""

    paper: Notice | Bill
    unit: Unit
    party: Party
    document: Document | None
    mails: Sequence[Mail]
    address: str
    why: str

    @property
    def last(self) -> Mail | None:
        return self.mails[0] if self.mails else None

    @property
    def on_its_way(self) -> bool:
        return self.last is not None and self.last.state in ("queued", "sending", "handed_over")

    @property
    def next_key(self) -> str:
        """Under which the next mail is written at a person's word; empty where none can be."""
        if self.why:
            return ""
        if self.last and self.last.state == "withdrawn":  # what it says holds again
            return again_key(self.last.id)
        told = {mail.recipient for mail in self.mails}
        about = f"{self.paper.__tablename__}:{self.paper.id}"
        return "" if self.address in told else f"{about}:{self.address}"

    @property
    def key(self) -> str:
        """The same, of those that the whole run's button writes: nobody gets his paper a second time by it."""
        return "" if self.on_its_way else self.next_key

    @property
    def left_out(self) -> str:
        """Why no mail went out, nor would at a press; empty where one did or would."""
        return "" if self.on_its_way or self.key else self.why or UNDECIDED


def run_fates(session: Session, series: Series[Numbered], run_id: int, today: date) -> list[Fate]:
    """Those of a run's papers, in delivery order."""
    mails = outbox.of_run(session, series.table, run_id)
    return _fates(session, series, series.table.run_id == run_id, mails, today)


def fate(session: Session, series: Series[Numbered], paper: Notice | Bill, today: date) -> Fate:
    mails = {paper.id: outbox.about(session, [series.about], paper.id)}
    return _fates(session, series, series.table.id == paper.id, mails, today)[0]


def _fates(
    session: Session,
    series: Series[Numbered],
    which: ColumnElement[bool],
    mails: Mapping[int, Sequence[Mail]],
    today: date,
) -> list[Fate]:
    table: Any = series.table
    query = (
        select(table, Unit, Party, Document)
        .options(defer(table.paper))
        .join(Unit, Unit.id == table.unit_id)
        .join(Party, Party.id == table.debtor_id)
        .outerjoin(Document, paper_of(table))
        .where(which)
    )
    rows = session.execute(query.order_by(table.serial)).all()
    papers = [row[0] for row in rows]
    known = outbox.addresses(session, {row.Party.id for row in rows})
    gone = overtaken_papers(session, papers, today)
    found = []
    for paper, unit, party, document in rows:
        told = known.get(party.id, [])
        address = next((row.value for row in told if not row.refused), "")
        why = REASONS[gone[paper.id]] if paper.id in gone else ""
        why = why or ("" if document else UNMADE) or ("" if address else BAD_ADDRESS if told else NO_ADDRESS)
        found.append(Fate(paper, unit, party, document, mails.get(paper.id, []), address, why))
    return found


def left_out(fates: Sequence[Fate]) -> list[LeftOut]:
    """Whom no mail reached, nor would, and why."""
    return [
        LeftOut(one.unit.label, one.party.name, one.left_out, one.paper.total_fen, one.paper.number)
        for one in fates
        if one.left_out
    ]


def mail_run(session: Session, actor: str, today: date, now: datetime, fates: Sequence[Fate]) -> int:
    """Mail those of a run that wait to be mailed; how many. A second time there are none."""
    return len(_write(session, actor, today, now, {one.key: one for one in fates if one.key}))


def mail_paper(session: Session, actor: str, today: date, now: datetime, one: Fate) -> None:
    """Mail one paper. Refused, in words, where it is not to be sent; a second time it is the same mail."""
    if one.why:
        raise Refused(one.why)
    _write(session, actor, today, now, {one.next_key: one} if one.next_key else {})


def _write(
    session: Session, actor: str, today: date, now: datetime, chosen: Mapping[str, Fate]
) -> dict[str, Mail]:
    """Key -> its mail. Refused while the profile lacks what a paper needs."""
    if not chosen:
        return {}
    first = next(iter(chosen.values())).paper
    require(session, first.community_id, today)
    by, titles = sender(session, first.community_id, today), _titles(session, first)
    letters = {key: _letter(by, one, titles) for key, one in chosen.items()}
    return queue_mails(session, actor, now, letters)


def goes_out(session: Session, series: Series[Numbered], paper: Numbered, today: date, now: datetime) -> None:
    """Mail a paper that was just filed, where the community has that done by itself; in the filing's transaction."""
    if profile(session, paper.community_id, today).get("mail_notices") == "yes":
        started = session.get_one(Entry, (paper.community_id, paper.entry))
        with suppress(Refused):  # the paper is filed all the same, and the run's page says who got no mail
            mail_run(session, started.actor, today, now, [fate(session, series, paper, today)])


def _titles(session: Session, paper: Notice | Bill) -> Mapping[int, str]:
    """Stage -> what such a notice is called, by the ladder of the run's day."""
    if isinstance(paper, Bill):
        return {}
    steps = ladder(session, paper.community_id, paper.as_of)
    return {step.stage: wording(LATEST)(demand.title_key(step.tone)) for step in steps}


def _letter(by: Sender, one: Fate, titles: Mapping[int, str]) -> Letter:
    paper = one.paper
    assert one.document, "only a made paper waits to be mailed"
    places = {
        "房号": one.unit.label,
        "编号": paper.number,
        "合计": grouped(paper.total_fen),
        "缴费期限": figures.day(paper.deadline),
    }
    if isinstance(paper, Notice):
        kind, places["文书"] = "notice", titles.get(paper.stage) or wording(LATEST)("heading.demand")
        places["截算日"] = figures.day(paper.as_of)
    else:
        kind, places["文书"] = "bill", wording(LATEST)("heading.payment_notice")
        period = parse_period(paper.period)
        places["计费期"] = figures.period(period.first, period.months)
    about, file = (paper.__tablename__, paper.id), attached(one.document, f"{places['文书']} {paper.number}")
    return by.letter(one.party, one.address, kind, about, places, [file])
