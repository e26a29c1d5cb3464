"""The consistency report (减免一致性报告): like cases, how each was decided and by whom; as a page, as a workbook."""

import io
from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, g, render_template, request, send_file
from flask_babel import gettext

from billing.clock import today
from billing.core import consistency, waiver_policy
from billing.core.calendar import add_months, parse_date
from billing.core.consistency import SPAN, Case, Decision, Tally
from billing.core.good_faith import NAMES, USUAL
from billing.core.money import yuan
from billing.core.numbers import parse_percent, percent
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow.consistency import Report, consistency_report
from billing.flow.good_faith_rules import entered
from billing.sheets.text_book import TextTable, write_text_book
from billing.web.permission import permission

bp = Blueprint("consistency", __name__, url_prefix="/c/<int:community_id>/consistency")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SUMS = {code: label for code, _, label in consistency.SUMS}


@bp.get("/")
@permission("waiver.report")
def index(community_id: int) -> str | tuple[str, int]:
    """Of the twelve months that end today, unless other days are asked for."""
    try:
        report, refused = _report(), None
    except Refused as why:
        report, refused = consistency_report(db.session(), g.community.id, *_usual()), why
    page = render_template(
        "staff/consistency/index.html",
        report=report,
        refused=refused,
        case_words=case_words,
        names=_names(),
        share_words=share_words,
        asked_words=asked_words,
    )
    return page, 422 if refused else 200


@bp.get("/report.xlsx")
@permission("waiver.report")
def workbook(community_id: int) -> Response:
    report = _report()
    tables = [
        TextTable(gettext("Decisions"), *_decisions(report)),
        TextTable(gettext("Like cases"), *_groups(report)),
        TextTable(gettext("By decider"), *_people(report)),
    ]
    name = gettext("Consistency of waivers %(first)s to %(last)s", first=report.first, last=report.last)
    return send_file(
        io.BytesIO(write_text_book(tables)), _XLSX, as_attachment=True, download_name=f"{name}.xlsx"
    )


def _usual() -> tuple[date, date]:
    return add_months(today(), -12), today()


def _report() -> Report:
    first, last = _usual()
    first = parse_date(request.args["from"]) if request.args.get("from") else first
    last = parse_date(request.args["to"]) if request.args.get("to") else last
    span = parse_percent(request.args["span"]) if request.args.get("span") else SPAN
    return consistency_report(db.session(), g.community.id, first, last, span)


def share_words(ppm: int | None) -> str:
    return "" if ppm is None else f"{percent(ppm)}%"


def asked_words(one: Decision) -> str:
    """100%, 300.00, or 30 days."""
    if one.case.form == "share":
        return share_words(one.asked)
    return gettext("%(count)s days", count=one.asked) if one.case.form == "days" else yuan(one.asked)


def case_words(case: Case, names: Mapping[str, str]) -> list[str]:
    """What like cases share, each in words."""
    found = [gettext(names.get(code, code)) for code in case.found]
    return [
        gettext(waiver_policy.KINDS.get(case.kind, case.kind)),  # type: ignore[call-overload]
        " + ".join(found) or gettext("no rule spoke for it"),
        gettext("late: %(age)s", age=gettext(case.age.label)),
        gettext("billed: %(sum)s", sum=gettext(_SUMS[case.sum])),
        gettext(waiver_policy.CONDITION_WORDS.get(case.condition, case.condition)),  # type: ignore[call-overload]
        gettext("asked for: %(what)s", what=gettext(consistency.FORMS[case.form])),
    ]


def _names() -> dict[str, str]:
    """Rule's code -> what it is called; a rule the office made goes by its kind."""
    return {rule.code: NAMES[rule.kind] for rule in (*USUAL, *entered(db.session(), g.community.id))}


def _decisions(report: Report) -> tuple[list[str], list[list[str]]]:
    headings = [
        gettext("Case"),
        gettext("Number"),
        gettext("Unit"),
        gettext("Debtor"),
        gettext("What was asked"),
        gettext("Share given"),
        gettext("Sum waived"),
        gettext("Decision"),
        gettext("Asked by"),
        gettext("Asked on"),
        gettext("Decided by"),
        gettext("Decided on"),
        gettext("Days taken"),
    ]
    rows = [
        [
            str(number),
            one.number,
            one.unit,
            one.debtor,
            asked_words(one),
            share_words(one.given_ppm),
            yuan(one.value),
            gettext("approved") if one.approved else gettext("refused"),
            one.asked_by,
            one.asked_on.isoformat(),
            one.decided_by,
            one.decided_on.isoformat(),
            str(one.days_taken),
        ]
        for number, group in enumerate(report.groups, 1)
        for one in group.decisions
    ]
    return headings, rows


def _groups(report: Report) -> tuple[list[str], list[list[str]]]:
    headings = [gettext("Case"), gettext("What they share"), gettext("Decided unlike"), *_tally_headings()]
    names = _names()
    rows = [
        [
            str(number),
            "; ".join(case_words(one.case, names)),
            gettext("yes") if one.unlike else "",
            *_tally(one.tally),
        ]
        for number, one in enumerate(report.groups, 1)
    ]
    return headings, rows


def _people(report: Report) -> tuple[list[str], list[list[str]]]:
    """Each decider in sum, then each pair of who asked and who decided."""
    rows = [["", name, *_tally(sums)] for name, sums in report.deciders.items()]
    rows += [[asked, decided, *_tally(sums)] for (asked, decided), sums in report.pairs.items()]
    return [gettext("Asked by"), gettext("Decided by"), *_tally_headings()], rows


def _tally_headings() -> Sequence[str]:
    return (
        gettext("Decided"),
        gettext("Approved"),
        gettext("Least given"),
        gettext("Most given"),
        gettext("Mean given"),
        gettext("Sum waived"),
    )


def _tally(sums: Tally) -> Sequence[str]:
    shares = (share_words(ppm) for ppm in (sums.least_ppm, sums.most_ppm, sums.mean_ppm))
    return (str(sums.decided), str(sums.approved), *shares, yuan(sums.value))
