"""Read model of an owner's pages: whatever is asked for, only the account's own parties' facts are found.

A charge, a payment, a bill and a notice each name one debtor; that, and never the unit, decides who sees them:

- A former owner finds his own time only, the next owner nothing of the one before: both have the unit, neither
  has the other's charges.
- Who joined another's debt in writing sees those charges, and nothing else of the other's: no payment, no paper.
- A co-owner is liable with the debtor (Civil Code art. 307), but what another person was billed, paid and was
  sent is that person's data (PIPL art. 13), and spouses part. He sees that the unit is his and who to ask;
  the debtor can add him by a code, or a new code can be printed.

What is not theirs is Missing, in the same words as what does not exist.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session, defer

from billing.core.policy import Policies
from billing.core.problem import Missing
from billing.store.bills import replaced
from billing.store.collection import Bill, Document, Notice, paper_of
from billing.store.estate import Community, Unit
from billing.store.evidence import first_signed
from billing.store.ledger import Charge, Entry, Payment, Reversal, live
from billing.store.liability import JOINED, ChargeDebtor
from billing.store.people import Ownership, Party, was_held
from billing.store.standing import Account, accounts
from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverRequest
from billing.translations import N_

_NUMBER = re.compile(r"([RDNW])([1-9][0-9]{0,8})-([0-9]{6,12})\Z", re.ASCII)

NOTHING = N_("There is nothing of this kind in your account.")


@dataclass(frozen=True)
class Holding:
    """A unit that one of the parties holds or held; `until` is the day from which it is another's."""

    unit: Unit
    role: str
    since: date | None
    until: date | None

    @property
    def last_day(self) -> date | None:
        return self.until and self.until - timedelta(days=1)


