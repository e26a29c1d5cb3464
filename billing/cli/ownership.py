"""`flask transfer`, `tenant`, `join`, `holdings`, `split`: who holds a unit when, and who owes with whom."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from billing.cli.command import (
    ACTOR,
    DAY,
    Command,
    Group,
    answers,
    in_community,
    the_community,
    the_unit,
    the_vault,
)
from billing.clock import today
from billing.core.money import yuan
from billing.core.ownership import SPLITS
from billing.core.problem import Unusable
from billing.extensions import db
from billing.flow import ownership, tenancy, transfer
from billing.flow.estate import EVER
from billing.flow.holding import Person
from billing.flow.joining import join_debt
from billing.flow.payments import find_debtor
from billing.flow.transfer import Deal, TransferPlan, Transferred
from billing.store import register
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.people import Party
from billing.translations import N_

_PAPER = click.Path(path_type=Path, exists=True, dir_okay=False)


def _read(paper: Path | None) -> bytes | None:
    return paper.read_bytes() if paper else None


@click.command("transfer", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.option("--to", "to", metavar="NAME", help="The buyer.")
@click.option("--on", type=DAY, required=True, help="The first day on which the unit is the buyer's.")
@click.option("--co-owner", "co_owners", multiple=True, metavar="NAME", help="Of the buyer; may be repeated.")
@click.option("--phone", default="")
@click.option("--id-number", default="")
@click.option("--paper", type=_PAPER, metavar="FILE", help="What proves it: a photo or PDF.")
@click.option("--same-name", is_flag=True, help="The buyer is another person than the seller of that name.")
@click.option("--keep-charges", is_flag=True, help="What is issued stays on the seller.")
@click.option("--due", type=DAY, help="What is booked anew on the buyer is due then at the earliest.")
@click.option("--withdraw", is_flag=True, help="The transfer of that day never was.")
@click.option("--reason", default="", help="Why it is withdrawn.")
@click.option("--dry-run", is_flag=True, help="Show which charges would move; write nothing.")
@in_community
@answers
def transfer_unit(
    unit_label: str,
    to: str | None,
    on: date,
    co_owners: Sequence[str],
    paper: Path | None,
    withdraw: bool,
    reason: str,
    dry_run: bool,
    community: str | None,
    **more: Any,
) -> dict[str, Any]:
    """From a day on UNIT is another's; what was charged for his days already is booked anew on him."""
    session, place = db.session(), the_unit(unit_label, community)
    if withdraw:
        with writing(session, place.community_id):
            done = transfer.withdraw_transfer(session, ACTOR, today(), place, on, reason)
        return {"unit": place.label, "withdrawn": on.isoformat()} | _done(session, done)
    if to is None:
        raise Unusable(N_("Say to whom the unit goes: --to NAME."))
    deal = Deal(to, on, "、".join(co_owners), **more)
    if dry_run:
        plan = transfer.plan_transfer(session, place, deal, today())
        return _planned(plan) | {"dry_run": True}
    with writing(session, place.community_id):
        done = transfer.enter_transfer(session, the_vault(), ACTOR, today(), place, deal, _read(paper))
    told = {"unit": place.label, "to": list(deal.names), "on": on.isoformat()}
    return told | _done(session, done)


def _planned(plan: TransferPlan) -> dict[str, Any]:
    names = dict(zip((party.id for _, party in plan.holding), plan.sellers, strict=True))
    return {
        "unit": plan.unit.label,
        "from": plan.sellers,
        "to": list(plan.deal.names),
        "on": plan.deal.on.isoformat(),
        "keep_charges": plan.deal.keep_charges,
        "charges": [
            {
                "charge": one.charge.id,
                "item": one.item,
                "period": one.charge.period,
                "amount": yuan(one.charge.amount_fen),
                "paid": yuan(one.paid),
                "parts": [
                    {
                        "debtor": names.get(part.party or 0, plan.deal.names[0]),
                        "first": part.first.isoformat(),
                        "last": part.last.isoformat(),
                        "amount": yuan(amount),
                    }
                    for part, amount in one.parts
                ],
            }
            for one in plan.moved
        ],
    }


def _done(session: Any, done: Transferred) -> dict[str, Any]:
    return {
        "entry": done.entry,
        "charges": [_booked(session, charge) for charge in done.charges],
        "replayed": done.replayed,
    }


