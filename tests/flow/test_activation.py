"""The one-time code on paper: read as people type, used exactly once (T-07)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from billing.core import activation as code
from billing.core.problem import Refused
from billing.extensions import db
from billing.flow.activation import NameTaken, add_to_account, issue_activation_code, redeem_activation
from billing.flow.estate import found_community
from billing.store.accounts import AccountParty, ActivationCode, OwnerAccount
from billing.store.base import writing
from billing.store.estate import Unit
from billing.store.people import Ownership, Party

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CODES = st.text(code.ALPHABET, min_size=code.LENGTH, max_size=code.LENGTH)

Issue = Callable[..., str]


@pytest.fixture
def home(session: Session) -> tuple[Unit, Party]:
    with writing(session):
        return _home(session, "101", "王芳")


def _home(session: Session, room: str, name: str) -> tuple[Unit, Party]:
    community = found_community(session, "test", "清河花园")
    unit = Unit(community_id=community.id, building="1", entrance="1", room=room, area_e2=9850)
    unit.place()
    party = Party(community_id=community.id, name=name)
    session.add_all((unit, party))
    session.flush()
    session.add(Ownership(community_id=community.id, unit_id=unit.id, party_id=party.id, entry=1))
    session.flush()
    return unit, party


@pytest.fixture
def issue(session: Session, home: tuple[Unit, Party]) -> Issue:
    def one(at: datetime = NOON) -> str:
        unit, party = home
        with writing(session):
            return issue_activation_code(session, "clerk", DAY, at, party, unit)[1]

    return one


def redeem(session: Session, given: str, login: str = "wangfang", on: date = DAY) -> OwnerAccount:
    with writing(session):
        return redeem_activation(session, on, NOON, given, login, "sealed")


@given(CODES, st.data())
def test_a_code_is_read_back_however_it_is_typed(plain: str, data: st.DataObject) -> None:
    typed = ""
    for sign in code.shown(plain):
        alike = {"0": "0Oo０", "1": "1IiLl"}.get(sign, sign + sign.lower())
        typed += data.draw(st.sampled_from(alike)) + data.draw(st.sampled_from(["", "", " ", "-", "—"]))
    assert code.read(typed) == plain


@given(st.text(max_size=20))
def test_anything_else_is_no_code(text: str) -> None:
    assert code.read(text) is None or len(code.read(text) or "") == code.LENGTH


def test_a_code_has_65_bits_and_is_kept_as_a_hash(session: Session, issue: Issue) -> None:
    assert len(code.ALPHABET) ** code.LENGTH == 2**65
    shown = issue()
    assert [len(part) for part in shown.split("-")] == [4, 4, 5]
    row = session.query(ActivationCode).one()
    assert (code.read(shown) or "") not in row.code_hash and row.expires == DAY + timedelta(days=30)


def test_it_works_once(session: Session, issue: Issue, home: tuple[Unit, Party]) -> None:
    shown = issue()
    account = redeem(session, shown)
    assert session.query(AccountParty).one().party_id == home[1].id
    for login in ("wangfang", "somebody"):
        with pytest.raises(Refused, match="not valid"):
            redeem(session, shown, login)
    assert session.query(OwnerAccount).one().id == account.id


@pytest.mark.parametrize(("days", "good"), [(30, True), (31, False)])
def test_it_lasts_thirty_days(session: Session, issue: Issue, days: int, good: bool) -> None:
    shown = issue()
    if good:
        redeem(session, shown, on=DAY + timedelta(days=days))
    else:
        with pytest.raises(Refused, match="not valid"):
            redeem(session, shown, on=DAY + timedelta(days=days))


def test_a_newer_one_voids_the_older(session: Session, issue: Issue) -> None:
    older, newer = issue(), issue(NOON + timedelta(hours=1))
    with pytest.raises(Refused, match="not valid"):
        redeem(session, older)
    redeem(session, newer)


def test_a_taken_name_leaves_it_good(session: Session, issue: Issue) -> None:
    with writing(session):
        session.add(OwnerAccount(login="wangfang", password_hash="x", created_at=NOON))
    shown = issue()
    with pytest.raises(NameTaken):
        redeem(session, shown)
    assert redeem(session, shown, "wangfang2").login == "wangfang2"


def test_it_is_given_to_an_owner_only(session: Session, home: tuple[Unit, Party]) -> None:
    with writing(session):
        other = _home(session, "102", "李强")[0]
    with pytest.raises(Refused, match="does not own"), writing(session):
        issue_activation_code(session, "clerk", DAY, NOON, home[1], other)


def test_of_two_who_redeem_at_once_one_gets_an_account(app: Flask, session: Session, issue: Issue) -> None:
    shown, ready = issue(), Barrier(8)

    def attempt(number: int) -> bool:
        with app.app_context():
            ready.wait()
            try:
                redeem(db.session(), shown, f"login{number}")
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1
    session.rollback()
    assert session.query(OwnerAccount).count() == session.query(AccountParty).count() == 1


def test_of_two_who_add_it_at_once_one_gets_it(app: Flask, session: Session, issue: Issue) -> None:
    with writing(session):
        accounts = [OwnerAccount(login=f"o{n}", password_hash="x", created_at=NOON) for n in range(4)]
        session.add_all(accounts)
        session.flush()
        numbers = [account.id for account in accounts]
    shown, ready = issue(), Barrier(4)

    def attempt(number: int) -> bool:
        with app.app_context():
            ready.wait()
            try:
                with writing(db.session()):
                    add_to_account(db.session(), DAY, NOON, shown, number)
            except Refused:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, numbers)) == 1
