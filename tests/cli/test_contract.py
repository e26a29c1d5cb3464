"""The command line as contract: names, keys and exit codes that people's scripts rely on."""

from decimal import Decimal

import pytest

from tests.cli.facts import CONTRACT, KEYS, PROFILE
from tests.support.databases import on_sqlite


def test_it_imports_the_roster_and_tells_its_bad_rows(ask, samples, roster):
    assert (roster["new"], roster["changed"], roster["unchanged"]) == (144, 0, 0)
    assert {problem["row"] for problem in roster["problems"]} == set(range(155, 161))
    assert all(
        set(problem) == {"sheet", "row", "column", "value", "reason"} for problem in roster["problems"]
    )
    again = ask("import", "roster", samples / "业主台账.xlsx")
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 144)


def test_it_imports_old_arrears_once(ask, samples, arrears):
    assert (arrears["new"], arrears["problems"]) == (245, [])
    again = ask("import", "arrears", samples / "欠费台账.csv")
    assert (again["new"], again["unchanged"]) == (0, 245)


@on_sqlite
def test_a_dry_run_writes_nothing(ask, samples):
    assert ask("import", "roster", samples / "业主台账.xlsx", "--dry-run")["new"] == 144
    assert ask("import", "roster", samples / "业主台账.xlsx")["new"] == 144


def test_it_imports_related_sheets_with_their_tariffs(ask, samples):
    assert ask("import", "roster", samples / "多表导出.xlsx")["new"] == 24
    issued = ask("period", "issue", "2026Q4")
    assert (issued["charges"], issued["total"]) == (24, "13461.24")
    assert ask("period", "issue", "2026Q4")["charges"] == 0
    assert ask("period", "issue", "2026-11")["charges"] == 16


