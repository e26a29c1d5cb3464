"""Fee items and what they cost, each price from a day on."""

from datetime import date

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from billing.clock import today
from billing.core.calendar import CYCLES
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow import profile, tariffs
from billing.store.base import writing
from billing.store.estate import FeeItem, TariffRow, UnitFee
from billing.translations import N_
from billing.web.form import DayField, Form, PriceField, Required, choices
from billing.web.permission import permission, visitor
from billing.web.staff.tariffs.blueprint import bp

BASES = {
    "area": N_("by area: yuan per m² a month"),
    "fixed": N_("fixed: yuan per unit a month"),
    "given": N_("as given: each unit's own amount a month"),
}
ROUNDINGS = {"bill": N_("once per bill (usual)"), "month": N_("each month by itself")}

DUE_FROM = {"start": N_("the period's first day"), "end": N_("the period's last day")}

_TERMS = ("basis", "price_e4", "cycle_months", "rounding", "due_from", "due_days")


class PriceForm(Form):
    item = StringField(
        lazy_gettext("Fee item"),
        [Required(), Length(max=60)],
        description=lazy_gettext("For example 物业服务费, 车位服务费, 生活垃圾处理费"),
        render_kw={"list": "items", "autocomplete": "off"},
    )
    basis = SelectField(lazy_gettext("Way of charging"), choices=choices(BASES))
    price_e4 = PriceField(
        lazy_gettext("Price in yuan a month"),
        required=False,
        description=lazy_gettext("For example 2.38. Nothing where each unit has its own amount."),
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    cycle_months = SelectField(
        lazy_gettext("Billed"),
        coerce=int,
        choices=[SelectChoice(months, lazy_gettext(name)) for months, name in CYCLES.items()],
    )
    since = DayField(
        lazy_gettext("Holds from"), description=lazy_gettext("Months before that day keep the price before.")
    )
    due_days = IntegerField(
        lazy_gettext("Due on day"),
        [InputRequired(lazy_gettext("Write a whole number of days."))],
        description=lazy_gettext(
            "45 from the first day: due in the middle of a quarter. 0 from the last day: due at the end. 1 from the "
            "last day: due on the first day after it."
        ),
    )
    due_from = SelectField(
        lazy_gettext("counted from"),
        choices=choices(DUE_FROM),
    )
    rounding = SelectField(lazy_gettext("Rounded to the fen"), choices=choices(ROUNDINGS))
    listed = BooleanField(
        lazy_gettext("Only for units listed for it"),
        description=lazy_gettext("Such as parking: the units are listed in the next step."),
    )

    def wanted(self) -> tariffs.Price:
        return tariffs.Price(
            item=self.item.data,
            basis=self.basis.data,
            price_e4=self.price_e4.data or 0,
            cycle_months=self.cycle_months.data,
            since=self.since.data,
            due_from=self.due_from.data,
            due_days=self.due_days.data,
            rounding=self.rounding.data,
            listed=self.listed.data,
        )


@bp.get("/")
@permission("tariff.edit")
def index(community_id: int) -> str:
    """Every item with its prices in the order of their days, and the rules in force."""
    items = db.session.scalars(
        select(FeeItem).where(FeeItem.community_id == community_id).order_by(FeeItem.id)
    ).all()
    rows = db.session.scalars(
        select(TariffRow)
        .where(TariffRow.community_id == community_id)
        .order_by(TariffRow.since, TariffRow.id)
    ).all()
    prices = {item: tariffs.in_force([row for row in rows if row.item_id == item.id]) for item in items}
    counted = select(UnitFee.item_id, func.count().label("units")).where(UnitFee.community_id == community_id)
    return render_template(
        "staff/tariffs/index.html",
        prices=prices,
        listed={row.item_id: row.units for row in db.session.execute(counted.group_by(UnitFee.item_id))},
        bases=BASES,
        cycles=CYCLES,
    )


@bp.route("/price", methods=["GET", "POST"])
@permission("tariff.edit")
def add(community_id: int) -> str | Response | tuple[str, int]:
    """A new price, of a new item or of one there is (`?item=`)."""
    form = PriceForm(data=_usual(community_id, request.args.get("item", type=int)))
    if form.validate_on_submit():
        if not form.price_e4.data and form.basis.data != "given":
            form.add_error(gettext("Fill this in."), "price_e4")
        else:
            with form.refusals(), writing(db.session(), community_id):
                row = tariffs.set_tariff(db.session(), visitor().name, community_id, form.wanted())
        if not form.errors:
            flash(gettext("%(item)s is set from %(day)s.", item=form.item.data, day=row.since))
            if db.session.get_one(FeeItem, row.item_id).listed:
                return redirect(url_for("tariffs.amounts", item_id=row.item_id), 303)
            return redirect(url_for("tariffs.index"), 303)
    names = db.session.scalars(select(FeeItem.name).where(FeeItem.community_id == community_id)).all()
    return render_template("staff/tariffs/price.html", form=form, names=names), form.status


def _usual(community_id: int, item_id: int | None) -> dict[str, object]:
    """What the form holds at first: the item's newest price, or the field's custom from the contract's start."""
    if item_id is None:
        return {
            "item": "物业服务费" if not _any_item(community_id) else "",
            "basis": "area",
            "cycle_months": 3,
            "since": _contract_begins(community_id) or date(today().year, 1, 1),
            "due_from": "end",
            "due_days": 0,
        }
    item = find(item_id)
    newest = tariffs.tariff_rows(db.session(), item.id)[-1:]
    held = {name: getattr(row, name) for row in newest for name in _TERMS}
    return {"due_days": 0, "item": item.name, "listed": item.listed, "since": today(), **held}


def _contract_begins(community_id: int) -> date | None:
    """The first day of the contract in force; while there is none, of the first that is entered for later."""
    told = profile.facts(db.session(), community_id)
    coming = {row.name: row.value for row in reversed(told.coming(today()))}
    began = told.on(today()).get("contract_from") or coming.get("contract_from")
    return date.fromisoformat(began) if began else None


def _any_item(community_id: int) -> bool:
    return (
        db.session.scalar(select(FeeItem.id).where(FeeItem.community_id == community_id).limit(1)) is not None
    )


def find(item_id: int) -> FeeItem:
    """The community's item of that number."""
    item = db.session.get(FeeItem, item_id)
    if item is None or item.community_id != g.community.id:
        raise Missing(N_("There is no such fee item here."))
    return item
