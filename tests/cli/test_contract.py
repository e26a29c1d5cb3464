"""The command line as contract: names, keys and exit codes that people's scripts rely on."""

import json
from decimal import Decimal

import pytest
from PIL import Image

from tests.support.databases import on_sqlite

PROFILE = (
    "company=示例市安居物业服务有限公司",
    "licence=91990101MA0DEM0XX9",
    "representative=沈安",
    "address=示例市清河区和平路100号",
    "phone=0990-5550100",
    "bank_name=示例银行清河支行",
    "bank_account=6222000000001000001",
    "public_url=https://pay.example.cn",
)
CONTRACT = (
    "contract_name=示例小区前期物业服务合同",
    "contract_number=SL-2018-01",
    "contract_from=2018-07-01",
    "late_fee_clause=第十二条 逾期未交纳的，每日按应交未交部分的千分之一支付违约金。",
)


KEYS = [fact.partition("=")[0] for fact in PROFILE]


@pytest.fixture
def ask(command):
    """Run a command with --json: the object it prints, once its exit status is as expected."""

    def run(*arguments, status=0):
        result = command(*[str(argument) for argument in arguments], "--json")
        assert result.exit_code == status, result.output
        return json.loads(result.stdout.strip().splitlines()[-1])

    return run


@pytest.fixture
def roster(ask, samples):
    return ask("import", "roster", samples / "业主台账.xlsx")


@pytest.fixture
def arrears(ask, samples, roster):
    return ask("import", "arrears", samples / "欠费台账.csv")


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


def test_dun_names_what_the_profile_lacks_then_serves_each_stage_once(ask, arrears, tmp_path):
    refused = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path, status=1)
    assert "company" in refused["error"] and "late_fee_clause" in refused["error"]
    assert set(ask("profile", "set", *PROFILE)["missing"]) == set()
    assert ask("profile", "set", "--community", "示例小区", *CONTRACT)["missing"] == []
    run = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)
    notice = run["notices"][0]
    assert set(notice) == {
        "number", "unit", "debtor", "stage", "principal", "late_fee", "total", "deadline", "pdf",
    }  # fmt: skip
    assert (tmp_path / notice["pdf"]).read_bytes().startswith(b"%PDF")
    assert (tmp_path / run["print_file"]).read_bytes().startswith(b"%PDF")
    found = ask("statement", notice["unit"], "--as-of", "2026-11-23", "--debtor", notice["debtor"])
    assert notice["total"] == found["totals"]["total"]
    again = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)
    assert again["notices"] == []
    assert len(again["left_out"]) == len(run["notices"]) + len(run["left_out"])


@on_sqlite
def test_the_developer_is_served_by_his_registered_name(ask, arrears, samples, tmp_path):
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    left_out = ask("dun", "--as-of", "2026-11-23", "--dry-run")["left_out"]
    assert {(one["debtor"], one["reason"][:25]) for one in left_out} == {
        ("空置（开发商）", "addressed to no real name")
    }
    ask("profile", "set", "developer=示例置业有限公司")
    answer = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)
    served = [one for one in answer["notices"] if one["debtor"] == "示例置业有限公司"]
    assert len(served) == len(left_out) and answer["left_out"] == []
    found = ask("statement", served[0]["unit"], "--as-of", "2026-11-23", "--debtor", served[0]["debtor"])
    assert served[0]["total"] == found["totals"]["total"]
    assert ask("import", "roster", samples / "业主台账.xlsx")["unchanged"] == 144


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


