"""Units and owners: found by room, name or phone; one unit with all that is known and owed, as of any day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from billing.clock import today
from billing.core.calendar import parse_date
from billing.core.problem import Missing, Refused
from billing.core.statement import totals
from billing.extensions import db
from billing.flow import papers, statements
from billing.flow.entry import latest
from billing.flow.estate import policies
from billing.store import bills, register
from billing.store.estate import Unit
from billing.store.register import Wanted
from billing.store.standing import accounts
from billing.translations import N_
from billing.web import sealed
from billing.web.community import find_unit
from billing.web.permission import permission
from billing.web.vault import the_vault
from notices.render import render

bp = Blueprint("units", __name__, url_prefix="/c/<int:community_id>/units")

HOLDS = {"disputed": N_("disputed"), "held": N_("held")}


@dataclass(frozen=True)
class Owed:
    """What a unit owes today, all debtors together (fen): principal and late fee overdue, and money left over."""

    overdue: int = 0
    late_fee: int = 0
    prepayment: int = 0


@bp.get("/")
@permission("roster.view")
def index(community_id: int) -> str:
    wanted = Wanted(
        request.args.get("q", "").strip()[:60],
        request.args.get("building", ""),
        "owing" in request.args,
        request.args.get("page", 1, type=int),
    )
    session = db.session()
    found = register.find_units(session, community_id, wanted, today())
    numbers = [unit.id for unit in found.units]
    return render_template(
        "staff/units/index.html",
        wanted=wanted,
        found=found,
        holders=register.holders(session, numbers),
        owed=_owed(community_id, numbers),
        buildings=register.buildings(session, community_id),
    )


def _owed(community_id: int, unit_ids: list[int]) -> dict[int, Owed]:
    """Unit -> what it owes today, late fee to the fen, for the units of one page."""
    session = db.session()
    debtors = register.debtors(session, unit_ids)
    sums: dict[int, Owed] = defaultdict(Owed)
    if not debtors:
        return sums
    shown = set(unit_ids)
    for account in accounts(session, community_id, policies(session, community_id), debtor_ids=debtors):
        if account.unit_id in shown:
            late = totals(row for row in account.lines(today()) if row.state == "overdue")
            before = sums[account.unit_id]
            sums[account.unit_id] = Owed(
                before.overdue + late.open,
                before.late_fee + late.total - late.open,
                before.prepayment + account.prepayment(today()),
            )
    return sums


@bp.get("/<int:unit_id>")
@permission("roster.view")
def show(community_id: int, unit_id: int) -> tuple[str, int]:
    """The unit and its statement as of a day (`?as_of=`, today if it cannot be read)."""
    day, sentence = _day()
    return _page(find_unit(unit_id), day, sentence), 422 if sentence else 200


@bp.get("/<int:unit_id>/contacts")
@permission("contact.reveal")
def contacts(community_id: int, unit_id: int) -> str:
    """The same page with phones and ID numbers in full."""
    return _page(find_unit(unit_id), today(), revealed=True)


@bp.get("/<int:unit_id>/statement.pdf")
@permission("statement.view")
def statement(community_id: int, unit_id: int) -> Response:
    """One debtor's statement as a paper, as of a day and as known now."""
    unit = find_unit(unit_id)
    day, sentence = _day()
    if sentence:
        raise Refused(sentence)
    session = db.session()
    found = statements.statement(session, unit, day)
    debtor = request.args.get("debtor", type=int)
    chosen = [pair for pair in found.accounts if debtor in (None, pair[0].debtor_id)]
    if not chosen:
        raise Missing(N_("Nothing was ever charged to this person for this unit."))
    account, rows = chosen[-1]
    paper = papers.statement_paper(session, found, account, rows, today(), latest(session, unit.community_id))
    seal, logo = (papers.picture(the_vault(), name) for name in (paper.office.seal, paper.office.logo))
    return sealed.paper(render(paper, seal=seal, logo=logo), f"{paper.number} {day}")


def _day() -> tuple[date, str]:
    """The day asked for and "", or today and why what was asked is no day."""
    text = request.args.get("as_of", "")
    try:
        return (parse_date(text) if text else today()), ""
    except Refused as refused:
        return today(), refused.sentence(gettext)


def _page(unit: Unit, day: date, sentence: str = "", *, revealed: bool = False) -> str:
    session = db.session()
    found = statements.statement(session, unit, day)
    billed = bills.of_unit(session, unit)
    return render_template(
        "staff/units/show.html",
        unit=unit,
        day=day,
        sentence=sentence,
        granted={
            account.debtor_id: statements.granted_on(account, rows, day) for account, rows in found.accounts
        },
        revealed=revealed,
        found=found,
        holders=register.holders(session, [unit.id]).get(unit.id, []),
        joinders=register.joinders(session, unit.id),
        bills=billed,
        outdated=bills.outdated(session, [row.Bill for row in billed]),
        notices=register.notices(session, unit.id),
        holds=register.holds(session, unit.id),
        kinds=HOLDS,
    )
