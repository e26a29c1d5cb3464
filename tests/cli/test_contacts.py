"""`flask contact`: an owner's address corrected from the command line."""

from tests.support.databases import on_sqlite

pytestmark = on_sqlite


def test_it_replaces_what_is_known_and_says_whose(ask, roster) -> None:
    unit = "1-1-101"
    told = ask("contact", unit, "--email", "wei@example.com", "--key", "K1")
    assert told["owner"] and told["email"] == "w**@example.com"
    assert ask("contact", unit, "--email", "wei@example.com", "--key", "K1") == told
    assert (
        "already used" in ask("contact", unit, "--email", "b@example.com", "--key", "K1", status=1)["error"]
    )
    assert ask("contact", unit, "--email", "")["email"] == "none any more"


def test_it_refuses_what_it_cannot_keep(ask, roster) -> None:
    assert "is not an e-mail address" in ask("contact", "1-1-101", "--email", "wei", status=1)["error"]
    assert "--email or --phone" in ask("contact", "1-1-101", status=2)["error"]
    assert "no unit" in ask("contact", "99-9-999", "--phone", "13800005678", status=1)["error"]
