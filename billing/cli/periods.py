"""`flask period`: a fee period issued, and its payment notices as files to print."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext

from billing.cli import folder
from billing.cli.command import ACTOR, DAY, PERIOD, Group, answers, in_community, the_community
from billing.cli.folder import to_folder
from billing.clock import today
from billing.core.calendar import Period
from billing.core.money import yuan
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import charges, papers
from billing.flow.bill_plan import BillPlan, plan_bills
from billing.flow.bills import issue_bills
from billing.flow.printing import BILLS
from billing.store import bills
from billing.store.base import writing
from billing.translations import N_


@click.group("period", cls=Group)
def period_group() -> None:
    """Fee periods."""


@period_group.command("issue")
@click.argument("period", type=PERIOD)
@click.option("--dry-run", is_flag=True, help="Show what would be booked.")
@click.option("--due", type=DAY, help="Another due date than the tariffs give.")
@in_community
@answers
def issue_period(period: Period, dry_run: bool, due: date | None, community: str | None) -> dict[str, Any]:
    """Charge PERIOD (2026Q4, 2026-11, 2026H2 or 2026); what is charged already is left alone."""
    session = db.session()
    place = the_community(community)
    if dry_run:
        plan = charges.plan_period(session, place.id, period, due)
    else:
        with writing(session, place.id):
            plan = charges.plan_period(session, place.id, period, due)
            charges.issue_period(session, ACTOR, today(), place.id, plan)
    return {
        "period": period.name,
        "charges": plan.count,
        "total": yuan(plan.total),
        "odd": [
            {"unit": odd.unit, "item": odd.item, "reason": gettext(odd.reason) % odd.params}
            for odd in plan.odd
        ],
        "already": plan.booked,
    }


@period_group.command("notices")
@click.argument("period", type=PERIOD)
@click.option("--dry-run", is_flag=True, help="Decide and show; number and print nothing.")
@click.option("--again", is_flag=True, help="Write what was printed before once more; number nothing.")
@to_folder
@in_community
@answers
def print_notices(
    period: Period, dry_run: bool, again: bool, out: Path | None, community: str | None
) -> dict[str, Any]:
    """Print a payment notice for every debtor of PERIOD who has none of his present charges yet."""
    session = db.session()
    place = the_community(community)
    if dry_run:
        papers.Letterhead(session, place.id, today())
        return _answer(plan_bills(session, place.id, period, today()))
    out = folder.prepare(out)
    if again:
        return _again(place.id, period, out)
    with writing(session, place.id):
        plan = plan_bills(session, place.id, period, today())
        run = issue_bills(session, ACTOR, place.id, plan)
    if run is None:
        click.echo(
            gettext("There is nothing new to print. What was printed comes again with --again."), err=True
        )
        return _answer(plan)
    folder.make(BILLS, BILLS.unmade(session, run.id), gettext("Making payment notices"))
    print_file = f"bills-{period.name}-{run.id}.pdf"
    numbers = folder.write(BILLS.made(session, run.id), out, print_file)
    return _answer(plan, run.id, numbers, print_file)


def _again(community_id: int, period: Period, out: Path) -> dict[str, Any]:
    """The notices that hold, as a person walks; one that a newer one replaced is left where it is."""
    session = db.session()
    waiting = [row.Bill.id for row in bills.newest(session, community_id, period.name) if not row.Document]
    folder.make(BILLS, waiting, gettext("Making payment notices"))
    rows = bills.newest(session, community_id, period.name)
    if not rows:
        raise Refused(N_("No payment notice was printed for %(period)s yet."), period=period.name)
    print_file = f"bills-{period.name}.pdf"
    numbers = folder.write([(row.Bill, row.Document) for row in rows], out, print_file)
    return {
        "run": None,
        "bills": [
            _shown(row.Unit.label, row.debtor, row.Bill.total_fen, row.Bill.deadline, *pair)
            for row, pair in zip(rows, numbers, strict=True)
        ],
        "left_out": [],
        "print_file": print_file,
    }


def _answer(
    plan: BillPlan,
    run: int | None = None,
    numbers: Sequence[tuple[str, str]] = (),
    print_file: str | None = None,
) -> dict[str, Any]:
    """The object of the contract; `numbers` are (number, PDF) of the plan's notices, in its order."""
    pairs: Sequence[tuple[str | None, str | None]] = numbers or [(None, None)] * len(plan.bills)
    return {
        "run": run,
        "bills": [
            _shown(one.unit.label, one.account.debtor, one.total, one.deadline, *pair)
            for one, pair in zip(plan.bills, pairs, strict=True)
        ],
        "left_out": folder.left_out(plan.left_out),
        "print_file": print_file,
    }


def _shown(
    unit: str, debtor: str, total: int, deadline: date, number: str | None, pdf: str | None
) -> dict[str, Any]:
    return {
        "number": number,
        "unit": unit,
        "debtor": debtor,
        "total": yuan(total),
        "deadline": deadline.isoformat(),
        "pdf": pdf,
    }


COMMANDS = (period_group,)
