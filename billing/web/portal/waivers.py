"""An owner asks for a waiver himself: why, until when he pays, with his papers; then he sees what became of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response as Answer
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from billing import clock
from billing.core.problem import Missing, Refused
from billing.core.statement import totals
from billing.core.waiver_policy import Terms, WaiverPolicy
from billing.extensions import db
from billing.flow import waiver_online
from billing.flow.estate import policies
from billing.flow.scans import media_type
from billing.flow.statements import Granted, granted_on
from billing.flow.waiver_effect import Effect, approved_effect
from billing.flow.waivers import Application, foresee
from billing.store.base import writing
from billing.store.estate import Community, Unit
from billing.store.granted import terms_of
from billing.store.portal import NOTHING
from billing.store.standing import Account
from billing.store.waivers import WaiverDecision, WaiverRequest
from billing.translations import N_
from billing.web import sealed, vault, waiver_form
from billing.web.form import DayField, Once, Required
from billing.web.permission import permission, visitor
from billing.web.portal.my import own
from billing.web.waiver_form import Papers

bp = Blueprint("my_waivers", __name__, url_prefix="/my")
bp.teardown_request(waiver_form.close_uploads)

Page = str | Answer | tuple[str, int]

#: Kind -> the reason as an owner would say it, and what to tell about it.
REASONS = {
    "hardship": (
        N_("I am in hardship"),
        N_("Illness, loss of work, minimum living allowance, disability: say what happened."),
    ),
    "non-malicious": (
        N_("I was late without meaning to be"),
        N_(
            "I was away, did not get the notice, or there was a mistake with the bank: say how it came about."
        ),
    ),
    "service-fault": (
        N_("The service had a fault"),
        N_("Say what was wrong, when, and whom you told."),
    ),
    "office-error": (
        N_("The office made an error"),
        N_("Say what is wrong with the bill or the late fee."),
    ),
    "settlement": (
        N_("I pay all of it at once"),
        N_("Say by when you pay everything that is left."),
    ),
}


class Ask(Papers):
    """`fit` leaves only what the policy has room for."""

    key = Once()
    pay_by = DayField(lazy_gettext("I pay by"))
    pause = BooleanField(lazy_gettext("I also ask for some time without late fee"))
    first = DayField(lazy_gettext("No late fee from"), required=False)
    last = DayField(lazy_gettext("to"), required=False)
    reason = TextAreaField(
        lazy_gettext("What happened"), [Required(), Length(max=1000)], render_kw={"rows": 5}
    )

    def fit(self, policy: WaiverPolicy, today: date) -> None:
        if policy.condition == "none":
            del self.pay_by
        else:
            latest = today + timedelta(days=policy.pay_days)
            self.pay_by.render_kw = {"min": today.isoformat(), "max": latest.isoformat()}
        if not policy.days:
            del self.first, self.last
        if not (policy.days and policy.late_fee_ppm):
            del self.pause  # days are all there is to ask for, or there are none

    def terms(self, policy: WaiverPolicy) -> Terms:
        """All of the late fee that the policy gives; raises Refused where only one of two days is said."""
        wants_days = self.pause.data if "pause" in self else "first" in self
        first, last = (self.first.data, self.last.data) if wants_days else (None, None)
        if bool(first) != bool(last) or (wants_days and not first):
            raise Refused(N_("Say the first and the last day without late fee."))
        return Terms(
            share_ppm=policy.late_fee_ppm,
            suspended=(first, last) if first and last else None,
            pay_by=self.pay_by.data if "pay_by" in self else None,
        )


@dataclass(frozen=True)
class Due:
    """What is to be paid so that a waiver stands, by its day, and what is owed then with it and without (fen)."""

    to_pay: int
    left: int
    without: int


@bp.route("/units/<int:unit_id>/waiver-<int:party_id>", methods=["GET", "POST"])
@permission("owner.self")
def ask(unit_id: int, party_id: int) -> Page:
    """First the reason; then its own form. Sent once, however often the button is pressed."""
    mine, today = own(), clock.today()
    unit = mine.unit(unit_id)
    account = mine.account(unit_id, party_id, policies(db.session(), unit.community_id))
    offered = waiver_online.offered(db.session(), unit.community_id, today)
    shown = {"unit": unit, "account": account, "reasons": REASONS}
    overdue = totals(line for line in account.lines(today) if line.state == "overdue")
    policy = offered.get(request.args.get("policy", ""))
    if policy is None or not overdue.total:
        return render_template(
            "portal/waiver_reason.html", offered=offered.values(), overdue=overdue, **shown
        )
    form = Ask()
    form.fit(policy, today)
    if form.validate_on_submit() and "preview" not in request.form:
        number = _send(unit, account, policy, form)
        if number:
            flash(gettext("Sent: the office decides on %(number)s.", number=number))
            return redirect(url_for("my_waivers.show", number=number), 303)
    elif request.method == "GET" and "pay_by" in form:
        form.pay_by.data = today + timedelta(days=policy.pay_days)
    found = _foreseen(unit, account, policy, form)
    page = render_template("portal/waiver_ask.html", form=form, policy=policy, effect=found, **shown)
    return page, form.status if request.method == "POST" else 200


def _asked(policy: WaiverPolicy, form: Ask) -> Application:
    return Application(policy.code, form.terms(policy), form.reason.data or "", form.key.data or "")


def _foreseen(unit: Unit, account: Account, policy: WaiverPolicy, form: Ask) -> Effect | None:
    """What it would give as far as the form says; why not is told when it is sent."""
    try:
        return foresee(db.session(), clock.today(), unit, account.debtor_id, _asked(policy, form))
    except Refused:
        return None


def _send(unit: Unit, account: Account, policy: WaiverPolicy, form: Ask) -> str | None:
    papers = form.read()
    if not form.errors:
        with form.refusals(), writing(db.session(), unit.community_id):
            return waiver_online.ask_online(
                db.session(),
                vault.the_vault(),
                visitor().name,
                clock.today(),
                unit,
                account.debtor_id,
                _asked(policy, form),
                papers,
            ).number
    return None


@bp.get("/waivers/<number>")
@permission("owner.self")
def show(number: str) -> Page:
    """What was asked for, what was decided and why, what to pay by when."""
    return _page(number)


def _page(number: str) -> str:
    mine, today = own(), clock.today()
    asked, decision, end = mine.waiver(number)
    unit = mine.unit(asked.unit_id)
    account = mine.account(asked.unit_id, asked.debtor_id, policies(db.session(), unit.community_id))
    granted = _granted(account, asked, today)
    return render_template(
        "portal/waiver.html",
        asked=asked,
        decision=decision,
        end=end,
        unit=unit,
        account=account,
        community=db.session.get_one(Community, unit.community_id),
        terms=terms_of(asked),
        state=_state(decision, end, granted),
        granted=granted,
        due=_due(account, asked, decision, today) if granted and granted.state == "waiting" else None,
        papers=mine.waiver_papers(asked),
        reasons=REASONS,
    )


def _granted(account: Account, asked: WaiverRequest, today: date) -> Granted | None:
    found = granted_on(account, account.lines(today), today)
    return next((one for one in found if one.waiver.number == asked.number), None)


def _state(decision: WaiverDecision | None, end: Any, granted: Granted | None) -> str:
    if granted:
        return granted.state
    if decision:
        return "refused" if not decision.approved else "withdrawn"
    return "withdrawn" if end else "asked"


def _due(account: Account, asked: WaiverRequest, decision: WaiverDecision, today: date) -> Due | None:
    """By its day: the principal, or all that is left; what is owed then with it; what without."""
    found = approved_effect(account, asked, decision.pay_by or today)
    if found is None:
        return None
    before, after = totals(one for one, _ in found.today), totals(one for _, one in found.today)
    return Due(after.open if decision.condition == "principal" else after.total, after.total, before.total)


@bp.post("/waivers/<number>/withdrawal")
@permission("owner.self")
def withdraw(number: str) -> Answer:
    """Taken back while nobody has decided; a second time changes nothing."""
    asked = own().waiver(number).WaiverRequest
    if not asked.by_owner:
        raise Missing(NOTHING)
    with writing(db.session(), asked.community_id):
        waiver_online.take_back(
            db.session(), visitor().name, clock.today(), own().waiver(number).WaiverRequest
        )
    flash(gettext("%(number)s is withdrawn.", number=number))
    return redirect(url_for("my_waivers.show", number=number), 303)


@bp.get("/waivers/<number>/papers/<sha256>")
@permission("owner.self")
def paper(number: str, sha256: str) -> Response:
    """A file he sent, as it came, to be saved."""
    mine = own()
    for one in mine.waiver_papers(mine.waiver(number).WaiverRequest):
        if one.sha256 == sha256:
            data = vault.kept(sha256)
            return sealed.original(data, one.file_name or number, media_type(data))
    raise Missing(NOTHING)
