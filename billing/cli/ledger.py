"""`flask tariff`, `pay`, `reverse`, `reverse-charge`, `statement`, `owed`: the books from the command line."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from billing.cli.command import (
    ACTOR,
    DAY,
    POSITIVE_YUAN,
    Command,
    Group,
    Parsed,
    answers,
    in_community,
    the_community,
    the_unit,
)
from billing.clock import today
from billing.core.calendar import CYCLES
from billing.core.money import yuan
from billing.core.numbers import parse_price
from billing.core.problem import Missing
from billing.core.tariff import BASES
from billing.extensions import db
from billing.flow import owed as owing
from billing.flow import payments, reversals, statements, tariffs
from billing.store.base import writing
from billing.store.ledger import Charge
from billing.translations import N_

_CYCLE_NAMES = {name: months for months, name in CYCLES.items()}


@click.group("tariff", cls=Group)
def tariff_group() -> None:
    """Fee items and their prices."""


@tariff_group.command("set")
@click.argument("item")
@click.argument("price", type=Parsed("price", parse_price))
@click.option(
    "--basis", type=click.Choice(BASES), default="area", help="Per m², per unit, or each unit's own."
)
@click.option("--cycle", type=click.Choice(list(_CYCLE_NAMES)), default="quarterly")
@click.option("--from", "since", type=DAY, default="2000-01-01", help="From which day the price holds.")
@click.option("--due-from", type=click.Choice(["start", "end"]), default="end", help="Of the period.")
@click.option("--due-days", type=int, default=0, help="Days after that.")
@click.option("--rounding", type=click.Choice(["bill", "month"]), default="bill")
@in_community
@answers
def set_tariff(community: str | None, item: str, price: int, cycle: str, **terms: Any) -> dict[str, Any]:
    """Set what ITEM costs in yuan a month, from a day on."""
    session = db.session()
    place = the_community(community)
    with writing(session, place.id):
        wanted = tariffs.Price(item=item, price_e4=price, cycle_months=_CYCLE_NAMES[cycle], **terms)
        row = tariffs.set_tariff(session, ACTOR, place.id, wanted)
    return {"tariff": row.id, "item": item, "cycle": cycle, "from": row.since.isoformat()}


@click.command("pay", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.argument("amount", type=POSITIVE_YUAN)
@click.option("--on", type=DAY, required=True)
@click.option("--channel", type=click.Choice(payments.CHANNELS), required=True)
@click.option("--key", required=True, help="The same key and content again books nothing twice.")
@click.option("--for", "named", type=int, multiple=True, metavar="CHARGE", help="A charge the debtor named.")
@click.option("--debtor", metavar="NAME", help="Default: today's owner.")
@click.option("--note", default="")
@in_community
@answers
def pay(
    unit_label: str,
    amount: int,
    on: date,
    channel: str,
    key: str,
    named: Sequence[int],
    debtor: str | None,
    note: str,
    community: str | None,
) -> dict[str, Any]:
    """Take a payment of AMOUNT for UNIT."""
    session = db.session()
    place = the_unit(unit_label, community)
    money = payments.Money(amount, on, channel, key, tuple(named), debtor, note=note)
    with writing(session, place.community_id):
        taken = payments.take_payment(session, ACTOR, today(), place, money)
    periods = {part.charge: session.get_one(Charge, part.charge).period for part in taken.parts}
    return {
        "payment": taken.payment.id,
        "receipt": taken.payment.receipt,
        "allocated": [
            {
                "charge": part.charge,
                "period": periods[part.charge],
                "principal": yuan(part.principal),
                "late_fee": yuan(part.late_fee),
            }
            for part in taken.parts
        ],
        "prepayment": yuan(taken.prepayment),
        "replayed": taken.replayed,
    }


@click.command("reverse", cls=Command)
@click.argument("receipt")
@click.option("--reason", required=True)
@click.option("--key", help="Default: the receipt itself, so that a second time changes nothing.")
@in_community
@answers
def reverse(receipt: str, reason: str, key: str | None, community: str | None) -> dict[str, Any]:
    """Reverse the payment with number RECEIPT by a new entry."""
    session = db.session()
    place = the_community(community)
    with writing(session, place.id):
        payment = payments.find_receipt(session, place.id, receipt)
        row = reversals.reverse_payment(session, ACTOR, today(), payment, reason, key or payment.receipt)
    return {"reversed": payment.receipt, "entry": row.entry}


@click.command("reverse-charge", cls=Command)
@click.argument("charge", type=click.IntRange(1, 2**62))
@click.option("--reason", required=True)
@click.option("--key", help="Default: the charge itself, so that a second time changes nothing.")
@in_community
@answers
def reverse_charge(charge: int, reason: str, key: str | None, community: str | None) -> dict[str, Any]:
    """Reverse CHARGE (the id that `statement` tells) by a new entry; its money pays the debtor's other charges."""
    session = db.session()
    place = the_community(community)
    with writing(session, place.id):
        found = session.get(Charge, charge)
        if found is None or found.community_id != place.id:
            raise Missing(N_("There is no charge %(charge)s here."), charge=charge)
        row = reversals.reverse_charge(session, ACTOR, today(), found, reason, key or f"charge:{charge}")
    return {"reversed": charge, "entry": row.entry}


@click.command("statement", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.option("--as-of", type=DAY, help="Default: today.")
@click.option(
    "--known-at", type=click.IntRange(0, 2**62), metavar="ENTRY", help="Only what was known at that entry."
)
@click.option("--debtor", metavar="NAME", help="Default: every debtor of the unit.")
@in_community
@answers
def statement(
    unit_label: str, as_of: date | None, known_at: int | None, debtor: str | None, community: str | None
) -> dict[str, Any]:
    """What is owed on UNIT as of a day."""
    place = the_unit(unit_label, community)
    found = statements.statement(db.session(), place, as_of or today(), known_at=known_at, debtor=debtor)
    return statements.as_json(found)


@click.command("owed", cls=Command)
@click.option("--as-of", type=DAY, help="Another day than today, past or to come.")
@in_community
@answers
def owed(community: str | None, as_of: date | None) -> dict[str, Any]:
    """What the community is owed as of a day: open principal, and late fee neither paid nor waived."""
    session = db.session()
    found = owing.owed(session, the_community(community).id, as_of or today(), today())
    figures = {"open": yuan(found.open), "late_fee": yuan(found.late_fee), "total": yuan(found.total)}
    return {"as_of": found.as_of.isoformat(), **figures}


COMMANDS = (tariff_group, pay, reverse, reverse_charge, statement, owed)
