"""The form of a profile: one field a key, each with what it is for and an example of what to write."""

from datetime import date
from functools import cache

from flask_babel import lazy_gettext
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.extensions import db
from billing.flow import profile
from billing.store.base import writing
from billing.translations import N_
from billing.web.form import DayField, Form, choices
from billing.web.permission import visitor

_DAYS = ("contract_from", "contract_to")
_LONG = ("late_fee_clause", "pay_channels")
_LONGEST = 4000
_YES_NO = {"": N_("No"), "yes": N_("Yes")}

#: Key -> what to write, and why it is asked.
_HINTS = {
    "company": N_("The full registered name, as on the business licence and the seal."),
    "licence": N_("18 characters, from the business licence. For example 91990101MA0DEMO0XX"),
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
    "pay_channels": N_("For example 物业服务中心现金、刷卡、微信、支付宝；银行转账"),
    "mail_receipts": N_("To the debtor's e-mail address, where one is known."),
}


class Facts(Form):
    """What every profile form has; `profile_form` adds its fields."""

    community_id = profile.OFFICE

    since = DayField(
        lazy_gettext("Papers say so from"),
        description=lazy_gettext("Earlier papers keep what they said."),
    )

    def texts(self) -> dict[str, str]:
        """Key -> what was typed, as `set_profile` takes it."""
        data = {name: self[name].data for name in profile.keys(self.community_id) if name in self}
        return {
            name: value.isoformat() if isinstance(value, date) else value or ""
            for name, value in data.items()
        }

    def save(self) -> list[str]:
        """Enter what changed; the changed keys. What is refused becomes an error of the form."""
        at = "public_url" if "public_url" in self else None
        changed: list[str] = []
        with self.refusals(at), writing(db.session()):
            changed += profile.set_profile(
                db.session(), visitor().name, today(), self.community_id, self.texts(), self.since.data
            )
        return changed


def profile_form(community_id: int) -> Facts:
    """The form of the office's profile (0) or of a community's, filled with what holds today."""
    held: dict[str, str | date] = dict(profile.profile(db.session(), community_id, today()))
    for name in _DAYS:
        if name in held:
            held[name] = date.fromisoformat(str(held[name]))
    form: Facts = _form_class(bool(community_id))(data=held | {"since": today()})
    form.community_id = community_id
    return form


@cache
def _form_class(of_community: bool) -> type[Facts]:
    fields = {name: _field(name, label) for name, label in profile.keys(int(of_community)).items()}
    return type("CommunityFacts" if of_community else "OfficeFacts", (Facts,), _without_pictures(fields))


def _without_pictures(fields: dict[str, object]) -> dict[str, object]:
    return {name: one for name, one in fields.items() if name not in profile.IMAGES}


def _field(name: str, label: str) -> object:
    hint = lazy_gettext(_HINTS[name]) if name in _HINTS else ""
    if name in _DAYS:
        return DayField(lazy_gettext(label), required=False, description=hint)
    if name in profile.SWITCHES:
        return SelectField(lazy_gettext(label), choices=choices(_YES_NO), default="", description=hint)
    if name in _LONG:
        rows = {"rows": 4 if name == "late_fee_clause" else 2}
        return TextAreaField(lazy_gettext(label), [Length(max=_LONGEST)], description=hint, render_kw=rows)
    return StringField(lazy_gettext(label), [Length(max=200)], description=hint)
