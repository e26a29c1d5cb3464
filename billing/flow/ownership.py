"""Who owned what on which day, for a whole community in one query."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.estate import Unit
from billing.store.people import Ownership, Party, owned_on


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


class Holders:
    """Everybody who owned a community's units on a day, by name, the first owner first."""

    def __init__(self, session: Session, community_id: int, day: date) -> None:
        self._named: dict[int, dict[int, str]] = defaultdict(dict)
        for unit_id, party_id, name in session.execute(
            select(Ownership.unit_id, Party.id, Party.name)
            .join(Party, Party.id == Ownership.party_id)
            .where(Ownership.community_id == community_id, owned_on(day))
            .order_by(Ownership.role != "owner", Ownership.id)
        ):
            self._named[unit_id][party_id] = name

    def beside(self, unit_id: int, debtor_id: int) -> list[str]:
        """Who owned the unit together with the debtor; nobody for a former owner: the buyer is a stranger."""
        named = self._named[unit_id]
        return [name for party, name in named.items() if party != debtor_id] if debtor_id in named else []