def _booked(session: Any, charge: Charge) -> dict[str, Any]:
    return {
        "charge": charge.id,
        "debtor": session.get_one(Party, charge.debtor_id).name,
        "period": charge.period,
        "first": charge.period_first.isoformat(),
        "last": charge.period_last.isoformat(),
        "amount": yuan(charge.amount_fen),
    }


@click.command("tenant", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.option("--name", required=True)
@click.option("--from", "since", type=DAY, help="Left out: a known tenant's time ends with --until.")
@click.option("--until", type=DAY, help="The last day; left out: open.")
@click.option("--phone", default="")
@click.option("--paper", type=_PAPER, metavar="FILE", help="The agreement: a photo or PDF.")
@in_community
@answers
def tenant(
    unit_label: str,
    name: str,
    since: date | None,
    until: date | None,
    phone: str,
    paper: Path | None,
    community: str | None,
) -> dict[str, Any]:
    """A tenant of UNIT who agreed to pay owes with the owner what is charged for his time."""
    session, place = db.session(), the_unit(unit_label, community)
    if since is None and until is None:
        raise Unusable(N_("Say from which day he rents it (--from), or until which (--until)."))
    after = until + timedelta(days=1) if until else None
    with writing(session, place.community_id):
        if since:
            person = Person(name, phone)
            own = tenancy.add_tenant(session, the_vault(), ACTOR, place, person, since, after, _read(paper))
        else:
            assert after
            own = tenancy.end_tenancy(session, ACTOR, place, name, after)
    return {"unit": place.label, "entry": own.entry} | _time(name, own.role, own.since, own.until)


def _time(name: str, role: str, since: date | None, until: date | None) -> dict[str, Any]:
    """`until` is the last day, as people say it."""
    return {
        "name": name,
        "role": role,
        "from": since and since.isoformat(),
        "until": until and (until - timedelta(days=1)).isoformat(),
    }


@click.command("join", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.option("--name", required=True, help="Who joins the debt: the buyer.")
@click.option("--debtor", required=True, metavar="NAME", help="Whose debt: the seller.")
@click.option("--up-to", type=DAY, required=True, help="The last day for whose fees he signed.")
@click.option("--paper", type=_PAPER, required=True, metavar="FILE", help="What he signed: a photo or PDF.")
@in_community
@answers
def join(
    unit_label: str, name: str, debtor: str, up_to: date, paper: Path, community: str | None
) -> dict[str, Any]:
    """A buyer of UNIT takes on in writing what the seller still owes there; both owe it then."""
    session, place = db.session(), the_unit(unit_label, community)
    with writing(session, place.community_id):
        buyer, seller = (find_debtor(session, place, today(), one) for one in (name, debtor))
        row = join_debt(session, the_vault(), ACTOR, today(), place, buyer, seller, up_to, paper.read_bytes())
    return {
        "unit": place.label,
        "entry": row.entry,
        "name": buyer.name,
        "debtor": seller.name,
        "up_to": row.up_to.isoformat(),
        "paper": row.paper,
    }


@click.command("holdings", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@in_community
@answers
def holdings(unit_label: str, community: str | None) -> dict[str, Any]:
    """Who holds and held UNIT, the newest first."""
    place: Unit = the_unit(unit_label, community)
    rows = register.holders(db.session(), [place.id]).get(place.id, [])
    told = [_time(one.party.name, one.role, one.since, one.until) | {"paper": one.paper} for one in rows]
    return {"unit": place.label, "holdings": told}


@click.group("split", cls=Group)
def split_group() -> None:
    """Who owes a fee period in which a unit changed hands."""


@split_group.command("set")
@click.argument("split", type=click.Choice(SPLITS))
@click.option("--from", "since", type=DAY, help="For periods that begin that day or later (default: all).")
@in_community
@answers
def set_split(split: str, since: date | None, community: str | None) -> dict[str, Any]:
    """Whole to whoever owned on the first day (the default) or on the last, or by days."""
    session, place = db.session(), the_community(community)
    with writing(session, place.id):
        ownership.set_split(session, ACTOR, place.id, split, since or EVER)
    return {"split": split, "from": (since or EVER).isoformat()}


@split_group.command("show")
@in_community
@answers
def show_split(community: str | None) -> dict[str, Any]:
    """Every rule that counts, the earliest first."""
    dated = ownership.splits(db.session(), the_community(community).id).dated
    return {"splits": [{"split": split, "from": since.isoformat()} for since, split in dated]}


COMMANDS = (transfer_unit, tenant, join, holdings, split_group)
