"""The way around the office, as data: an entry shows where its page exists and the visitor may open it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app, g, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session

from billing.extensions import db
from billing.store import waiver_list
from billing.translations import N_


@dataclass(frozen=True)
class Entry:
    """`endpoint` names the page; `icon` a symbol in templates/macros/icon.html; `says` what it is for.

    `waiting` counts what waits there for somebody, in a community.
    """

    endpoint: str
    permission: str
    label: str
    says: str
    icon: str
    waiting: Callable[[Session, int], int] | None = None

    @property
    def noun(self) -> str:
        return self.endpoint.partition(".")[0]


#: Pages of one community, under /c/<community_id>/, in the order of the work.
COMMUNITY = (
    Entry(
        "counter.index", "payment.take", N_("Counter"), N_("Take a payment and print its receipt"), "counter"
    ),
    Entry("receipts.index", "payment.take", N_("Receipts"), N_("Each day's takings by channel"), "receipts"),
    Entry("units.index", "roster.view", N_("Units and owners"), N_("Find a unit, see what it owes"), "units"),
    Entry("imports.index", "roster.import", N_("Import"), N_("Read the office's own spreadsheets"), "roster"),
    Entry(
        "contract.index",
        "profile.edit",
        N_("Service contract"),
        N_("What papers quote: name, number, late-fee clause"),
        "contract",
    ),
    Entry(
        "tariffs.index", "tariff.edit", N_("Tariffs and rules"), N_("Prices, due dates, late fee"), "tariffs"
    ),
    Entry("periods.index", "period.issue", N_("Fee periods"), N_("Preview and issue what is due"), "periods"),
    Entry(
        "collection.index",
        "collection.view",
        N_("Collection"),
        N_("How well the year is collected, by period, building and household"),
        "chart",
    ),
    Entry(
        "dunning.index", "dunning.run", N_("Dunning"), N_("Who is reminded, how firmly, and why"), "dunning"
    ),
    Entry(
        "cases.index",
        "case.view",
        N_("Cases"),
        N_("Why it is unpaid, what was done, what comes next"),
        "cases",
    ),
    Entry(
        "notices.index",
        "notice.view",
        N_("Notices"),
        N_("Papers sent, and their proof of delivery"),
        "notices",
    ),
    Entry(
        "slips.index",
        "receipt.file",
        N_("Slips waiting"),
        N_("Printed and not signed for; file what came back"),
        "slips",
    ),
    Entry("holds.index", "hold.edit", N_("Holds and disputes"), N_("Who is not reminded, and why"), "holds"),
    Entry(
        "waivers.index",
        "waiver.view",
        N_("Waivers"),
        N_("What was asked for, who decided, what became of it"),
        "waivers",
        waiver_list.undecided,
    ),
    Entry(
        "activation.index",
        "activation.issue",
        N_("Activation letters"),
        N_("Codes for the owners' own pages"),
        "key",
    ),
)

#: Pages of the whole office.
OFFICE = (
    Entry(
        "guide.index",
        "profile.edit",
        N_("Set-up guide"),
        N_("From an empty office to the first bills"),
        "guide",
    ),
    Entry(
        "profile.index", "profile.edit", N_("Office profile"), N_("What papers say of the office"), "profile"
    ),
    Entry("jobs.index", "job.view", N_("Background jobs"), N_("What runs, and how far it is"), "jobs"),
    Entry(
        "mail.index",
        "job.view",
        N_("Outgoing e-mail"),
        N_("What went to the mail server, and what it said"),
        "mail",
    ),
    Entry("users.index", "user.manage", N_("Staff"), N_("Who may sign in, with which role"), "users"),
)

#: A noun whose pages have no entry of their own -> the one under which they are found.
WITHIN = {
    "bills": "periods",
    "community_papers": "contract",
    "consistency": "waivers",
    "contacts": "units",
    "good_faith_rules": "waivers",
    "holdings": "units",
    "packs": "units",
    "proposals": "waivers",
    "waiver_policies": "waivers",
}

#: Where somebody who may edit the profile is sent while there is no community.
FIRST_RUN = "guide.index"


def exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def entries(section: tuple[Entry, ...]) -> list[Entry]:
    """Those of the section that the visitor can open."""
    return [entry for entry in section if exists(entry.endpoint) and current_user.may(entry.permission)]


def waiting(entry: Entry) -> int:
    """How much waits there, in the community that the page is about."""
    return entry.waiting(db.session(), g.community.id) if entry.waiting and g.get("community") else 0


def is_here(entry: Entry) -> bool:
    """Is the page that is shown one of the entry's?"""
    here = request.blueprint or ""
    return WITHIN.get(here, here) == entry.noun


def same_page(community_id: int) -> str:
    """This section's first page for another community, else that community's own."""
    for entry in COMMUNITY:
        if is_here(entry) and exists(entry.endpoint):
            return url_for(entry.endpoint, community_id=community_id)
    return url_for("home.community", community_id=community_id)
