"""The demonstration community as it would stand on a day: settled in, two years of quarters, one dunning run."""

from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.calendar import Period, add_months, period_around
from billing.demo.casework import work_the_cases
from billing.demo.debtors import run_the_years
from billing.demo.estate import ACTOR, BUILDINGS, COMMUNITY, CONTRACT_FACTS, OFFICE_FACTS, settle_in
from billing.demo.fairness import ask_as_owner, be_fair
from billing.demo.sign_ins import OWNER, open_doors
from billing.flow.dunning import issue_run, plan_run
from billing.flow.estate import EVER, found_community
from billing.flow.holds import place_hold
from billing.flow.printing import NOTICES
from billing.flow.profile import OFFICE, set_profile
from billing.store.base import writing
from billing.store.estate import Community, Unit
from billing.store.ledger import Charge
from billing.store.vault import Vault


def build(session: Session, vault: Vault, today: date, buildings: int = BUILDINGS) -> Community:
    """Make the demonstration community as it would stand on `today`; what is there already is left alone."""
    known = session.scalar(select(Community).where(Community.name == COMMUNITY))
    if known:
        return known
    random = Random(20181)
    with writing(session):
        community = found_community(session, ACTOR, COMMUNITY)
        set_profile(session, ACTOR, today, OFFICE, OFFICE_FACTS, EVER)
        set_profile(session, ACTOR, today, community.id, CONTRACT_FACTS, EVER)
        # Of what it was paid in the years before nobody is told now.
        set_profile(session, ACTOR, today, community.id, {"mail_account": "no"}, EVER)
        set_profile(session, ACTOR, today, community.id, {"mail_account": ""}, today)
    last = period_around(today, 3)
    periods = [Period(add_months(last.first, -3 * back), 3) for back in range(7, -1, -1)]
    with writing(session, community.id):
        settle_in(session, random, today, community.id, buildings)
    with writing(session, community.id):
        run_the_years(session, random, today, community.id, periods)
    with writing(session, community.id):
        _dun(session, today, community.id)
    with writing(session, community.id):
        be_fair(session, vault, today, community.id)
    home = open_doors(session, today, community.id)
    if home:
        with writing(session, community.id):
            ask_as_owner(session, vault, OWNER, today, *home)
    work_the_cases(session, today, community.id)
    return community


def _dun(session: Session, today: date, community_id: int) -> None:
    """A dispute and a hold, and one run some weeks ago, so that the next has a history."""
    owing = session.execute(
        select(Charge.unit_id, Charge.debtor_id)
        .where(Charge.community_id == community_id, Charge.open_fen > 0, Charge.due < today)
        .group_by(Charge.unit_id, Charge.debtor_id)
        .order_by(Charge.unit_id)
        .limit(40)
    ).all()
    for number, (index, kind, reason) in enumerate(
        ((7, "disputed", "业主称屋面渗水未修，已登记投诉"), (23, "held", "业主住院，家属来电请求暂缓"))
    ):
        unit_id, debtor_id = owing[index]
        unit = session.get_one(Unit, unit_id)
        since = today - timedelta(days=90)
        place_hold(session, ACTOR, unit, debtor_id, kind, since, None, reason, f"demo:{number}")
    as_of = today - timedelta(days=45)
    run = issue_run(session, ACTOR, community_id, plan_run(session, community_id, as_of, as_of))
    if run:
        NOTICES.queue(session, ACTOR, now(), run)
