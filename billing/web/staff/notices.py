"""Notices: every paper that asked for money, what it says, and the proof that it arrived."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from billing.clock import now, today
from billing.core.money import capital
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow import evidence, paper_mail
from billing.flow import outbox as sending
from billing.flow.evidence import RELATIONS, SELF
from billing.flow.printing import NOTICES
from billing.store import notices, outbox
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.mail import UNSENT
from billing.store.notices import Wish
from billing.translations import N_
from billing.web import sealed, stage
from billing.web.address import number, page_number
from billing.web.form import DayField, Form, Required
from billing.web.permission import permission, visitor
from billing.web.vault import kept
from notices.content import Demand
from notices.record import thaw

bp = Blueprint("notices", __name__, url_prefix="/c/<int:community_id>/notices")
bp.context_processor(stage.context)

Page = str | Response | tuple[str, int]

PAGE = 100


class ReadSlip(Form):
    """What a person reads off a signed slip."""

    signer = StringField(
        lazy_gettext("Signed by"), [Required(), Length(max=64)], render_kw={"autocomplete": "off"}
    )
    relation = SelectField(
        lazy_gettext("Relation to the debtor"), choices=[SelectChoice(each, each) for each in RELATIONS]
    )
    on = DayField(lazy_gettext("Signed on"))
    note = StringField(lazy_gettext("Note"), [Length(max=200)], render_kw={"autocomplete": "off"})

    def reading(self) -> dict[str, Any]:
        """As `evidence.Reading` and `evidence.Slip` take it."""
        assert self.on.data, "asked of a form that did not validate"
        return {name: self[name].data or "" for name in ("signer", "relation", "on", "note")}


class FileSlip(ReadSlip):
    """A signed slip with its file."""

    file = FileField(
        lazy_gettext("Photo or scan"),
        [Required()],
        render_kw={"accept": "image/*,application/pdf"},
        description=lazy_gettext(
            "JPEG, PNG or PDF, at most 20 MB. The whole slip, signature and date readable."
        ),
    )
    device = StringField(
        lazy_gettext("Device"),
        [Length(max=64)],
        render_kw={"autocomplete": "off", "list": "devices"},
        description=lazy_gettext("What took the picture or scanned it: part of the proof."),
    )


@bp.get("/")
@permission("notice.view")
def index(community_id: int) -> Page:
    """All notices, the newest first, narrowed by stage, run, signed or not, and unit or debtor."""
    session, text = db.session(), request.args.get("q", "").strip()
    if named := NOTICES.named(session, g.community.id, text):
        return redirect(url_for("notices.show", notice_id=named.id))
    wish, page = _wish(text), page_number()
    count = notices.count(session, g.community.id, wish)
    return render_template(
        "staff/notices/index.html",
        rows=notices.listed(session, g.community.id, wish, (page - 1) * PAGE, PAGE),
        count=count,
        page=page,
        pages=max(1, -(-count // PAGE)),
        wish=wish,
        text=text,
        stages=notices.stages(session, g.community.id),
        runs=notices.runs(session, g.community.id),
    )


@bp.get("/<number>")
@permission("notice.view")
def by_number(community_id: int, number: str) -> Response:
    """A notice by the number printed on it."""
    found = evidence.find_notice(db.session(), g.community.id, number)
    return redirect(url_for("notices.show", notice_id=found.id))


@bp.get("/<int:notice_id>")
@permission("notice.view")
def show(community_id: int, notice_id: int) -> Page:
    row = find(notice_id)
    signer = thaw(row.Notice.paper).unit.owner
    form = FileSlip(formdata=None, signer=signer, on=max(row.Notice.issued_on, today()))
    return notice_page(row, form)


@bp.get("/<int:notice_id>.pdf")
@permission("notice.view")
def pdf(community_id: int, notice_id: int) -> Response:
    """The very bytes that were printed."""
    row = find(notice_id)
    if row.Document is None:
        raise Missing(N_("The paper of notice %(number)s is not made yet."), number=row.Notice.number)
    return sealed.paper(kept(row.Document.sha256), row.Notice.number)


@bp.post("/<int:notice_id>/mail")
@permission("dunning.run")
def email(community_id: int, notice_id: int) -> Response:
    """Mail the notice to its debtor, once; `again` names the mail that did not arrive and is sent again."""
    session, notice, again = db.session(), find(notice_id).Notice, request.form.get("again", "")
    mails = {str(one.id): one for one in outbox.about(session, [NOTICES.about], notice_id)}
    if again and again not in mails:
        abort(404)
    with writing(session, g.community.id):
        if again:
            sending.send_again(session, visitor().name, today(), now(), mails[again])
        else:
            fate = paper_mail.fate(session, NOTICES, notice, today())
            paper_mail.mail_paper(session, visitor().name, today(), now(), fate)
    flash(gettext("Put in the outbox."))
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor="mail"), 303)


def find(notice_id: int) -> Any:
    """Notice, Unit, debtor, Document, Entry; 404 for another community's."""
    return notices.find(db.session(), g.community.id, notice_id) or abort(404)


def notice_page(row: Any, form: FileSlip) -> tuple[str, int]:
    """The notice with its slips and the form for one more."""
    paper = thaw(row.Notice.paper)
    assert isinstance(paper, Demand)
    slips = notices.slips(db.session(), row.Notice.id)
    files = [slip.Delivery.sha256 for slip in slips]
    page = render_template(
        "staff/notices/show.html",
        row=row,
        notice=row.Notice,
        paper=paper,
        slips=slips,
        elsewhere=notices.filed_elsewhere(db.session(), row.Notice, files),
        debtors={paper.unit.owner, *paper.unit.co_owners},
        in_person=SELF,
        filed_again={slip.Delivery.entry for slip in slips},
        devices=notices.devices(db.session(), g.community.id),
        form=form,
        capital=capital(row.Notice.total_fen),
        **_by_mail(row.Notice),
    )
    return page, form.status


def _by_mail(notice: Notice) -> dict[str, Any]:
    """The notice's mails, and to which address the next one would go, or why none would."""
    fate = paper_mail.fate(db.session(), NOTICES, notice, today())
    return {
        "mails": fate.mails,
        "address": "" if fate.why else fate.address,
        "no_address": gettext(fate.why) if fate.why else "",
        "last": next((one for one in fate.mails if one.recipient == fate.address), None),
        "unsent": UNSENT,
        "mail_server": current_app.config["MAIL_SERVER"],
    }


def _wish(text: str) -> Wish:
    signed = request.args.get("signed")
    return Wish(
        stage=request.args.get("stage", type=number),
        run_id=request.args.get("run", type=number),
        signed={"yes": True, "no": False}.get(signed or ""),
        text=text,
    )
