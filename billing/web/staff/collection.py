"""The managers' screen: how well the year is collected, by period, building and household, and what is owed today."""

import io
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, g, render_template, request, send_file
from flask_babel import gettext

from billing.clock import today
from billing.core.collection_rate import DEFINITIONS, Rates
from billing.core.money import yuan
from billing.core.numbers import percent
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow.collection import Collection, Household, collection, households, standing
from billing.sheets.text_book import TextTable, write_text_book
from billing.store import collected
from billing.store.collected import FIGURES, Wish
from billing.store.register import Wanted, find_units
from billing.translations import N_
from billing.web.address import number, page_number
from billing.web.permission import permission
from billing.web.waiver_words import SHELVES as SHELF_NAMES

bp = Blueprint("collection", __name__, url_prefix="/c/<int:community_id>/collection")

ROWS = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: What the rows behind each figure are called.
TITLES = {
    "billed": N_("Bills of %(year)s"),
    "collected": N_("Collected of %(year)s"),
    "open": N_("Open of %(year)s"),
    "old": N_("Arrears at the start of %(year)s"),
    "cleared": N_("Old arrears cleared in %(year)s"),
}


@bp.get("/")
@permission("collection.view")
def index(community_id: int) -> tuple[str, int]:
    session, place, day = db.session(), g.community.id, today()
    try:
        found, refused = _asked(), None
    except Refused as why:
        found, refused = collection(session, place, None, day), why
    page = render_template(
        "staff/collection/index.html",
        found=found,
        standing=standing(session, place, found.year, day),
        refused=refused,
        definitions=DEFINITIONS,
        shelves=SHELF_NAMES,
    )
    return page, 422 if refused else 200


@bp.get("/households")
@permission("collection.view")
def by_household(community_id: int) -> str:
    """Each unit's own rates, of a building or of all, in walking order."""
    session, place = db.session(), g.community.id
    found, building = _asked(), request.args.get("building", "")
    rows = households(session, place, found.year)
    units = find_units(session, place, Wanted(building=building, page=page_number()), today())
    return render_template(
        "staff/collection/households.html",
        found=found,
        rows=rows,
        whole=Household("", sum(one.billed for one in rows), sum(one.paid_up for one in rows)),
        building=building,
        units=units,
        rates=collected.by_unit(session, place, found.year, [unit.id for unit in units.units]),
        definitions=DEFINITIONS,
    )


@bp.get("/bills")
@permission("collection.view")
def bills(community_id: int) -> str:
    """The bills behind a figure; an unknown figure finds nothing rather than everything."""
    session, place, found = db.session(), g.community.id, _asked()
    figure = request.args.get("figure", "")
    wish = Wish(
        found.year,
        next((one for one in FIGURES if one == figure), "billed"),
        request.args.get("period"),
        request.args.get("building"),
        request.args.get("unit", type=number),
    )
    count, total = collected.sum_of_bills(session, place, wish) if figure in FIGURES else (0, 0)
    pages = max(1, -(-count // ROWS))
    page = min(page_number(), pages)
    return render_template(
        "staff/collection/bills.html",
        title=gettext(TITLES[wish.figure], year=found.year),
        wish=wish,
        count=count,
        total=total,
        rows=collected.bills(session, place, wish, (page - 1) * ROWS, ROWS) if count else [],
        page=page,
        pages=pages,
    )


@bp.get("/report.xlsx")
@permission("collection.view")
def workbook(community_id: int) -> Response:
    """The same tables, with what their figures mean."""
    found = _asked()
    rows = households(db.session(), g.community.id, found.year)
    tables = [
        TextTable(gettext("By period"), *_table(gettext("Fee period"), found.by_period, found.whole)),
        TextTable(gettext("By building"), *_table(gettext("Building"), found.by_building, found.whole)),
        TextTable(gettext("By household"), *_households(rows)),
        TextTable(
            gettext("What the figures mean"),
            [gettext("Meaning")],
            [[gettext(words)] for words in DEFINITIONS.values()],
        ),
    ]
    name = gettext("Collection of %(year)s", year=found.year)
    return send_file(
        io.BytesIO(write_text_book(tables)), _XLSX, as_attachment=True, download_name=f"{name}.xlsx"
    )


def _asked() -> Collection:
    told = request.args.get("year", "")
    if told and not (told.isascii() and told.isdigit() and len(told) == 4):
        raise Refused(N_("“%(text)s” is not a year: write it as 2026."), text=told[:20])
    return collection(db.session(), g.community.id, int(told) if told else None, today())


def _table(
    what: str, rows: Mapping[str, Rates], whole: Rates
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    headings = [
        what,
        gettext("Charged"),
        gettext("Collected"),
        gettext("Collection rate"),
        gettext("Arrears at the year's start"),
        gettext("Cleared"),
        gettext("Clearing rate"),
        gettext("Combined rate"),
    ]
    return headings, [_row(*one) for one in (*rows.items(), (gettext("Sum"), whole))]


def _row(name: str, one: Rates) -> list[str]:
    sums = (yuan(one.billed), yuan(one.collected), _share(one.collection))
    return [name, *sums, yuan(one.old), yuan(one.cleared), _share(one.clearing), _share(one.combined)]


def _households(rows: Sequence[Household]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    headings = [
        gettext("Building"),
        gettext("Units billed"),
        gettext("Paid up"),
        gettext("Collection rate by household"),
    ]
    return headings, [[one.building, str(one.billed), str(one.paid_up), _share(one.rate)] for one in rows]


def _share(ppm: int | None) -> str:
    return "" if ppm is None else f"{percent(ppm)}%"
