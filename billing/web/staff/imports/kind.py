"""The two kinds of files the wizard takes, and what each does: survey, read, plan, apply."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.clock import today
from billing.flow import arrears, item_names, roster
from billing.flow.entry import fingerprint
from billing.sheets import Choice, Survey, read_arrears, read_roster, survey_arrears, survey_roster
from billing.translations import N_


@dataclass(frozen=True)
class Decisions:
    """What only a person can say of a file.

    What another owner's name means: nothing yet, a correction, or a sale from a day on. And the fee item that a
    name in it is booked as; "" is an item of that name.
    """

    correction: bool = False
    sold_on: date | None = None
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """`digest` names what a plan would do, so that what is confirmed is what was seen."""

    name: str
    title: str
    survey: Callable[[bytes, str, Choice | None], Survey]
    read: Callable[[bytes, str, Choice | None], Any]
    plan: Callable[[Session, int, Any, Decisions], Any]
    apply: Callable[[Session, str, int, Any], int | None]
    digest: Callable[[Any], str]
    is_empty: Callable[[Any], bool]


def _plan_roster(session: Session, community_id: int, reading: Any, decided: Decisions) -> roster.RosterPlan:
    return roster.plan_roster(
        session, community_id, reading, correction=decided.correction, sold_on=decided.sold_on
    )


def _apply_roster(session: Session, actor: str, community_id: int, plan: roster.RosterPlan) -> int | None:
    return roster.apply_roster(session, actor, today(), community_id, plan)


def _roster_digest(plan: roster.RosterPlan) -> str:
    changed = [[one.unit.id, [list(fact) for fact in one.facts]] for one in plan.changed]
    return fingerprint({"new": [row.label for row in plan.new], "changed": changed})


def _plan_arrears(
    session: Session, community_id: int, reading: Any, decided: Decisions
) -> arrears.ArrearsPlan:
    names = item_names.read_names(session, community_id, reading)
    return arrears.plan_arrears(session, community_id, reading, names.meant(decided.items))


def _apply_arrears(session: Session, actor: str, community_id: int, plan: arrears.ArrearsPlan) -> int | None:
    return arrears.apply_arrears(session, actor, today(), community_id, plan)


def _arrears_digest(plan: arrears.ArrearsPlan) -> str:
    rows = [[unit.id, who.id, row.item, row.period.name, row.amount, row.paid] for row, unit, who in plan.new]
    return fingerprint({"new": rows})


KINDS = {
    "roster": Kind(
        name="roster",
        title=N_("Roster of units and owners"),
        survey=survey_roster,
        read=read_roster,
        plan=_plan_roster,
        apply=_apply_roster,
        digest=_roster_digest,
        is_empty=lambda plan: not plan.new and not plan.changed,
    ),
    "arrears": Kind(
        name="arrears",
        title=N_("Old arrears"),
        survey=survey_arrears,
        read=read_arrears,
        plan=_plan_arrears,
        apply=_apply_arrears,
        digest=_arrears_digest,
        is_empty=lambda plan: not plan.new,
    ),
}
