"""Which units owe a listed item, and each one's own amount: typed by building, or a whole list at once."""

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from billing.core.money import fold_digits, parse_positive_yuan, yuan
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import amounts as own
from billing.flow.amounts import AmountsPlan
from billing.store.base import writing
from billing.store.estate import FeeItem, Unit
from billing.store.register import buildings
from billing.web.permission import permission, visitor
from billing.web.staff.tariffs.blueprint import bp
from billing.web.staff.tariffs.price import find

Page = str | Response | tuple[str, int]


@bp.get("/<int:item_id>/units")
@permission("tariff.edit")
def amounts(community_id: int, item_id: int) -> Page:
    """The units of one building at a time, each with a field."""
    return _page(find(item_id))


@bp.post("/<int:item_id>/units")
@permission("tariff.edit")
def save_amounts(community_id: int, item_id: int) -> Page:
    """What stands in the fields of the building shown; an empty field: the unit does not owe the item."""
    item = find(item_id)
    units = {f"u{unit.id}": unit for unit in _units(request.args.get("building", ""))}
    given = own.needs_amount(db.session(), item)
    wanted: dict[int, int | None] = {}
    errors: dict[int, str] = {}
    for name, unit in units.items():
        text = request.form.get(name, "").strip()
        if text:
            try:
                wanted[unit.id] = parse_positive_yuan(fold_digits(text)) if given else None
            except Refused as refused:
                errors[unit.id] = refused.sentence(gettext)
    if errors:
        return _page(item, typed=request.form, errors=errors), 422
    by_id = {unit.id: unit for unit in units.values()}
    return _entered(item, AmountsPlan(item, wanted, by_id, ()), cleared=[*by_id])


@bp.post("/<int:item_id>/list")
@permission("tariff.edit")
def save_list(community_id: int, item_id: int) -> Page:
    """A pasted list or a file of units and amounts; with anything wrong in it nothing is entered."""
    item = find(item_id)
    sent, text = request.files.get("file"), request.form.get("lines", "")
    try:
        lines = (
            own.read_lines(sent.read(), sent.filename) if sent and sent.filename else own.split_lines(text)
        )
    except Refused as refused:
        return _page(item, text=text, sentence=refused.sentence(gettext)), 422
    plan = own.plan_amounts(db.session(), item, lines)
    if plan.problems or not plan.amounts:
        nothing = "" if plan.problems else gettext("No line names a unit.")
        return _page(item, text=text, problems=plan.problems, sentence=nothing), 422
    return _entered(item, plan)


def _entered(item: FeeItem, plan: AmountsPlan, cleared: list[int] | None = None) -> Response:
    with writing(db.session(), g.community.id):
        count = own.apply_amounts(db.session(), visitor().name, plan, cleared or ())
    flash(ngettext("%(num)s unit was changed.", "%(num)s units were changed.", count))
    return redirect(url_for("tariffs.amounts", item_id=item.id, building=request.args.get("building")), 303)


def _page(item: FeeItem, *, typed: Mapping[str, str] | None = None, **said: object) -> str:
    every = buildings(db.session(), g.community.id)
    building = request.args.get("building") or (every[0][0] if every else "")
    fees = own.amounts(db.session(), item)
    units = _units(building)
    given = own.needs_amount(db.session(), item)
    held = {
        unit.id: yuan(fee.given_fen or 0) if given else "yes" for unit in units if (fee := fees.get(unit.id))
    }
    if typed is not None:
        held = {unit.id: typed.get(f"u{unit.id}", "") for unit in units}
    context = {"errors": {}, "problems": (), "text": "", "sentence": ""} | said
    return render_template(
        "staff/tariffs/amounts.html",
        item=item,
        given=given,
        units=units,
        held=held,
        buildings=every,
        building=building,
        count=len(fees),
        **context,
    )


def _units(building: str) -> list[Unit]:
    query = select(Unit).where(Unit.community_id == g.community.id, Unit.building == building)
    return list(db.session.scalars(query.order_by(Unit.position)))
