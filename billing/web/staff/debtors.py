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
from billing.extensions import db
from billing.flow.debtor_list import Listed, listed
from billing.flow.debtors import plain_terms
from billing.flow.estate import policies
from billing.flow.overview import Part, span_of, sum_of, takes_late_fee_alone
from billing.flow.tariffs import ladder
from billing.store import arrears
from billing.store.arrears import Wish
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


@bp.get("/")
@permission("statement.view")
def index(community_id: int) -> str:
    """In walking order, or by what is owed; an unknown filter finds nothing rather than everything."""
    session, number, day = db.session(), g.community.id, today()
    steps = ladder(session, number, day)
    asked = _asked(session, number, steps, day)
    count = arrears.count(session, number, asked.wish) if asked.wish else 0
    pages = max(1, -(-count // ROWS))
    page = min(page_number(), pages)
    found = _page(session, number, steps, asked, page) if count else []
    return render_template(
        "staff/debtors/index.html",
        found=found,
        count=count,
        page=page,
        pages=pages,
        sums=_sums(session, number, asked) if pages > 1 else None,
        wish=asked,
        ages=BRACKETS,
        steps=steps,
        buildings=buildings(session, number),
    )


def _asked(session: Session, community_id: int, steps: Sequence[Step], day: date) -> Asked:
    building, age, stage, sort = (request.args.get(name, "") for name in ("building", "age", "stage", "sort"))
    bracket = next((one for one in BRACKETS if one.code == age), None)
    step = next((one for one in steps if str(one.stage) == stage), None)
    wish: Wish | None = None
    if (bracket or not age) and (step or not stage) and not (bracket is NOT_DUE and step):
        plain = plain_terms(policies(session, community_id), day)
        wish = Wish(day, plain.rate_ppm, building or None, bill=span(bracket, day) if bracket else None)
        if step:
            alone = takes_late_fee_alone(step, steps)
            wish = replace(wish, oldest=span_of(step, steps, day), alone=alone)
    return Asked(building, age, stage, sort, bracket, wish)


def _page(
    session: Session, community_id: int, steps: Sequence[Step], asked: Asked, page: int
) -> list[Listed]:
    assert asked.wish
    largest = asked.sort == "sum"
    wanted = arrears.page(session, community_id, asked.wish, largest, ROWS, (page - 1) * ROWS)
    return listed(session, community_id, asked.wish.day, wanted, steps, asked.bracket)


def _sums(session: Session, community_id: int, asked: Asked) -> Part | None:
    """What all pages come to; of a stage only its debtors are counted."""
    assert asked.wish
    if asked.stage:
        return None
    day = asked.wish.day
    whole = span(asked.bracket, day) if asked.bracket else (date.min, day)
    return sum_of(session, community_id, day, asked.wish.building, whole)
