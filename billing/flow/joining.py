"""债务加入: a buyer takes on in writing what the seller still owes (Civil Code arts. 551-552); both owe it then."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.statement import Line
from billing.flow.allocation import account_of
from billing.flow.entry import record, replayed
from billing.flow.estate import policies
from billing.flow.holding import keep_paper
from billing.store.estate import Unit
from billing.store.ledger import live
from billing.store.liability import JOINED, ChargeDebtor, Joinder
from billing.store.people import Party
from billing.store.vault import Vault
from billing.translations import N_


def open_debts(session: Session, unit: Unit, debtor: Party, up_to: date, today: date) -> list[Line]:
    """What the debtor owes on the unit today for days up to that one: the charges that somebody may join."""
    account = account_of(session, unit, debtor.id, policies(session, unit.community_id))
    return [
        row
        for row in account.lines(today)
        if row.total > 0 and account.rows[row.charge.id].period_last <= up_to
    ]


def join_debt(
    session: Session,
    vault: Vault,
    actor: str,
    today: date,
    unit: Unit,
    joining: Party,
    debtor: Party,
    up_to: date,
    paper: bytes,
) -> Joinder:
    """Name him beside the debtor's open charges for days up to that one; the paper is what makes him owe."""
    sha256 = keep_paper(session, vault, paper)
    assert sha256
    asked = {"unit": unit.label, "joins": joining.id, "debtor": debtor.id, "up_to": up_to, "paper": sha256}
    key = f"join:{unit.id}:{joining.id}:{debtor.id}:{up_to}:{sha256}"
    before = replayed(session, unit.community_id, key, asked)
    if before:
        same = select(Joinder).where(Joinder.community_id == unit.community_id, Joinder.entry == before.seq)
        return session.scalars(same).one()
    if joining.id == debtor.id:
        raise Refused(N_("%(name)s cannot join a debt of his own."), name=debtor.name)
    lines = open_debts(session, unit, debtor, up_to, today)
    if not lines:
        raise Refused(
            N_(
                "%(debtor)s owes nothing on unit %(unit)s for days up to %(up_to)s: there is no debt to join."
            ),
            debtor=debtor.name,
            unit=unit.label,
            up_to=up_to,
        )
    detail = asked | {"charges": [row.charge.id for row in lines]}
    entry = record(session, unit.community_id, "joinder", key, actor, asked, detail)
    joinder = Joinder(
        community_id=unit.community_id,
        entry=entry,
        unit_id=unit.id,
        party_id=joining.id,
        debtor_id=debtor.id,
        up_to=up_to,
        paper=sha256,
    )
    session.add(joinder)
    _name(session, joinder, lines)
    return joinder


def _name(session: Session, joinder: Joinder, lines: Sequence[Line]) -> None:
    """Beside each charge once, whatever he signed before."""
    known = set(
        session.scalars(
            select(ChargeDebtor.charge_id).where(
                ChargeDebtor.community_id == joinder.community_id,
                ChargeDebtor.party_id == joinder.party_id,
                live(ChargeDebtor),
            )
        )
    )
    session.add_all(
        ChargeDebtor(
            community_id=joinder.community_id,
            entry=joinder.entry,
            charge_id=row.charge.id,
            party_id=joinder.party_id,
            role=JOINED,
        )
        for row in lines
        if row.charge.id not in known
    )
    session.flush()
