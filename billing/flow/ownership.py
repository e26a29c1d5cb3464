"""Who owned what on which day, for a whole community in one query."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.estate import Unit
from billing.store.people import Ownership, Party


class Owners:
    """The first owners of a community's units through time; co-owners are liable with them (Civil Code art. 307)."""

    def __init__(self, session: Session, community_id: int) -> None:
        self._held: dict[int, list[tuple[Ownership, Party]]] = defaultdict(list)
        for own, party in session.execute(
            select(Ownership, Party)
            .join(Party, Party.id == Ownership.party_id)
            .where(Ownership.community_id == community_id, Ownership.role == "owner")
            .order_by(Ownership.id)
        ):
            self._held[own.unit_id].append((own, party))

    def who_owes(self, unit: Unit, period_first: date) -> Party | None:
        """Whoever owned the unit on the period's first day, or at its hand-over where that came later (art. 939)."""
        day = max(period_first, unit.start or period_first)
        for own, party in self._held[unit.id]:
            if own.holds_on(day):
                return party
        return None
