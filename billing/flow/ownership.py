"""Who owned what on which day, for a whole community in one query, and what a community agreed for periods between."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.calendar import Period
from billing.core.ownership import SPLITS, USUAL, Held, Split, stretches
from billing.core.problem import Refused
from billing.flow.entry import latest, record
from billing.store.estate import SplitRule, Unit
from billing.store.people import Ownership, Party
from billing.translations import N_


@dataclass(frozen=True)
class Splits:
    """Who owes a period in which a unit changed hands, each from a day on, sorted."""

    dated: tuple[tuple[date, Split], ...]

    def on(self, day: date) -> Split:
        """What holds for periods that begin on that day."""
        index = bisect_right([since for since, _ in self.dated], day)
        return self.dated[index - 1][1] if index else USUAL


@dataclass(frozen=True)
class Share:
    """Days of a period and who owes for them; none: nobody owned the unit then."""

    debtor: Party | None
    first: date
    last: date


class Owners:
    """The first owners of a community's units, or of some, through time; co-owners are liable with them (Civil Code
    art. 307)."""

    def __init__(self, session: Session, community_id: int, unit_ids: Sequence[int] | None = None) -> None:
        self._held: dict[int, list[Held]] = defaultdict(list)
        self._parties: dict[int, Party] = {}
        self._splits = splits(session, community_id)
        for own, party in session.execute(
            select(Ownership, Party)
            .join(Party, Party.id == Ownership.party_id)
            .where(
                Ownership.community_id == community_id,
                Ownership.role == "owner",
                true() if unit_ids is None else Ownership.unit_id.in_(unit_ids),
            )
            .order_by(Ownership.id)
        ):
            self._held[own.unit_id].append(Held(party.id, own.since, own.until))
            self._parties[party.id] = party

    def who_owes(self, unit: Unit, period: Period) -> list[Share]:
        """Whoever owned the unit in the period, as the community's rule of that time says; not before its hand-over,
        when the fees of the developer end (Civil Code art. 939)."""
        split = self._splits.on(period.first)
        found = stretches(self._held[unit.id], period.first, period.last, split, unit.start)
        return [
            Share(None if one.party is None else self._parties[one.party], one.first, one.last)
            for one in found
        ]


def splits(session: Session, community_id: int) -> Splits:
    """The rules of the community; of two for one day the later entry counts."""
    rows = rules(session, community_id)
    return Splits(tuple(sorted({row.since: row.split for row in rows}.items())))  # type: ignore[arg-type]  # one of SPLITS


def rules(session: Session, community_id: int) -> Sequence[SplitRule]:
    """Every rule that was entered, in the order in which they were meant to hold."""
    query = select(SplitRule).where(SplitRule.community_id == community_id)
    return session.scalars(query.order_by(SplitRule.since, SplitRule.id)).all()


def set_split(session: Session, actor: str, community_id: int, split: str, since: date) -> None:
    """Add the rule for periods that begin on the day or later. One that holds just so is not added again."""
    if split not in SPLITS:
        raise Refused(
            N_("A period is split by one of %(splits)s, not by “%(split)s”."),
            splits=", ".join(SPLITS),
            split=split,
        )
    if (since, split) in splits(session, community_id).dated:
        return
    key = f"split:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "split", key, actor, {"split": split, "since": since})
    row = SplitRule(
        community_id=community_id, since=since, split=split, entry=entry, recorded_at=now(), actor=actor
    )
    session.add(row)
    session.flush()
