"""`flask dun`, `flask reprint`: notices out."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext

from billing.cli import folder
from billing.cli.command import ACTOR, DAY, Command, answers, in_community, the_community
from billing.cli.folder import to_folder
from billing.clock import today
from billing.core.money import yuan
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow import dunning, papers
from billing.flow.dunning import PlannedNotice, RunPlan
from billing.flow.printing import NOTICES, LeftOut
from billing.store import runs
from billing.store.base import writing
from billing.store.collection import DunningRun, Notice
from billing.translations import N_
from notices.record import thaw


@click.command("dun", cls=Command)
@click.option("--as-of", type=DAY, required=True)
@click.option("--dry-run", is_flag=True, help="Decide and show; number and print nothing.")
@to_folder
@in_community
@answers
def dun(as_of: date, dry_run: bool, out: Path | None, community: str | None) -> dict[str, Any]:
    """Serve every debtor the stage his oldest unpaid charge calls for."""
    session = db.session()
    place = the_community(community)
    if dry_run:
        papers.Letterhead(session, place.id, today())
        return _preview(dunning.plan_run(session, place.id, as_of, today()))
    out = folder.prepare(out)
    with writing(session, place.id):
        plan = dunning.plan_run(session, place.id, as_of, today())
        run = dunning.issue_run(session, ACTOR, place.id, plan)
    return _print_run(run, out) if run else _preview(plan)


@click.command("reprint", cls=Command)
@click.argument("run", type=click.IntRange(1, 2**62))
@to_folder
@in_community
@answers
def reprint(run: int, out: Path | None, community: str | None) -> dict[str, Any]:
    """Write the papers of RUN again, the same to the byte; those never made are made now."""
    found = runs.find(db.session(), the_community(community).id, run)
    if found is None:
        raise Missing(N_("There is no dunning run %(run)s."), run=run)
    return _print_run(found, folder.prepare(out))


def _print_run(run: DunningRun, out: Path) -> dict[str, Any]:
    session = db.session()
    folder.make(NOTICES, NOTICES.unmade(session, run.id), gettext("Making notices"))
    made = NOTICES.made(session, run.id)
    print_file = f"run-{run.id}.pdf"
    folder.write(made, out, print_file)
    return {
        "run": run.id,
        "notices": [_issued(notice) for notice, _ in made],
        "left_out": folder.left_out([LeftOut(**one) for one in run.left_out]),
        "print_file": print_file,
    }


def _preview(plan: RunPlan) -> dict[str, Any]:
    notices = [_planned(one) for one in plan.notices]
    return {"run": None, "notices": notices, "left_out": folder.left_out(plan.left_out), "print_file": None}


def _planned(one: PlannedNotice) -> dict[str, Any]:
    sums = (one.principal, one.late_fee, one.total)
    return _notice(None, one.account.unit, one.addressee, one.step.stage, sums, one.deadline)


def _issued(one: Notice) -> dict[str, Any]:
    """As its paper says: whom it names may be called otherwise in the books."""
    unit = thaw(one.paper).unit
    sums = (one.principal_fen, one.late_fee_fen, one.total_fen)
    return _notice(one.number, unit.label, unit.owner, one.stage, sums, one.deadline)


def _notice(
    number: str | None, unit: str, debtor: str, stage: int, sums: tuple[int, int, int], deadline: date
) -> dict[str, Any]:
    """A notice as the contract tells it; without a number it has no PDF."""
    principal, late_fee, total = map(yuan, sums)
    return {
        "number": number,
        "unit": unit,
        "debtor": debtor,
        "stage": stage,
        "principal": principal,
        "late_fee": late_fee,
        "total": total,
        "deadline": deadline.isoformat(),
        "pdf": number and f"{number}.pdf",
    }


COMMANDS = (dun, reprint)
