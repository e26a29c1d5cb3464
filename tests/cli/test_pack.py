"""`flask pack` and `flask paper`: one file, whole or none, never over another; the contract's scans that go into it."""

import hashlib
import zipfile

import pytest

from tests.cli.facts import CONTRACT, PROFILE
from tests.flow.dossier import pdf
from tests.support.databases import on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def served(arrears, ask, tmp_path):
    ask("profile", "set", *PROFILE)
    ask("profile", "set", "--community", "示例小区", *CONTRACT)
    return ask("dun", "--as-of", "2026-11-23", "--out", tmp_path / "notices")["notices"][0]


@pytest.fixture
def contract(tmp_path):
    file = tmp_path / "合同.pdf"
    file.write_bytes(pdf())
    return file


def test_a_units_pack_tells_what_is_in_it_and_what_is_missing(served, ask, tmp_path):
    out = tmp_path / "pack.zip"
    made = ask("pack", served["unit"], "--as-of", "2026-11-23", "--out", out)
    assert set(made) == {
        "file", "sha256", "as_of", "known_at", "debtor", "units", "documents", "missing",
    }  # fmt: skip
    assert (made["file"], made["as_of"], made["units"]) == (str(out), "2026-11-23", [served["unit"]])
    assert made["debtor"] == served["debtor"]
    assert made["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        for one in made["documents"]:
            data = archive.read(one["name"])
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (one["sha256"], one["bytes"])
        assert {one["name"] for one in made["documents"]} | {"SHA256SUMS"} == set(archive.namelist())
        assert all(info.flag_bits & 0x800 or info.filename.isascii() for info in archive.infolist())
    assert f"{served['number']} has no signed slip." in made["missing"]
    assert "No contract paper is filed that was in force in the periods owed." in made["missing"]


def test_a_debtor_is_named_instead(served, ask, tmp_path):
    one = ask("pack", served["unit"], "--as-of", "2026-11-23", "--out", tmp_path / "a.zip")
    other = ask("pack", served["debtor"], "--as-of", "2026-11-23", "--out", tmp_path / "b.zip")
    assert one["sha256"] == other["sha256"]
    ask("pack", "没有这人", "--as-of", "2026-11-23", "--out", tmp_path / "c.zip", status=1)
    assert not (tmp_path / "c.zip").exists()


def test_no_file_is_written_over_unless_asked(served, ask, tmp_path):
    out = tmp_path / "pack.zip"
    out.write_text("something else")
    arguments = ("pack", served["unit"], "--as-of", "2026-11-23", "--out", out)
    assert "is there already" in ask(*arguments, status=2)["error"]
    assert out.read_text() == "something else"
    assert ask(*arguments, "--force")["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()


def test_what_fails_leaves_nothing(arrears, ask, tmp_path):
    """The profile has gaps; the day is still to come; the folder is not there."""
    folder = tmp_path / "out"
    folder.mkdir()
    out = folder / "pack.zip"
    assert "still lacks" in ask("pack", "1-1-101", "--as-of", "2026-11-23", "--out", out, status=1)["error"]
    ask("pack", "1-1-101", "--as-of", "2026-11-24", "--out", out, status=1)
    assert list(folder.iterdir()) == []
    ask("pack", "1-1-101", "--as-of", "2026-11-23", "--out", folder / "no" / "pack.zip", status=2)
    assert ask("pack", "1-1-101", "--out", out, status=2)["error"]


def test_the_contract_is_filed_listed_put_in_and_withdrawn(served, ask, contract, tmp_path):
    add = (
        "paper",
        "add",
        contract,
        "--kind",
        "contract",
        "--title",
        "前期物业服务合同",
        "--from",
        "2018-07-01",
    )
    paper = ask(*add)["paper"]
    assert ask(*add)["paper"] == paper
    assert [one["title"] for one in ask("paper", "list")["papers"]] == ["前期物业服务合同"]
    arguments = ("pack", served["unit"], "--as-of", "2026-11-23", "--out")
    names = {one["name"] for one in ask(*arguments, tmp_path / "a.zip")["documents"]}
    assert "04 合同/01 服务合同 前期物业服务合同.pdf" in names
    ask("paper", "withdraw", paper, "--reason", "扫错了")
    names = {one["name"] for one in ask(*arguments, tmp_path / "b.zip")["documents"]}
    assert not any("前期" in name for name in names)
    assert ask("paper", "list")["papers"][0]["withdrawn"] == "扫错了"
    ask("paper", "withdraw", 99, "--reason", "没有", status=1)
    contract.write_text("no scan")
    ask(*add, status=2)
