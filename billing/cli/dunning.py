"""`flask dun`, `flask receipt`: notices out, signed slips in."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext

from billing.cli import folder
from billing.cli.command import ACTOR, DAY, Command, Group, answers, in_community, the_community, the_vault
from billing.cli.folder import to_folder
from billing.clock import today
from billing.core.money import yuan
from billing.extensions import db
from billing.flow import dunning, evidence, papers
from billing.flow.dunning import RunPlan
from billing.flow.printing import NOTICES
from billing.store.base import writing
from billing.store.collection import DunningRun


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
    if run is None:
        return _preview(plan)
    return _print_run(run, plan, out)


def _print_run(run: DunningRun, plan: RunPlan, out: Path) -> dict[str, Any]:
    session = db.session()
    folder.make(NOTICES, NOTICES.unmade(session, run.id), gettext("Making notices"))
    print_file = f"run-{run.id}.pdf"
    return _answer(plan, run.id, folder.write(NOTICES.made(session, run.id), out, print_file), print_file)


def _preview(plan: RunPlan) -> dict[str, Any]:
    return _answer(plan, None, [(None, None)] * len(plan.notices), None)


def _answer(
    plan: RunPlan, run: int | None, papers: Sequence[tuple[str | None, str | None]], print_file: str | None
) -> dict[str, Any]:
    """The object of the contract; `papers` are (number, PDF) of the plan's notices, in its order."""
    return {
        "run": run,
        "notices": [
            {
                "number": number,
                "unit": one.account.unit,
                "debtor": one.account.debtor,
                "stage": one.step.stage,
                "principal": yuan(one.principal),
                "late_fee": yuan(one.late_fee),
                "total": yuan(one.total),
                "deadline": one.deadline.isoformat(),
                "pdf": pdf,
            }
            for one, (number, pdf) in zip(plan.notices, papers, strict=True)
        ],
        "left_out": folder.left_out(plan.left_out),
        "print_file": print_file,
    }


@click.group("receipt", cls=Group)
def receipt_group() -> None:
    """Signed slips of notices."""


@receipt_group.command("add")
@click.argument("notice")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--signer", required=True)
@click.option("--relation", required=True, type=click.Choice(evidence.RELATIONS))
@click.option("--on", type=DAY, required=True)
@click.option("--device", default="", help="What took the picture or scanned it.")
@in_community
@answers
def add_receipt(
    notice: str, file: Path, signer: str, relation: str, on: date, device: str, community: str | None
) -> dict[str, Any]:
    """File the scan of the signed slip of NOTICE."""
    session = db.session()
    place = the_community(community)
    slip = evidence.Slip(file.read_bytes(), file.name, signer, relation, on, device)
    with writing(session, place.id):
        found = evidence.find_notice(session, place.id, notice)
        delivery = evidence.file_slip(session, the_vault(), ACTOR, today(), found, slip)
    return {
        "delivery": delivery.id,
        "notice": found.number,
        "sha256": delivery.sha256,
        "on": delivery.on.isoformat(),
    }


COMMANDS = (dun, receipt_group)
