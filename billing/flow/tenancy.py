"""A tenant who agreed to pay: for his time he owes what is charged jointly with the owner (Property Regulation 41)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.flow.entry import record, replayed
from billing.flow.holding import Person, keep_paper, open_holding, party_of
from billing.flow.liability import name_jointly
from billing.store.estate import Unit
from billing.store.ledger import Charge, Reversal, live
from billing.store.liability import TENANT, ChargeDebtor, deciding_day
from billing.store.people import Ownership, Party
from billing.store.vault import Vault
from billing.translations import N_

#: Why a charge names him no more, as the books keep it.
_ENDED = "租约已于此前终止"


def add_tenant(
    session: Session,
    vault: Vault,
    actor: str,
    unit: Unit,
    tenant: Person,
    since: date,
    until: date | None = None,
    paper: bytes | None = None,
) -> Ownership:
    """He owes with the owner what is charged from `since` until the day before `until`, what is issued included."""
    tenant = tenant.checked()
    if until is not None and until <= since:
        raise Refused(N_("A tenancy cannot end before it begins on %(since)s."), since=since)
    asked = {"unit": unit.label, "tenant": tenant.name, "since": since, "until": until}
    key = f"tenant:{unit.id}:{tenant.name}:{since}"
    before = replayed(session, unit.community_id, key, asked)
    if before:
        same = select(Ownership).where(
            Ownership.community_id == unit.community_id, Ownership.entry == before.seq
        )
        return session.scalars(same).one()
    _check_free(session, unit, tenant.name, since, until)
    sha256 = keep_paper(session, vault, paper)
    entry = record(session, unit.community_id, "tenancy", key, actor, asked, asked | {"paper": sha256})
    party = party_of(session, unit.community_id, tenant, f"tenancy, entry {entry}")
    own = open_holding(session, unit, party, TENANT, since, entry, sha256, until)
    session.flush()
    name_jointly(session, unit.community_id, entry, Charge.unit_id == unit.id, Ownership.id == own.id)
    return own


def end_tenancy(session: Session, actor: str, unit: Unit, name: str, until: date) -> Ownership:
    """The tenancy ends the day before `until`; charges of later days that name him do so no more."""
    own = _running(session, unit, name)
    if own.until == until:
        return own
    if own.since and until <= own.since:
        raise Refused(N_("A tenancy cannot end before it begins on %(since)s."), since=own.since)
    asked = {"unit": unit.label, "tenant": name.strip(), "since": own.since, "until": until}
    key = f"tenancy-end:{own.id}:{own.until}:{until}"
    entry = record(session, unit.community_id, "tenancy-end", key, actor, asked)
    own.until = until
    session.flush()
    _name_no_more(session, unit, own, entry)
    name_jointly(session, unit.community_id, entry, Charge.unit_id == unit.id, Ownership.id == own.id)
    return own


def _check_free(session: Session, unit: Unit, name: str, since: date, until: date | None) -> None:
    """One person rents a unit once at a time."""
    for own in _tenancies(session, unit, name):
        begins_before = until is None or own.since is None or own.since < until
        if begins_before and (own.until is None or own.until > since):
            raise Refused(
                N_(
                    "%(name)s is entered as tenant of unit %(unit)s from %(since)s already: end that time instead."
                ),
                name=name,
                unit=unit.label,
                since=own.since,
            )


def _running(session: Session, unit: Unit, name: str) -> Ownership:
    found = _tenancies(session, unit, name)
    if not found:
        raise Refused(N_("%(name)s is no tenant of unit %(unit)s."), name=name.strip(), unit=unit.label)
    return found[-1]


def _tenancies(session: Session, unit: Unit, name: str) -> list[Ownership]:
    query = (
        select(Ownership)
        .join(Party, Party.id == Ownership.party_id)
        .where(Ownership.unit_id == unit.id, Ownership.role == TENANT, Party.name == name.strip())
        .order_by(Ownership.since)
    )
    return list(session.scalars(query))


def _name_no_more(session: Session, unit: Unit, own: Ownership, entry: int) -> None:
    query = (
        select(ChargeDebtor.id)
        .join(Charge, Charge.id == ChargeDebtor.charge_id)
        .join(Unit, Unit.id == Charge.unit_id)
        .where(
            Charge.unit_id == unit.id,
            ChargeDebtor.party_id == own.party_id,
            ChargeDebtor.role == TENANT,
            deciding_day() >= own.until,
            live(ChargeDebtor),
        )
    )
    session.add_all(
        Reversal(
            community_id=unit.community_id,
            entry=entry,
            target=ChargeDebtor.__tablename__,
            target_id=one,
            reason=_ENDED,
        )
        for one in session.scalars(query).all()
    )
    session.flush()
