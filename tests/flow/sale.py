"""What happens around a sale of 1-1-101, in the words of the counter; each act is a transaction of its own."""

from datetime import date
from typing import Any

from billing.flow.estate import EVER
from billing.flow.holding import Person
from billing.flow.joining import join_debt
from billing.flow.ownership import set_split
from billing.flow.payments import find_debtor
from billing.flow.tenancy import add_tenant
from billing.flow.transfer import Deal, Transferred, enter_transfer
from billing.store.base import writing
from billing.store.vault import Vault
from tests.flow.test_evidence import picture
from tests.flow.town import ACTOR, Town, day

UNIT = "1-1-101"
SCAN = picture("PNG")

Books = tuple[Town, Vault]


def sell(books: Books, on: str, to: str = "孙丽", paper: bytes | None = None, **more: Any) -> Transferred:
    town, vault = books
    with writing(town.session, town.community_id):
        return enter_transfer(
            town.session, vault, ACTOR, town.today, town.unit(UNIT), Deal(to, day(on), **more), paper
        )


def agree(town: Town, split: str, since: date = EVER) -> None:
    with writing(town.session, town.community_id):
        set_split(town.session, ACTOR, town.community_id, split, since)


def rent(books: Books, name: str, since: str, until: str | None = None) -> None:
    town, vault = books
    with writing(town.session, town.community_id):
        ends = day(until) if until else None
        add_tenant(town.session, vault, ACTOR, town.unit(UNIT), Person(name), day(since), ends, SCAN)


def join(books: Books, up_to: str, name: str = "孙丽", debtor: str = "张伟") -> None:
    town, vault = books
    with writing(town.session, town.community_id):
        unit = town.unit(UNIT)
        buyer, seller = (find_debtor(town.session, unit, town.today, one) for one in (name, debtor))
        join_debt(town.session, vault, ACTOR, town.today, unit, buyer, seller, day(up_to), SCAN)


def owed(town: Town, as_of: str = "2026-12-31") -> list[tuple[str, str, str, str]]:
    """(period, debtor, amount, open), as the statement tells."""
    rows = town.statement(UNIT, as_of)["charges"]
    return sorted((row["period"], row["debtor"], row["amount"], row["open"]) for row in rows)


def beside(town: Town) -> dict[str, list[str]]:
    """Period -> who owes it jointly with its first debtor."""
    return {row["period"]: row["jointly"] for row in town.statement(UNIT, "2026-12-31")["charges"]}