@dataclass(frozen=True)
class Own:
    """What the parties of one account may see; every query of an owner's page is one of these."""

    session: Session
    parties: frozenset[int]

    def communities(self) -> Sequence[Community]:
        query = select(Community).join(Party, Party.community_id == Community.id).where(self._in(Party.id))
        return self.session.scalars(query.distinct().order_by(Community.name)).all()

    def holdings(self) -> list[Holding]:
        """Their units in walking order; of a unit held twice, every time."""
        query = (
            select(Unit, Ownership.role, Ownership.since, Ownership.until)
            .join(Ownership, Ownership.unit_id == Unit.id)
            .where(self._in(Ownership.party_id), was_held())
            .order_by(Unit.community_id, Unit.position, Ownership.since, Ownership.id)
        )
        return [Holding(*row) for row in self.session.execute(query)]

    def unit(self, unit_id: int) -> Unit:
        """The unit, if they hold or held it, or owe or paid something there."""
        unit = self.session.scalar(
            select(Unit).where(
                Unit.id == unit_id,
                self._concerned(Ownership, Ownership.party_id, was_held())
                | self._concerned(Charge, Charge.debtor_id)
                | self._concerned(Payment, Payment.debtor_id),
            )
        )
        if unit is None:
            raise Missing(NOTHING)
        return unit

    def accounts(self, community_id: int, rules: Policies, unit_id: int | None = None) -> list[Account]:
        """Their accounts in a community, or on one unit of it."""
        return accounts(self.session, community_id, rules, unit_id=unit_id, debtor_ids=sorted(self.parties))

    def account(self, unit_id: int, party_id: int, rules: Policies) -> Account:
        """The account of one of them on a unit."""
        unit = self.unit(unit_id)
        for account in self.accounts(unit.community_id, rules, unit.id):
            if account.debtor_id == party_id:
                return account
        raise Missing(NOTHING)

    def joined(self, unit: Unit) -> dict[int, int]:
        """Charge -> its debtor, of others' charges there that one of them took on in writing (Civil Code art. 552)."""
        query = (
            select(Charge.id, Charge.debtor_id)
            .join(ChargeDebtor, ChargeDebtor.charge_id == Charge.id)
            .where(
                Charge.unit_id == unit.id,
                self._in(ChargeDebtor.party_id),
                ChargeDebtor.role == JOINED,
                live(ChargeDebtor),
                live(Charge),
            )
        )
        return {row.id: row.debtor_id for row in self.session.execute(query)}

    def reversed_payments(self, unit: Unit) -> Sequence[Row[Payment, str, datetime]]:
        """(Payment, reason, recorded_at) of payments that were taken back."""
        query = (
            select(Payment, Reversal.reason, Entry.recorded_at)
            .join(
                Reversal,
                (Reversal.community_id == Payment.community_id)
                & (Reversal.target == Payment.__tablename__)
                & (Reversal.target_id == Payment.id),
            )
            .join(Entry, (Entry.community_id == Reversal.community_id) & (Entry.seq == Reversal.entry))
            .where(
                Payment.community_id == unit.community_id,
                Payment.unit_id == unit.id,
                self._in(Payment.debtor_id),
            )
            .order_by(Payment.on, Payment.id)
        )
        return self.session.execute(query).all()

    def notices(self, unit: Unit) -> Sequence[Row[Notice, str, date]]:
        """(Notice, sha256 of its PDF or None, day on which it was signed for or None), the newest first."""
        query = self._notices().where(Notice.community_id == unit.community_id, Notice.unit_id == unit.id)
        return self.session.execute(query.order_by(Notice.serial.desc())).all()

    def notice(self, number: str) -> Row[Notice, str, date]:
        """One of `notices`, by its number."""
        community_id, serial = _read(number, "D")
        query = self._notices().where(Notice.community_id == community_id, Notice.serial == serial)
        found = self.session.execute(query).one_or_none()
        if found is None:
            raise Missing(NOTHING)
        return found

    def bills(self, unit: Unit) -> Sequence[Row[Bill, str, bool]]:
        """(Bill, sha256 of its PDF or None, whether a later one replaced it), the newest first."""
        query = self._bills().where(Bill.community_id == unit.community_id, Bill.unit_id == unit.id)
        return self.session.execute(query.order_by(Bill.serial.desc())).all()

    def bill(self, number: str) -> Row[Bill, str, bool]:
        """One of `bills`, by its number."""
        community_id, serial = _read(number, Bill.LETTER)
        query = self._bills().where(Bill.community_id == community_id, Bill.serial == serial)
        found = self.session.execute(query).one_or_none()
        if found is None:
            raise Missing(NOTHING)
        return found

    def payment(self, number: str) -> Payment:
        """The payment with that receipt number of ours."""
        community_id, serial = _read(number, "R")
        found = self.session.scalar(
            select(Payment).where(
                Payment.community_id == community_id, Payment.serial == serial, self._in(Payment.debtor_id)
            )
        )
        if found is None:
            raise Missing(NOTHING)
        return found

    def waivers(self, unit: Unit) -> Sequence[Row[WaiverRequest, WaiverDecision, WaiverEnd]]:
        """(WaiverRequest, its decision or None, its end or None), the newest first: what was asked for on this page,
        and what the office asked for in his favour once that is approved."""
        query = self._waivers().where(
            WaiverRequest.community_id == unit.community_id, WaiverRequest.unit_id == unit.id
        )
        return self.session.execute(query.order_by(WaiverRequest.serial.desc())).all()

    def waiver(self, number: str) -> Row[WaiverRequest, WaiverDecision, WaiverEnd]:
        """One of `waivers`, by its number."""
        community_id, serial = _read(number, WaiverRequest.LETTER)
        query = self._waivers().where(
            WaiverRequest.community_id == community_id, WaiverRequest.serial == serial
        )
        found = self.session.execute(query).one_or_none()
        if found is None:
            raise Missing(NOTHING)
        return found

    def waiver_papers(self, request: WaiverRequest) -> Sequence[WaiverPaper]:
        """Those of a request that was made on this page; what the office attached to its own stays there."""
        query = select(WaiverPaper).where(WaiverPaper.request_id == request.id).order_by(WaiverPaper.id)
        return self.session.scalars(query).all() if request.by_owner else []

    def _waivers(self) -> Select[WaiverRequest, WaiverDecision, WaiverEnd]:
        return (
            select(WaiverRequest, WaiverDecision, WaiverEnd)
            .outerjoin(WaiverDecision, WaiverDecision.request_id == WaiverRequest.id)
            .outerjoin(WaiverEnd, WaiverEnd.request_id == WaiverRequest.id)
            .where(
                self._in(WaiverRequest.debtor_id),
                WaiverRequest.by_owner | WaiverDecision.approved.is_(True),
            )
        )

    def _bills(self) -> Select[Bill, str, bool]:
        return (
            select(Bill, Document.sha256, replaced().label("replaced"))
            .options(defer(Bill.paper))
            .outerjoin(Document, paper_of(Bill))
            .where(self._in(Bill.debtor_id))
        )

    def _notices(self) -> Select[Notice, str, date]:
        return (
            select(Notice, Document.sha256, first_signed().label("signed"))
            .outerjoin(Document, paper_of(Notice))
            .where(self._in(Notice.debtor_id))
        )

    def _concerned(
        self,
        table: type[Ownership | Charge | Payment],
        party: InstrumentedAttribute[int],
        *more: ColumnElement[bool],
    ) -> ColumnElement[bool]:
        """That a row of the table ties one of them to the unit asked for."""
        same = (table.community_id == Unit.community_id) & (table.unit_id == Unit.id)
        return exists().where(same, self._in(party), *more)

    def _in(self, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return column.in_(sorted(self.parties))


def _read(number: str, letter: str) -> tuple[int, int]:
    """Community and serial of R1-000123, N1-000042, D1-000017 or W1-000003."""
    match = _NUMBER.match(number)
    if match is None or match[1] != letter:
        raise Missing(NOTHING)
    return int(match[2]), int(match[3])
