"""`flask transfer`, `tenant`, `join`, `holdings`, `split` from the command line."""

import pytest
from PIL import Image

from tests.support.databases import on_sqlite


@pytest.fixture
def household(ask, tmp_path):
    """One household with a quarterly fee of 1,200.00, three quarters issued."""
    (tmp_path / "台账.csv").write_text("楼,单元,房号,业主,建筑面积\n1,1,101,张伟,100\n", "utf-8")
    Image.new("RGB", (40, 30)).save(tmp_path / "过户.png")
    ask("import", "roster", tmp_path / "台账.csv", "--community", "静园")
    ask("tariff", "set", "物业服务费", "4.00")
    for period in ("2026Q1", "2026Q2", "2026Q3"):
        ask("period", "issue", period)
    return tmp_path


def debtors(ask):
    rows = ask("statement", "1-1-101", "--as-of", "2026-12-31")["charges"]
    return sorted((row["period"], row["debtor"], row["amount"], tuple(row["jointly"])) for row in rows)


def test_a_transfer_is_looked_at_then_entered_once(ask, household):
    ask("split", "set", "days")
    sale = ("transfer", "1-1-101", "--to", "孙丽", "--on", "2026-05-16", "--co-owner", "钱琳")
    seen = ask(*sale, "--dry-run")
    assert seen["from"] == ["张伟"] and [one["period"] for one in seen["charges"]] == ["2026Q2", "2026Q3"]
    assert [part["debtor"] for part in seen["charges"][0]["parts"]] == ["张伟", "孙丽"]
    assert len(debtors(ask)) == 3  # nothing was written
    done = ask(*sale, "--paper", household / "过户.png")
    again = ask(*sale, "--paper", household / "过户.png")
    assert (done["replayed"], again["replayed"]) == (False, True) and again["entry"] == done["entry"]
    assert debtors(ask) == [
        ("2026Q1", "张伟", "1200.00", ()),
        ("2026Q2", "孙丽", "606.45", ("钱琳",)),
        ("2026Q2", "张伟", "593.55", ()),
        ("2026Q3", "孙丽", "1200.00", ("钱琳",)),
    ]
    told = ask("holdings", "1-1-101")["holdings"]
    assert [(one["name"], one["role"], one["from"], one["until"]) for one in told] == [
        ("孙丽", "owner", "2026-05-16", None),
        ("钱琳", "co-owner", "2026-05-16", None),
        ("张伟", "owner", None, "2026-05-15"),
    ]


@on_sqlite
def test_money_is_the_named_debtors(ask, household):
    ask("transfer", "1-1-101", "--to", "孙丽", "--on", "2026-05-16")
    pay = ("pay", "1-1-101", "--channel", "cash", "--on", "2026-10-01")
    assert ask(*pay, "5000.00", "--key", "a")["prepayment"] != "0.00"  # the buyer's, and no old arrears
    ask(
        "join",
        "1-1-101",
        "--name",
        "孙丽",
        "--debtor",
        "张伟",
        "--up-to",
        "2026-05-15",
        "--paper",
        household / "过户.png",
    )
    (joined, *_) = debtors(ask)
    assert joined == ("2026Q1", "张伟", "1200.00", ("孙丽",))
    first = ask("statement", "1-1-101", "--debtor", "张伟")["charges"][0]
    paid = ask(*pay, "1200.00", "--key", "b", "--debtor", "孙丽", "--for", first["id"])
    assert next(one["charge"] for one in paid["allocated"]) == first["id"]


@on_sqlite
def test_a_tenant_stands_beside_the_owner_until_he_leaves(ask, household):
    ask("tenant", "1-1-101", "--name", "何静", "--from", "2026-04-01", "--paper", household / "过户.png")
    assert [row[3] for row in debtors(ask)] == [(), ("何静",), ("何静",)]
    told = ask("tenant", "1-1-101", "--name", "何静", "--until", "2026-06-30")
    assert told["until"] == "2026-06-30"
    assert [row[3] for row in debtors(ask)] == [(), ("何静",), ()]


@on_sqlite
def test_a_transfer_of_the_wrong_unit_is_withdrawn(ask, household):
    before = debtors(ask)
    ask("transfer", "1-1-101", "--to", "孙丽", "--on", "2026-05-16")
    withdraw = ("transfer", "1-1-101", "--on", "2026-05-16", "--withdraw")
    assert ask(*withdraw, status=1)["error"].startswith("Say why")
    ask(*withdraw, "--reason", "录错房号")
    assert ask(*withdraw, "--reason", "录错房号")["replayed"]
    assert debtors(ask) == before


@on_sqlite
def test_what_cannot_be_is_refused_in_one_sentence(ask, household):
    (household / "no.pdf").write_bytes(b"nothing")
    sale = ("transfer", "1-1-101", "--on", "2026-05-16")
    assert "--to NAME" in ask(*sale, status=2)["error"]
    assert ask(*sale, "--to", "孙丽", "--paper", household / "no.pdf", status=2)["error"]
    assert "no unit" in ask("transfer", "9-9-999", "--to", "孙丽", "--on", "2026-05-16", status=1)["error"]
    assert "same name" in ask(*sale, "--to", "张伟", status=1)["error"]
    assert ask("split", "set", "halves", status=2)["error"]
    assert len(debtors(ask)) == 3
