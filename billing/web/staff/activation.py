"""Activation letters: choose owners, see what it means, get one file to print. The codes are in that file only."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, g, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import HiddenField

from billing.clock import now, today
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import papers
from billing.flow.estate import find_unit
from billing.flow.letters import Selection, issue_letters, select_owners, select_unit
from billing.store.base import writing
from billing.store.register import buildings
from billing.web import sealed
from billing.web.form import Form, Once
from billing.web.permission import permission, visitor
from billing.web.vault import the_vault
from notices import render
from notices.content import ActivationLetter

bp = Blueprint("activation", __name__, url_prefix="/c/<int:community_id>/activation")

Page = str | Response | tuple[str, int]


class Issue(Form):
    """`unit` is a room's label; else `building`, or "*" for all of them."""

    key = Once()
    unit = HiddenField(lazy_gettext("Unit"))
    building = HiddenField()


@bp.get("/")
@permission("activation.issue")
def index(community_id: int) -> Page:
    """Choose one unit, a building or everybody; the choice is shown before anything is made."""
    form = Issue(
        formdata=None, unit=request.args.get("unit", "").strip(), building=request.args.get("building", "")
    )
    return _show(form)


@bp.post("/")
@permission("activation.issue")
def issue(community_id: int) -> Page:
    """New codes, and the letters as one file. A second click makes nothing and cannot show them again."""
    session, form = db.session(), Issue()
    letters: list[ActivationLetter] = []
    if form.validate():
        with form.refusals(), writing(session, g.community.id):
            chosen = _chosen(form, today()).chosen
            letters = issue_letters(
                session, visitor().name, today(), now(), g.community.id, chosen, form.key.data
            )
    if not letters:
        return _show(form)
    return sealed.paper(_printed(letters), f"activation-{today()}", saved=True)


def _chosen(form: Issue, day: date) -> Selection:
    session, community_id = db.session(), g.community.id
    if form.unit.data:
        return select_unit(session, community_id, day, find_unit(session, community_id, form.unit.data).id)
    return select_owners(
        session, community_id, day, None if form.building.data == "*" else form.building.data
    )


def _show(form: Issue) -> Page:
    selection = None
    if not form.errors and (form.unit.data or form.building.data):
        try:
            selection = _chosen(form, today())
        except Refused as refused:
            form.add_error(refused.sentence(gettext), "unit")
    page = render_template(
        "staff/activation/index.html",
        form=form,
        selection=selection,
        buildings=buildings(db.session(), g.community.id),
    )
    return page, form.status


def _printed(letters: list[ActivationLetter]) -> bytes:
    """One file in delivery order. It lies on the disk, readable by this account only, while it is put together."""
    office = letters[0].office
    seal, logo = (papers.picture(the_vault(), sha256) for sha256 in (office.seal, office.logo))
    with TemporaryDirectory(prefix="letters-") as folder:
        target = Path(folder) / "letters.pdf"
        sheets = (render.render(letter, seal=seal, logo=logo) for letter in letters)
        render.merge(sheets, target, labels=[letter.unit.label for letter in letters])
        return target.read_bytes()
