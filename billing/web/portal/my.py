"""An owner's own pages: everything is found through the parties of his account (billing.store.portal)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response

from billing import clock
from billing.core.statement import Line
from billing.extensions import db
from billing.flow.estate import policies
from billing.flow.profile import OFFICE, profile
from billing.store.estate import Community, Unit
from billing.store.portal import Holding, Own
from billing.store.standing import accounts
from billing.web.form import DayField, Form
from billing.web.permission import permission, visitor
from billing.web.portal.balance import Balance
from billing.web.portal.letter import letters

bp = Blueprint("my", __name__, url_prefix="/my")


class Day(Form):
    """The day to look at; a GET form, so it needs no token."""

    class Meta:
        csrf = False

    as_of = DayField(lazy_gettext("As of"), required=False)


@dataclass(frozen=True)
class Card:
    """A unit in the list: what it is to the account, and what is owed on it."""

    unit_id: int
    label: str
    community: str
    holdings: Sequence[Holding]
    balances: Sequence[Balance]

    @property
    def former(self) -> bool:
        """Nobody's any more; a sale that is still to come leaves him the unit until then."""
        today = clock.today()
        return bool(self.holdings) and all(
            holding.until is not None and holding.until <= today for holding in self.holdings
        )


def own() -> Own:
    return Own(db.session(), visitor().parties)


@bp.get("/")
@permission("owner.self")
def index() -> str | Response:
    """Most owners have one unit: they are taken straight to it."""
    cards = _all_cards()
    if len(cards) == 1:
        return redirect(url_for("my.unit", unit_id=cards[0].unit_id))
    return render_template("portal/index.html", cards=cards)


@bp.get("/units/")
@permission("owner.self")
def units() -> str:
    """The account's units, with what is owed on each."""
    return render_template("portal/index.html", cards=_all_cards())


def _all_cards() -> list[Card]:
    today = clock.today()
    return [card for community in own().communities() for card in _cards(community, today)]


def _cards(community: Community, today: date) -> list[Card]:
    mine = own()
    rules = policies(db.session(), community.id)
    balances: dict[int, list[Balance]] = {}
    labels: dict[int, tuple[str, str]] = {}
    for account in mine.accounts(community.id, rules):
        balances.setdefault(account.unit_id, []).append(Balance(account, today))
        labels[account.unit_id] = (account.position, account.unit)
    holdings: dict[int, list[Holding]] = {}
    for holding in mine.holdings():
        if holding.unit.community_id == community.id:
            holdings.setdefault(holding.unit.id, []).append(holding)
            labels[holding.unit.id] = (holding.unit.position, holding.unit.label)
    return [
        Card(unit_id, label, community.name, holdings.get(unit_id, []), balances.get(unit_id, []))
        for unit_id, (_, label) in sorted(labels.items(), key=lambda item: item[1])
    ]


@bp.get("/units/<int:unit_id>")
@permission("owner.self")
def unit(unit_id: int) -> str | tuple[str, int]:
    """One unit, as of today or another day: what is owed and why, what was paid, what was sent, how to pay."""
    mine = own()
    found = mine.unit(unit_id)
    form = Day(request.args)
    as_of = form.as_of.data if form.validate() and form.as_of.data else clock.today()
    holdings = mine.holdings()
    page = render_template(
        "portal/unit.html",
        form=form,
        as_of=as_of,
        unit=found,
        community=db.session.get_one(Community, found.community_id),
        holdings=[holding for holding in holdings if holding.unit.id == found.id],
        several=len({holding.unit.id for holding in holdings}) > 1,
        balances=_balances(mine, found, as_of),
        joined=_joined(mine, found, as_of),
        letters=letters(mine, found),
        waivers=mine.waivers(found),
        office=profile(db.session(), OFFICE, clock.today()),
        contract=profile(db.session(), found.community_id, clock.today()),
    )
    return page, form.status


def _balances(mine: Own, found: Unit, as_of: date) -> list[Balance]:
    undone = mine.reversed_payments(found)
    return [
        Balance(account, as_of, [row for row in undone if row.Payment.debtor_id == account.debtor_id])
        for account in mine.accounts(found.community_id, policies(db.session(), found.community_id), found.id)
    ]


def _joined(mine: Own, found: Unit, as_of: date) -> list[Line]:
    """What is open of others' charges that the account's people took on in writing."""
    joined = mine.joined(found)
    if not joined:
        return []
    rules = policies(db.session(), found.community_id)
    others = accounts(
        db.session(), found.community_id, rules, unit_id=found.id, debtor_ids=sorted(set(joined.values()))
    )
    lines = [line for account in others for line in account.lines(as_of)]
    return [line for line in lines if line.charge.id in joined and line.total > 0]
