"""The form of a profile: one field a key, each with what it is for and an example of what to write."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from flask import flash, request
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField, StringField, TextAreaField

from billing.clock import today
from billing.core.calendar import parse_date
from billing.core.problem import Refused
from billing.core.profile import DATES, IMAGES, LABELS, LONG, SWITCHES, Doubt, doubts, tidy
from billing.extensions import db
from billing.flow import profile
from billing.store.base import writing
from billing.store.estate import ProfileFact
from billing.translations import N_
from billing.web.form import DayField, Form, choices
from billing.web.permission import visitor

_NO_YES, _YES_NO = {"": N_("No"), "yes": N_("Yes")}, {"": N_("Yes"), "no": N_("No")}

#: Key -> what to write, and why it is asked.
_HINTS = {
    "company": N_("The full registered name, as on the business licence and the seal."),
    "licence": N_("18 characters, from the business licence. For example 91990101MA0DEM0XX9"),
    "representative": N_("The name on the business licence. For example 沈安"),
    "address": N_("Where owners find the office and where answers are sent."),
    "phone": N_("The number that owners call about bills. For example 0990-5550100"),
    "bank_name": N_("The branch in full. For example 示例银行清河支行"),
    "bank_account": N_("As owners type it for a transfer. For example 6222 0000 0000 1000 001"),
    "public_url": N_("Under which phones reach this system from outside. For example https://pay.example.cn"),
    "bank_account_name": N_("Leave empty if the account is in the company's own name."),
    "contact": N_("Whom papers name for questions. For example 王管家"),
    "office_hours": N_("For example 每日 9:00—18:00"),
    "contract_name": N_("As its title says. For example 清河花园前期物业服务合同"),
    "contract_number": N_("As registered. For example QH-2018-001"),
    "contract_from": N_("The first day of the contract."),
    "late_fee_clause": N_(
        "Copied from the contract, with its article number: papers quote it. A court gives no daily late fee without "
        "such a clause."
    ),
    "contract_to": N_("Leave empty if it runs on until a new one is made."),
    "district": N_("What stands before the community's name in an address. For example 示例市清河区"),
    "developer": N_(
        "Owes for units not sold or handed over. Papers for them are addressed to this name, never to a placeholder "
        "such as 空置（开发商）."
    ),
    "pay_channels": N_("For example 物业服务中心现金、刷卡、微信、支付宝；银行转账"),
    "mail_receipts": N_("To the debtor's e-mail address, where one is known."),
    "mail_notices": N_(
        "Payment notices and dunning notices, with their PDF, to the debtor's e-mail address, where one is known."
    ),
    "mail_account": N_(
        "So that nobody takes money, or undoes what was booked, without the owner hearing of it. On unless you switch "
        "it off; a receipt sent by e-mail tells of its payment, and no second mail does."
    ),
}


class Facts(Form):
    """What every profile form has; `profile_form` adds its fields.

    `told` is all that was ever entered, `shown` what of it the form holds at first: what nobody touched is not
    entered anew, so that a change from a later day on undoes no other one on the way there.
    """

    community_id = profile.OFFICE
    told: profile.Facts
    shown: Mapping[str, str]

    since = DayField(
        lazy_gettext("Papers say so from"),
        description=lazy_gettext("Earlier papers keep what they said."),
    )

    def texts(self) -> dict[str, str]:
        """Key -> what was typed over, as `set_profile` takes it."""
        return {name: text for name, text in self._typed() if tidy(text) != self.shown.get(name, "")}

    def _typed(self) -> Iterator[tuple[str, str]]:
        for name in profile.keys(self.community_id):
            if name in self:
                value = self[name].data
                yield name, value.isoformat() if isinstance(value, date) else value or ""

    def save(self) -> list[str]:
        """Enter what changed; the changed keys. What is refused becomes an error at its field."""
        try:
            with writing(db.session()):
                return profile.set_profile(
                    db.session(), visitor().name, today(), self.community_id, self.texts(), self.since.data
                )
        except Refused as refused:
            key = refused.params.get("key")
            self.add_error(refused.sentence(gettext), key if key in self else None)
            return []

    @property
    def doubts(self) -> dict[str, Doubt]:
        """Key -> what looks mistyped in what the form holds at first."""
        return {doubt.key: doubt for doubt in doubts(self.shown, today())}

    @property
    def coming(self) -> list[ProfileFact]:
        return self.told.coming(today())

    @property
    def history(self) -> list[tuple[ProfileFact, profile.State]]:
        return self.told.history(today())


def profile_form(community_id: int) -> Facts:
    """The form of the office's profile (0) or of a community's, filled with what holds today or on day `?from=`."""
    day = parse_date(request.args["from"]) if "from" in request.args else today()
    told = profile.facts(db.session(), community_id)
    shown = told.on(day)
    held: dict[str, str | date] = dict(shown)
    for name in DATES:
        if name in held:
            held[name] = date.fromisoformat(str(held[name]))
    form: Facts = _form_class(bool(community_id))(data=held | {"since": day})
    form.community_id, form.told, form.shown = community_id, told, shown
    return form


def say_saved(form: Facts, changed: list[str], leaving: bool) -> None:
    """The next page's message; with what is doubted, where its fields do not stand on that page."""
    flash(gettext("Saved.") if changed else gettext("Nothing was different."))
    assert form.since.data
    if leaving or form.since.data > today():
        entered = profile.profile(db.session(), form.community_id, form.since.data)
        for doubt in doubts(entered, today()):
            if doubt.key in changed:
                label, says = gettext(LABELS[doubt.key]), doubt.sentence(gettext)
                flash(gettext("%(label)s: %(doubt)s", label=label, doubt=says), "warning")


@cache
def _form_class(of_community: bool) -> type[Facts]:
    fields = {name: _field(name, label) for name, label in profile.keys(int(of_community)).items()}
    return type("CommunityFacts" if of_community else "OfficeFacts", (Facts,), _without_pictures(fields))


def _without_pictures(fields: dict[str, object]) -> dict[str, object]:
    return {name: one for name, one in fields.items() if name not in IMAGES}


def _field(name: str, label: str) -> object:
    hint = lazy_gettext(_HINTS[name]) if name in _HINTS else ""
    if name in DATES:
        return DayField(lazy_gettext(label), required=False, description=hint)
    if name in SWITCHES:
        told = _YES_NO if name == "mail_account" else _NO_YES
        return SelectField(lazy_gettext(label), choices=choices(told), default="", description=hint)
    if name in LONG:
        rows = {"rows": 4 if name == "late_fee_clause" else 2}
        return TextAreaField(lazy_gettext(label), description=hint, render_kw=rows)
    return StringField(lazy_gettext(label), description=hint)
