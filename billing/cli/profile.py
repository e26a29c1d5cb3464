"""`flask profile`: what papers say of the office and of each community."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import click
from flask_babel import gettext
from sqlalchemy import select

from billing.cli.command import ACTOR, DAY, Group, answers, in_community
from billing.clock import today
from billing.core.problem import Unusable
from billing.core.profile import LABELS, doubts
from billing.extensions import db
from billing.flow import profile
from billing.flow.estate import find_community, found_community
from billing.flow.profile import OFFICE
from billing.store.base import writing
from billing.store.estate import Community
from billing.translations import N_


@click.group("profile", cls=Group)
def profile_group() -> None:
    """What papers say of the office and of each community."""


@profile_group.command("set")
@click.argument("facts", nargs=-1, required=True, metavar="KEY=VALUE...")
@in_community
@click.option("--since", type=DAY, help="From which day papers say so (default: today).")
@answers
def set_profile(facts: Sequence[str], community: str | None, since: date | None) -> dict[str, Any]:
    """Set facts; the answer names what papers still lack, and what looks mistyped though it was saved."""
    values = dict(map(_read, facts))
    office = {key: values.pop(key) for key in profile.keys(OFFICE) if key in values}
    session = db.session()
    with writing(session):
        of_community = community or any(key in LABELS for key in values)
        place = _place(community) if of_community else OFFICE
        for where, told in ((OFFICE, office), (place, values)):
            profile.set_profile(session, ACTOR, today(), where, told, since)
    return {
        "missing": profile.missing(session, place, today()),
        "doubts": _doubts(dict.fromkeys((OFFICE, place)), since or today()),
    }


def _read(fact: str) -> tuple[str, str]:
    key, equals, value = fact.partition("=")
    if not equals:
        raise Unusable(N_("“%(fact)s” is not KEY=VALUE."), fact=fact)
    return key, value


def _place(community: str | None) -> int:
    """A community's number; the very first one may be founded by naming it."""
    session = db.session()
    if community and session.scalar(select(Community.id).limit(1)) is None:
        return found_community(session, ACTOR, community).id
    return find_community(session, community).id


def _doubts(places: Iterable[int], day: date) -> list[str]:
    held = {
        key: value for place in places for key, value in profile.profile(db.session(), place, day).items()
    }
    return [f"{doubt.key}: {doubt.sentence(gettext)}" for doubt in doubts(held, today())]


@profile_group.command("show")
@in_community
@answers
def show_profile(community: str | None) -> dict[str, Any]:
    """What holds today and what papers still lack; what begins later, and every entry there ever was."""
    session = db.session()
    place = find_community(session, community).id if community else OFFICE
    told = profile.facts(session, place)
    return {
        "profile": told.on(today()),
        "missing": profile.missing(session, place, today()),
        "doubts": _doubts([place], today()),
        "coming": [
            {"from": row.since.isoformat(), "key": row.name, "value": row.value}
            for row in told.coming(today())
        ],
        "history": [
            {
                "key": row.name,
                "value": row.value,
                "from": row.since.isoformat(),
                "state": state,
                "by": row.actor,
                "entered": row.recorded_at.isoformat(timespec="seconds"),
            }
            for row, state in told.history(today())
        ],
    }


COMMANDS = (profile_group,)
