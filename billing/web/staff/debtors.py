"""Who is in arrears: the rows behind each figure of the overview, by age, stage and building.

What is billed and not yet due is a list of its own (the age "not due"), never a sum with arrears.
"""

from dataclasses import replace

from flask import Blueprint, g, render_template, request

from billing.clock import today
from billing.core.ageing import BRACKETS, NOT_DUE, bracket
from billing.extensions import db
from billing.flow.overview import Debt, Debtor, debtors, debts
from billing.flow.tariffs import ladder
from billing.store.register import buildings
from billing.web.permission import permission

bp = Blueprint("debtors", __name__, url_prefix="/c/<int:community_id>/debtors")


#: More rows than anybody reads; the sums below the list are those of all.
MOST_ROWS = 500


@bp.get("/")
@permission("statement.view")
def index(community_id: int) -> str:
    """In walking order, or by what is owed; an unknown filter finds nothing rather than everything."""
    session, day = db.session(), today()
    steps = ladder(session, g.community.id, day)
    wish = {name: request.args.get(name, "") for name in ("age", "building", "stage", "sort")}
    everybody = debtors(debts(session, g.community.id, day), steps, day)
    found = [one for each in everybody if (one := _narrowed(each, wish)).debts]
    if wish["sort"] == "sum":
        found.sort(key=lambda one: one.total, reverse=True)
    return render_template(
        "staff/debtors/index.html",
        found=found,
        most=MOST_ROWS,
        wish=wish,
        coming=wish["age"] == NOT_DUE.code,
        ages=BRACKETS,
        steps=steps,
        buildings=buildings(session, g.community.id),
    )


def _narrowed(one: Debtor, wish: dict[str, str]) -> Debtor:
    """With those of his debts that are wanted, none of them not yet due unless asked for; his stage is that of all."""
    if wish["stage"] and (one.step is None or str(one.step.stage) != wish["stage"]):
        return replace(one, debts=[])
    kept = one.of("coming" if wish["age"] == NOT_DUE.code and not wish["stage"] else "overdue")
    return replace(one, debts=[debt for debt in kept if _wanted(debt, wish)])


def _wanted(debt: Debt, wish: dict[str, str]) -> bool:
    age = not wish["age"] or bracket(debt.due, today()).code == wish["age"]
    return age and (not wish["building"] or debt.building == wish["building"])
