"""A dunning run: who is served which stage as of a day, who is left out and why, and the numbered notices."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from billing.core import dunning
from billing.core.ageing import oldest_days
from billing.core.calendar import roll_forward
from billing.core.dunning import Standing, Step
from billing.core.problem import Refused
from billing.core.statement import Line, totals
from billing.flow import papers
from billing.flow.addressee import NAMELESS, addressee
from billing.flow.calendar import rest_days
from billing.flow.cases import open_those_served
from billing.flow.collection_rules import rules_on
from billing.flow.entry import fingerprint, latest, record, token
from billing.flow.estate import policies
from billing.flow.holds import holds_on
from billing.flow.liability import joint_debtors, names
from billing.flow.printing import NOTICES, LeftOut
from billing.flow.profile import profile
from billing.flow.promises import holding, of_debtors
from billing.flow.tariffs import ladder
from billing.flow.waived import suspensions, waived
from billing.store.collection import DunningRun, Notice
from billing.store.debts import late_debtors
from billing.store.estate import Unit
from billing.store.evidence import Delivery
from billing.store.ledger import live
from billing.store.standing import Account, accounts
from billing.translations import N_
from notices import content
from notices.record import freeze


@dataclass(frozen=True)
class PlannedNotice:
    """A notice as it would go out: its lines are those overdue as of the run's day, `addressee` whom it names."""

    account: Account
    addressee: str
    step: Step
    lines: Sequence[Line]
    episode: date
    earlier: Sequence[Notice]
    deadline: date

    @property
    def days(self) -> int:
        return oldest_days((row.overdue_days, row.open) for row in self.lines)

    @property
    def total(self) -> int:
        return totals(self.lines).total

    @property
    def principal(self) -> int:
        return totals(self.lines).open

    @property
    def late_fee(self) -> int:
        return self.total - self.principal


@dataclass(frozen=True)
class RunPlan:
    """What a run as of that day would send, in delivery order; `digest` names this very plan."""

    as_of: date
    issued_on: date
    notices: Sequence[PlannedNotice]
    left_out: Sequence[LeftOut]
    rate_ppm: int

    @property
    def digest(self) -> str:
        lines = [
            [one.account.unit_id, one.account.debtor_id, one.addressee, one.step.stage, one.total]
            for one in self.notices
        ]
        return fingerprint({"as_of": self.as_of, "issued_on": self.issued_on, "notices": lines})

    def by_stage(self) -> dict[int, tuple[int, int]]:
        """Stage -> (number of notices, total fen)."""
        sums: dict[int, tuple[int, int]] = {}
        for one in sorted(self.notices, key=lambda one: one.step.stage):
            count, total = sums.get(one.step.stage, (0, 0))
            sums[one.step.stage] = (count + 1, total + one.total)
        return sums


def plan_run(session: Session, community_id: int, as_of: date, today: date) -> RunPlan:
    """Decide every debtor of the community as of the day; nothing is written."""
    steps = ladder(session, community_id, as_of)
    rest_day = rest_days(session)
    held = holds_on(session, community_id, as_of)
    earlier = _earlier(session, community_id)
    developer = profile(session, community_id, today).get("developer", "")
    planned: list[PlannedNotice] = []
    left_out: list[LeftOut] = []
    rules = policies(session, community_id)
    # Nobody else can have anything overdue; a past day's late fee may have been paid since.
    fastest = max(policy.rate_ppm for policy in rules.dated) if as_of >= today else None
    debtors = late_debtors(session, community_id, as_of, fastest)
    late = accounts(session, community_id, rules, debtor_ids=debtors)
    promised = _promised(session, community_id, late, as_of)
    for account in late:
        key = (account.unit_id, account.debtor_id)
        standing = _standing(account, as_of, held.get(key), account.debtor_id in promised)
        verdict = dunning.decide(standing, steps, [(notice.stage, notice.as_of) for notice in earlier[key]])
        name = addressee(account.debtor, account.debtor_kind, developer)
        if isinstance(verdict, Step) and name is None:
            left_out.append(LeftOut(account.unit, account.debtor, NAMELESS, standing.total))
        elif isinstance(verdict, Step):
            assert name
            episode = dunning.episode_start(standing.lines, as_of)
            deadline = roll_forward(today + timedelta(days=verdict.deadline_days), rest_day)
            before = [notice for notice in earlier[key] if notice.as_of >= episode]
            planned.append(PlannedNotice(account, name, verdict, standing.overdue, episode, before, deadline))
        elif verdict != dunning.NOT_OVERDUE:
            detail = earlier[key][-1].number if verdict == dunning.SERVED else ""
            left_out.append(LeftOut(account.unit, account.debtor, verdict, standing.total, detail))
    return RunPlan(as_of, today, planned, left_out, rules.on(as_of).rate_ppm)


def _promised(
    session: Session, community_id: int, late: Sequence[Account], as_of: date
) -> Mapping[int, date]:
    """Debtor -> until when what he promised keeps letters back; measured at what is overdue on all his units."""
    judged = of_debtors(session, community_id, None, as_of)
    overdue: dict[int, int] = defaultdict(int)
    for account in late:
        if account.debtor_id in judged:
            rows = account.lines(as_of)
            overdue[account.debtor_id] += totals(row for row in rows if row.state == "overdue").total
    return holding(rules_on(session, community_id, as_of), judged, overdue, as_of)


