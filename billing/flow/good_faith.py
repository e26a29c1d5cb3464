"""Non-malicious (非恶意): what the rules propose to ask for, in a whole community or for one debtor.

A proposal is no request, and a request is decided by somebody else (billing.flow.waiver_decision).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from billing.core.conduct import Finding
from billing.core.good_faith import Rule, attested
from billing.core.problem import Refused
from billing.core.waiver_policy import Terms, WaiverPolicy
from billing.flow.conduct import Hearing, hear
from billing.flow.debtors import reckoned
from billing.flow.entry import is_recorded
from billing.flow.estate import policies
from billing.flow.good_faith_rules import rules, rules_to_attest
from billing.flow.waiver_effect import Effect, work_out
from billing.flow.waiver_policy import waiver_policies
from billing.flow.waivers import Application, request_waiver
from billing.store.estate import Unit
from billing.store.good_faith import open_requests
from billing.store.standing import Account, accounts
from billing.store.waivers import WaiverRequest
from billing.translations import N_


@dataclass(frozen=True)
class Proposal:
    """What may be asked for: on which charges, under which policy, on what terms, because of what was found."""

    hearing: Hearing
    policy: WaiverPolicy
    terms: Terms
    charges: tuple[int, ...]
    found: Sequence[Finding]
    effect: Effect

    @property
    def account(self) -> Account:
        return self.hearing.account

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.account.unit_id}-{self.account.debtor_id}"

    @property
    def value(self) -> int:
        """The most it gives up, in fen."""
        return self.effect.value

    @property
    def open(self) -> int:
        """Principal left on the charges."""
        return sum(before.open for before, _ in self.effect.today)

    @property
    def late_fee(self) -> int:
        """Late fee owed on the charges on the day."""
        return sum(before.late_fee_due for before, _ in self.effect.today)


def proposals(session: Session, community_id: int, as_of: date) -> list[Proposal]:
    """For each debtor who owes late fee, for whom a rule speaks and no request waits, nor a waiver for his money.

    They come in walking order.

    A dozen queries however many units: the overview says who owes late fee, and only their accounts are read.
    """
    late_fee_rules = policies(session, community_id)
    owing: dict[tuple[int, int], dict[int, int]] = {}
    for debt in reckoned(session, community_id, as_of, late_fee_rules):
        if debt.late_fee > 0:
            owing.setdefault((debt.unit_id, debt.debtor_id), {})[debt.charge_id] = debt.late_fee
    for waiting in open_requests(session, community_id):
        owing.pop(waiting, None)
    debtor_ids = sorted({debtor_id for _, debtor_id in owing})
    found = [
        (account, owing[account.unit_id, account.debtor_id])
        for account in accounts(session, community_id, late_fee_rules, debtor_ids=debtor_ids)
        if (account.unit_id, account.debtor_id) in owing and not account.is_given_time(as_of)
    ]
    in_force = rules(session, community_id, as_of)
    waivers = waiver_policies(session, community_id, as_of)
    heard = hear(session, community_id, found, list(in_force.values()), as_of)
    return [one for each in heard if (one := _propose(each, each.found, in_force, waivers))]


def proposed(
    session: Session, community_id: int, heard: Hearing, found: Sequence[Finding] = ()
) -> Proposal | None:
    """What the hearing comes to, with these attested findings beside those of the books; None where no rule speaks."""
    in_force = rules(session, community_id, heard.as_of)
    waivers = waiver_policies(session, community_id, heard.as_of)
    return _propose(heard, [*heard.found, *found], in_force, waivers)


def attest(
    session: Session, actor: str, community_id: int, today: date, papers: Mapping[str, str]
) -> list[Finding]:
    """Findings that `actor` attests: rule's code -> the paper that shows it."""
    known = {rule.code: rule for rule in rules_to_attest(session, community_id, today)}
    strange = [code for code in papers if code not in known]
    if strange:
        raise Refused(N_("“%(code)s” is no rule that is attested here."), code=strange[0])
    return [attested(known[code], actor, paper) for code, paper in papers.items()]


def put_on_file(
    session: Session,
    actor: str,
    today: date,
    community_id: int,
    chosen: Sequence[str],
    reason: str,
    key: str,
) -> list[WaiverRequest]:
    """Make requests of the chosen proposals, all or none; those that this key made before stay as they are."""
    fresh = [one for one in chosen if not is_recorded(session, community_id, f"waiver:{key}:{one}")]
    known = {one.key: one for one in proposals(session, community_id, today)} if fresh else {}
    gone = [one for one in fresh if one not in known]
    if gone:
        raise Refused(
            N_("%(count)s of the chosen are not proposed any more: look at the list again."), count=len(gone)
        )
    return [ask(session, actor, today, known[one], reason, f"{key}:{one}") for one in fresh]


def ask(
    session: Session, actor: str, today: date, proposal: Proposal, reason: str, key: str
) -> WaiverRequest:
    """Put the proposal on file as a request, with what was found kept."""
    application = Application(
        policy=proposal.policy.code,
        terms=proposal.terms,
        reason=reason,
        key=key,
        charges=proposal.charges,
        found=[one.as_data() for one in proposal.found],
    )
    unit = session.get_one(Unit, proposal.account.unit_id)
    return request_waiver(session, actor, today, unit, proposal.account.debtor_id, application)


def _propose(
    heard: Hearing,
    found: Sequence[Finding],
    in_force: Mapping[str, Rule],
    waivers: Mapping[str, WaiverPolicy],
) -> Proposal | None:
    """Of the policies that the findings lead to the one that gives most; who decides may give less."""
    by_policy: dict[str, list[Finding]] = {}
    for one in found:
        by_policy.setdefault(in_force[one.code].policy, []).append(one)
    made = [
        proposal
        for code, some in by_policy.items()
        if code in waivers and (proposal := _under(waivers[code], heard, some, in_force))
    ]
    return max(made, key=lambda one: one.value, default=None)


def _under(
    policy: WaiverPolicy, heard: Hearing, found: Sequence[Finding], in_force: Mapping[str, Rule]
) -> Proposal | None:
    """The best that these findings' rules propose, as far as the policy goes; an attested one is about all charges."""
    asking = [in_force[one.code] for one in found]
    share = min(max(rule.share_ppm for rule in asking), policy.late_fee_ppm)
    days = max(rule.pay_days or policy.pay_days for rule in asking)
    pay_by = heard.as_of + timedelta(days=min(days, policy.pay_days)) if policy.pay_days else None
    owed = tuple(one.charge for one in heard.dues)
    charges = tuple(sorted({charge for one in found for charge in one.charges or owed}))
    terms = Terms(share_ppm=share, pay_by=pay_by)
    try:
        effect = work_out(heard.account, policy, charges, terms, heard.as_of)
    except Refused:  # nothing is owed, or the policy waives no late fee: there is nothing to propose
        return None
    return Proposal(heard, policy, terms, charges, found, effect)
