"""Signed slips in: the photo or scan filed against its notice, shown small, handed back as it came."""

from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext, lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow import evidence, preview
from billing.flow.evidence import Reading, Slip
from billing.flow.scans import LARGEST_FILE, media_type
from billing.store import notices
from billing.store.base import writing
from billing.store.evidence import Delivery
from billing.store.notices import Wish
from billing.web import sealed, stage
from billing.web.form import Once, Required
from billing.web.permission import permission, visitor
from billing.web.staff.notices import FileSlip, Page, ReadSlip, find, notice_page
from billing.web.vault import kept, the_vault

bp = Blueprint("slips", __name__, url_prefix="/c/<int:community_id>/slips")
bp.context_processor(stage.context)

MOST_ROWS = 300


class CorrectSlip(ReadSlip):
    key = Once()
    reason = TextAreaField(
        lazy_gettext("What was wrong"), [Required(), Length(max=300)], render_kw={"rows": 2}
    )


@bp.teardown_request
def close_uploads(error: BaseException | None) -> None:
    """A large upload lies in a temporary file: it goes with its request, filed or not."""
    request.close()


@bp.get("/")
@permission("receipt.file")
def index(community_id: int) -> str:
    """Notices that are printed and not yet signed for, as a person walks from door to door."""
    wish = Wish(run_id=request.args.get("run", type=int), building=request.args.get("building", ""))
    session = db.session()
    return render_template(
        "staff/slips/index.html",
        rows=notices.waiting(session, g.community.id, wish, MOST_ROWS),
        count=notices.waiting_count(session, g.community.id, wish),
        wish=wish,
        buildings=notices.buildings(session, g.community.id),
        runs=notices.runs(session, g.community.id),
    )


@bp.route("/<number>", methods=["GET", "POST"])
@permission("receipt.file")
def add(community_id: int, number: str) -> Page:
    """File a slip; its own QR leads here. The same file again is the same delivery."""
    notice = evidence.find_notice(db.session(), g.community.id, number)
    if request.method == "GET":
        return redirect(url_for("notices.show", notice_id=notice.id, _anchor="file"))
    row, form = find(notice.id), FileSlip()
    if not form.validate():
        return notice_page(row, form)
    slip = _read(form)
    with form.refusals("file"):
        media_type(slip.data)  # before the books are locked: a large picture takes a second to check
    if not form.errors:
        with form.refusals(), writing(db.session(), g.community.id):
            evidence.file_slip(db.session(), the_vault(), visitor().name, today(), notice, slip)
    if form.errors:
        return notice_page(row, form)
    flash(gettext("Filed: notice %(number)s is signed for.", number=notice.number))
    return redirect(url_for("notices.show", notice_id=notice.id, _anchor="slips"), 303)


@bp.get("/<int:slip_id>/original")
@permission("notice.view")
def original(community_id: int, slip_id: int) -> Response:
    """The file as it came, to be saved: never shown as part of the site, whatever is in it."""
    slip, file = _find(slip_id)
    return sealed.original(kept(slip.sha256), slip.file_name or "slip", file.media_type)


@bp.get("/<int:slip_id>/preview.jpg")
@permission("notice.view")
def picture(community_id: int, slip_id: int) -> Response:
    """A photo drawn anew, small and without EXIF; a PDF has none and is only handed back."""
    slip, file = _find(slip_id)
    if not file.media_type.startswith("image/"):
        abort(404)
    folder = Path(current_app.config["INSTANCE_DIR"]) / "previews"
    return sealed.picture(preview.cached(folder, slip.sha256, kept(slip.sha256)))


@bp.route("/<int:slip_id>/correction", methods=["GET", "POST"])
@permission("receipt.file")
def correct(community_id: int, slip_id: int) -> Page:
    """What was read off the slip wrongly, read again; or the slip withdrawn. The first reading stays to be seen."""
    slip, file = _find(slip_id)
    form = CorrectSlip(obj=slip)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            _correct(slip, form)
        if not form.errors:
            flash(
                gettext("Withdrawn: it proves nothing for this notice any more.")
                if "withdraw" in request.form
                else gettext("Corrected. What was filed before stays to be seen.")
            )
            return redirect(url_for("notices.show", notice_id=slip.notice_id, _anchor="slips"), 303)
    page = render_template("staff/slips/correct.html", slip=slip, file=file, form=form)
    return page, form.status


def _correct(slip: Delivery, form: CorrectSlip) -> None:
    session, actor = db.session(), visitor().name
    reason, key = form.reason.data, form.key.data
    if "withdraw" in request.form:
        evidence.withdraw_slip(session, actor, slip, reason, key)
    else:
        reading = Reading(**form.reading(), device=slip.device)
        evidence.correct_slip(session, actor, today(), slip, reading, reason, key)


def _read(form: FileSlip) -> Slip:
    """One byte more than may be filed is read, so that a larger file is known as such."""
    return Slip(
        **form.reading(),
        data=form.file.data.stream.read(LARGEST_FILE + 1),
        file_name=form.file.data.filename or "",
        device=form.device.data or "",
    )


def _find(slip_id: int) -> tuple[Delivery, Any]:
    row = notices.find_slip(db.session(), g.community.id, slip_id) or abort(404)
    return row.Delivery, row.StoredFile
