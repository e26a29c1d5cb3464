"""`flask import roster`, `flask import arrears`: spreadsheets into the books."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from flask_babel import gettext
from sqlalchemy import select

from billing.cli.command import ACTOR, DAY, Group, Parsed, answers, in_community, the_community
from billing.clock import today
from billing.core.problem import Problem, Refused, Unusable
from billing.extensions import db
from billing.flow import arrears, item_names, roster
from billing.flow.estate import found_community
from billing.flow.item_names import EARLIER, Names
from billing.sheets import Arrears, OtherKind, Roster, read_arrears, read_roster
from billing.store.base import writing
from billing.store.estate import Community
from billing.translations import N_

R = TypeVar("R", Roster, Arrears)


def _parse_item(text: str) -> tuple[str, str]:
    name, equals, item = (part.strip() for part in text.replace("＝", "=").partition("="))
    if not (name and equals and item):
        raise Refused(N_("“%(text)s” is not NAME=ITEM: write it as 物业费=物业服务费."), text=text[:40])
    return name, item


def _choices(chosen: Sequence[tuple[str, str]]) -> dict[str, str]:
    items: dict[str, str] = {}
    for name, item in chosen:
        if items.setdefault(name, item) != item:
            raise Unusable(
                N_(
                    "“%(name)s” cannot be booked as both “%(item)s” and “%(other)s”: give --item for it once."
                ),
                name=name,
                item=items[name],
                other=item,
            )
    return items


@click.group("import", cls=Group)
def import_group() -> None:
    """Spreadsheets into the books; twice changes nothing twice."""


@import_group.command("roster")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen.")
@click.option("--correction", is_flag=True, help="Another owner's name corrects the one in the books.")
@click.option("--sold-on", type=DAY, help="Another owner's name is a sale, from that day.")
@in_community
@answers
def import_roster(
    file: Path, dry_run: bool, correction: bool, sold_on: date | None, community: str | None
) -> dict[str, Any]:
    """Units and owners of FILE."""
    roster.check_other_owner(correction, sold_on)
    found = _read(read_roster, file)
    session = db.session()
    name = community or _only_community() or roster.guess_community(found, file.name)
    options: dict[str, Any] = {"correction": correction, "sold_on": sold_on}
    if dry_run:
        known = session.scalar(select(Community.id).where(Community.name == name))
        entry, plan = None, roster.plan_roster(session, known, found, **options)
    else:
        with writing(session):
            place = found_community(session, ACTOR, name)
        with writing(session, place.id):
            plan = roster.plan_roster(session, place.id, found, **options)
            entry = roster.apply_roster(session, ACTOR, today(), place.id, plan)
    counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
    return {
        "community": name,
        "entry": entry,
        **counts,
        "problems": _problems(plan.problems),
        "notes": _notes(found.notes),
    }


@import_group.command("arrears")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen.")
@click.option(
    "--item",
    "chosen",
    type=Parsed("name=item", _parse_item),
    multiple=True,
    metavar="NAME=ITEM",
    help="Book what the file calls NAME as the fee item ITEM.",
)
@in_community
@answers
def import_arrears(
    file: Path, dry_run: bool, chosen: Sequence[tuple[str, str]], community: str | None
) -> dict[str, Any]:
    """Old charges of FILE, with what was paid on them."""
    items = _choices(chosen)
    found = _read(read_arrears, file)
    session = db.session()
    place = the_community(community)
    names = item_names.read_names(session, place.id, found)
    if dry_run:
        entry, plan = None, arrears.plan_arrears(session, place.id, found, items)
    else:
        with writing(session, place.id):
            plan = arrears.plan_arrears(session, place.id, found, items)
            entry = arrears.apply_arrears(session, ACTOR, today(), place.id, plan)
    counts = {"new": len(plan.new), "changed": 0, "unchanged": plan.unchanged}
    notes = [*_notes(found.notes), *_item_notes(names, items)]
    return {"entry": entry, **counts, "problems": _problems(plan.problems), "notes": notes}


def _read(read: Callable[[bytes, str], R], file: Path) -> R:
    """The file as that reader understands it; where another command would, that one is named."""
    try:
        return read(_bytes(file), file.name)
    except OtherKind as other:
        if other.kind not in import_group.commands:
            raise
        raise Unusable(
            N_("%(sentence)s Use “import %(kind)s” for it."),
            sentence=other.sentence(gettext),
            kind=other.kind,
        ) from None


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise Unusable(N_("There is no file %(file)s to read."), file=str(file)) from None


def _only_community() -> str | None:
    names = db.session().scalars(select(Community.name).limit(2)).all()
    return names[0] if len(names) == 1 else None


def _problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "sheet": problem.sheet,
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "reason": problem.sentence(gettext),
        }
        for problem in problems
    ]


def _notes(notes: Sequence[Any]) -> list[str]:
    return [note.sentence(gettext) for note in notes]


def _item_notes(names: Names, chosen: Mapping[str, str]) -> list[str]:
    """What nobody chose this time: booked as at an earlier import, or under a name that seems to be a known fee's."""
    own = N_(
        "“%(name)s” is taken as a fee item of its own, but may be “%(item)s” (%(reason)s): if so, import with "
        "--item %(name)s=%(item)s."
    )
    other = N_(
        "“%(name)s” is booked as “%(item)s” (%(reason)s): if it is a fee item of its own, import with "
        "--item %(name)s=%(name)s."
    )
    return [
        gettext(
            other if one.reason == EARLIER else own,
            name=one.name,
            item=one.likely,
            reason=gettext(one.reason),
        )
        for one in names.strange
        if one.likely and one.name not in chosen
    ]


COMMANDS = (import_group,)
