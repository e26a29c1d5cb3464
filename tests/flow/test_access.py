"""Sessions, passwords, tries and staff: the rules, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from billing.core.problem import Refused
from billing.core.roles import GRANTED, STAFF, may
from billing.flow import access, passwords, staff, tries
from billing.flow.tries import Subject, TooMany
from billing.store.accounts import Attempt, SignIn, User
from billing.store.base import writing
from tests.support.databases import on_sqlite

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
SEALED = passwords.seal(PASSWORD, "")


@pytest.fixture
def clerk(session: Session) -> User:
    with writing(session):
        return staff.create_user(session, NOON, "Li.Na", "clerk", SEALED, "李娜")


def test_a_session_belongs_to_its_token(session: Session, clerk: User) -> None:
    with writing(session):
        token = access.open_session(session, NOON, clerk)
    visitor = access.find_visitor(session, NOON, token)
    assert visitor and (visitor.name, visitor.full_name, visitor.role) == ("li.na", "李娜", "clerk")
    assert access.find_visitor(session, NOON, token + "x") is None
    assert token not in session.query(SignIn).one().token_hash, "the database alone lets nobody in"


def test_a_working_session_ends_all_the_same_after_a_long_day(session: Session, clerk: User) -> None:
    with writing(session):
        token = access.open_session(session, NOON, clerk)
    moment = NOON
    while moment < NOON + access.STAFF_SPAN.whole:
        assert access.find_visitor(session, moment, token)
        with writing(session):
            access.note_use(session, moment, token)
        moment += timedelta(minutes=20)
    assert access.find_visitor(session, moment, token) is None


def test_use_is_noted_once_a_minute_not_at_every_page(session: Session, clerk: User) -> None:
    with writing(session):
        token = access.open_session(session, NOON, clerk)
    assert not access.wants_note(session, NOON + timedelta(seconds=59), token)
    assert access.wants_note(session, NOON + timedelta(seconds=60), token)


def test_a_shut_out_persons_session_is_over(session: Session, clerk: User) -> None:
    with writing(session):
        token = access.open_session(session, NOON, clerk)
        staff.deactivate(session, NOON, clerk.id)
    assert access.find_visitor(session, NOON, token) is None
    assert access.check_staff(session, "li.na", PASSWORD) is None


@on_sqlite
def test_a_name_that_does_not_exist_costs_a_guesser_as_much(
    session: Session, clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return True

    monkeypatch.setattr(passwords, "_hasher", Counting())
    assert access.check_staff(session, "li.na", "x") is not None
    assert access.check_staff(session, "nobody", "x") is None, "not even the right password of nobody"
    assert access.check_owner(session, "nobody", "x") is None
    assert len(checked) == 3 and all(kept.startswith("$argon2id$") for kept in checked)


def test_guesses_run_out_and_come_back(session: Session) -> None:
    subjects = access.subjects("staff", "li.na", "192.0.2.1")

    def guess(moment: datetime) -> None:
        with writing(session):
            tries.count_try(session, moment, subjects)

    for second in range(8):
        guess(NOON + timedelta(seconds=second))
    with pytest.raises(TooMany):
        guess(NOON + timedelta(minutes=14))
    guess(NOON + timedelta(minutes=16))


@on_sqlite
def test_of_ten_thousand_guesses_few_reach_the_password(session: Session) -> None:
    """T-06: from one address, at ever other names, within a quarter of an hour."""
    reached = 0
    for number in range(10_000):
        subjects = access.subjects("staff", f"name{number}", "192.0.2.1")
        try:
            tries.count_try(session, NOON + timedelta(milliseconds=number), subjects)
        except TooMany:
            continue
        reached += 1
    assert reached == tries.LIMITS["address"].most


def test_a_right_password_frees_the_account_but_not_the_address(session: Session) -> None:
    """Whoever has one account of his own cannot use it to guess at others for ever."""
    with writing(session):
        tries.count_try(session, NOON, access.subjects("staff", "other", "192.0.2.1"))
    mine = access.subjects("staff", "mine", "192.0.2.1")
    for moment in (NOON, NOON + timedelta(seconds=1)):
        with writing(session):
            tries.count_try(session, moment, mine)
    with writing(session):
        tries.take_back(session, NOON + timedelta(seconds=1), mine)
    kept = sorted(row.subject for row in session.query(Attempt))
    other, address = Subject("staff", "other").key, mine[1].key
    assert kept == sorted([other, address, address])


def test_what_people_type_as_a_name_is_not_kept_readable(session: Session) -> None:
    with writing(session):
        tries.count_try(session, NOON, access.subjects("staff", PASSWORD, "192.0.2.1"))
    assert all(PASSWORD not in row.subject and "192" not in row.subject for row in session.query(Attempt))


@pytest.mark.parametrize(
    "password", ["short", "12345678", "aaaaaaaaaaaa", "abababababab", "wangfang2026", "x" * 129, "Password"]
)
def test_a_password_that_falls_at_the_first_guess_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        passwords.seal(password, "wangfang")


@pytest.mark.parametrize("password", ["浦江夜色真是好看", "correct horse", "x7!kQ-pw0"])
def test_any_other_password_is_taken_and_kept_as_argon2id(password: str) -> None:
    kept = passwords.seal(password, "wangfang")
    assert kept.startswith("$argon2id$") and passwords.matches(password, kept)
    assert not passwords.matches(password + " ", kept)


@pytest.mark.parametrize("name", ["", "a", "two words", "tab\tbed", "x" * 65, "zero\u200bwidth"])
def test_a_name_that_cannot_be_typed_again_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        access.clean_name(name)


@on_sqlite
def test_two_names_that_look_alike_to_a_person_are_one(session: Session, clerk: User) -> None:
    with pytest.raises(Refused), writing(session):
        staff.create_user(session, NOON, " LI.NA ", "clerk", SEALED)


@on_sqlite
def test_an_unknown_role_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="owner"), writing(session):
        staff.create_user(session, NOON, "somebody", "owner", SEALED)


@on_sqlite
def test_the_office_keeps_an_administrator(session: Session) -> None:
    with writing(session):
        one = staff.create_user(session, NOON, "one", "admin", SEALED)
        two = staff.create_user(session, NOON, "two", "admin", SEALED)
    with writing(session):
        staff.deactivate(session, NOON, one.id)
    for act in (
        lambda: staff.deactivate(session, NOON, two.id),
        lambda: staff.describe(session, two.id, "", "clerk"),
    ):
        with pytest.raises(Refused, match="last administrator"), writing(session):
            act()


def test_money_and_people_are_in_different_hands() -> None:
    """The cashier takes money and does not issue or reverse; only an administrator makes users."""
    assert [role for role in STAFF if may(role, "user.manage")] == ["admin"]
    assert not may("cashier", "payment.reverse") and not may("cashier", "period.issue")
    assert not may("collector", "payment.take") and not may("clerk", "payment.take")
    assert GRANTED["owner"] == {"owner.self"}
    assert not may(None, "staff.self") and not may("stranger", "staff.self")
