"""What papers say of the office and of a community: dated facts, and which of them a paper still lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Named, Refused, Unusable
from billing.core.profile import (
    COMMUNITY_OPTIONAL,
    COMMUNITY_REQUIRED,
    DATES,
    LABELS,
    OFFICE_OPTIONAL,
    OFFICE_REQUIRED,
    check_contract,
    clean,
)
from billing.sheets.names import is_placeholder
from billing.store.estate import ProfileFact
from billing.translations import N_
from notices.fonts import MissingGlyph, fonts

#: The office's own facts stand under this community number.
OFFICE = 0

#: Of an entry on a day. A later one for the same day has "replaced" it.
State = Literal["coming", "holds", "past", "replaced"]


def keys(community_id: int) -> dict[str, str]:
    """Every key that may be set there, with its label."""
    return (
        {**COMMUNITY_REQUIRED, **COMMUNITY_OPTIONAL}
        if community_id
        else {**OFFICE_REQUIRED, **OFFICE_OPTIONAL}
    )


@dataclass(frozen=True)
class Facts:
    """All that was ever said in one place, in the order in which it was meant to hold."""

    rows: Sequence[ProfileFact]

    def on(self, day: date) -> dict[str, str]:
        """What holds on that day; what begins later does not count yet."""
        holding = {row.name: row.value for row in self.rows if row.since <= day}
        return {name: value for name, value in holding.items() if value}

    def coming(self, day: date) -> list[ProfileFact]:
        """What changes after that day, the earliest first; of two entries for one day the later counts."""
        holding = self.on(day)
        found = []
        for row in {(row.since, row.name): row for row in self.rows if row.since > day}.values():
            if holding.get(row.name, "") != row.value:
                found.append(row)
            holding[row.name] = row.value
        return found

    def history(self, day: date) -> list[tuple[ProfileFact, State]]:
        """Every entry and what became of it by that day, key by key, the newest first."""
        counting = {(row.since, row.name): row.id for row in self.rows}.values()
        holding = {row.name: row.id for row in self.rows if row.since <= day}.values()

        def state(row: ProfileFact) -> State:
            if row.id not in counting:
                return "replaced"
            return "coming" if row.since > day else "holds" if row.id in holding else "past"

        order = list(LABELS)
        by_key = sorted(self.rows, key=lambda row: (order.index(row.name), -row.since.toordinal(), -row.id))
        return [(row, state(row)) for row in by_key]


def facts(session: Session, community_id: int) -> Facts:
    query = select(ProfileFact).where(ProfileFact.community_id == community_id)
    return Facts(session.scalars(query.order_by(ProfileFact.since, ProfileFact.id)).all())


def profile(session: Session, community_id: int, day: date) -> dict[str, str]:
    """What holds on that day."""
    return facts(session, community_id).on(day)


def set_profile(
    session: Session,
    actor: str,
    today: date,
    community_id: int,
    values: Mapping[str, str],
    since: date | None = None,
) -> list[str]:
    """Add the facts that are new; the keys changed. `since` is the day from which papers say so (default: today)."""
    known = keys(community_id)
    for name in values:
        if name not in known:
            raise Unusable(
                N_("There is no profile key “%(key)s”; there are: %(keys)s."), key=name, keys=", ".join(known)
            )
    if is_placeholder(values.get("developer", "")):
        raise Refused(
            N_("“%(value)s” is no registered name: papers would be addressed to nobody."),
            key="developer",
            value=values["developer"].strip(),
        )
    cleaned = {name: _printable(name, clean(name, value)) for name, value in values.items()}
    current = profile(session, community_id, since or today)
    changed = [name for name, value in cleaned.items() if current.get(name, "") != value]
    if not set(DATES).isdisjoint(changed):
        check_contract(current | cleaned)
    for name in changed:
        session.add(
            ProfileFact(
                community_id=community_id,
                name=name,
                value=cleaned[name],
                since=since or today,
                recorded_at=now(),
                actor=actor,
            )
        )
    session.flush()
    return changed


def _printable(name: str, value: str) -> str:
    """The value, if the papers' fonts have all of it: one missing character would stop every paper."""
    if unknown := fonts().missing([value]):
        missing = MissingGlyph(unknown)
        raise Refused(missing.message, key=name, **missing.params)
    return value


def missing(session: Session, community_id: int, day: date) -> list[str]:
    """Keys a paper of that day needs and nobody entered: the office's, and the community's when one is named."""
    office = profile(session, OFFICE, day)
    lacking = [key for key in OFFICE_REQUIRED if key not in office]
    if community_id:
        own = profile(session, community_id, day)
        lacking += [key for key in COMMUNITY_REQUIRED if key not in own]
    return lacking


def require(session: Session, community_id: int, day: date) -> None:
    """Refuse to make a paper that would have holes, naming them."""
    lacking = missing(session, community_id, day)
    if lacking:
        raise Refused(
            N_("No paper can be made yet. The profile still lacks: %(keys)s."),
            keys=Named((key, LABELS[key]) for key in lacking),
        )
