"""A run's notices by e-mail: what became of each, and the one button that mails those which wait."""

from collections import Counter
from typing import Any

from flask import current_app, flash, g
from flask_babel import gettext, ngettext

from billing.clock import now, today
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import paper_mail
from billing.flow.printing import Numbered, Series, by_reason
from billing.store.base import writing
from billing.web.permission import visitor


def mailed(series: Series[Numbered], run_id: int) -> dict[str, Any]:
    """For the run's page: each paper's fate, how many are in which state, how many wait, who is left out and why."""
    fates = paper_mail.run_fates(db.session(), series, run_id, today())
    return {
        "fates": {one.paper.id: one for one in fates},
        "mail_states": Counter(one.last.state for one in fates if one.last),
        "to_mail": sum(1 for one in fates if one.key),
        "not_mailed": by_reason(paper_mail.left_out(fates)),
        "mail_server": current_app.config["MAIL_SERVER"],
    }


def mail_run(series: Series[Numbered], run_id: int) -> None:
    """Mail what waits, and say how much that was."""
    session, count = db.session(), 0
    try:
        with writing(session, g.community.id):
            fates = paper_mail.run_fates(session, series, run_id, today())
            count = paper_mail.mail_run(session, visitor().name, today(), now(), fates)
    except Refused as refused:
        flash(refused.sentence(gettext), "error")
        return
    flash(ngettext("%(num)s e-mail was put in the outbox.", "%(num)s e-mails were put in the outbox.", count))
