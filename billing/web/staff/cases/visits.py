"""How visits were made: those that count, those that do not and why, by who made them."""

from datetime import date

from flask import render_template, request
from flask_babel import gettext

from billing.clock import today
from billing.core.calendar import parse_date
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow.visit_report import visit_report
from billing.web.permission import permission
from billing.web.staff.cases.blueprint import Page, bp


@bp.get("/visit-report")
@permission("case.assign")
def visit_counts(community_id: int) -> Page:
    first, last, sentence = _span()
    page = render_template(
        "staff/cases/visit_report.html",
        report=visit_report(db.session(), community_id, first, last),
        first=first,
        last=last,
        sentence=sentence,
    )
    return page, 422 if sentence else 200


def _span() -> tuple[date, date, str]:
    """This month until today unless asked otherwise; why what was asked is no span."""
    usual = today().replace(day=1), today()
    try:
        first, last = (
            parse_date(request.args[name]) if request.args.get(name) else day
            for name, day in zip(("first", "last"), usual, strict=True)
        )
    except Refused as refused:
        return *usual, refused.sentence(gettext)
    if last < first:
        return *usual, gettext("The last day lies before the first.")
    return first, last, ""
