"""`flask policy`: the late-fee policies of a community, each from a day on."""

from dataclasses import replace
from datetime import date
from typing import Any

import click

from billing.cli.command import ACTOR, DAY, POSITIVE_YUAN, Group, Parsed, answers, in_community, the_community
from billing.clock import today
from billing.core.late_fee import Cap
from billing.core.money import yuan
from billing.core.numbers import parse_per_mille, parse_percent, per_mille, percent
from billing.core.policy import ORDERS, Policy
from billing.core.problem import Unusable
from billing.extensions import db
from billing.flow.estate import policies
from billing.flow.policy import PolicyEffect, enter_policy, policy_effect
from billing.store.base import writing
from billing.translations import N_


@click.group("policy", cls=Group)
def policy_group() -> None:
    """Late-fee policies: rate, grace, cap and the order in which a payment is allocated."""


@policy_group.command("set")
@click.option("--rate", "rate_ppm", type=Parsed("per mille", parse_per_mille), help="Per mille a day.")
@click.option("--grace", "grace_days", type=click.IntRange(0, 366), help="Days after the due date.")
@click.option("--grace-counts-from", "grace_from", type=click.Choice(["due", "end"]))
@click.option("--cap-percent", type=Parsed("percent", parse_percent), help="Of the charge's amount.")
@click.option("--cap-amount", type=POSITIVE_YUAN, help="For each charge.")
@click.option("--no-cap", is_flag=True)
@click.option("--order", type=click.Choice(ORDERS))
@click.option("--from", "since", type=DAY, help="From which day it holds (default: today).")
@click.option("--dry-run", is_flag=True, help="Show what it would change in the late fee of today.")
@in_community
@answers
def set_policy(
    community: str | None,
    since: date | None,
    cap_percent: int | None,
    cap_amount: int | None,
    no_cap: bool,
    dry_run: bool,
    **terms: Any,
) -> dict[str, Any]:
    """Enter a policy. What is not said stays as it is in force on that day."""
    session = db.session()
    place = the_community(community)
    wanted = policies(session, place.id).on(since or today())
    said = {name: value for name, value in terms.items() if value is not None}
    wanted = replace(wanted, since=since or today(), **said)
    if sum((cap_percent is not None, cap_amount is not None, no_cap)) > 1:
        raise Unusable(N_("A cap is a share or an amount or none: say one of them."))
    if cap_percent is not None or cap_amount is not None or no_cap:
        wanted = replace(wanted, cap=Cap(cap_percent, cap_amount))
    if dry_run:
        effect = policy_effect(session, place.id, wanted, today())
    else:
        with writing(session, place.id):
            effect = enter_policy(session, ACTOR, place.id, wanted, today())
    return {"policy": _terms(wanted), "effect": _effect(effect)}


@policy_group.command("show")
@in_community
@answers
def show_policies(community: str | None) -> dict[str, Any]:
    """Every policy that counts, the earliest first."""
    held = policies(db.session(), the_community(community).id)
    return {"policies": [_terms(policy) for policy in held.dated]}


def _terms(policy: Policy) -> dict[str, Any]:
    cap = policy.cap
    return {
        "from": policy.since.isoformat(),
        "rate": per_mille(policy.rate_ppm),
        "grace": policy.grace_days,
        "grace_counts_from": policy.grace_from,
        "cap_percent": None if cap.percent_ppm is None else percent(cap.percent_ppm),
        "cap_amount": None if cap.fixed_fen is None else yuan(cap.fixed_fen),
        "order": policy.order,
    }


def _effect(effect: PolicyEffect) -> dict[str, Any]:
    return {
        "as_of": effect.as_of.isoformat(),
        "charges": len(effect.changes),
        "debtors": effect.debtors,
        "late_fee_before": yuan(effect.before),
        "late_fee_after": yuan(effect.after),
        "overpaid": yuan(sum(effect.overpaid)),
        "notices_sent": effect.notices,
        "largest": [
            {
                "charge": one.debt.charge_id,
                "unit": one.debt.unit,
                "debtor": one.debt.debtor,
                "due": one.debt.due.isoformat(),
                "before": yuan(one.before),
                "after": yuan(one.after),
            }
            for one in effect.largest
        ],
    }


COMMANDS = (policy_group,)
