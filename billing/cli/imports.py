"""`flask import roster`, `flask import arrears`: spreadsheets into the books."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from flask_babel import gettext
from sqlalchemy import select

from billing.cli.command import ACTOR, DAY, Group, answers, in_community, the_community
from billing.clock import today
from billing.core.problem import Problem, Unusable
from billing.extensions import db
from billing.flow import arrears, roster
from billing.flow.estate import found_community
from billing.sheets import Arrears, OtherKind, Roster, read_arrears, read_roster
from billing.store.base import writing
from billing.store.estate import Community
from billing.translations import N_

R = TypeVar("R", Roster, Arrears)


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
@in_community
@answers
def import_arrears(file: Path, dry_run: bool, community: str | None) -> dict[str, Any]:
    """Old charges of FILE, with what was paid on them."""
    found = _read(read_arrears, file)
    session = db.session()
    place = the_community(community)
    if dry_run:
        entry, plan = None, arrears.plan_arrears(session, place.id, found)
    else:
        with writing(session, place.id):
            plan = arrears.plan_arrears(session, place.id, found)
            entry = arrears.apply_arrears(session, ACTOR, today(), place.id, plan)
    counts = {"new": len(plan.new), "changed": 0, "unchanged": plan.unchanged}
    return {"entry": entry, **counts, "problems": _problems(plan.problems), "notes": _notes(found.notes)}


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


COMMANDS = (import_group,)
