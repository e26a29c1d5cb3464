"""Activation letters (激活函): a one-time code for each owner chosen, printed, sealed, handed over; never shown again.

A letter goes to the first owner of a unit, in whose name it is billed, and only one to an owner of several units:
his account shows them all. A new letter voids the code of an older one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.flow.activation import VALID, issue_activation_code
from billing.flow.addressee import addressee
from billing.flow.entry import record, replayed
from billing.flow.papers import Letterhead
from billing.store.addressees import Addressee, addressees
from billing.store.people import Party
from billing.translations import N_
from notices.content import ActivationLetter
from notices.fonts import fonts
from notices.proofing import proof

#: Where the owner's page is entered with a code, under the office's public address.
ENTRANCE = "/my/activate"


@dataclass(frozen=True)
class Selection:
    """Who gets a letter, in delivery order, and how many were left out and why."""

    chosen: Sequence[Addressee]
    with_account: int = 0
    developers: int = 0
    ownerless: int = 0

    @property
    def voided(self) -> int:
        """How many older codes, still good, the letters would void."""
        return sum(one.open_code for one in self.chosen)


def select_owners(session: Session, community_id: int, today: date, building: str | None = None) -> Selection:
    """Owners without an account, of one building or of all. The developer's unsold units get no letter."""
    chosen: dict[int, Addressee] = {}
    with_account, developers, ownerless = set(), set(), 0
    for one in addressees(session, community_id, today, building=building):
        if one.party is None:
            ownerless += 1
        elif one.has_account:
            with_account.add(one.party.id)
        elif one.party.kind == "developer":
            developers.add(one.unit.id)
        else:
            chosen.setdefault(one.party.id, one)
    return Selection(list(chosen.values()), len(with_account), len(developers), ownerless)


def select_unit(session: Session, community_id: int, today: date, unit_id: int) -> Selection:
    """The unit's owner, account or not: a new code also gives a lost password back."""
    found = addressees(session, community_id, today, unit_id=unit_id)
    if not found or found[0].party is None:
        raise Refused(N_("This unit has no owner today."))
    return Selection(found)


def issue_letters(
    session: Session,
    actor: str,
    today: date,
    now: datetime,
    community_id: int,
    chosen: Sequence[Addressee],
    key: str,
) -> list[ActivationLetter]:
    """New codes for all of them, in the papers to be printed; the codes are nowhere else. Refused the second time.

    A paper that could not be printed is refused before any older code is void.
    """
    if not chosen:
        raise Refused(N_("Nobody was chosen: there is no letter to print."))
    asked = {"recipients": [[one.unit.id, _party(one).id] for one in chosen]}
    if replayed(session, community_id, f"activation:{key}", asked):
        raise Refused(
            N_("These letters were made already and their codes cannot be shown again. Make new ones.")
        )
    head = Letterhead(session, community_id, today)
    if any(addressee(_party(one).name, _party(one).kind, head.developer) is None for one in chosen):
        raise Refused(
            N_("This unit is the developer's: enter the developer's name in the contract page first.")
        )
    drafts = [_draft(head, today, one) for one in chosen]
    for paper in drafts:
        proof(paper, fonts())
    record(session, community_id, "activation", f"activation:{key}", actor, asked)
    return list(_with_codes(session, actor, today, now, chosen, drafts))


def _with_codes(
    session: Session,
    actor: str,
    today: date,
    now: datetime,
    chosen: Sequence[Addressee],
    drafts: Sequence[ActivationLetter],
) -> Iterable[ActivationLetter]:
    for one, paper in zip(chosen, drafts, strict=True):
        row, code = issue_activation_code(session, actor, today, now, _party(one), one.unit)
        number = f"A{one.unit.community_id}-{row.id:06d}"
        yield replace(paper, number=number, code=code, expires=row.expires)


def _draft(head: Letterhead, today: date, one: Addressee) -> ActivationLetter:
    """The letter but for its number and code."""
    return ActivationLetter(
        number="A",
        issued=today,
        office=head.office,
        community=head.community,
        unit=head.unit(one.unit, head.addressee(_party(one).name, _party(one).kind), ()),
        verify_url=head.url,
        code="",
        url=head.url + ENTRANCE,
        expires=today + VALID,
    )


def _party(one: Addressee) -> Party:
    assert one.party is not None, "a letter without a receiver"
    return one.party
