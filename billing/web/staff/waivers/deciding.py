"""One waiver: what is asked for and what it would give; approved or refused by somebody else, taken back, ended."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from billing.clock import today
from billing.core.conduct import kept_sentence
from billing.core.waiver_policy import WaiverPolicy, in_force
from billing.extensions import db
from billing.flow import waiver_book, waiver_decision, waivers
from billing.flow.conduct import hearing
from billing.flow.statements import granted_on
from billing.flow.waiver_effect import Effect, account_on, effect
from billing.flow.waiver_policy import entered, waiver_policies
from billing.store import waiver_list
from billing.store.base import writing
from billing.store.granted import terms_of
from billing.store.waivers import WaiverRequest
from billing.translations import N_
from billing.web.permission import permission, visitor
from billing.web.staff.waivers.book import bp, find
from billing.web.vault import the_vault
from billing.web.waiver_form import Decide, Papers, Say

Page = str | Response | tuple[str, int]


@bp.get("/<number>")
@permission("waiver.view")
def show(community_id: int, number: str) -> Page:
    return _page(find(number))


@bp.post("/<number>/approval")
@permission("waiver.decide")
def approve(community_id: int, number: str) -> Page:
    asked = find(number)
    form = _decision(asked)
    if form.validate_on_submit() and "preview" not in request.form:
        with form.refusals(), writing(db.session(), g.community.id):
            person = visitor()
            waiver_decision.approve_waiver(
                db.session(),
                person.name,
                person.role or "",
                today(),
                find(number),
                form.terms(),
                form.opinion.data or "",
                form.key.data,
            )
        if not form.errors:
            flash(gettext("%(number)s is approved.", number=asked.number))
            return _back(number)
    return _page(find(number), decide=form)


@bp.post("/<number>/preview")
@permission("waiver.decide")
def reconsider(community_id: int, number: str) -> Page:
    """What the terms typed so far would give; nothing is decided."""
    asked = find(number)
    form = _decision(asked)
    form.validate()
    found = _foreseen(asked, form)
    return render_template(
        "staff/waivers/foreseen.html", form=form, effect=found, above=_above(asked, found), fragment=True
    )


@bp.post("/<number>/refusal")
@permission("waiver.decide")
def refuse(community_id: int, number: str) -> Page:
    form = Say(prefix="refuse-")
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            person = visitor()
            waiver_decision.refuse_waiver(
                db.session(),
                person.name,
                person.role or "",
                today(),
                find(number),
                form.reason.data,
                form.key.data,
            )
        if not form.errors:
            flash(gettext("%(number)s is refused.", number=number))
            return _back(number)
    return _page(find(number), refusal=form)


@bp.post("/<number>/withdrawal")
@permission("waiver.request")
def withdraw(community_id: int, number: str) -> Page:
    form = Say(prefix="end-")
    if form.validate_on_submit():
        with form.refusals(), writing(db.session(), g.community.id):
            person = visitor()
            may_end = person.may("waiver.end")
            waiver_decision.withdraw_waiver(
                db.session(), person.name, today(), find(number), form.reason.data, form.key.data, may_end
            )
        if not form.errors:
            flash(gettext("%(number)s is withdrawn.", number=number))
            return _back(number)
    return _page(find(number), ending=form)


@bp.post("/<number>/papers")
@permission("waiver.request")
def attach(community_id: int, number: str) -> Page:
    """One more paper for a request that is not decided yet; the same file again is the same paper."""
    form = Papers()
    if form.validate_on_submit():
        found = form.read()
        if not found and not form.errors:
            form.add_error(gettext("Choose a file."), "papers")
        if not form.errors:
            with form.refusals("papers"), writing(db.session(), g.community.id):
                for paper in found:
                    waivers.add_paper(
                        db.session(), the_vault(), visitor().name, find(number), paper.data, paper.name
                    )
        if not form.errors:
            return _back(number)
    return _page(find(number), papers=form)


def _back(number: str) -> Response:
    return redirect(url_for("waivers.show", number=number), 303)


def _policy(asked: WaiverRequest) -> WaiverPolicy | None:
    """The policy a decision would rest on today; None where none is in force any more."""
    return waiver_policies(db.session(), g.community.id, today()).get(asked.policy)


def _decision(asked: WaiverRequest) -> Decide:
    form, policy = Decide(), _policy(asked)
    if policy:
        form.fit(policy, today())
    return form


def _foreseen(asked: WaiverRequest, form: Decide) -> Effect | None:
    """A refusal stands at the form."""
    if not form.errors:
        with form.refusals():
            return effect(db.session(), asked, form.terms(), today())
    return None


def _above(asked: WaiverRequest, found: Effect | None) -> bool:
    """Whether that is more than whoever asks may approve."""
    policy, role = _policy(asked), visitor().role or ""
    return bool(found and policy and not policy.may_approve(role, found.value))


def _page(
    asked: WaiverRequest,
    decide: Decide | None = None,
    refusal: Say | None = None,
    ending: Say | None = None,
    papers: Papers | None = None,
) -> tuple[str, int]:
    """The request with all that is known of it, and the forms for what may be done with it."""
    session, day = db.session(), today()
    row = waiver_list.find(session, asked.id)
    looked = waiver_book.look_at(session, row, day)
    sent = decide or refusal or ending or papers
    found = looked.effect
    decide = decide or _asked_for(asked)
    if looked.state == "asked" and visitor().may("waiver.decide"):
        found = _foreseen(asked, decide)
    page = render_template(
        "staff/waivers/show.html",
        row=row,
        asked=asked,
        terms=terms_of(asked),
        looked=looked,
        effect=found,
        granted=_granted(asked),
        policy=_policy(asked) or in_force(entered(session, g.community.id), asked.asked_on).get(asked.policy),
        papers=waiver_list.papers(session, asked.id),
        decide=decide,
        refusal=refusal or Say(formdata=None, prefix="refuse-"),
        ending=ending or Say(formdata=None, prefix="end-"),
        attach=papers or Papers(formdata=None),
        errors=sent.form_errors if sent else [],
        obstacle=_obstacle(row),
        above=_above(asked, found),
        waiver_charges=_labels(asked),
        found=[kept_sentence(one, gettext) for one in asked.found],
        heard=hearing(session, row.Unit, asked.debtor_id, day) if looked.state == "asked" else None,
    )
    return page, sent.status if sent else 200


def _asked_for(asked: WaiverRequest) -> Decide:
    form, policy = Decide(formdata=None), _policy(asked)
    if policy:
        form.fit(policy, today())
    form.show(terms_of(asked))
    return form


def _granted(asked: WaiverRequest) -> Any:
    """The waiver as it stands today, if it was approved."""
    account = account_on(db.session(), asked)
    lines = account.lines(today())
    return next(
        (one for one in granted_on(account, lines, today()) if one.waiver.number == asked.number), None
    )


def _labels(asked: WaiverRequest) -> list[str]:
    account = account_on(db.session(), asked)
    return [f"{one.item} {one.period}" for one in account.charges if one.id in asked.charges]


def _obstacle(row: Any) -> str:
    """Why whoever looks may not decide; "" if he may."""
    person, policy = visitor(), _policy(row.WaiverRequest)
    if policy is None:
        return gettext("The policy it was asked under is closed: nothing can be approved under it any more.")
    if row.Entry.actor == person.name:
        return gettext(N_("You put it on file: somebody else decides on it."))
    if not person.may("waiver.decide") or (person.role or "") not in policy.limits:
        return gettext("Your role does not decide on it.")
    return ""
