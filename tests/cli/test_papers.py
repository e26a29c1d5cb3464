"""The contract of the commands that print: each paper made once, written again as it was, its signed slip filed."""

from decimal import Decimal

from PIL import Image

from tests.cli.facts import CONTRACT, PROFILE
from tests.support.databases import on_sqlite


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
