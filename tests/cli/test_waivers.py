"""Waivers from the command line: asked for, decided by a named person, withdrawn, listed; the keys scripts rely on."""

import pytest

from tests.support.databases import on_sqlite
from tests.web.desk import photo

pytestmark = on_sqlite

KEYS = {
    "number",
    "unit",
    "debtor",
    "policy",
    "kind",
    "state",
    "value",
    "late_fee",
    "principal",
    "condition",
    "pay_by",
    "reason",
    "asked_on",
    "asked_by",
    "decided_on",
    "decided_by",
    "opinion",
    "ended_on",
    "charges",
}


@pytest.fixture
def unit(ask, arrears):
    """A unit with old arrears, and people who may ask and decide."""
    for name, role in (("meng", "manager"), ("chen", "clerk"), ("hai", "cashier")):
        ask("user", "add", name, "--role", role, "--password", "a long enough word")
    return "1-1-101"


def asked(ask, unit, *more, **options):
    return ask(
        "waiver", "request", unit, "--policy", "non-malicious", "--percent", "100", "--pay-by", "2026-12-10",
        *("--reason", "出差"), *more, **options,
    )  # fmt: skip


def test_a_waiver_is_asked_for_approved_and_seen_in_the_statement(ask, unit):
    before = ask("statement", unit)
    assert before["waivers"] == []
    made = asked(ask, unit, "--by", "chen")
    assert set(made) == KEYS
    assert (made["state"], made["kind"], made["asked_by"]) == ("asked", "non-malicious", "chen")
    assert made["value"] == made["late_fee"] and made["principal"] == "0.00" and made["charges"]
    done = ask("waiver", "approve", made["number"], "--by", "meng", "--opinion", "同意")
    assert (done["state"], done["decided_by"], done["value"]) == ("waiting", "meng", made["value"])
    assert ask("waiver", "approve", made["number"], "--by", "meng", "--opinion", "同意") == done
    after = ask("statement", unit)
    (waiver,) = after["waivers"]
    assert waiver == {
        "number": made["number"],
        "kind": "non-malicious",
        "state": "waiting",
        "pay_by": "2026-12-10",
        "late_fee": after["totals"]["late_fee_waived"],
        "principal": "0.00",
        "since": "2026-11-23",
    }
    assert after["totals"]["late_fee"] == before["totals"]["late_fee"]
    assert after["totals"]["total"] == after["totals"]["open"]
    later = ask("statement", unit, "--as-of", "2026-12-11")
    assert later["waivers"][0]["state"] == "lapsed" and later["totals"]["late_fee_waived"] == "0.00"


def test_somebody_decides_and_not_the_one_who_asked(ask, unit):
    made = asked(ask, unit, "--by", "meng")
    assert "--by NAME" in ask("waiver", "approve", made["number"], status=1)["error"]
    assert "entered by you" in ask("waiver", "approve", made["number"], "--by", "meng", status=1)["error"]
    assert "may not do this" in ask("waiver", "approve", made["number"], "--by", "chen", status=1)["error"]
    assert "no member of staff" in ask("waiver", "approve", made["number"], "--by", "x", status=1)["error"]
    assert "may not do this" in asked(ask, unit, "--by", "hai", status=1)["error"]


def test_the_same_key_is_the_same_request(ask, unit):
    first, again = (asked(ask, unit, "--key", "k1") for _ in range(2))
    assert first["number"] == again["number"]
    assert len(ask("waiver", "list")["waivers"]) == 1


def test_it_is_refused_withdrawn_and_listed_by_state(ask, unit):
    refused, withdrawn = asked(ask, unit), asked(ask, unit)
    for _ in range(2):
        ask("waiver", "refuse", refused["number"], "--by", "meng", "--opinion", "理由不足")
        ask("waiver", "withdraw", withdrawn["number"], "--reason", "填错")
    for state, made in (("refused", refused), ("withdrawn", withdrawn)):
        (one,) = ask("waiver", "list", "--state", state)["waivers"]
        assert one["number"] == made["number"] == ask("waiver", "show", made["number"])["number"]
    assert ask("waiver", "list", "--state", "asked")["waivers"] == []
    assert "already decided" in ask(
        "waiver", "approve", refused["number"], "--by", "meng", status=1
    )["error"]  # fmt: skip


def test_an_approved_one_is_ended_by_who_may(ask, unit):
    made = asked(ask, unit)
    ask("waiver", "approve", made["number"], "--by", "meng")
    end = ("waiver", "withdraw", made["number"], "--reason", "材料不实")
    assert "a manager may end it" in ask(*end, "--by", "chen", status=1)["error"]
    assert ask(*end, "--by", "meng")["state"] == "withdrawn"
    assert ask("statement", unit)["totals"]["late_fee_waived"] == "0.00"


def test_more_than_is_owed_or_allowed_is_refused(ask, unit):
    waiver = ("waiver", "request", unit, "--reason", "x", "--pay-by", "2026-12-01")
    assert "at most 50%" in ask(*waiver, "--policy", "settlement", "--percent", "60", status=1)["error"]
    assert "can be waived here" in ask(
        *waiver, "--policy", "non-malicious", "--amount", "999999", status=1
    )["error"]  # fmt: skip
    assert "No waiver policy" in ask(*waiver, "--policy", "none", "--percent", "1", status=1)["error"]
    assert ask(*waiver, "--policy", "hardship", "--days", "2026-12-05..2026-12-01", status=1)["error"]
    assert ask(*waiver, "--policy", "hardship", "--days", "soon", status=2)["error"]
    assert ask("waiver", "list")["waivers"] == []


def test_papers_come_with_it(ask, unit, tmp_path):
    (tmp_path / "低保证.jpg").write_bytes(photo((60, 40)))
    (tmp_path / "x.svg").write_bytes(b"<svg/>")
    terms = ("--policy", "hardship", "--percent", "100", "--reason", "低保", "--pay-by", "2026-12-10")
    hardship = ("waiver", "request", unit, *terms, "--paper")
    ask(*hardship, tmp_path / "x.svg", status=2)
    made = ask(*hardship, tmp_path / "低保证.jpg")
    assert ask("waiver", "approve", made["number"], "--by", "meng")["state"] == "waiting"


def test_a_policy_is_set_from_a_day_on_and_closed(ask, roster):
    policies = {one["code"]: one for one in ask("waiver", "policy", "list")["policies"]}
    assert policies["hardship"]["principal_percent"] == "20" and policies["hardship"]["online"] is True
    changed = ask(
        "waiver", "policy", "set", "hardship", "--from", "2026-12-01", "--principal", "30",
        *("--limit", "manager=500.00", "--limit", "admin=any"),
    )  # fmt: skip
    assert changed["limits"] == {"manager": "500.00", "admin": "any"} and changed["name"] == "确有困难"
    then = ask("waiver", "policy", "list", "--as-of", "2026-12-01")["policies"]
    assert {one["code"]: one["principal_percent"] for one in then}["hardship"] == "30"
    assert "no role" in ask("waiver", "policy", "set", "hardship", "--limit", "king=1", status=1)["error"]
    assert ask("waiver", "policy", "set", "new", status=1)["error"]
    ask("waiver", "policy", "set", "settlement", "--from", "2026-12-01", "--close")
    codes = [one["code"] for one in ask("waiver", "policy", "list", "--as-of", "2026-12-01")["policies"]]
    assert "settlement" not in codes
