"""What papers need and the profile lacks, in words: said before anybody tries to make one."""

from flask_babel import gettext

from billing.clock import today
from billing.extensions import db
from billing.flow import profile


def gaps(community_id: int) -> list[str]:
    labels = {**profile.OFFICE_REQUIRED, **profile.COMMUNITY_REQUIRED}
    return [gettext(labels[key]) for key in profile.missing(db.session(), community_id, today())]
