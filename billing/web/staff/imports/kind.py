"""The two kinds of files the wizard takes, and what each does: survey, read, plan, apply."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from billing.clock import today
from billing.flow import arrears, roster
from billing.flow.entry import fingerprint
from billing.sheets import Choice, Survey, read_arrears, read_roster, survey_arrears, survey_roster
from billing.translations import N_


@dataclass(frozen=True)
class Owners:
    """What another owner's name in the file means: nothing yet, a correction, or a sale from a day on."""

    correction: bool = False
    sold_on: date | None = None


@dataclass(frozen=True)
class Kind:
    """`digest` names what a plan would do, so that what is confirmed is what was seen."""

    name: str
    title: str
    survey: Callable[[bytes, str, Choice | None], Survey]
    read: Callable[[bytes, str, Choice | None], Any]
    plan: Callable[[Session, int, Any, Owners], Any]
    apply: Callable[[Session, str, int, Any], int | None]
    digest: Callable[[Any], str]
    is_empty: Callable[[Any], bool]


def _plan_roster(session: Session, community_id: int, reading: Any, owners: Owners) -> roster.RosterPlan:
    return roster.plan_roster(
        session, community_id, reading, correction=owners.correction, sold_on=owners.sold_on
    )


def _apply_roster(session: Session, actor: str, community_id: int, plan: roster.RosterPlan) -> int | None:
    return roster.apply_roster(session, actor, today(), community_id, plan)


def _roster_digest(plan: roster.RosterPlan) -> str:
    changed = [[one.unit.id, [list(fact) for fact in one.facts]] for one in plan.changed]
    return fingerprint({"new": [row.label for row in plan.new], "changed": changed})


def _plan_arrears(session: Session, community_id: int, reading: Any, owners: Owners) -> arrears.ArrearsPlan:
    return arrears.plan_arrears(session, community_id, reading)


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
