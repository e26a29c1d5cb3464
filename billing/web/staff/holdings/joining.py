"""A buyer joins the seller's debt in writing: whose, up to which day, and the paper he signed."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from billing.clock import today
from billing.core.money import yuan
from billing.core.statement import totals
from billing.extensions import db
from billing.flow.estate import owners, policies
from billing.flow.joining import join_debt
from billing.store import holds
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.people import Party
from billing.store.standing import accounts
from billing.web.community import find_unit
from billing.web.form import DayField, Form, Required
from billing.web.permission import permission, visitor
from billing.web.staff.holdings.blueprint import Page, bp, paper_field, paper_of
from billing.web.vault import the_vault


class Join(Form):
    joining = SelectField(lazy_gettext("Who joins the debt"), coerce=int)
    debtor = SelectField(lazy_gettext("Whose debt"), coerce=int)
    up_to = DayField(
        lazy_gettext("For fees up to and including"),
        description=lazy_gettext(
            "Open charges whose last day is not later than this one name both from now on."
        ),
    )
    paper = paper_field(lazy_gettext("What he signed"), [Required()])


@dataclass(frozen=True)
class Owing:
    """Somebody who may have a debt to join, and what he owes on the unit today (fen)."""

    party: Party
    total: int


@bp.route("/join", methods=["GET", "POST"])
@permission("ownership.edit")
def join(community_id: int, unit_id: int) -> Page:
    unit, form = find_unit(unit_id), Join(up_to=today())
    people, owing = holds.debtors(db.session(), unit.id), _owing(unit)
    current = [party.id for party in owners(db.session(), unit.id, today())]
    people = sorted(people, key=lambda party: party.id not in current)
    form.joining.choices = [SelectChoice(party.id, party.name) for party in people]
    form.debtor.choices = [
        SelectChoice(one.party.id, f"{one.party.name} ({yuan(one.total)})")
        for one in sorted(owing, key=lambda one: one.party.id in current)
    ]
    if owing and form.validate_on_submit():
        paper = paper_of(form)
        if not form.errors:
            assert form.up_to.data and paper
            joining, debtor = (db.session.get_one(Party, each.data) for each in (form.joining, form.debtor))
            with form.refusals(), writing(db.session(), unit.community_id):
                join_debt(
                    db.session(),
                    the_vault(),
                    visitor().name,
                    today(),
                    unit,
                    joining,
                    debtor,
                    form.up_to.data,
                    paper,
                )
        if not form.errors:
            flash(gettext("Entered: those charges name both debtors."))
            return redirect(url_for("units.show", unit_id=unit.id, _anchor="people"), 303)
    page = render_template("staff/holdings/join.html", unit=unit, form=form, owing=owing)
    return page, form.status


def _owing(unit: Unit) -> list[Owing]:
    """Whoever owes something on the unit today."""
    session = db.session()
    found = accounts(session, unit.community_id, policies(session, unit.community_id), unit_id=unit.id)
    sums = {one.debtor_id: totals(one.lines(today())).total for one in found}
    return [Owing(session.get_one(Party, party), total) for party, total in sums.items() if total > 0]
