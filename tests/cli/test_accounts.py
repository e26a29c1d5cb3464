"""`flask user`: the first administrator comes from here."""

import json
from collections.abc import Callable

from click.testing import Result
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing.flow import access
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

Command = Callable[..., Result]


def test_a_password_is_made_and_shown_once(command: Command, client: FlaskClient, session: Session) -> None:
    made = json.loads(
        command("user", "add", "Chief", "--role", "admin", "--full-name", "沈安", "--json").stdout
    )
    assert (made["name"], made["role"]) == ("chief", "admin")
    assert access.check_staff(session, "chief", made["password"])
    assert made["password"] not in command("user", "list").stdout
    answer = client.post("/staff/sign-in", data={"name": "chief", "password": made["password"]})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")


def test_a_password_that_was_given_is_not_repeated(command: Command) -> None:
    result = command("user", "add", "chief", "--role", "admin", "--password", "a quiet afternoon", "--json")
    assert json.loads(result.stdout) == {"name": "chief", "role": "admin"}


def test_what_is_refused_ends_with_one_and_says_why(command: Command) -> None:
    command("user", "add", "chief", "--role", "admin")
    for arguments, reason in (
        (("add", "Chief", "--role", "clerk"), "already"),
        (("add", "x y", "--role", "clerk"), "spaces"),
        (("add", "clerk", "--role", "clerk", "--password", "12345678"), "guess"),
        (("deactivate", "nobody"), "nobody"),
        (("deactivate", "chief"), "last administrator"),
    ):
        result = command("user", *arguments, "--json")
        assert result.exit_code == 1 and reason in json.loads(result.stdout)["error"]
    assert command("user", "add", "clerk", "--role", "emperor").exit_code == 2


def test_whoever_is_deactivated_is_listed_last(command: Command) -> None:
    command("user", "add", "chief", "--role", "admin")
    command("user", "add", "anna", "--role", "clerk")
    assert json.loads(command("user", "deactivate", "ANNA", "--json").stdout) == {
        "name": "anna",
        "active": False,
    }
    listed = json.loads(command("user", "list", "--json").stdout)["users"]
    assert [(user["name"], user["active"]) for user in listed] == [("chief", True), ("anna", False)]
