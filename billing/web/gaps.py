"""What papers need and the profile lacks, in words: said before anybody tries to make one."""

from flask_babel import gettext

from billing.clock import today
from billing.core.profile import LABELS
from billing.extensions import db
from billing.flow import profile


def gaps(community_id: int) -> list[str]:
    return [gettext(LABELS[key]) for key in profile.missing(db.session(), community_id, today())]
