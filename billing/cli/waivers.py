"""`flask waiver`: waivers asked for, decided by a named member of staff, withdrawn, listed; and their policies."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from billing.cli.command import (
    ACTOR,
    DAY,
    POSITIVE_YUAN,
    Group,
    Parsed,
    answers,
    in_community,
    the_community,
    the_unit,
    the_vault,
)
from billing.cli.waiver_answer import STATES, answer
from billing.cli.waiver_policies import policy_group
from billing.clock import today
from billing.core import roles
from billing.core.calendar import parse_date
from billing.core.numbers import parse_percent
from billing.core.problem import Missing, Refused
from billing.core.waiver_policy import Terms
from billing.extensions import db
from billing.flow import waiver_decision, waivers
from billing.flow.entry import fingerprint, token
from billing.flow.payments import find_debtor
from billing.flow.scans import media_type
from billing.store import waiver_list
from billing.store.accounts import User
from billing.store.base import writing
from billing.store.estate import Community
from billing.store.granted import terms_of
from billing.store.waiver_list import Wish
from billing.store.waivers import WaiverRequest
from billing.translations import N_


def _parse_days(text: str) -> tuple[date, date]:
    first, _, last = text.partition("..")
    return parse_date(first), parse_date(last or first)


_TERMS = (
    click.option("--percent", type=Parsed("percent", parse_percent), help="A share of the late fee."),
    click.option("--amount", type=POSITIVE_YUAN, help="Or a sum of the late fee."),
    click.option("--principal", type=POSITIVE_YUAN, help="A sum of the principal."),
    click.option(
        "--days",
        type=Parsed("FROM..TO", _parse_days),
        help="Days on which no late fee accrues, both included.",
    ),
    click.option("--pay-by", type=DAY, help="The day of the policy's condition."),
)

_by = click.option("--by", metavar="NAME", help="The member of staff who does it.")
_once = click.option("--key", help="The same key and content again changes nothing.")


def _with_terms(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_TERMS):
        command = option(command)
    return command


@click.group("waiver", cls=Group)
def waiver_group() -> None:
    """What the office gives up of late fee or principal."""


waiver_group.add_command(policy_group)


@waiver_group.command("request")
@click.argument("unit_label", metavar="UNIT")
@click.option("--policy", required=True, metavar="CODE")
@_with_terms
@click.option("--reason", required=True)
@click.option(
    "--paper",
    "papers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="A photo or PDF that speaks for it.",
)
@click.option("--charge", "charges", type=int, multiple=True, help="Default: all that is overdue.")
@click.option("--debtor", metavar="NAME", help="Default: today's owner.")
@_by
@_once
@in_community
@answers
def request(
    unit_label: str,
    policy: str,
    reason: str,
    papers: Sequence[Path],
    charges: Sequence[int],
    debtor: str | None,
    by: str | None,
    key: str | None,
    community: str | None,
    **terms: Any,
) -> dict[str, Any]:
    """Ask for a waiver of what is owed on UNIT."""
    session = db.session()
    unit = the_unit(unit_label, community)
    files = [waivers.Paper(path.read_bytes(), path.name) for path in papers]
    for file in files:
        media_type(file.data)  # before the books are locked
    asked = waivers.Application(policy, _terms(Terms(), **terms), reason, key or token(), tuple(charges))
    actor = _staff(by, "waiver.request").name if by else ACTOR
    with writing(session, unit.community_id):
        party = find_debtor(session, unit, today(), debtor)
        made = waivers.apply_for_waiver(session, the_vault(), actor, today(), unit, party.id, asked, files)
    return _told(made)


@waiver_group.command("approve")
@click.argument("number")
@_with_terms
@click.option("--opinion", default="", help="The debtor reads it.")
@_by
@_once
@in_community
@answers
def approve(
    number: str, opinion: str, by: str | None, key: str | None, community: str | None, **terms: Any
) -> dict[str, Any]:
    """Approve request NUMBER, on its own terms or on smaller ones."""
    session, place, person = db.session(), the_community(community), _decider(by)
    name, role = person.name, person.role
    with writing(session, place.id):
        asked = waivers.find_waiver(session, place.id, number)
        wanted = _terms(terms_of(asked), **terms)
        key = key or fingerprint({"terms": repr(wanted), "opinion": opinion, "by": name})
        waiver_decision.approve_waiver(session, name, role, today(), asked, wanted, opinion, key)
    return _told(asked)


@waiver_group.command("refuse")
@click.argument("number")
@click.option("--opinion", required=True, help="Why; the debtor reads it.")
@_by
@_once
@in_community
@answers
def refuse(
    number: str, opinion: str, by: str | None, key: str | None, community: str | None
) -> dict[str, Any]:
    """Refuse request NUMBER."""
    session, place, person = db.session(), the_community(community), _decider(by)
    name, role = person.name, person.role
    with writing(session, place.id):
        asked = waivers.find_waiver(session, place.id, number)
        key = key or fingerprint({"refused": opinion, "by": name})
        waiver_decision.refuse_waiver(session, name, role, today(), asked, opinion, key)
    return _told(asked)


@waiver_group.command("withdraw")
@click.argument("number")
@click.option("--reason", required=True)
@_by
@_once
@in_community
@answers
def withdraw(
    number: str, reason: str, by: str | None, key: str | None, community: str | None
) -> dict[str, Any]:
    """Withdraw request NUMBER, or end the waiver if it is approved: what it waived is due again."""
    session, place = db.session(), the_community(community)
    person = _staff(by, "waiver.request") if by else None
    name, may_end = (person.name, roles.may(person.role, "waiver.end")) if person else (ACTOR, True)
    with writing(session, place.id):
        asked = waivers.find_waiver(session, place.id, number)
        key = key or fingerprint({"withdrawn": reason, "by": name})
        waiver_decision.withdraw_waiver(session, name, today(), asked, reason, key, may_end)
    return _told(asked)


@waiver_group.command("list")
@click.option("--state", type=click.Choice(STATES))
@in_community
@answers
def list_waivers(state: str | None, community: str | None) -> dict[str, Any]:
    """Every request and what became of it, the newest first."""
    place = the_community(community)
    rows = waiver_list.listed(db.session(), place.id, Wish(), today())
    found = answer(db.session(), place.id, rows, today())
    return {"waivers": [one for one in found if state in (None, one["state"])]}


@waiver_group.command("show")
@click.argument("number")
@in_community
@answers
def show(number: str, community: str | None) -> dict[str, Any]:
    """One request with its charges, its decision and its end."""
    place: Community = the_community(community)
    return _told(waivers.find_waiver(db.session(), place.id, number))


def _told(asked: WaiverRequest) -> dict[str, Any]:
    row = waiver_list.find(db.session(), asked.id)
    return answer(db.session(), asked.community_id, [row], today())[0]


def _terms(
    base: Terms,
    percent: int | None,
    amount: int | None,
    principal: int | None,
    days: tuple[date, date] | None,
    pay_by: date | None,
) -> Terms:
    """The base with what was said otherwise."""
    if percent is not None and amount is not None:
        raise Refused(N_("Of the late fee a share or a sum is waived, not both."))
    if percent is not None:
        base = replace(base, share_ppm=percent, late_fee=0)
    if amount is not None:
        base = replace(base, share_ppm=0, late_fee=amount)
    said: dict[str, Any] = {"principal": principal, "suspended": days, "pay_by": pay_by}
    return replace(base, **{name: value for name, value in said.items() if value is not None})


def _decider(by: str | None) -> User:
    if not by:
        raise Refused(
            N_("A waiver is decided by a person: say who with --by NAME, a member of staff who may decide.")
        )
    return _staff(by, "waiver.decide")


def _staff(by: str, permission: str) -> User:
    user = db.session.scalar(select(User).where(User.name == by.strip().casefold()))
    if user is None or not user.active:
        raise Missing(N_("There is no member of staff named “%(name)s”."), name=by)
    if not roles.may(user.role, permission):
        raise Refused(
            N_("%(name)s (%(role)s) may not do this: somebody else does it."), name=user.name, role=user.role
        )
    return user


COMMANDS = (waiver_group,)
