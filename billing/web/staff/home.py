"""Where staff arrive: the communities, and for each the work there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, g, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from billing.clock import today
from billing.extensions import db
from billing.flow import prepared
from billing.flow.overview import Part, overview
from billing.flow.profile import OFFICE, keys, missing
from billing.store import debts, notices, runs, waiver_list
from billing.store.estate import Community, Unit
from billing.store.notices import Wish
from billing.store.work import Job
from billing.web import menu
from billing.web.permission import permission

bp = Blueprint("home", __name__)

MOST_LATEST = 5

#: Of more buildings than these only those with the largest arrears are shown.
MOST_BUILDINGS = 20


@dataclass(frozen=True)
class Waiting:
    """What somebody has to do: previews to act on, slips to file, waivers to decide on, jobs by state, what papers
    still lack.
    """

    slips: int
    waivers: int
    jobs: Mapping[str, int]
    gaps: Sequence[str]
    periods: Sequence[prepared.Waiting]
    dunning: prepared.Waiting | None


@bp.get("/staff/")
@permission("staff.self")
def index() -> str | Response:
    """All communities; whoever sets the office up is taken to the guide while there is none."""
    rows = db.session.execute(
        select(Community, func.count(Unit.id))
        .outerjoin(Unit, Unit.community_id == Community.id)
        .group_by(Community.id)
        .order_by(Community.name)
    ).all()
    if not rows and menu.exists(menu.FIRST_RUN) and current_user.may("profile.edit"):
        return redirect(url_for(menu.FIRST_RUN))
    return render_template("staff/home/index.html", rows=rows)


@bp.get("/c/<int:community_id>/")
@permission("staff.self")
def community(community_id: int) -> str:
    """The day at a glance: what is owed and how old it is, what came in last, what waits for somebody."""
    session, day, number = db.session(), today(), g.community.id
    view = overview(session, number, day)
    return render_template(
        "staff/home/community.html",
        units=session.scalar(select(func.count()).select_from(Unit).where(Unit.community_id == number)),
        view=view,
        buildings=_largest(view.by_building),
        received=debts.received(session, number, day),
        payments=debts.latest_payments(session, number, MOST_LATEST),
        runs=runs.newest(session, number, MOST_LATEST),
        waiting=Waiting(
            slips=notices.waiting_count(session, number, Wish()),
            waivers=waiver_list.undecided(session, number),
            jobs=_jobs(session, number),
            gaps=missing(session, number, day),
            periods=prepared.waiting_periods(session, number),
            dunning=prepared.waiting_dunning(session, number),
        ),
        profile_keys={**keys(OFFICE), **keys(number)},
    )


def _largest(parts: Sequence[Part]) -> Sequence[Part]:
    if len(parts) <= MOST_BUILDINGS:
        return parts
    return sorted(parts, key=lambda part: part.total, reverse=True)[:MOST_BUILDINGS]


def _jobs(session: Session, community_id: int) -> dict[str, int]:
    """State -> how many jobs are in it, of those that somebody may have to look at."""
    rows = session.execute(
        select(Job.state, func.count())
        .where(Job.community_id == community_id, Job.state.in_(("queued", "running", "stopped", "failed")))
        .group_by(Job.state)
    )
    return {row[0]: row[1] for row in rows}
