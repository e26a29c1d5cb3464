"""The work lists, and one case: how its debtor stands, how he is reached, what to say, and all that happened."""

from datetime import date

from flask import g, redirect, render_template, request, url_for

from billing.clock import now, today
from billing.core.case import NEXT, REASONS
from billing.extensions import db
from billing.flow import attempts, case_file, case_state, cases
from billing.flow.case_state import Situation
from billing.store import case_list
from billing.store.accounts import User
from billing.store.base import writing
from billing.store.case_list import TASKS, Look
from billing.store.cases import Case
from billing.store.sums import buildings
from billing.store.timeline import timeline
from billing.web.address import page_number
from billing.web.case_words import GROUPS, kinds_of
from billing.web.community import find_party
from billing.web.permission import permission, visitor
from billing.web.staff.cases.blueprint import Page, bp, the_case
from billing.web.staff.cases.forms import AssignForm, NextForm, ReasonForm, collectors

#: Rows on a page of a list, and lines on one of the timeline.
ROWS = 50
LINES = 60


@bp.get("/")
@permission("case.view")
def index(community_id: int) -> Page:
    """Who is in arrears and what is to be done, in lists; a collector sees his own cases first."""
    session, day = db.session(), today()
    look = looked_at(day)
    counts = case_list.counts(session, community_id, look)
    pages = max(1, -(-counts[look.task] // ROWS))
    page = min(page_number(), pages)
    largest = request.args.get("sort") == "sum"
    return render_template(
        "staff/cases/index.html",
        found=case_state.listed(session, community_id, look, largest, ROWS, (page - 1) * ROWS),
        look=look,
        counts=counts,
        page=page,
        pages=pages,
        largest=largest,
        collectors=collectors(),
        reasons=REASONS,
        buildings=buildings(session, community_id),
        mine=_mine(),
    )


def looked_at(day: date, task: str = "") -> Look:
    """What the address asks for; what nobody made finds everything of the kind."""
    args = request.args
    task = task or args.get("task", "all")
    collector = args.get("collector", _mine())
    return case_state.look_at(
        db.session(),
        g.community.id,
        day,
        task=task if task in (*TASKS, *case_list.ROUNDS) else "all",
        building=args.get("building", ""),
        collector=int(collector) if collector.isdecimal() and len(collector) < 19 else None,
        reason=args.get("reason", "") if args.get("reason") in REASONS else "",
    )


def _mine() -> str:
    """A collector's own cases are what he is shown first."""
    person = visitor()
    is_collector = isinstance(person, User) and person.role == "collector"
    return str(person.id) if is_collector else ""


@bp.get("/<number>")
@permission("case.view")
def show(community_id: int, number: str) -> Page:
    return shown(the_case(number))


def shown(
    case: Case,
    next_form: NextForm | None = None,
    reason_form: ReasonForm | None = None,
    assign_form: AssignForm | None = None,
) -> Page:
    """The page of a case; a form that was refused comes back with what was typed."""
    session, day = db.session(), today()
    found = case_file.case_file(session, case, day)
    group, page = request.args.get("show", ""), page_number()
    lines = timeline(session, case, kinds_of(group) if group in GROUPS else (), LINES + 1, (page - 1) * LINES)
    forms = (
        next_form or NextForm(formdata=None),
        reason_form or ReasonForm(formdata=None, reason=found.reason_code),
        assign_form or AssignForm(formdata=None),
    )
    body = render_template(
        "staff/cases/show.html",
        case=case,
        file=found,
        situation=found.situation,
        lines=lines[:LINES],
        more=len(lines) > LINES,
        page=page,
        group=group,
        groups=GROUPS,
        next_form=forms[0],
        reason_form=forms[1],
        assign_form=forms[2],
        against=case_file.planned(session, case, "call", now()),
        disputed=attempts.is_disputed(session, case, day),
        next_codes=NEXT,
        promises=promises(found.situation),
    )
    return body, max(form.status for form in forms)


def promises(situation: Situation) -> list[object]:
    """The newest first."""
    return list(reversed(situation.promises))


@bp.get("/of/<int:party_id>")
@permission("case.view")
def of(community_id: int, party_id: int) -> Page:
    """A debtor's case, where there is one; else the page that opens it."""
    debtor = find_party(party_id)
    case = cases.case_of(db.session(), community_id, debtor.id)
    if case:
        return redirect(url_for("cases.show", number=case.number))
    return render_template("staff/cases/open.html", debtor=debtor)


@bp.post("/of/<int:party_id>")
@permission("case.work")
def open_one(community_id: int, party_id: int) -> Page:
    """Open a case by hand; one that is open already is the same."""
    debtor = find_party(party_id)
    with writing(db.session(), community_id):
        case = cases.open_case(db.session(), visitor().name, today(), debtor)
    return redirect(url_for("cases.show", number=case.number), 303)
