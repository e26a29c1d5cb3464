"""A waiver asked for by staff: the policy chosen, its effect seen charge by charge, then put on file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from billing.clock import today
from billing.core.problem import Refused
from billing.core.statement import Line
from billing.core.waiver_policy import WaiverPolicy
from billing.extensions import db
from billing.flow import waivers
from billing.flow.allocation import account_of
from billing.flow.conduct import hearing
from billing.flow.estate import policies
from billing.flow.waiver_effect import Effect
from billing.flow.waiver_policy import waiver_policies
from billing.flow.waivers import Application
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.standing import Account
from billing.web.community import find_party, find_unit
from billing.web.permission import permission, visitor
from billing.web.staff.waivers.book import bp
from billing.web.vault import the_vault
from billing.web.waiver_form import Ask

Page = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Place:
    """Whose debts on which unit."""

    unit: Unit
    account: Account

    @property
    def lines(self) -> Sequence[Line]:
        """What is to be paid, overdue or not, the earliest due first."""
        return [line for line in self.account.lines(today()) if line.total > 0]


@bp.route("/units/<int:unit_id>/debtors/<int:debtor_id>/new", methods=["GET", "POST"])
@permission("waiver.request")
def ask(community_id: int, unit_id: int, debtor_id: int) -> Page:
    """First the policy is chosen; then its own form, with what it would give."""
    place, offered = _place(unit_id, debtor_id), waiver_policies(db.session(), community_id, today())
    policy = offered.get(request.args.get("policy", ""))
    if policy is None or not place.lines:
        return render_template("staff/waivers/choose.html", place=place, offered=offered.values())
    form = _form(policy)
    if form.validate_on_submit() and "preview" not in request.form:
        number = _put_on_file(place, policy, form)
        if number:
            flash(gettext("On file as %(number)s: somebody else decides on it.", number=number))
            return redirect(url_for("waivers.show", number=number), 303)
    elif request.method == "GET":
        form.suggest(policy, today())
        form.charges.data = [line.charge.id for line in place.lines if line.state == "overdue"]
    found = _foreseen(place, policy, form)
    page = render_template("staff/waivers/ask.html", place=place, policy=policy, form=form, effect=found)
    return page, form.status if request.method == "POST" else 200


@bp.post("/units/<int:unit_id>/debtors/<int:debtor_id>/preview")
@permission("waiver.request")
def foresee(community_id: int, unit_id: int, debtor_id: int) -> Page:
    """What the terms typed so far would give, or why they cannot be given; nothing is put on file."""
    place, offered = _place(unit_id, debtor_id), waiver_policies(db.session(), community_id, today())
    policy = offered.get(request.args.get("policy", "")) or abort(404)
    form = _form(policy)
    del form.reason
    form.validate()
    found = _foreseen(place, policy, form)
    return render_template("staff/waivers/foreseen.html", form=form, effect=found, fragment=True)


def _form(policy: WaiverPolicy) -> Ask:
    form = Ask()
    form.fit(policy, today())
    return form


def _place(unit_id: int, debtor_id: int) -> Place:
    session, unit, party = db.session(), find_unit(unit_id), find_party(debtor_id)
    return Place(unit, account_of(session, unit, party.id, policies(session, unit.community_id)))


def _asked(policy: WaiverPolicy, form: Ask, found: Sequence[Mapping[str, Any]] = ()) -> Application:
    return Application(
        policy.code,
        form.terms(),
        (form.reason.data or "") if "reason" in form else "",
        form.key.data or "",
        tuple(sorted(set(form.charges.data or ()))),
        found=found,
    )


def _foreseen(place: Place, policy: WaiverPolicy, form: Ask) -> Effect | None:
    """A refusal stands at the form."""
    wrong = {name: said for name, said in form.errors.items() if name not in ("reason", "papers")}
    if not wrong:
        with form.refusals():
            asked = _asked(policy, form)
            if not asked.charges:
                raise Refused(waivers.NOTHING_CHOSEN)
            return waivers.foresee(db.session(), today(), place.unit, place.account.debtor_id, asked)
    return None


def _put_on_file(place: Place, policy: WaiverPolicy, form: Ask) -> str | None:
    papers = form.read()
    if not form.charges.data:
        form.add_error(Refused(waivers.NOTHING_CHOSEN).sentence(gettext))
    if not form.errors:
        with form.refusals(), writing(db.session(), g.community.id):
            return waivers.apply_for_waiver(
                db.session(),
                the_vault(),
                visitor().name,
                today(),
                place.unit,
                place.account.debtor_id,
                _asked(policy, form, _found(place)),
                papers,
            ).number
    return None


def _found(place: Place) -> list[Mapping[str, Any]]:
    """What the books say for the debtor on this day is kept with the request, under whatever policy it is made."""
    heard = hearing(db.session(), place.unit, place.account.debtor_id, today())
    return [one.as_data() for one in heard.found]
