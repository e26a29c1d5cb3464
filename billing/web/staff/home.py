"""Where staff arrive: the communities, and for each the work there."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from billing.extensions import db
from billing.store.estate import Community, Unit
from billing.web import menu
from billing.web.permission import permission

bp = Blueprint("home", __name__)


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
    units = db.session.scalar(select(func.count(Unit.id)).where(Unit.community_id == g.community.id))
    return render_template("staff/home/community.html", units=units)
