"""An administrator manages staff in the browser."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.accounts import User
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import PASSWORD
from tests.web.forms import send

pytestmark = on_sqlite

NEW = {"name": "Sun.Li", "full_name": "孙丽", "role": "cashier", "password": "three small steps"}


def test_a_new_cashier_signs_in_with_the_first_password(browser_of: Browser, client: FlaskClient) -> None:
    admin = browser_of("admin")
    assert send(admin, "/staff/users/add", **NEW).status_code == 303
    assert "孙丽" in admin.get("/staff/users/").text
    assert send(client, "/staff/sign-in", name="sun.li", password=NEW["password"]).status_code == 303


def test_what_is_refused_stands_at_its_field_and_nothing_typed_is_lost(browser_of: Browser) -> None:
    admin = browser_of("admin")
    answer = send(admin, "/staff/users/add", **NEW | {"name": "clerk"})
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text and 'value="孙丽"' in answer.text
    answer = send(admin, "/staff/users/add", **NEW | {"password": "11111111"})
    assert 'id="password-error"' in answer.text and 'value="Sun.Li"' in answer.text
    assert 'id="role"' in answer.text and '<option selected value="cashier">' in answer.text


def test_whoever_is_shut_out_is_out_at_once(browser_of: Browser, session: Session) -> None:
    admin, clerk = browser_of("admin"), browser_of("clerk")
    number = session.scalars(select(User.id).where(User.name == "clerk")).one()
    send(admin, f"/staff/users/{number}", to=f"/staff/users/{number}/shut-out")
    assert clerk.get("/staff/").status_code == 303
    assert send(browser_of(None), "/staff/sign-in", name="clerk", password=PASSWORD).status_code == 422
    send(admin, f"/staff/users/{number}", to=f"/staff/users/{number}/let-in")
    assert clerk.get("/staff/").status_code == 303, "the old session stays ended"
    assert send(browser_of(None), "/staff/sign-in", name="clerk", password=PASSWORD).status_code == 303


def test_a_new_role_holds_from_the_next_page(browser_of: Browser, session: Session) -> None:
    admin, clerk = browser_of("admin"), browser_of("clerk")
    number = session.scalars(select(User.id).where(User.name == "clerk")).one()
    assert clerk.get("/staff/users/").status_code == 403
    assert send(admin, f"/staff/users/{number}", full_name="", role="admin").status_code == 303
    assert clerk.get("/staff/users/").status_code == 200


def test_the_last_administrator_stays(browser_of: Browser, session: Session) -> None:
    admin = browser_of("admin")
    number = session.scalars(select(User.id).where(User.name == "admin")).one()
    page = f"/staff/users/{number}"
    assert send(admin, page, full_name="", role="clerk").status_code == 422
    assert send(admin, page, to=f"{page}/shut-out").status_code == 422
    assert admin.get(page).status_code == 200


def test_unknown_fields_change_nothing(browser_of: Browser, session: Session) -> None:
    """T-02: a form takes its own fields and no column more."""
    admin = browser_of("admin")
    row = session.scalars(select(User).where(User.name == "clerk")).one()
    kept = (row.name, row.password_hash, row.active, row.created_at)
    extra = {"name": "root", "password_hash": "x", "active": "", "created_at": "2000-01-01", "id": "1"}
    send(admin, f"/staff/users/{row.id}", full_name="何文", role="clerk", **extra)
    session.rollback()
    session.refresh(row)
    assert row.full_name == "何文"
    assert (row.name, row.password_hash, row.active, row.created_at) == kept
