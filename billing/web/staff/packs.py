"""A debtor's pack: chosen as of a day, made on the spot, handed out as a ZIP; each making is on record."""

import tempfile
from datetime import date

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import SelectField

from billing.clock import today
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow.pack import make_pack, record_pack
from billing.flow.pack.piece import safe
from billing.flow.pack.subject import Subject, Who, find_subject
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.pack import made_lately
from billing.translations import N_
from billing.web import sealed
from billing.web.community import find_unit
from billing.web.form import DayField, Form, Once, Required, choices
from billing.web.permission import permission, visitor
from billing.web.vault import the_vault

bp = Blueprint("packs", __name__, url_prefix="/c/<int:community_id>/packs")

MOST_ROWS = 100


class MakePack(Form):
    key = Once()
    as_of = DayField(
        lazy_gettext("As of"),
        description=lazy_gettext(
            "What came after that day is not in it; what is left out for that is named."
        ),
    )
    units = SelectField(
        lazy_gettext("Which units"),
        [Required()],
        choices=choices({"one": N_("This unit only"), "all": N_("All units of this debtor here")}),
    )


@bp.get("/")
@permission("pack.make")
def index(community_id: int) -> str:
    """Every pack made, with its hash: what was handed out can be recognised."""
    rows = made_lately(db.session(), g.community.id, MOST_ROWS)
    return render_template("staff/packs/index.html", rows=rows, most=MOST_ROWS)


@bp.route("/<int:unit_id>/<int:debtor_id>", methods=["GET", "POST"])
@permission("pack.make")
def make(community_id: int, unit_id: int, debtor_id: int) -> str | Response | tuple[str, int]:
    unit = find_unit(unit_id)
    account = _subject(unit, debtor_id, "one", today()).accounts[0]
    form = MakePack(as_of=today())
    if form.validate_on_submit():
        with form.refusals():
            return _made(_subject(unit, debtor_id, form.units.data, form.as_of.data), form.key.data)
    rows = made_lately(db.session(), g.community.id, 10, unit.label)
    page = render_template("staff/packs/make.html", unit=unit, account=account, form=form, rows=rows)
    return page, form.status


def _subject(unit: Unit, debtor_id: int, units: str, as_of: date) -> Subject:
    who = Who(unit if units == "one" else None, (debtor_id,))
    subject = find_subject(db.session(), the_vault(), unit.community_id, today(), who, as_of)
    if unit.id not in subject.range.unit_ids:
        raise Missing(N_("Nothing was ever charged to this person for this unit."))
    return subject


def _made(subject: Subject, key: str) -> Response:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # streamed and closed by the answer
    try:
        made = make_pack(subject, file)
        with writing(db.session(), subject.community_id):
            record_pack(db.session(), visitor().name, made, key)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return sealed.archive(file, safe(f"{subject.number} {subject.debtors[0]}"))
