"""`flask waiver policy`: under which headings waivers are given, from which day on, by whom up to what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import click

from billing.cli.command import ACTOR, DAY, Group, Parsed, answers, in_community, the_community
from billing.clock import today
from billing.core.money import parse_yuan, yuan
from billing.core.numbers import parse_percent, percent
from billing.core.waiver_policy import CONDITION_WORDS, KINDS, WaiverPolicy
from billing.extensions import db
from billing.flow.waiver_policy import close_waiver_policy, set_waiver_policy, waiver_policies
from billing.store.base import writing


def _parse_limit(text: str) -> tuple[str, int | None]:
    role, _, limit = text.partition("=")
    return role.strip(), None if limit.strip() in ("", "any") else parse_yuan(limit)


@click.group("policy", cls=Group)
def policy_group() -> None:
    """The waiver policies."""


@policy_group.command("list")
@click.option("--as-of", type=DAY, help="Default: today.")
@in_community
@answers
def list_policies(as_of: date | None, community: str | None) -> dict[str, Any]:
    """Those in force on a day."""
    known = waiver_policies(db.session(), the_community(community).id, as_of or today())
    return {"policies": [_told(one) for one in known.values()]}


@policy_group.command("set")
@click.argument("code")
@click.option("--from", "since", type=DAY, help="Default: today.")
@click.option("--name", help="As pages and papers call it.")
@click.option("--kind", type=click.Choice(list(KINDS)))
@click.option("--late-fee", "late_fee_ppm", type=Parsed("percent", parse_percent), help="At most, percent.")
@click.option("--principal", "principal_ppm", type=Parsed("percent", parse_percent), help="At most, percent.")
@click.option("--days", type=int, help="At most that many days without late fee.")
@click.option("--condition", type=click.Choice(list(CONDITION_WORDS)))
@click.option("--pay-days", type=int, help="Days to fulfil the condition.")
@click.option("--papers", help="Which papers must come with it.")
@click.option(
    "--limit",
    "limits",
    type=Parsed("ROLE=AMOUNT", _parse_limit),
    multiple=True,
    help="What the role may approve: an amount, or “any”. Given once or more, they replace those before.",
)
@click.option("--online/--not-online", default=None, help="Whether owners may ask for it themselves.")
@click.option("--close", is_flag=True, help="Nothing is given under it from that day on.")
@in_community
@answers
def set_policy(
    code: str,
    since: date | None,
    limits: Sequence[tuple[str, int | None]],
    close: bool,
    community: str | None,
    **terms: Any,
) -> dict[str, Any]:
    """Set policy CODE from a day on: what is not said stays as it is in force that day."""
    session, place, day = db.session(), the_community(community), since or today()
    if close:
        with writing(session, place.id):
            row = close_waiver_policy(session, ACTOR, place.id, code, day)
        return {"code": row.code, "closed_from": row.since.isoformat()}
    known = waiver_policies(session, place.id, day).get(code)
    base = known or WaiverPolicy(code, "non-malicious", "", day, late_fee_ppm=0)
    said = {name: value for name, value in terms.items() if value is not None}
    if limits:
        said["limits"] = dict(limits)
    wanted = replace(base, since=day, **said)
    with writing(session, place.id):
        set_waiver_policy(session, ACTOR, place.id, wanted)
    return _told(wanted)


def _told(policy: WaiverPolicy) -> dict[str, Any]:
    return {
        "code": policy.code,
        "name": policy.name,
        "kind": policy.kind,
        "from": policy.since.isoformat(),
        "late_fee_percent": percent(policy.late_fee_ppm),
        "principal_percent": percent(policy.principal_ppm),
        "days": policy.days,
        "condition": policy.condition,
        "pay_days": policy.pay_days,
        "papers": policy.papers,
        "limits": {role: "any" if limit is None else yuan(limit) for role, limit in policy.limits.items()},
        "online": policy.online,
    }
