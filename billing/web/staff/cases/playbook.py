"""The playbook: a page for each reason, read by whoever calls, written by the manager; every version is kept."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import Length

from billing.clock import today
from billing.core.case import REASONS
from billing.core.playbook import PARTS, USUAL
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow import playbook as flow
from billing.store.base import writing
from billing.translations import N_
from billing.web.form import DayField, Form, Once
from billing.web.permission import permission, visitor
from billing.web.staff.cases.blueprint import Page, bp


def _part(name: str) -> TextAreaField:
    return TextAreaField(lazy_gettext(PARTS[name]), [Length(max=4_000)], render_kw={"rows": 5})


class PageForm(Form):
    key = Once()
    ask = _part("ask")
    say = _part("say")
    do = _part("do")
    never = _part("never")
    since = DayField(lazy_gettext("Holds from"))


@bp.get("/playbook")
@permission("case.view")
def playbook(community_id: int) -> Page:
    return render_template("staff/cases/playbook.html", pages=flow.pages(db.session(), community_id, today()))


@bp.route("/playbook/<reason>", methods=["GET", "POST"])
@permission("case.rules")
def playbook_page(community_id: int, reason: str) -> Page:
    """Write a page anew, from a day on; what was shown before stays on file."""
    if reason not in REASONS:
        raise Missing(N_("There is no such page."))
    session = db.session()
    page = flow.pages(session, community_id, today())[reason]
    form = PageForm(
        since=today(), data={name: _typed(getattr(page, name), page is USUAL[reason]) for name in PARTS}
    )
    if form.validate_on_submit():
        parts = {name: form[name].data or "" for name in PARTS}
        with form.refusals(), writing(session, community_id):
            flow.set_page(
                session, visitor().name, community_id, reason, form.since.data, parts, form.key.data or ""
            )
        if not form.errors:
            flash(gettext("The page holds from %(day)s.", day=form.since.data))
            return redirect(url_for("cases.playbook", _anchor=reason), 303)
    versions = flow.versions(session, community_id, reason)
    body = render_template("staff/cases/playbook_page.html", form=form, reason=reason, versions=versions)
    return body, form.status


def _typed(lines: tuple[str, ...], ours: bool) -> str:
    """A line each; ours in the reader's language."""
    return "\n".join(gettext(line) if ours else line for line in lines)
