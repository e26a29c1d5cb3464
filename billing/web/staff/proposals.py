"""Good-faith proposals (非恶意建议): who was late without ill will as the rules find, with what speaks against it.

The list makes requests; it decides nothing.
"""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow.conduct import hearing
from billing.flow.good_faith import ask, attest, proposals, proposed, put_on_file
from billing.flow.good_faith_rules import rules_to_attest
from billing.store.base import writing
from billing.store.good_faith import open_requests
from billing.web.community import find_party, find_unit
from billing.web.form import Form, Once, Required
from billing.web.permission import permission, visitor

bp = Blueprint("proposals", __name__, url_prefix="/c/<int:community_id>/proposals")

Page = str | Response | tuple[str, int]

#: Who may put a request on file.
ASK = "waiver.request"
#: More rows than anybody reads; the sums below the list are those of all.
MOST_ROWS = 300


class Ask(Form):
    key = Once()
    reason = TextAreaField(
        lazy_gettext("Why"),
        [Required(), Length(max=1000)],
        default=lambda: gettext("Late without ill will, as the rules found; see the facts kept with it."),
        render_kw={"rows": 2},
    )


@bp.get("/")
@permission("waiver.view")
def index(community_id: int) -> Page:
    return _list(Ask())


@bp.post("/")
@permission(ASK)
def put(community_id: int) -> Page:
    """Put the chosen ones on file, all or none."""
    form, chosen = Ask(), request.form.getlist("chosen")
    if form.validate_on_submit():
        if not chosen:
            form.add_error(gettext("Choose whom to ask for."))
            return _list(form)
        with form.refusals(), writing(db.session(), g.community.id):
            made = put_on_file(
                db.session(),
                visitor().name,
                today(),
                g.community.id,
                chosen,
                form.reason.data or "",
                form.key.data or "",
            )
        if not form.errors:
            flash(
                ngettext(
                    "%(num)s request is on file; somebody else decides it.",
                    "%(num)s requests are on file; somebody else decides them.",
                    len(made),
                )
            )
            return redirect(url_for("proposals.index"), 303)
    return _list(form)


@bp.route("/units/<int:unit_id>/debtors/<int:debtor_id>", methods=["GET"])
@permission("waiver.view")
def show(community_id: int, unit_id: int, debtor_id: int) -> Page:
    """What the books say of one debtor, for and against; and the boxes for what only people know."""
    return _hearing(Ask(), unit_id, debtor_id)


@bp.post("/units/<int:unit_id>/debtors/<int:debtor_id>")
@permission(ASK)
def put_one(community_id: int, unit_id: int, debtor_id: int) -> Page:
    """Put one on file, with what was ticked as attested by whoever sends this."""
    form, unit, debtor = Ask(), find_unit(unit_id), find_party(debtor_id)
    number = ""
    if form.validate_on_submit():
        papers = {code: request.form.get(f"paper-{code}", "") for code in request.form.getlist("attested")}
        with form.refusals(), writing(db.session(), g.community.id):
            session, actor = db.session(), visitor().name
            found = attest(session, actor, g.community.id, today(), papers)
            heard = hearing(session, unit, debtor.id, today())
            proposal = proposed(session, g.community.id, heard, found)
            if proposal is None:
                form.add_error(
                    gettext("No rule speaks for it: tick what is attested, or ask under another policy.")
                )
            else:
                made = ask(session, actor, today(), proposal, form.reason.data or "", form.key.data or "")
                number = made.number
        if not form.errors:
            flash(gettext("%(number)s is on file; somebody else decides it.", number=number))
            return redirect(url_for("proposals.index"), 303)
    return _hearing(form, unit_id, debtor_id)


def _list(form: Ask) -> Page:
    found = proposals(db.session(), g.community.id, today())
    page = render_template(
        "staff/proposals/index.html",
        form=form,
        found=found,
        most=MOST_ROWS,
        chosen=request.form.getlist("chosen"),
        may_ask=visitor().may(ASK),
    )
    return page, form.status


def _hearing(form: Ask, unit_id: int, debtor_id: int) -> Page:
    session, unit, debtor = db.session(), find_unit(unit_id), find_party(debtor_id)
    heard = hearing(session, unit, debtor.id, today())
    page = render_template(
        "staff/proposals/show.html",
        form=form,
        unit=unit,
        debtor=debtor,
        heard=heard,
        proposal=proposed(session, g.community.id, heard),
        to_attest=rules_to_attest(session, g.community.id, today()),
        waiting=(unit.id, debtor.id) in open_requests(session, g.community.id),
        may_ask=visitor().may(ASK),
    )
    return page, form.status