def test_payment_notices_of_a_period_are_printed_once_and_again_when_asked(ask, samples, tmp_path):
    ask("import", "roster", samples / "多表导出.xlsx")
    assert (
        "issue the period first" in ask("period", "notices", "2026Q4", "--out", tmp_path, status=1)["error"]
    )
    ask("period", "issue", "2026Q4")
    refused = ask("period", "notices", "2026Q4", "--out", tmp_path, status=1)
    assert "company" in refused["error"] and "late_fee_clause" in refused["error"]
    ask("profile", "set", *PROFILE)
    community = ask("period", "notices", "2026Q4", "--dry-run", status=1)["error"]
    assert "contract_name" in community
    ask("profile", "set", "--community", "多表导出", *CONTRACT)
    told = ask("period", "notices", "2026Q4", "--dry-run")
    assert told["run"] is None and told["print_file"] is None
    assert {bill["number"] for bill in told["bills"]} == {None}

    made = ask("period", "notices", "2026Q4", "--out", tmp_path / "one")
    assert set(made["bills"][0]) == {"number", "unit", "debtor", "total", "deadline", "pdf"}
    assert made["bills"][0]["number"] == "N1-000001"
    assert sum(Decimal(bill["total"]) for bill in made["bills"]) == Decimal("13461.24")
    for name in (made["bills"][0]["pdf"], made["print_file"]):
        assert (tmp_path / "one" / name).read_bytes().startswith(b"%PDF")

    second = ask("period", "notices", "2026Q4", "--out", tmp_path / "two")
    assert (second["run"], second["bills"], second["print_file"]) == (None, [], None)
    assert len(second["left_out"]) == len(made["bills"])
    assert "N1-000001" in second["left_out"][0]["reason"]
    again = ask("period", "notices", "2026Q4", "--again", "--out", tmp_path / "two")
    assert again["bills"] == made["bills"]
    pdf = made["bills"][0]["pdf"]
    assert (tmp_path / "two" / pdf).read_bytes() == (tmp_path / "one" / pdf).read_bytes()
    assert (tmp_path / "two" / again["print_file"]).read_bytes().startswith(b"%PDF")


@on_sqlite
def test_no_payment_notice_comes_again_that_never_was(ask, samples, tmp_path):
    ask("import", "roster", samples / "多表导出.xlsx")
    ask("period", "issue", "2026Q4")
    assert ask("period", "notices", "2026Q4", "--again", "--out", tmp_path, status=1)["error"]
    assert ask("period", "notices", "2026Q4", status=2)["error"]


@on_sqlite
def test_a_signed_slip_is_filed_once(ask, arrears, tmp_path):
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    number = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)["notices"][0]["number"]

    scan = tmp_path / "slip.png"
    Image.new("L", (40, 40), 255).save(scan)
    filed = ask(
        "receipt", "add", number, scan, "--signer", "熊英", "--relation", "本人", "--on", "2026-11-23"
    )
    assert (
        ask("receipt", "add", number, scan, "--signer", "熊英", "--relation", "本人", "--on", "2026-11-23")
        == filed
    )
    ask(
        "receipt",
        "add",
        "D1-999999",
        scan,
        "--signer",
        "熊英",
        "--relation",
        "本人",
        "--on",
        "2026-11-23",
        status=1,
    )


@on_sqlite
def test_a_slip_read_wrongly_is_corrected_and_one_of_another_notice_withdrawn(ask, arrears, tmp_path):
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    number = ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)["notices"][0]["number"]
    scan = tmp_path / "slip.png"
    Image.new("L", (40, 40), 255).save(scan)
    read = ("--signer", "熊英", "--relation", "本人", "--on", "2026-11-23")
    wrong = ask("receipt", "add", number, scan, *read)["delivery"]
    again = ("--signer", "熊母", "--relation", "家属", "--on", "2026-11-23", "--reason", "看错")
    right = ask("receipt", "correct", number, *again)
    assert (right["corrects"], right["delivery"] > wrong) == (wrong, True)
    assert ask("receipt", "correct", number, "--slip", wrong, *again) == right
    assert ask("receipt", "withdraw", number, "--reason", "别户的")["withdrawn"] == right["delivery"]
    ask("receipt", "withdraw", number, "--reason", "别户的", status=1)


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
def test_nothing_is_numbered_where_no_paper_could_be_written(ask, arrears, tmp_path):
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    (tmp_path / "file").write_text("in the way")
    assert ask("dun", "--as-of", "2026-11-23", "--out", tmp_path / "file", status=2)["error"]
    assert (
        "not sent before that day"
        in ask("dun", "--as-of", "2027-01-05", "--out", tmp_path, status=1)["error"]
    )
    assert ask("dun", "--as-of", "2027-01-05", "--dry-run")["notices"]
    assert ask("dun", "--as-of", "2026-11-23", "--out", tmp_path)["notices"][0]["number"] == "D1-000001"


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
def test_a_run_is_printed_again_as_it_was(ask, arrears, tmp_path):
    """A folder was lost: the same papers, to the byte, under the same numbers; one never made is made now."""
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    first, again = tmp_path / "first", tmp_path / "again"
    run = ask("dun", "--as-of", "2026-11-23", "--out", first)
    assert ask("reprint", run["run"], "--out", again) == run
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    pdfs = [notice["pdf"] for notice in run["notices"]]
    assert all((first / name).read_bytes() == (again / name).read_bytes() for name in pdfs)
    assert ask("reprint", 99, "--out", again, status=1)["error"] == "There is no dunning run 99."
    assert ask("reprint", run["run"], status=2)["error"]
