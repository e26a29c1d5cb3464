"""Waiver policies: in force, coming and past; one entered from a day on, said in words before it counts; one closed."""

from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, Optional, Regexp

from billing.clock import today
from billing.core import numbers, roles
from billing.core.waiver_policy import CONDITION_WORDS, KINDS, USUAL, WaiverPolicy, check_policy, in_force
from billing.extensions import db
from billing.flow.waiver_policy import (
    close_waiver_policy,
    entered,
    set_waiver_policy,
)
from billing.store.base import writing
from billing.translations import N_
from billing.web.form import DayField, Form, Once, Parsed, Required, YuanField, choices
from billing.web.permission import permission, visitor

bp = Blueprint("waiver_policies", __name__, url_prefix="/c/<int:community_id>/waiver-policies")

Page = str | Response | tuple[str, int]

#: Who decides at all (billing.core.roles): each has a field for his limit.
DECIDERS = tuple(role for role in roles.STAFF if roles.may(role, "waiver.decide"))

_MAY = {
    "no": N_("does not approve"),
    "up": N_("approves up to"),
    "any": N_("approves any sum"),
}


def _share(label: str) -> Parsed:
    return Parsed(
        label,
        parse=numbers.parse_percent,
        show=numbers.percent,
        required=False,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )


class Enter(Form):
    """All of a policy; what is left empty is not given."""

    key = Once()
    code = StringField(
        lazy_gettext("Code"),
        [
            Required(),
            Length(max=40),
            Regexp(r"[a-z0-9-]+\Z", message=lazy_gettext("Small letters, digits and hyphens.")),
        ],
        description=lazy_gettext("The same code again replaces that policy from its day on."),
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )
    name = StringField(
        lazy_gettext("Name of the policy"), [Required(), Length(max=40)], render_kw={"autocomplete": "off"}
    )
    kind = SelectField(lazy_gettext("Kind of reason"), choices=choices(dict(KINDS.items())))
    since = DayField(lazy_gettext("In force from"))
    late_fee_ppm = _share(lazy_gettext("Of the late fee at most, %"))
    principal_ppm = _share(lazy_gettext("Of the principal at most, %"))
    days = IntegerField(
        lazy_gettext("Days without late fee at most"), [Optional(), NumberRange(0, 3660)], default=0
    )
    condition = SelectField(lazy_gettext("It stands if"), choices=choices(dict(CONDITION_WORDS.items())))
    pay_days = IntegerField(
        lazy_gettext("Days to fulfil the condition"), [Optional(), NumberRange(0, 366)], default=0
    )
    papers = TextAreaField(
        lazy_gettext("Papers that must come with it"),
        [Length(max=200)],
        description=lazy_gettext("Empty: none. Nothing is approved without one."),
        render_kw={"rows": 2},
    )
    online = BooleanField(lazy_gettext("Owners may ask for it on their own page"))

    def policy(self) -> WaiverPolicy:
        assert self.since.data, "asked of a form that did not validate"
        return WaiverPolicy(
            code=self.code.data,
            kind=self.kind.data,
            name=self.name.data.strip(),
            since=self.since.data,
            late_fee_ppm=self.late_fee_ppm.data or 0,
            principal_ppm=self.principal_ppm.data or 0,
            days=self.days.data or 0,
            condition=self.condition.data,
            pay_days=self.pay_days.data or 0,
            papers=(self.papers.data or "").strip(),
            limits=self.limits(),
            online=self.online.data,
        )

    def limits(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for role in DECIDERS:
            may = self[f"may_{role}"].data
            if may != "no":
                found[role] = None if may == "any" else self[f"limit_{role}"].data or 0
        return found


for _role in DECIDERS:
    setattr(
        Enter,
        f"may_{_role}",
        SelectField(lazy_gettext(roles.STAFF[_role]), choices=choices(_MAY), default="no"),
    )
    setattr(Enter, f"limit_{_role}", YuanField(lazy_gettext("Limit in yuan"), required=False, positive=False))


class Close(Form):
    key = Once()
    code = SelectField(lazy_gettext("Policy"), validate_choice=False)
    since = DayField(lazy_gettext("Closed from"))


@bp.get("/")
@permission("waiver.policy")
def index(community_id: int) -> Page:
    return _page(Close(formdata=None, since=today()))


@bp.route("/new", methods=["GET", "POST"])
@permission("waiver.policy")
def enter(community_id: int) -> Page:
    """A new one, or a known one (`?code=`) with other terms from a day on; first it is said in words."""
    form = Enter()
    said: WaiverPolicy | None = None
    if form.validate_on_submit():
        said = form.policy()
        with form.refusals():
            check_policy(said)
        if not form.errors and "preview" not in request.form:
            with form.refusals(), writing(db.session(), g.community.id):
                set_waiver_policy(db.session(), visitor().name, g.community.id, said, form.key.data)
            if not form.errors:
                flash(gettext("Entered: it counts from %(day)s on.", day=said.since))
                return redirect(url_for("waiver_policies.index"), 303)
    elif request.method == "GET":
        _show(
            form, in_force(entered(db.session(), g.community.id), today()).get(request.args.get("code", ""))
        )
    if form.errors:
        said = None
    page = render_template("staff/waivers/policy.html", form=form, said=said, deciders=DECIDERS)
    return page, form.status


@bp.post("/close")
@permission("waiver.policy")
def close(community_id: int) -> Page:
    form = Close()
    _offer(form)
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            assert form.since.data
            close_waiver_policy(
                db.session(), visitor().name, g.community.id, form.code.data, form.since.data, form.key.data
            )
        if not form.errors:
            flash(gettext("Closed: nothing is given under it from that day on."))
            return redirect(url_for("waiver_policies.index"), 303)
    return _page(form)


def _page(form: Close) -> tuple[str, int]:
    rows = entered(db.session(), g.community.id)
    now = in_force(rows, today())
    _offer(form)
    page = render_template(
        "staff/waivers/policies.html",
        now=now.values(),
        coming=[row for row in rows if row.since > today()],
        past=[row for row in (*USUAL, *rows) if row.since <= today() and now.get(row.code) is not row],
        form=form,
        usual=date(2000, 1, 1),
    )
    return page, form.status


def _offer(form: Close) -> None:
    known = in_force(entered(db.session(), g.community.id), today())
    form.code.choices = [SelectChoice(one.code, one.name) for one in known.values()]


def _show(form: Enter, known: WaiverPolicy | None) -> None:
    """The fields as that policy has them, from today on; as a first proposal where there is none."""
    form.since.data = today()
    for role in DECIDERS:
        limit = known.limits.get(role, -1) if known else (None if role == "admin" else -1)
        form[f"may_{role}"].data = "any" if limit is None else "no" if limit < 0 else "up"
        form[f"limit_{role}"].data = limit if limit and limit > 0 else None
    if known is None:
        return
    for name in ("code", "name", "kind", "late_fee_ppm", "principal_ppm", "days", "condition", "pay_days"):
        form[name].data = getattr(known, name)
    form.papers.data, form.online.data = known.papers, known.online
