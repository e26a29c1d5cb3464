"""An owner's papers as PDF: his receipts, the bills and reminders he got, a statement of a day of his choice."""

from flask import Blueprint, Response, request

from billing import clock
from billing.core.calendar import parse_date
from billing.core.problem import Missing, Refused
from billing.extensions import db
from billing.flow import papers, receipts
from billing.flow.entry import latest
from billing.flow.estate import policies
from billing.flow.statements import Statement
from billing.store.portal import NOTHING
from billing.translations import N_
from billing.web import sealed, vault
from billing.web.permission import permission
from billing.web.portal.my import own
from notices import render

bp = Blueprint("my_papers", __name__, url_prefix="/my")


@bp.get("/receipts/<number>.pdf")
@permission("owner.self")
def receipt(number: str) -> Response:
    """The receipt as it was kept; one that nobody printed yet is made, and kept by the office when it prints it."""
    payment = own().payment(number)
    document = receipts.find_paper(db.session(), payment)
    if document:
        return sealed.paper(vault.kept(document.sha256), number)
    return sealed.paper(
        receipts.make_receipt(db.session(), vault.the_vault(), clock.today(), payment).data, number
    )


@bp.get("/notices/<number>.pdf")
@permission("owner.self")
def notice(number: str) -> Response:
    """The very bytes that were printed and sent."""
    return _kept(own().notice(number).sha256, number)


@bp.get("/bills/<number>.pdf")
@permission("owner.self")
def bill(number: str) -> Response:
    """The very bytes that were printed and handed out."""
    return _kept(own().bill(number).sha256, number)


def _kept(sha256: str | None, number: str) -> Response:
    if sha256 is None:
        raise Missing(NOTHING)
    return sealed.paper(vault.kept(sha256), number)


@bp.get("/units/<int:unit_id>/statement-<int:party_id>.pdf")
@permission("owner.self")
def statement(unit_id: int, party_id: int) -> Response:
    """What one party of the account owes there as of a day that has come."""
    session, today = db.session(), clock.today()
    as_of = parse_date(request.args["as_of"]) if request.args.get("as_of") else today
    if as_of > today:
        raise Refused(N_("A statement can be made up to today, %(today)s."), today=today)
    unit = own().unit(unit_id)
    account = own().account(unit_id, party_id, policies(session, unit.community_id))
    rows = account.lines(as_of)
    found = Statement(unit, as_of, [(account, rows)])
    known_at = latest(session, unit.community_id)
    paper = papers.statement_paper(session, found, account, rows, today, known_at)
    shelf = vault.the_vault()
    seal, logo = (papers.picture(shelf, sha256) for sha256 in (paper.office.seal, paper.office.logo))
    return sealed.paper(render.render(paper, seal=seal, logo=logo), paper.number)
