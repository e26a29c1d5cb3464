"""Pages of a city, as a signed-in person gets them: queries and milliseconds of server time, beside their goals."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from bench.figures import median, say
from billing.clock import now
from billing.extensions import db
from billing.flow import access
from billing.flow.statements import statement
from billing.store.accounts import AccountParty, OwnerAccount, User
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.ledger import Charge
from billing.store.remembered import forget

_REPEATS = 25


def measure(app: Flask, community_id: int, today: date) -> None:
    """Each request gets an app context of its own, as from a server: there must be none around it."""
    with app.app_context():
        session = db.session()
        with writing(session):
            user = User(name="bench", role="manager", password_hash="", created_at=now())
            unit_id, debtor_id = _owing(session, community_id)
            owner = OwnerAccount(login="bench", password_hash="", created_at=now())
            session.add_all((user, owner))
            session.flush()
            session.add(AccountParty(account_id=owner.id, party_id=debtor_id))
        figures(session, unit_id, today)
        staff, someone = (_signed_in(app, session, whose) for whose in (user, owner))
    page(staff, "the overview", f"/c/{community_id}/", 50)
    page(staff, "the list of debtors, its first page", f"/c/{community_id}/debtors/", 20)
    page(staff, "collection of the year", f"/c/{community_id}/collection/")
    page(someone, "an owner's whole page", f"/my/units/{unit_id}")


def figures(session: Session, unit_id: int, today: date) -> None:
    """What an owner owes and why, charge by charge."""
    unit = session.get_one(Unit, unit_id)
    with _counted() as asked:
        found = statement(session, unit, today)
    seconds = median(lambda: statement(session, unit, today), _REPEATS)
    what = f"an owner's statement, {len(found.lines)} charges"
    say(what, f"{len(asked)} queries, {seconds * 1000:.1f} ms; goal 3 queries, 10 ms")
    session.rollback()


def page(visitor: FlaskClient, what: str, address: str, goal: int | None = None) -> None:
    """From the request to the last byte, templates and session included: with what is remembered of unchanged books
    (billing.store.remembered), and as after a payment.
    """

    def get() -> None:
        assert visitor.get(address).status_code == 200, address

    def get_anew() -> None:
        forget()
        get()

    get()
    with _counted() as asked:
        get()
    seconds = median(get, _REPEATS)
    anew = median(get_anew, _REPEATS)
    told = f"{len(asked)} queries, {seconds * 1000:.1f} ms, {anew * 1000:.1f} ms once the books changed"
    say(what, f"{told}; goal {goal} ms" if goal else told)


def _owing(session: Session, community_id: int) -> tuple[int, int]:
    """A unit and its debtor, who has a charge of every period and owes some."""
    query = select(Charge.unit_id, Charge.debtor_id).where(
        Charge.community_id == community_id, Charge.open_fen > 0
    )
    row = session.execute(query.limit(1)).one()
    return row.unit_id, row.debtor_id


def _signed_in(app: Flask, session: Session, whose: User | OwnerAccount) -> FlaskClient:
    client = app.test_client()
    with writing(session):
        client.set_cookie("permille", access.open_session(session, now(), whose))
    return client


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    asked: list[str] = []

    def note(*call: Any) -> None:
        asked.append(call[2])

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)
