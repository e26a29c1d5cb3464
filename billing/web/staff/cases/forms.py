"""What can be entered on a case's own page."""

from collections.abc import Sequence

from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from billing.core.case import NEXT, REASONS
from billing.core.roles import STAFF, may
from billing.extensions import db
from billing.flow.cases import LONGEST_NOTE
from billing.store.accounts import User
from billing.web.form import DayField, Form, Once, choices

_NOTE = [Length(max=LONGEST_NOTE)]


class NextForm(Form):
    key = Once()
    what = SelectField(lazy_gettext("Next step"), choices=choices(NEXT))
    due = DayField(lazy_gettext("On"), required=False)
    note = TextAreaField(lazy_gettext("Note"), _NOTE, render_kw={"rows": 2})


class ReasonForm(Form):
    key = Once()
    reason = SelectField(lazy_gettext("Why it is unpaid"), choices=choices(REASONS))
    note = TextAreaField(lazy_gettext("Note"), _NOTE, render_kw={"rows": 2})


def _workers() -> list[SelectChoice]:
    nobody = SelectChoice("", lazy_gettext("nobody"))
    return [nobody, *(SelectChoice(str(one.id), one.full_name or one.name) for one in collectors())]


class AssignForm(Form):
    key = Once()
    collector = SelectField(lazy_gettext("Collector"), choices=_workers)
    reason = TextAreaField(lazy_gettext("Why, and what to know"), _NOTE, render_kw={"rows": 2})


def collectors() -> Sequence[User]:
    """Whoever works on cases."""
    roles = [role for role in STAFF if may(role, "case.work")]
    query = select(User).where(User.active, User.role.in_(roles))
    return db.session.scalars(query.order_by(User.role != "collector", User.name)).all()
