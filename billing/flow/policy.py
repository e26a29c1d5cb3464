"""A new late-fee policy: what it would change in the figures of today is looked at first, then it is entered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from billing.core.policy import Policy
from billing.core.problem import Refused
from billing.flow.debtors import Debt, reckoned
from billing.flow.entry import fingerprint
from billing.flow.estate import policies
from billing.flow.tariffs import check_policy, set_policy
from billing.store import notices
from billing.translations import N_


@dataclass(frozen=True)
class Change:
    """The late fee owed on one charge as it stands, and as the policy would have it (fen)."""

    debt: Debt
    after: int

    @property
    def before(self) -> int:
        return self.debt.late_fee

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class PolicyEffect:
    """What entering the policy would change as of the day, the largest first; `before` and `after` are what all
    charges together owe of late fee (fen).

    `notices` were sent already to debtors whose late fee changes. `digest` names this very effect.
    """

    policy: Policy
    as_of: date
    changes: Sequence[Change]
    before: int
    notices: int = 0

    @property
    def after(self) -> int:
        return self.before + sum(max(0, one.after) - max(0, one.before) for one in self.changes)

    @property
    def largest(self) -> Sequence[Change]:
        """Those shown one by one."""
        return self.changes[:5]

    @property
    def debtors(self) -> int:
        return len({(one.debt.unit_id, one.debt.debtor_id) for one in self.changes})

    @property
    def overpaid(self) -> list[int]:
        """How much more late fee was paid than would then be owed, for each charge on which it was (fen)."""
        return [-one.after for one in self.changes if one.after < 0]

    @property
    def digest(self) -> str:
        changes = [[one.debt.charge_id, one.before, one.after] for one in self.changes]
        return fingerprint({"policy": asdict(self.policy), "as_of": self.as_of, "changes": changes})


def policy_effect(session: Session, community_id: int, policy: Policy, today: date) -> PolicyEffect:
    """Compare every charge's late fee of today under the rules as they are and with this one; nothing is written."""
    check_policy(policy)
    rules = policies(session, community_id)
    before = reckoned(session, community_id, today, rules)
    anew = reckoned(session, community_id, today, rules.and_also(policy))
    after = {debt.charge_id: debt.late_fee for debt in anew}
    changes = [
        Change(debt, after[debt.charge_id]) for debt in before if debt.late_fee != after[debt.charge_id]
    ]
    changes.sort(key=lambda one: (-abs(one.difference), one.debt.charge_id))
    changed = {(one.debt.unit_id, one.debt.debtor_id) for one in changes}
    sent = notices.counts(session, community_id) if changed else {}
    return PolicyEffect(
        policy=policy,
        as_of=today,
        changes=changes,
        before=sum(max(0, debt.late_fee) for debt in before),
        notices=sum(count for debtor, count in sent.items() if debtor in changed),
    )


def enter_policy(
    session: Session,
    actor: str,
    community_id: int,
    policy: Policy,
    today: date,
    expected: str | None = None,
) -> PolicyEffect:
    """Add the policy, and what that changed. One that holds from that day already is not added again.

    `expected` is the digest of the effect a person saw: if the books moved since, nothing is entered.
    """
    effect = policy_effect(session, community_id, policy, today)
    if policy in policies(session, community_id).dated:
        return effect
    if expected is not None and expected != effect.digest:
        raise Refused(
            N_("The books changed since this was worked out: look at it again before you enter the policy.")
        )
    set_policy(session, actor, community_id, policy)
    return effect
