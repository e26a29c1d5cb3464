"""`flask good-faith`: what the rules propose, and the rules. `flask waiver-report`: how like cases were decided."""

from dataclasses import replace
from datetime import date
from typing import Any

import click
from flask_babel import gettext

from billing.cli.command import (
    ACTOR,
    DAY,
    Command,
    Group,
    Parsed,
    answers,
    in_community,
    the_community,
)
from billing.clock import today
from billing.core.conduct import Finding
from billing.core.consistency import SPAN, Decision, LikeCases, Tally
from billing.core.good_faith import KINDS, Rule
from billing.core.money import yuan
from billing.core.numbers import parse_percent, percent
from billing.core.problem import Missing
from billing.extensions import db
from billing.flow.consistency import consistency_report
from billing.flow.good_faith import Proposal, proposals
from billing.flow.good_faith_rules import entered, rules, set_rule
from billing.store.base import writing
from billing.translations import N_

PERCENT = Parsed("percent", parse_percent)


@click.group("good-faith", cls=Group)
def good_faith() -> None:
    """Who was late without ill will: what dated rules find in the books, and propose to ask for."""


@good_faith.command("list")
@click.option("--as-of", type=DAY, help="Default: today.")
@in_community
@answers
def list_proposals(as_of: date | None, community: str | None) -> dict[str, Any]:
    """Who owes late fee, has no request waiting, and is spoken for by a rule; what speaks against him beside it."""
    as_of = as_of or today()
    found = proposals(db.session(), the_community(community).id, as_of)
    return {
        "as_of": as_of.isoformat(),
        "proposals": [_proposal(one) for one in found],
        "value": yuan(sum(one.value for one in found)),
    }


@good_faith.command("rules")
@click.option("--as-of", type=DAY, help="Default: today.")
@in_community
@answers
def list_rules(as_of: date | None, community: str | None) -> dict[str, Any]:
    """The rules in force on a day."""
    found = rules(db.session(), the_community(community).id, as_of or today())
    return {"rules": [_rule(rule) for rule in found.values()]}


@good_faith.command("set")
@click.argument("code")
@click.option("--kind", type=click.Choice(list(KINDS)), help="For a rule of a new code.")
@click.option("--days", type=click.IntRange(0, 366))
@click.option("--months", type=click.IntRange(0, 240))
@click.option("--percent", "share_ppm", type=PERCENT, help="Of the late fee, to be proposed.")
@click.option("--policy", metavar="CODE", help="The waiver policy it proposes.")
@click.option("--pay-days", type=click.IntRange(0, 366), help="Time to fulfil the policy's condition.")
@click.option("--on/--off", default=None)
@click.option("--from", "since", type=DAY, help="From which day it holds (default: today).")
@in_community
@answers
def enter_rule(
    code: str, kind: str | None, since: date | None, community: str | None, **terms: Any
) -> dict[str, Any]:
    """Enter a rule. What is not said stays as it is in force on that day."""
    session, place, day = db.session(), the_community(community), since or today()
    known = {rule.code: rule for rule in entered(session, place.id)} | rules(session, place.id, day)
    said = {name: value for name, value in {**terms, "kind": kind}.items() if value is not None}
    if code not in known and kind is None:
        raise Missing(N_("There is no rule “%(code)s”: a new one needs its kind."), code=code)
    first = known.get(code) or Rule(code, day, kind)  # type: ignore[arg-type]  # one of KINDS, by click
    rule = replace(first, **{"since": day, "on": True, **said})
    with writing(session, place.id):
        set_rule(session, ACTOR, place.id, rule)
    return {"rule": _rule(rule)}


@click.command("waiver-report", cls=Command)
@click.option("--from", "first", type=DAY, required=True)
@click.option("--to", "last", type=DAY, required=True)
@click.option(
    "--span", type=PERCENT, default=SPAN, help="How far apart shares given in like cases may lie (30)."
)
@in_community
@answers
def waiver_report(first: date, last: date, span: int, community: str | None) -> dict[str, Any]:
    """Decisions on waivers in like cases; those decided unlike first."""
    report = consistency_report(db.session(), the_community(community).id, first, last, span)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "span": percent(span),
        "unlike": report.unlike,
        "groups": [_group(one) for one in report.groups],
        "deciders": [{"decided_by": name, **_tally(sums)} for name, sums in report.deciders.items()],
        "pairs": [
            {"asked_by": asked, "decided_by": decided, **_tally(sums)}
            for (asked, decided), sums in report.pairs.items()
        ],
    }


def _proposal(one: Proposal) -> dict[str, Any]:
    return {
        "unit": one.account.unit,
        "debtor": one.account.debtor,
        "policy": one.policy.code,
        "percent": percent(one.terms.share_ppm),
        "pay_by": one.terms.pay_by and one.terms.pay_by.isoformat(),
        "charges": list(one.charges),
        "open": yuan(one.open),
        "late_fee": yuan(one.late_fee),
        "value": yuan(one.value),
        "found": [_finding(found) for found in one.found],
        "against": [_finding(found) for found in one.hearing.against],
    }


def _finding(found: Finding) -> dict[str, str]:
    return {"code": found.code, "why": found.sentence(gettext)}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "kind": rule.kind,
        "words": rule.sentence(gettext),
        "from": rule.since.isoformat(),
        "on": rule.on,
        "days": rule.days,
        "months": rule.months,
        "policy": rule.policy,
        "percent": percent(rule.share_ppm),
        "pay_days": rule.pay_days,
    }


def _group(one: LikeCases) -> dict[str, Any]:
    case = one.case
    return {
        "unlike": one.unlike,
        "kind": case.kind,
        "found": list(case.found),
        "age": case.age.code,
        "sum": case.sum,
        "condition": case.condition,
        "asked_for": case.form,
        **_tally(one.tally),
        "decisions": [_decision(decision) for decision in one.decisions],
    }


def _decision(one: Decision) -> dict[str, Any]:
    share = one.case.form == "share"
    return {
        "number": one.number,
        "unit": one.unit,
        "debtor": one.debtor,
        "approved": one.approved,
        "asked_percent": percent(one.asked) if share else None,
        "given_percent": None if one.given_ppm is None else percent(one.given_ppm),
        "value": yuan(one.value),
        "asked_by": one.asked_by,
        "asked_on": one.asked_on.isoformat(),
        "decided_by": one.decided_by,
        "decided_on": one.decided_on.isoformat(),
        "days_taken": one.days_taken,
    }


def _tally(sums: Tally) -> dict[str, Any]:
    return {
        "decided": sums.decided,
        "approved": sums.approved,
        "least_percent": percent(sums.least_ppm),
        "most_percent": percent(sums.most_ppm),
        "mean_percent": percent(sums.mean_ppm),
        "value": yuan(sums.value),
    }


COMMANDS = (good_faith, waiver_report)
