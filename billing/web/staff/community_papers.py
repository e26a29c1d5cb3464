"""The community's own papers: the contract and what stands beside it, as scans, each with the time it is in force."""

from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow import community_papers
from billing.flow.community_papers import KINDS, Wanted
from billing.flow.scans import LARGEST_FILE, media_type
from billing.store.base import writing
from billing.store.community_papers import find, listed
from billing.web import sealed
from billing.web.form import DayField, Form, Required, choices
from billing.web.permission import permission, visitor
from billing.web.vault import kept, the_vault

bp = Blueprint("community_papers", __name__, url_prefix="/c/<int:community_id>/papers")

Page = str | Any | tuple[str, int]


class FilePaper(Form):
    file = FileField(
        lazy_gettext("Scan"),
        [Required()],
        render_kw={"accept": "image/*,application/pdf"},
        description=lazy_gettext("PDF, JPEG or PNG, at most 20 MB. All pages of a paper in one PDF."),
    )
    kind = SelectField(lazy_gettext("Kind of paper"), choices=choices(KINDS))
    title = StringField(
        lazy_gettext("Title"), [Required(), Length(max=80)], render_kw={"autocomplete": "off"}
    )
    since = DayField(lazy_gettext("In force from"))
    until = DayField(
        lazy_gettext("In force until"),
        required=False,
        description=lazy_gettext("Leave empty if it holds until a new one is made."),
    )


class WithdrawPaper(Form):
    reason = TextAreaField(lazy_gettext("Reason"), [Required(), Length(max=300)], render_kw={"rows": 2})


@bp.teardown_request
def close_uploads(error: BaseException | None) -> None:
    """A large upload lies in a temporary file: it goes with its request, filed or not."""
    request.close()


@bp.get("/")
@permission("statement.view")
def index(community_id: int) -> Page:
    return _page(FilePaper(formdata=None))


@bp.post("/")
@permission("profile.edit")
def add(community_id: int) -> Page:
    """File a paper. The same file again for the same time is the same paper."""
    form = FilePaper()
    if form.validate():
        wanted = Wanted(
            data=form.file.data.stream.read(LARGEST_FILE + 1),
            file_name=form.file.data.filename or "",
            **{name: form[name].data for name in ("kind", "title", "since", "until")},
        )
        with form.refusals("file"):
            media_type(wanted.data)  # before the books are locked: a large scan takes a second to check
        if not form.errors:
            with form.refusals(), writing(db.session(), g.community.id):
                community_papers.file_paper(db.session(), the_vault(), visitor().name, g.community.id, wanted)
    if form.errors:
        return _page(form), form.status
    flash(gettext("Filed. It goes into every pack whose periods it covers."))
    return redirect(url_for("community_papers.index"), 303)


@bp.get("/<int:paper_id>/original")
@permission("statement.view")
def original(community_id: int, paper_id: int) -> Response:
    """The file as it came, to be saved."""
    row = _find(paper_id)
    return sealed.original(
        kept(row.CommunityPaper.sha256), row.CommunityPaper.file_name or "paper", row.StoredFile.media_type
    )


@bp.route("/<int:paper_id>/withdrawal", methods=["GET", "POST"])
@permission("profile.edit")
def withdraw(community_id: int, paper_id: int) -> Page:
    """Filed wrongly: from then on it goes into no pack; it stays to be seen."""
    paper, form = _find(paper_id).CommunityPaper, WithdrawPaper()
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            community_papers.withdraw_paper(db.session(), visitor().name, paper, form.reason.data)
        if not form.errors:
            flash(gettext("Withdrawn: it goes into no pack any more."))
            return redirect(url_for("community_papers.index"), 303)
    page = render_template("staff/community_papers/withdraw.html", paper=paper, kinds=KINDS, form=form)
    return page, form.status


def _page(form: FilePaper) -> str:
    rows = listed(db.session(), g.community.id)
    return render_template(
        "staff/community_papers/index.html", rows=rows, kinds=KINDS, form=form, day=today()
    )


def _find(paper_id: int) -> Any:
    return find(db.session(), g.community.id, paper_id) or abort(404)