def _standing(
    account: Account, as_of: date, hold: Literal["disputed", "held"] | None, promised: bool
) -> Standing:
    lines = account.lines(as_of)
    overdue = [row.charge for row in lines if row.charge.due < as_of and row.total > 0]
    paid_since = any(part.on > as_of for charge in overdue for part in account.settled[charge.id])
    waiting = account.is_given_time(as_of)
    return Standing(lines, as_of, account.prepayment(as_of), paid_since, hold, waiting, promised)


def issue_run(
    session: Session, actor: str, community_id: int, plan: RunPlan, expected: str | None = None
) -> DunningRun | None:
    """Number and record every notice of the plan in one go; None when there is nothing to send.

    `expected` is the digest of the plan a person saw. Refused while the profile lacks what a paper needs.
    """
    if expected is not None and expected != plan.digest:
        raise Refused(N_("The books changed since this preview was made: look at it again before you send."))
    if plan.as_of > plan.issued_on:
        raise Refused(
            N_("A run as of %(as_of)s can be previewed, but not sent before that day: today is %(today)s."),
            as_of=plan.as_of,
            today=plan.issued_on,
        )
    head = papers.Letterhead(session, community_id, plan.issued_on)
    if not plan.notices:
        return None
    asked = {"as_of": plan.as_of, "notices": len(plan.notices), "digest": plan.digest}
    key = f"dun:{plan.as_of}:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "dunning", key, actor, asked)
    left_out = [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in plan.left_out]
    run = DunningRun(
        community_id=community_id, entry=entry, as_of=plan.as_of, issued_on=plan.issued_on, left_out=left_out
    )
    session.add(run)
    session.flush()
    joint = joint_debtors(session, community_id)
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.community_id == community_id))}
    delivered = _delivered(session, community_id)
    for number, one in enumerate(plan.notices, start=NOTICES.next_serial(session, community_id)):
        unit = units[one.account.unit_id]
        notice = _notice(run, number, one)
        facts = head.unit(unit, one.addressee, names(joint, (row.charge.id for row in one.lines)))
        paper = _paper(head, plan, one, notice, facts, _prior(one, delivered))
        notice.paper = freeze(paper)
        session.add(notice)
    served = {one.account.debtor_id for one in plan.notices}
    open_those_served(session, community_id, served, plan.issued_on, entry)
    return run


def _prior(one: PlannedNotice, delivered: Mapping[int, date]) -> content.PriorNotice | None:
    if not one.earlier:
        return None
    last = one.earlier[-1]
    return content.PriorNotice(number=last.number, delivered=delivered.get(last.id))


def _notice(run: DunningRun, serial: int, one: PlannedNotice) -> Notice:
    return Notice(
        community_id=run.community_id,
        entry=run.entry,
        run_id=run.id,
        serial=serial,
        unit_id=one.account.unit_id,
        debtor_id=one.account.debtor_id,
        stage=one.step.stage,
        episode=one.episode,
        as_of=run.as_of,
        issued_on=run.issued_on,
        deadline=one.deadline,
        principal_fen=one.principal,
        late_fee_fen=one.late_fee,
        total_fen=one.total,
        verify_token=token(),
        slip_token=token(),
    )


def _paper(
    head: papers.Letterhead,
    plan: RunPlan,
    one: PlannedNotice,
    notice: Notice,
    unit: content.UnitFacts,
    prior: content.PriorNotice | None,
) -> content.Demand:
    return content.Demand(
        number=notice.number,
        issued=plan.issued_on,
        office=head.office,
        community=head.community,
        unit=unit,
        verify_url=head.verify_url(notice.verify_token),
        stage=one.step.stage,
        tone=one.step.tone,
        times=len(one.earlier) + 1,
        as_of=plan.as_of,
        deadline=one.deadline,
        lines=papers.charge_lines(one.account, one.lines),
        segments=papers.segments(one.lines),
        prior=prior,
        rate_ppm=plan.rate_ppm,
        terms=papers.late_fee_terms(one.lines),
        waivers=waived(one.account, one.lines, plan.as_of),
        suspensions=suspensions(one.account, one.lines),
        objection_until=one.deadline,
        slip_url=head.slip_url(notice.slip_token),
    )


def _earlier(session: Session, community_id: int) -> Mapping[tuple[int, int], list[Notice]]:
    found: dict[tuple[int, int], list[Notice]] = defaultdict(list)
    query = (
        select(Notice)
        .options(defer(Notice.paper))
        .where(Notice.community_id == community_id)
        .order_by(Notice.as_of, Notice.serial)
    )
    for notice in session.scalars(query):
        found[notice.unit_id, notice.debtor_id].append(notice)
    return found


def _delivered(session: Session, community_id: int) -> dict[int, date]:
    """Notice -> the first day on which a signed slip proves that it arrived."""
    query = (
        select(Delivery.notice_id, func.min(Delivery.on))
        .where(Delivery.community_id == community_id, live(Delivery))
        .group_by(Delivery.notice_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
