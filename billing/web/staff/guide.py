"""The first-run guide: six steps from an empty office to the first fee period, done or still missing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from billing.clock import today
from billing.core.profile import COMMUNITY_REQUIRED, OFFICE_REQUIRED
from billing.extensions import db
from billing.flow import profile
from billing.flow.estate import found_community
from billing.store.base import writing
from billing.store.estate import Community
from billing.store.setup import Progress, progress
from billing.translations import N_
from billing.web.form import Form, Required
from billing.web.permission import permission, visitor

bp = Blueprint("guide", __name__, url_prefix="/staff/guide")


class Found(Form):
    name = StringField(
        lazy_gettext("Community name"),
        [Required(), Length(max=80)],
        description=lazy_gettext("As owners and the contract call it. For example 清河花园"),
    )


Lack = tuple[str, str, date | None]


@dataclass(frozen=True)
class Step:
    """One step: what it is for, whether it is done, where to do it, and what of it a paper still lacks.

    `lacking` are (label, address, day from which it is entered already); a step that may be left out is `optional`.
    """

    title: str
    says: str
    done: bool
    url: str
    lacking: tuple[Lack, ...] = ()
    optional: bool = False
    result: str = ""


@bp.get("/")
@permission("profile.edit")
def index() -> str:
    """The steps of the office, and of one community: the one asked for, else the newest."""
    communities = db.session.scalars(select(Community).order_by(Community.id)).all()
    chosen = _chosen(communities, request.args.get("community", type=int))
    steps = [*_office_steps(chosen), *(_community_steps(chosen) if chosen else ())]
    following = next((step for step in steps if not step.done and not step.optional), None)
    return render_template(
        "staff/guide/index.html", steps=steps, following=following, chosen=chosen, every=communities
    )


def _chosen(communities: Sequence[Community], number: int | None) -> Community | None:
    if number is not None:
        return next((one for one in communities if one.id == number), None) or abort(404)
    return communities[-1] if communities else None


@bp.route("/community", methods=["GET", "POST"])
@permission("profile.edit")
def community() -> str | Response | tuple[str, int]:
    """A new community, with the usual late-fee policy and ladder; a known name leads to that one."""
    form = Found()
    if form.validate_on_submit():
        with form.refusals("name"), writing(db.session()):
            made = found_community(db.session(), visitor().name, form.name.data)
        if not form.errors:
            flash(gettext("%(name)s is set up. Next: its contract.", name=made.name))
            return redirect(url_for("guide.index", community=made.id), 303)
    return render_template("staff/guide/community.html", form=form), form.status


def _office_steps(chosen: Community | None) -> Iterator[Step]:
    here = url_for("guide.index", community=chosen.id if chosen else None)
    form = url_for("profile.index", next=here)
    lacking = _lacking(profile.OFFICE, OFFICE_REQUIRED, form)
    yield Step(
        N_("Office profile"),
        N_("Company, licence, bank account, seal: what stands at the head and foot of every paper."),
        not lacking,
        form,
        lacking,
    )
    if chosen is None:
        yield Step(
            N_("Community"),
            N_("The first community you manage, and its service contract with the late-fee clause."),
            False,
            url_for("guide.community"),
        )
        return
    form = url_for("contract.index", community_id=chosen.id, next=here)
    lacking = _lacking(chosen.id, COMMUNITY_REQUIRED, form)
    yield Step(
        N_("Community and contract"),
        N_("The service contract and its late-fee clause, word for word: notices quote them."),
        not lacking,
        form,
        lacking,
        result=chosen.name,
    )


def _lacking(community_id: int, required: dict[str, str], form: str) -> tuple[Lack, ...]:
    """What papers of today lack of one place, each with its field in the form."""
    told = profile.facts(db.session(), community_id)
    held, coming = told.on(today()), {row.name: row.since for row in reversed(told.coming(today()))}
    return tuple(
        (label, f"{form}#{key}", coming.get(key)) for key, label in required.items() if key not in held
    )


def _community_steps(chosen: Community) -> Iterator[Step]:
    so_far: Progress = progress(db.session(), chosen.id)
    number = chosen.id
    tariffs = url_for("tariffs.index", community_id=number)
    unlisted = (N_("a fee item for listed units has no unit yet"), tariffs, None)
    yield Step(
        N_("Fee items, tariffs and the late fee"),
        N_("What is charged, how often, when it is due; the late fee starts as 1‰ a day and can be changed."),
        so_far.tariffs > 0,
        tariffs,
        (unlisted,) if so_far.unlisted and so_far.units else (),
        result=gettext("%(count)s with a tariff", count=so_far.tariffs) if so_far.tariffs else "",
    )
    yield Step(
        N_("Roster of units and owners"),
        N_("Your own spreadsheet, as it is: you see what was understood before anything is entered."),
        so_far.units > 0,
        url_for("imports.roster", community_id=number),
        result=gettext("%(count)s units", count=so_far.units) if so_far.units else "",
    )
    yield Step(
        N_("Old arrears"),
        N_("Unpaid charges from before, with their true due dates. Leave it out if there are none."),
        so_far.arrears > 0,
        url_for("imports.arrears", community_id=number),
        optional=True,
    )
    yield Step(
        N_("First fee period"),
        N_("Preview what every unit is charged, then issue it. From here on the daily work begins."),
        so_far.issues > 0,
        url_for("periods.issue", community_id=number),
    )
