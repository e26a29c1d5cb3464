"""Who is in arrears: the rows behind each figure of the overview, by age, stage and building.

What is billed and not yet due is a list of its own (the age "not due"), never a sum with arrears.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, g, render_template, request
from sqlalchemy.orm import Session

from billing.clock import today
from billing.core.ageing import BRACKETS, NOT_DUE, Bracket, span
from billing.core.dunning import Step
from billing.core.policy import Policies
from billing.extensions import db
from billing.flow.debtor_list import Listed, listed
from billing.flow.debtors import plain_terms
from billing.flow.estate import policies
from billing.flow.overview import Part, span_of, sum_of, takes_late_fee_alone
from billing.flow.tariffs import ladder
from billing.store import arrears
from billing.store.arrears import Wish
from billing.store.remembered import remembered
from billing.store.sums import buildings
from billing.web.address import page_number
from billing.web.permission import permission

bp = Blueprint("debtors", __name__, url_prefix="/c/<int:community_id>/debtors")

#: Rows on a page.
ROWS = 50


@dataclass(frozen=True)
class Asked:
    """The filters as they stand in the address; what they mean is in `wish`, nothing where nobody made them."""

    building: str
    age: str
    stage: str
    sort: str
    bracket: Bracket | None
    wish: Wish | None

    @property
    def coming(self) -> bool:
        return self.bracket is NOT_DUE


@dataclass(frozen=True)
class _Totals:
    """Of all pages: how many debtors, what they owe; and the buildings in which anything was charged."""

    count: int
    sums: Part | None
    buildings: Sequence[str]


@bp.get("/")
@permission("statement.view")
def index(community_id: int) -> str:
    """In walking order, or by what is owed; an unknown filter finds nothing rather than everything."""
    session, place, day = db.session(), g.community.id, today()
    steps, rules = ladder(session, place, day), policies(session, place)
    asked = _asked(rules, steps, day)
    totals = remembered(session, place, ("debtors", asked), lambda: _totals(session, place, asked))
    pages = max(1, -(-totals.count // ROWS))
    page = min(page_number(), pages)
    found: Sequence[Listed] = ()
    if asked.wish and totals.count:
        wanted = arrears.page(session, place, asked.wish, asked.sort == "sum", ROWS, (page - 1) * ROWS)
        found = listed(session, place, day, rules, wanted, steps, asked.bracket)
    return render_template(
        "staff/debtors/index.html",
        found=found,
        totals=totals,
        page=page,
        pages=pages,
        wish=asked,
        ages=BRACKETS,
        steps=steps,
    )


def _asked(rules: Policies, steps: Sequence[Step], day: date) -> Asked:
    building, age, stage, sort = (request.args.get(name, "") for name in ("building", "age", "stage", "sort"))
    bracket = next((one for one in BRACKETS if one.code == age), None)
    step = next((one for one in steps if str(one.stage) == stage), None)
    wish: Wish | None = None
    if (bracket or not age) and (step or not stage) and not (bracket is NOT_DUE and step):
        plain = plain_terms(rules, day)
        wish = Wish(day, plain.rate_ppm, building or None, bill=span(bracket, day) if bracket else None)
        if step:
            alone = takes_late_fee_alone(step, steps)
            wish = replace(wish, oldest=span_of(step, steps, day), alone=alone)
    return Asked(building, age, stage, sort, bracket, wish)


def _totals(session: Session, community_id: int, asked: Asked) -> _Totals:
    count = arrears.count(session, community_id, asked.wish) if asked.wish else 0
    sums = _sums(session, community_id, asked) if count > ROWS else None
    return _Totals(count, sums, buildings(session, community_id))


def _sums(session: Session, community_id: int, asked: Asked) -> Part | None:
    """What all pages come to; of a stage only its debtors are counted."""
    assert asked.wish
    if asked.stage:
        return None
    day = asked.wish.day
    whole = span(asked.bracket, day) if asked.bracket else (date.min, day)
    return sum_of(session, community_id, day, asked.wish.building, whole)
