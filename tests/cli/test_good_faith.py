"""`flask good-faith` and `flask waiver-report`, as a script calls them."""

import pytest

from tests.support.databases import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def books(ask, arrears):
    return ask


def test_proposals_of_a_day(books):
    books("good-faith", "set", "short-delay", "--days", "366")
    answer = books("good-faith", "list")
    assert answer["as_of"] == "2026-11-23"
    for one in answer["proposals"]:
        assert one["found"] and float(one["value"]) > 0 and one["policy"] == "non-malicious"
    assert books("good-faith", "list", "--as-of", "2001-01-01") == {
        "as_of": "2001-01-01",
        "proposals": [],
        "value": "0.00",
    }


def test_rules_are_shown_and_entered(books):
    usual = {rule["code"]: rule for rule in books("good-faith", "rules")["rules"]}
    assert usual["first-late"]["months"] == 36 and usual["late-bill"]["policy"] == "office-error"
    books("good-faith", "set", "short-delay", "--days", "5", "--percent", "50", "--from", "2026-12-01")
    later = {rule["code"]: rule for rule in books("good-faith", "rules", "--as-of", "2026-12-01")["rules"]}
    assert (later["short-delay"]["days"], later["short-delay"]["percent"]) == (5, "50")
    assert books("good-faith", "rules")["rules"] == list(usual.values())
    books("good-faith", "set", "away", "--off")
    assert "away" not in {rule["code"] for rule in books("good-faith", "rules")["rules"]}


def test_a_wrong_rule_is_refused_in_a_sentence(books):
    assert "kind" in books("good-faith", "set", "pity", status=1)["error"]
    assert "waiver policy" in books("good-faith", "set", "away", "--policy", "friends", status=1)["error"]
    assert "days" in books("good-faith", "set", "short-delay", "--days", "0", status=1)["error"]


def test_a_report_of_nothing_is_empty(books):
    answer = books("waiver-report", "--from", "2026-01-01", "--to", "2026-12-31")
    assert (answer["groups"], answer["deciders"], answer["pairs"], answer["unlike"]) == ([], [], [], 0)
    assert (
        "cannot end"
        in books("waiver-report", "--from", "2026-02-01", "--to", "2026-01-01", status=1)["error"]
    )
