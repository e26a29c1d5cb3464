"""Which fee item a name in somebody's file means: itself, or one that the books know under another name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from billing.core.fee_names import WITHIN, likeliest
from billing.core.problem import Unusable
from billing.sheets import Arrears
from billing.store.estate import FeeItem, TariffRow
from billing.store.ledger import Entry
from billing.translations import N_

EARLIER = N_("so chosen at an earlier import")


@dataclass(frozen=True)
class Name:
    """A fee item of a file that is not plainly one of the books'. `likely`: the item that may be the same, and why."""

    name: str
    rows: int
    likely: str
    reason: str

    @property
    def taken(self) -> str:
        """The item that it is taken for unless a person says otherwise; that one name holds the other is but a hint."""
        return "" if self.reason == WITHIN else self.likely


@dataclass(frozen=True)
class Names:
    """The names that a person must look at, and the items there are to choose from, those with a tariff first."""

    strange: Sequence[Name]
    known: Sequence[str]

    def meant(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Name -> item for every strange name: as chosen ("" is itself), as it is taken where nothing is chosen."""
        return {one.name: chosen.get(one.name, one.taken) or one.name for one in self.strange}


def read_names(session: Session, community_id: int, arrears: Arrears) -> Names:
    """The file's names against the community's items and what was chosen before."""
    known = _known(session, community_id)
    earlier = chosen_earlier(session, community_id)
    strange = []
    for name, count in Counter(row.item for row in arrears.rows).items():
        item = earlier.get(name, name)
        if item != name:
            strange.append(Name(name, count, item, EARLIER))
        elif name not in known:
            strange.append(Name(name, count, *likeliest(name, known)))
    return Names(strange, known)


def chosen_earlier(session: Session, community_id: int) -> dict[str, str]:
    """Name -> item as the community's imports so far were told, the last word on each name."""
    query = select(Entry.detail).where(Entry.community_id == community_id, Entry.kind == "arrears")
    told = session.scalars(query.order_by(Entry.seq))
    return {name: item for detail in told for name, item in detail.get("items", {}).items()}


def check_choice(session: Session, community_id: int, arrears: Arrears, items: Mapping[str, str]) -> None:
    """Refuse a choice that names no item of the file, or none of the books'."""
    named = {row.item for row in arrears.rows}
    known = {*_known(session, community_id), *named}
    for name, item in items.items():
        if name not in named:
            raise Unusable(
                N_("The file names no fee item “%(name)s”: write it as it stands there."), name=name
            )
        if item not in known:
            raise Unusable(
                N_(
                    "There is no fee item “%(name)s” to book “%(other)s” as: choose one that the tariffs know."
                ),
                name=item,
                other=name,
            )


def _known(session: Session, community_id: int) -> list[str]:
    priced = exists().where(TariffRow.item_id == FeeItem.id)
    query = select(FeeItem.name).where(FeeItem.community_id == community_id)
    return list(session.scalars(query.order_by(priced.desc(), FeeItem.id)))
