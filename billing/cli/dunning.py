"""`flask dun`, `flask reprint`: notices out."""

import sys
import tempfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext

from billing import jobs
from billing.cli.command import ACTOR, DAY, Command, answers, in_community, the_community, the_vault
from billing.clock import today
from billing.core.money import yuan
from billing.core.problem import Missing, Unusable
from billing.extensions import db
from billing.flow import dunning, papers
from billing.flow.documents import kept
from billing.flow.dunning import LeftOut, PlannedNotice, RunPlan
from billing.store import runs
from billing.store.base import writing
from billing.store.collection import DunningRun, Notice
from billing.translations import N_
from notices.record import thaw


@click.command("dun", cls=Command)
@click.option("--as-of", type=DAY, required=True)
@click.option("--dry-run", is_flag=True, help="Decide and show; number and print nothing.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where the PDFs go.")
@in_community
@answers
def dun(as_of: date, dry_run: bool, out: Path | None, community: str | None) -> dict[str, Any]:
    """Serve every debtor the stage his oldest unpaid charge calls for."""
    session = db.session()
    place = the_community(community)
    if dry_run:
        papers.Letterhead(session, place.id, today())
        return _preview(dunning.plan_run(session, place.id, as_of, today()))
    out = _prepare(out)
    with writing(session, place.id):
        plan = dunning.plan_run(session, place.id, as_of, today())
        run = dunning.issue_run(session, ACTOR, place.id, plan)
    return _print_run(run, out) if run else _preview(plan)


@click.command("reprint", cls=Command)
@click.argument("run", type=click.IntRange(1, 2**62))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where the PDFs go.")
@in_community
@answers
def reprint(run: int, out: Path | None, community: str | None) -> dict[str, Any]:
    """Write the papers of RUN again, the same to the byte; those never made are made now."""
    found = runs.find(db.session(), the_community(community).id, run)
    if found is None:
        raise Missing(N_("There is no dunning run %(run)s."), run=run)
    return _print_run(found, _prepare(out))


def _prepare(out: Path | None) -> Path:
    """The folder must be there before anything is numbered."""
    if out is None:
        raise Unusable(N_("Say with --out which folder the papers go to."))
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError:
        raise Unusable(
            N_("No file can be written to %(folder)s: choose another folder."), folder=str(out)
        ) from None
    return out


def _print_run(run: DunningRun, out: Path) -> dict[str, Any]:
    session, vault = db.session(), the_vault()
    waiting = dunning.unmade(session, run.id)
    with click.progressbar(waiting, label=gettext("Making notices"), file=sys.stderr) as bar:
        for notice_id in bar:
            jobs.make_notice(session, vault, notice_id)
    made = dunning.documents(session, run.id)
    for notice, document in made:
        (out / f"{notice.number}.pdf").write_bytes(kept(vault, document.sha256))
    print_file = f"run-{run.id}.pdf"
    dunning.merge_run(session, vault, run.id, out / print_file)
    return {
        "run": run.id,
        "notices": [_issued(notice) for notice, _ in made],
        "left_out": _left_out(LeftOut(**one) for one in run.left_out),
        "print_file": print_file,
    }


def _preview(plan: RunPlan) -> dict[str, Any]:
    notices = [_planned(one) for one in plan.notices]
    return {"run": None, "notices": notices, "left_out": _left_out(plan.left_out), "print_file": None}


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


def _left_out(found: Iterable[LeftOut]) -> list[dict[str, str]]:
    return [{"unit": one.unit, "debtor": one.debtor, "reason": _reason(one)} for one in found]


def _reason(one: LeftOut) -> str:
    return gettext(one.reason) + (f" ({one.detail})" if one.detail else "")


COMMANDS = (dun, reprint)