@on_sqlite
def test_a_file_that_is_no_spreadsheet_ends_with_2_and_a_sentence(ask, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 not really")
    assert ask("import", "roster", tmp_path / "x.xlsx", status=2)["error"]
    assert ask("import", "roster", tmp_path / "none.xlsx", status=2)["error"]


@on_sqlite
def test_a_file_given_to_the_wrong_command_is_told_the_right_one(ask, samples):
    assert "“import arrears”" in ask("import", "roster", samples / "欠费台账.csv", status=2)["error"]
    told = ask("import", "roster", samples / "银行流水.xlsx", status=2)["error"]
    assert "bank statement" in told and "import" not in told
    ask("import", "roster", samples / "业主台账.xlsx")
    assert "“import roster”" in ask("import", "arrears", samples / "业主台账.xlsx", status=2)["error"]


@on_sqlite
def test_a_fee_of_the_file_is_booked_as_the_item_named(ask, samples, roster):
    ask("tariff", "set", "物业服务费", "1.85")
    arrears = ("import", "arrears", samples / "欠费台账.csv")
    (note,) = ask(*arrears, "--dry-run")["notes"]
    assert "--item 物业费=物业服务费" in note
    mapped = (*arrears, "--item", "物业费=物业服务费")
    taken = ask(*mapped)
    assert (taken["new"], taken["notes"]) == (245, [])
    assert (ask(*mapped)["new"], ask(*mapped)["unchanged"]) == (0, 245)
    assert {row["item"] for row in ask("statement", "1-1-101")["charges"]} == {"物业服务费"}
    for wrong in ("物业费", "水费=物业服务费", "物业费=无此项目"):
        assert ask(*arrears, "--item", wrong, status=2)["error"]
    assert "as both" in ask(*mapped, "--item", "物业费=物业费", status=2)["error"]


@on_sqlite
def test_what_a_fee_was_booked_as_holds_for_later_imports(ask, samples, roster):
    ask("tariff", "set", "物业服务费", "1.85")
    arrears = ("import", "arrears", samples / "欠费台账.csv")
    ask(*arrears, "--item", "物业费=物业服务费")
    bare = ask(*arrears)
    assert (bare["new"], bare["unchanged"], bare["problems"]) == (0, 245, [])
    (note,) = bare["notes"]
    assert "--item 物业费=物业费" in note
    assert ask(*arrears, "--item", "物业费=物业费", "--dry-run")["new"] == 245


@on_sqlite
def test_options_that_contradict_each_other_leave_no_community_behind(ask, samples):
    ask("import", "roster", samples / "业主台账.xlsx", "--correction", "--sold-on", "2026-01-01", status=1)
    assert "no community yet" in ask("import", "arrears", samples / "欠费台账.csv", status=1)["error"]


@on_sqlite
def test_late_fee_shows_its_working(ask):
    answer = ask(
        "late-fee",
        "--principal",
        "1200.00",
        "--due",
        "2026-03-31",
        "--as-of",
        "2026-08-31",
        "--pay",
        "2026-05-15=500.00",
    )
    assert answer["late_fee"] == "129.60"
    assert answer["late_fee_paid"] == "0.00"
    assert answer["principal_left"] == "700.00"
    assert answer["segments"][0] == {
        "from": "2026-04-01",
        "to": "2026-05-15",
        "days": 45,
        "principal": "1200.00",
        "rate": "0.001",
        "late_fee": "54.00",
    }


@on_sqlite
def test_late_fee_first_takes_the_late_fee_before_the_principal(ask):
    answer = ask(
        *("late-fee", "--principal", "1200", "--due", "2026-03-31", "--as-of", "2026-08-31"),
        *("--pay", "2026-05-15=500", "--order", "late-fee-first"),
    )
    assert (answer["late_fee_paid"], answer["principal_left"]) == ("54.00", "754.00")
    assert answer["segments"][-1]["late_fee"] == "81.43"


@on_sqlite
@pytest.mark.parametrize("bad", ["1e5", "-5", "abc", "1.005", "NaN"])
def test_an_amount_that_is_none_ends_with_2(command, bad):
    result = command("late-fee", "--principal", bad, "--due", "2026-03-31", "--as-of", "2026-08-31")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_the_same_key_and_content_is_the_same_payment(ask, arrears):
    pay = ("pay", "1-1-101", "1000.00", "--on", "2026-11-20", "--channel", "cash", "--key", "k1")
    first = ask(*pay)
    assert first["receipt"] == "R1-000001"
    assert sum(Decimal(part["principal"]) for part in first["allocated"]) == 1000
    assert first["replayed"] is False
    assert ask(*pay) == first | {"replayed": True}
    assert ask("pay", "1-1-101", "1000.01", *pay[3:], status=1)["error"]


def test_money_pays_the_named_charge_and_never_another_debtors(ask, arrears):
    mine = ask("statement", "1-1-101")["charges"][-1]["id"]
    theirs = ask("statement", "1-1-102")["charges"][0]["id"]
    paid = ask("pay", "1-1-101", "10", "--on", "2026-11-20", "--channel", "cash", "--key", "a", "--for", mine)
    assert [part["charge"] for part in paid["allocated"]] == [mine]
    ask(
        "pay",
        "1-1-101",
        "10",
        "--on",
        "2026-11-20",
        "--channel",
        "cash",
        "--key",
        "b",
        "--for",
        theirs,
        status=1,
    )


def test_a_statement_adds_up_and_can_be_seen_as_of_and_as_known(ask, arrears):
    before = ask("statement", "1-1-101", "--as-of", "2024-12-31")
    known = arrears["entry"]
    late = ask("statement", "1-1-101", "--as-of", "2026-11-23")
    for found in (before, late):
        for name in ("open", "late_fee", "late_fee_waived", "late_fee_paid", "total"):
            assert sum(Decimal(row[name]) for row in found["charges"]) == Decimal(found["totals"][name])
    ask("pay", "1-1-101", "500", "--on", "2026-11-20", "--channel", "cash", "--key", "k")
    assert ask("statement", "1-1-101", "--as-of", "2026-11-23", "--known-at", known) == late
    assert ask("statement", "1-1-101", "--as-of", "2024-12-31") == before


@on_sqlite
def test_a_profile_takes_office_and_community_in_one_go_and_doubts_aloud(ask, roster):
    answer = ask("profile", "set", *PROFILE, *CONTRACT)
    assert answer["missing"] == [] and answer["doubts"] == []
    answer = ask("profile", "set", "licence=TEST", "phone=1234", "bank_account=acc. 1")
    assert [doubt.partition(":")[0] for doubt in answer["doubts"]] == ["licence", "phone", "bank_account"]
    assert ask("profile", "show")["profile"]["licence"] == "TEST"


@on_sqlite
def test_a_profile_dated_ahead_is_told_and_lacks_today(ask, roster):
    assert ask("profile", "set", *PROFILE, "--since", "2027-01-01")["missing"] == KEYS
    ask("profile", "set", "phone=0990-5550200", "--since", "2027-01-01")
    shown = ask("profile", "show")
    assert shown["profile"] == {} and shown["missing"] == KEYS
    assert {"from": "2027-01-01", "key": "phone", "value": "0990-5550200"} in shown["coming"]
    phones = [(one["value"], one["state"]) for one in shown["history"] if one["key"] == "phone"]
    assert phones == [("0990-5550200", "coming"), ("0990-5550100", "replaced")]


@on_sqlite
def test_a_policy_tells_what_it_changes_and_is_entered_unless_it_is_a_trial(ask, arrears):
    before = ask("statement", "1-1-101", "--as-of", "2026-11-23")["totals"]
    wanted = ("policy", "set", "--rate", "0.5", "--from", "2000-01-01", "--order", "late-fee-first")
    trial = ask(*wanted, "--dry-run")
    effect = trial["effect"]
    assert effect["charges"] >= len(effect["largest"]) == 5
    assert Decimal(effect["late_fee_before"]) > Decimal(effect["late_fee_after"]) > 0
    assert ask("statement", "1-1-101", "--as-of", "2026-11-23")["totals"] == before
    assert ask(*wanted) == trial
    now = ask("statement", "1-1-101", "--as-of", "2026-11-23")["totals"]
    assert Decimal(now["late_fee"]) < Decimal(before["late_fee"])
    assert ask(*wanted)["effect"]["charges"] == 0
    assert [one["rate"] for one in ask("policy", "show")["policies"]] == ["0.5"]
    ask("policy", "set", "--cap-percent", "30", "--from", "2027-01-01")
    newest = ask("policy", "show")["policies"][-1]
    assert (newest["rate"], newest["cap_percent"], newest["order"]) == ("0.5", "30", "late-fee-first")
    assert ask("policy", "set", "--cap-percent", "30", "--no-cap", status=2)["error"]


@on_sqlite
def test_a_charge_booked_in_error_is_reversed_once(ask, arrears):
    charge = ask("statement", "1-1-101")["charges"][0]["id"]
    once = ask("reverse-charge", charge, "--reason", "重复")
    assert ask("reverse-charge", charge, "--reason", "重复") == once
    assert charge not in [each["id"] for each in ask("statement", "1-1-101")["charges"]]
    ask("reverse-charge", 10**9, "--reason", "重复", status=1)


@on_sqlite
def test_a_wrong_option_is_told_as_one_object_too(ask, arrears):
    pay = ("pay", "1-1-101", "10", "--channel", "cash", "--key", "k")
    assert "2026-13-01" in ask(*pay, "--on", "2026-13-01", status=2)["error"]
    assert ask("statement", "1-1-101", "--known-at", "9" * 30, status=2)["error"]
    assert ask("profile", "set", "nothing=1", status=2)["error"]


@on_sqlite
def test_a_typo_makes_no_community(ask, arrears):
    assert (
        "There is no community"
        in ask("profile", "set", "--community", "示例小去", *CONTRACT, status=1)["error"]
    )


@on_sqlite
@pytest.mark.parametrize("amount", ["-5", "-5.00", "-￥５", "-.5", "0"])
def test_an_amount_below_zero_is_told_as_an_amount(ask, arrears, amount):
    pay = ("pay", "1-1-101", amount, "--on", "2026-11-20", "--channel", "cash", "--key", "k")
    assert "amount" in ask(*pay, status=2)["error"]
    assert "“-1” is not a price" in ask("tariff", "set", "物业费", "-1", status=2)["error"]


@on_sqlite
def test_what_is_no_amount_is_still_an_option(ask, command):
    pay = ("pay", "1-1-101", "-5", "--channel", "cash", "--key", "k")
    assert "No such option" in ask(*pay, "--onn", "2026-11-20", status=2)["error"]
    assert "'--on' requires an argument" in command(*pay, "--on").output


@on_sqlite
def test_full_width_forms_are_read(ask, arrears):
    """What a Chinese keyboard types without being switched over."""
    pay = (
        "pay",
        "１－１－１０１",
        "１０．５０",
        "--on",
        "２０２６－１１－２０",
        "--channel",
        "cash",
        "--key",
        "k",
    )
    assert ask(*pay)["receipt"] == "R1-000001"
    ask("tariff", "set", "物业费", "１．８５")
    assert ask("period", "issue", "２０２６Ｑ４", "--dry-run")["period"] == "2026Q4"
    paid = ("late-fee", "--principal", "1200", "--due", "2026-03-31", "--as-of", "2026-08-31", "--pay")
    assert ask(*paid, "２０２６－０５－１５＝５００．００")["late_fee"] == "129.60"
    reverse = ("reverse", "ｒ１－０００００１", "--reason", "录错")
    assert ask(*reverse) == ask("reverse", "R1-000001", "--reason", "录错")


@on_sqlite
def test_what_a_community_is_owed_as_of_a_day_adds_up(ask, arrears):
    then, now = (ask("owed", "--as-of", day) for day in ("2025-12-31", "2026-11-23"))
    assert now["as_of"] == "2026-11-23"
    assert Decimal(now["total"]) == Decimal(now["open"]) + Decimal(now["late_fee"])
    assert Decimal(now["late_fee"]) > Decimal(then["late_fee"]) > 0
    assert ask("owed", "--as-of", "gestern", status=2)["error"]
