"""The report of a call or a visit, made for a thumb: what came of it, what comes next; the playbook beside it."""

from datetime import date, datetime, timedelta

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from billing.clock import SHANGHAI, local_time, now, today
from billing.core.attempt import OUTCOMES, SPOKE_WITH, Kind
from billing.core.case import NEXT, REASONS
from billing.extensions import db
from billing.flow import attempts, case_file
from billing.flow.attempts import Promised, Report
from billing.flow.case_file import CaseFile
from billing.store.base import writing
from billing.store.cases import Case
from billing.web.form import DayField, Form, Once, YuanField, choices
from billing.web.permission import permission, visitor
from billing.web.staff.cases.blueprint import Page, bp, the_case

#: "" leaves the next step to what came of it.
_BY_ITSELF = lazy_gettext("As it follows")
_NOTE = [Length(max=1000)]


class ReportForm(Form):
    """`tried` names the number or the home: contact:5, unit:7."""

    key = Once()
    kind = HiddenField()
    tried = HiddenField()
    outcome = RadioField(
        lazy_gettext("What came of it"),
        [InputRequired(lazy_gettext("Say what came of it."))],
        choices=[SelectChoice(code, code) for code in OUTCOMES],
    )
    spoke_with = RadioField(
        lazy_gettext("With whom"), [Optional()], choices=choices(SPOKE_WITH), default="debtor"
    )
    reason = RadioField(
        lazy_gettext("Why it is unpaid"),
        [Optional()],
        choices=[SelectChoice("", lazy_gettext("nothing new")), *choices(REASONS)],
        default="",
    )
    promised = YuanField(lazy_gettext("Promised, yuan"), required=False)
    promised_for = DayField(lazy_gettext("By"), required=False)
    replaces = SelectField(lazy_gettext("Instead of the promise of"), [Optional()], choices=[])
    what = RadioField(
        lazy_gettext("Next step"),
        [Optional()],
        choices=[SelectChoice("", _BY_ITSELF), *choices(NEXT)],
        default="",
    )
    due = DayField(lazy_gettext("On"), required=False)
    companion = StringField(lazy_gettext("Who came along"), [Length(max=60)])
    note = TextAreaField(lazy_gettext("What was said or seen"), _NOTE, render_kw={"rows": 3})
    incoming = BooleanField(lazy_gettext("The debtor began it himself"))
    on = DayField(lazy_gettext("When"))
    at = TimeField(lazy_gettext("at"), [InputRequired()])
    override = TextAreaField(lazy_gettext("Why all the same"), _NOTE, render_kw={"rows": 2})

    @property
    def moment(self) -> datetime:
        assert self.on.data and self.at.data
        return datetime.combine(self.on.data, self.at.data, SHANGHAI)

    def told(self) -> Report:
        kind, outcome = self.kind.data or "", self.outcome.data or ""
        talked = outcome in ("talked", "other")
        due = self.promised_for.data
        promised = None
        if self.promised.data and due:
            replaces = int(self.replaces.data) if self.replaces.data else None
            promised = Promised(self.promised.data, due, replaces=replaces)
        contact, unit = tried(self.tried.data or "")
        return Report(
            kind=kind,
            outcome=outcome,
            at=self.moment,
            key=self.key.data or "",
            contact_id=contact,
            unit_id=unit,
            spoke_with=self.spoke_with.data or "" if talked else "",
            incoming=self.incoming.data,
            companion=self.companion.data or "",
            note=self.note.data or "",
            override=self.override.data or "",
            reason=self.reason.data or "",
            promised=promised,
            next=self._next(promised),
        )

    def _next(self, promised: Promised | None) -> tuple[str, date | None]:
        if self.what.data == "none":
            return "none", None
        if self.what.data:
            return self.what.data, self.due.data or today() + timedelta(days=3)
        return attempts.what_follows(self.kind.data or "", self.outcome.data, today(), promised)


def tried(text: str) -> tuple[int | None, int | None]:
    """(contact, unit) of "contact:5" or "unit:7"."""
    kind, _, number = text.partition(":")
    if not number.isdecimal() or len(number) > 18:
        return None, None
    return (
        (int(number), None) if kind == "contact" else (None, int(number)) if kind == "unit" else (None, None)
    )


@bp.route("/<number>/report", methods=["GET", "POST"])
@permission("case.work")
def report(community_id: int, number: str) -> Page:
    """Enter a call or a visit; what decent conduct has against it is said before, and asked about after."""
    session, case = db.session(), the_case(number)
    kind: Kind = "visit" if request.values.get("kind") == "visit" else "call"
    clock = local_time(now()).time().replace(second=0, microsecond=0)
    form = ReportForm(kind=kind, tried=request.args.get("tried", ""), on=today(), at=clock)
    file = case_file.case_file(session, case, today())
    form.replaces.choices = _open_promises(file)
    if form.validate_on_submit():
        if bool(form.promised.data) != bool(form.promised_for.data):
            form.add_error(gettext("A promise has an amount and a day."), "promised")
        else:
            with form.refusals(), writing(session, community_id):
                attempts.report(session, visitor().name, today(), now(), case, form.told())
        if not form.errors:
            flash(gettext("Saved."))
            return redirect(_whence(case), 303)
    page = render_template(
        "staff/cases/report.html",
        case=case,
        file=file,
        situation=file.situation,
        form=form,
        kind=kind,
        outcomes=OUTCOMES,
        against=case_file.planned(session, case, kind, now()) if request.method == "GET" else (),
        asks_why=bool(form.form_errors) or bool(form.override.data),
        point=_point(file, form.tried.data or ""),
        community_id=g.community.id,
    )
    return page, form.status


def _whence(case: Case) -> str:
    """Back to the round, or to the case."""
    back = request.args.get("back")
    if back in ("calls", "visits"):
        return url_for(f"cases.{back}")
    return url_for("cases.show", number=case.number)


def _open_promises(file: CaseFile) -> list[SelectChoice]:
    still = [one.promise for one in file.situation.promises if one.state == "open"]
    return [SelectChoice("", gettext("none: it comes on top")), *(_choice(one.id, one.due) for one in still)]


def _choice(promise_id: int, due: date) -> SelectChoice:
    return SelectChoice(str(promise_id), due.isoformat())


def _point(file: CaseFile, text: str) -> object:
    """The number or address that is tried, or the home."""
    contact, unit = tried(text)
    for person in file.people:
        for one in person.points:
            if one.contact.id == contact:
                return one
    return next((one for one in file.units if one.id == unit), None)
