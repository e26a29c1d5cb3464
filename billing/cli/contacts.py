"""`flask contact`: how an owner is reached, corrected."""

from typing import Any

import click
from flask_babel import gettext

from billing.cli.command import ACTOR, Command, answers, in_community, the_unit
from billing.clock import today
from billing.core import mask
from billing.core.problem import Unusable
from billing.extensions import db
from billing.flow import contacts
from billing.flow.entry import latest
from billing.flow.payments import find_debtor
from billing.store.base import writing
from billing.translations import N_


@click.command("contact", cls=Command)
@click.argument("unit_label", metavar="UNIT")
@click.option("--email", help="The e-mail address that holds from now on; empty: none does.")
@click.option("--phone", help="The phone number that holds from now on; empty: none does.")
@click.option("--beside", is_flag=True, help="What is known already goes on to hold.")
@click.option("--owner", metavar="NAME", help="Default: today's owner.")
@click.option("--key", help="The same key and content again changes nothing twice.")
@in_community
@answers
def contact(
    unit_label: str,
    email: str | None,
    phone: str | None,
    beside: bool,
    owner: str | None,
    key: str | None,
    community: str | None,
) -> dict[str, Any]:
    """Correct how the owner of UNIT is reached."""
    told = {kind: value for kind, value in (("email", email), ("phone", phone)) if value is not None}
    if not told:
        raise Unusable(N_("Say what holds from now on: --email or --phone."))
    session, place = db.session(), the_unit(unit_label, community)
    with writing(session, place.community_id):
        party = find_debtor(session, place, today(), owner)
        once = key or f"console:{latest(session, place.community_id) + 1}"
        for kind, value in told.items():
            contacts.set_contact(
                session, ACTOR, f"staff, {ACTOR}", party, kind, value, f"{once}:{kind}", beside
            )
    shown = {"email": mask.email, "phone": mask.phone}
    return {
        "owner": party.name,
        **{kind: shown[kind](value) if value else gettext("none any more") for kind, value in told.items()},
    }


COMMANDS = (contact,)
