"""The ladder of notices: from which day overdue which stage is served, in which tone, with how long to pay."""

from itertools import groupby

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import FieldList, FormField, IntegerField, SelectField
from wtforms import Form as Part
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from billing.clock import today
from billing.core.dunning import TONES, Step, Tone
from billing.extensions import db
from billing.flow.estate import EVER
from billing.flow.tariffs import ladder as ladder_on
from billing.flow.tariffs import set_ladder
from billing.store.base import writing
from billing.store.collection import DunningRun, LadderStep
from billing.web.form import DayField, Form, YuanField
from billing.web.permission import permission, visitor
from billing.web.staff.tariffs.blueprint import bp
from billing.web.stage import tone_name
from notices import demand
from notices.wording import LATEST, wording

#: Rows the form offers beyond the stages there are.
_SPARE = 1


def tone_and_paper(tone: Tone) -> str:
    """A tone by its one name, and the title of the paper that speaks in it."""
    return f"{tone_name(tone)} · {wording(LATEST)(demand.title_key(tone))}"


def _tones() -> list[SelectChoice]:
    return [SelectChoice(tone, tone_and_paper(tone)) for tone in TONES]


class StageFields(Part):
    """One row; it counts when its first field is filled."""

    from_days = IntegerField(lazy_gettext("From day overdue"), [Optional(), NumberRange(1, 3650)])
    tone = SelectField(lazy_gettext("Tone"), choices=_tones)
    deadline_days = IntegerField(lazy_gettext("Days to pay"), [Optional(), NumberRange(1, 366)])
    minimum = YuanField(lazy_gettext("Smallest amount"), positive=False, required=False)


class LadderForm(Form):
    steps = FieldList(FormField(StageFields))
    since = DayField(
        lazy_gettext("Holds from"),
        description=lazy_gettext("Runs as of an earlier day keep the ladder before."),
    )

    def wanted(self) -> list[Step]:
        """The filled rows, numbered from 1."""
        rows = [row.form for row in self.steps if row.form.from_days.data]
        return [
            Step(
                number,
                row.from_days.data,
                row.tone.data,
                row.deadline_days.data or 15,
                max(0, row.minimum.data or 0),
            )
            for number, row in enumerate(rows, 1)
        ]


@bp.route("/ladder", methods=["GET", "POST"])
@permission("tariff.edit")
def ladder(community_id: int) -> str | Response | tuple[str, int]:
    """The ladders so far, and a whole new one that begins as the one in force."""
    form = LadderForm(data=_in_force(community_id))
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), community_id):
            set_ladder(db.session(), visitor().name, community_id, form.since.data, form.wanted())
        if not form.errors:
            flash(gettext("The ladder is set from %(day)s.", day=form.since.data))
            return redirect(url_for("tariffs.ladder"), 303)
    page = render_template(
        "staff/tariffs/ladder.html",
        form=form,
        history=_history(community_id),
        tone_and_paper=tone_and_paper,
        ever=EVER,
    )
    return page, form.status


def _in_force(community_id: int) -> dict[str, object]:
    held = [
        {name: getattr(step, name) for name in ("from_days", "tone", "deadline_days", "minimum")}
        for step in ladder_on(db.session(), community_id, today())
    ]
    run = db.session.scalar(select(DunningRun.id).where(DunningRun.community_id == community_id).limit(1))
    return {"steps": [*held, *({"tone": "formal"} for _ in range(_SPARE))], "since": today() if run else EVER}


def _history(community_id: int) -> list[list[LadderStep]]:
    """Every ladder ever set, the newest first."""
    rows = db.session.scalars(
        select(LadderStep)
        .where(LadderStep.community_id == community_id)
        .order_by(LadderStep.since.desc(), LadderStep.recorded_at.desc(), LadderStep.stage)
    )
    return [list(steps) for _, steps in groupby(rows, key=lambda row: (row.since, row.recorded_at))]
