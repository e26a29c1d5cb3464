"""`flask receipt`: signed slips in, and what was read off them wrongly corrected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from billing.cli.command import ACTOR, DAY, Group, answers, in_community, the_community, the_vault
from billing.clock import today
from billing.extensions import db
from billing.flow import evidence
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.evidence import Delivery
from billing.store.notices import filed_elsewhere


@click.group("receipt", cls=Group)
def receipt_group() -> None:
    """Signed slips of notices."""


_signed = (
    click.option("--signer", required=True),
    click.option("--relation", required=True, type=click.Choice(evidence.RELATIONS)),
    click.option("--on", type=DAY, required=True),
)


def _reads_a_slip(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what a person reads off a slip."""
    for option in reversed(_signed):
        command = option(command)
    return command


@receipt_group.command("add")
@click.argument("notice")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_reads_a_slip
@click.option("--device", default="", help="What took the picture or scanned it.")
@in_community
@answers
def add_receipt(notice: str, file: Path, community: str | None, **read: Any) -> dict[str, Any]:
    """File the scan of the signed slip of NOTICE."""
    session = db.session()
    place = the_community(community)
    slip = evidence.Slip(data=file.read_bytes(), file_name=file.name, **read)
    with writing(session, place.id):
        found = evidence.find_notice(session, place.id, notice)
        delivery = evidence.file_slip(session, the_vault(), ACTOR, today(), found, slip)
    elsewhere = filed_elsewhere(session, found, [delivery.sha256])
    return _told(found, delivery) | {"also_filed_for": elsewhere.get(delivery.sha256, [])}


def _told(notice: Notice, delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery.id,
        "notice": notice.number,
        "sha256": delivery.sha256,
        "on": delivery.on.isoformat(),
    }


_which = click.option("--slip", type=int, metavar="DELIVERY", help="Where several are filed: which one.")
_why = click.option("--reason", required=True, help="What was wrong; it stays with the slip.")
_once = click.option(
    "--key", help="Default: the slip itself, so that with --slip a second time changes nothing."
)


@receipt_group.command("correct")
@click.argument("notice")
@_reads_a_slip
@click.option("--device", default="", help="What took the picture or scanned it.")
@_which
@_why
@_once
@in_community
@answers
def correct_receipt(
    notice: str, slip: int | None, reason: str, key: str | None, community: str | None, **read: Any
) -> dict[str, Any]:
    """Read the slip filed for NOTICE again: what was filed is reversed and filed as it should have been."""
    session = db.session()
    place = the_community(community)
    reading = evidence.Reading(**read)
    with writing(session, place.id):
        found = evidence.find_notice(session, place.id, notice)
        wrong = evidence.find_delivery(session, found, slip)
        delivery = evidence.correct_slip(
            session, ACTOR, today(), wrong, reading, reason, key or f"console:{wrong.id}"
        )
    return _told(found, delivery) | {"corrects": None if delivery is wrong else wrong.id}


@receipt_group.command("withdraw")
@click.argument("notice")
@_which
@_why
@_once
@in_community
@answers
def withdraw_receipt(
    notice: str, slip: int | None, reason: str, key: str | None, community: str | None
) -> dict[str, Any]:
    """A slip filed for NOTICE that is not its own proves nothing any more; the file stays."""
    session = db.session()
    place = the_community(community)
    with writing(session, place.id):
        found = evidence.find_notice(session, place.id, notice)
        wrong = evidence.find_delivery(session, found, slip)
        reversal = evidence.withdraw_slip(session, ACTOR, wrong, reason, key or f"console:{wrong.id}")
    return {"withdrawn": wrong.id, "notice": found.number, "entry": reversal.entry}


COMMANDS = (receipt_group,)
