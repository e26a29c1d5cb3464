"""Forms about waivers: only the fields that the policy has room for, and the papers that come with them."""

from datetime import date, timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext
from flask_wtf.file import MultipleFileField
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import Length, Optional

from billing.core import numbers
from billing.core.problem import Refused
from billing.core.waiver_policy import Terms, WaiverPolicy
from billing.flow.scans import LARGEST_FILE, media_type
from billing.flow.waivers import LONGEST_REASON, Paper
from billing.translations import N_
from billing.web.form import DayField, Form, Once, Parsed, Required, YuanField, choices

_WAYS = {
    "share": N_("a share of the late fee"),
    "sum": N_("a sum of the late fee"),
    "none": N_("nothing of the late fee that accrued"),
}


class TermsForm(Form):
    """What is given. `fit` leaves only what the policy has room for."""

    way = RadioField(lazy_gettext("Of the late fee"), choices=choices(_WAYS), default="share")
    percent = Parsed(
        lazy_gettext("Share, %"),
        parse=numbers.parse_percent,
        show=numbers.percent,
        required=False,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    late_fee = YuanField(lazy_gettext("Sum of the late fee"), required=False)
    principal = YuanField(lazy_gettext("Sum of the principal"), required=False)
    first = DayField(lazy_gettext("No late fee from"), required=False)
    last = DayField(lazy_gettext("to"), required=False)
    pay_by = DayField(lazy_gettext("To be paid by"))

    def fit(self, policy: WaiverPolicy, today: date) -> None:
        gone: list[str] = []
        if not policy.late_fee_ppm:
            gone += ["way", "percent", "late_fee"]
        if not policy.principal_ppm:
            gone += ["principal"]
        if not policy.days:
            gone += ["first", "last"]
        if policy.condition == "none":
            gone += ["pay_by"]
        for name in gone:
            delattr(self, name)
        if "pay_by" in self:
            latest = today + timedelta(days=policy.pay_days)
            self.pay_by.render_kw = {"min": today.isoformat(), "max": latest.isoformat()}
        if "way" in self and not (policy.principal_ppm or policy.days):
            self.way.choices = [choice for choice in self.way.choices if choice.value != "none"]

    def suggest(self, policy: WaiverPolicy, today: date) -> None:
        """What is usual under the policy: all that it gives of the late fee, all the time it leaves."""
        self.show(
            Terms(
                share_ppm=policy.late_fee_ppm,
                pay_by=today + timedelta(days=policy.pay_days) if policy.condition != "none" else None,
            )
        )

    def show(self, terms: Terms) -> None:
        first, last = terms.suspended or (None, None)
        way = "sum" if terms.late_fee else "share" if terms.share_ppm else "none"
        shown: dict[str, Any] = {
            "way": way,
            "percent": terms.share_ppm or None,
            "late_fee": terms.late_fee or None,
            "principal": terms.principal or None,
            "first": first,
            "last": last,
            "pay_by": terms.pay_by,
        }
        for name, value in shown.items():
            if name in self:
                self[name].data = value

    def terms(self) -> Terms:
        """Raises Refused where only one of two days is said."""
        told = {name: self[name].data for name in self._fields if name in TermsForm.__dict__}
        way = told.get("way")
        first, last = told.get("first"), told.get("last")
        if bool(first) != bool(last):
            raise Refused(N_("Say the first and the last day without late fee."))
        return Terms(
            share_ppm=(told.get("percent") or 0) if way == "share" else 0,
            late_fee=(told.get("late_fee") or 0) if way == "sum" else 0,
            principal=told.get("principal") or 0,
            suspended=(first, last) if first and last else None,
            pay_by=told.get("pay_by"),
        )


class Papers(Form):
    """Files that speak for a request."""

    papers = MultipleFileField(
        lazy_gettext("Supporting papers"),
        render_kw={"accept": "image/jpeg,image/png,application/pdf"},
        description=lazy_gettext("Photos (JPEG, PNG) or PDF, together at most 20 MB."),
    )

    def read(self) -> list[Paper]:
        """The files, each whole and of a kind that is kept; what is wrong stands at the field."""
        found = []
        for file in self.papers.data or ():
            if not file:
                continue
            paper = Paper(file.stream.read(LARGEST_FILE + 1), file.filename or "")
            with self.refusals("papers"):
                media_type(paper.data)  # before the books are locked: a large picture takes a second to check
            found.append(paper)
        return found


class Ask(TermsForm, Papers):
    """A request that staff put on file."""

    key = Once()
    charges = SelectMultipleField(coerce=int, validate_choice=False, validators=[Optional()])
    reason = TextAreaField(
        lazy_gettext("Why"), [Required(), Length(max=LONGEST_REASON)], render_kw={"rows": 4}
    )


class Decide(TermsForm):
    """An approval on the terms asked for, or on smaller ones."""

    key = Once()
    opinion = TextAreaField(lazy_gettext("Opinion"), [Length(max=1000)], render_kw={"rows": 3})


class Say(Form):
    """One sentence with an act: why it is refused, or ended."""

    key = Once()
    reason = TextAreaField(lazy_gettext("Why"), [Required(), Length(max=1000)], render_kw={"rows": 2})


def close_uploads(error: BaseException | None) -> None:
    """A large upload lies in a temporary file: it goes with its request, filed or not."""
    request.close()
