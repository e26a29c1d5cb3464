"""A debtor's pack: all of his and nobody else's, the same bytes for the same facts, checked by anybody."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.core.problem import Missing, Refused
from billing.flow.evidence import withdraw_slip
from billing.flow.pack import record_pack
from billing.flow.pack.check import check
from billing.flow.pack.piece import safe
from billing.store.base import writing
from billing.store.collection import Document, Notice
from billing.store.vault import Vault
from tests.flow import dossier
from tests.flow.town import ACTOR, Town, day, found
from tests.support.databases import on_sqlite

SOLD = """
楼 单元 房号 业主 共有人 建筑面积 交房日期
1  1   101  孙强 钱琳 100    2020-01-01
"""


@pytest.fixture
def full(town: Town, vault: Vault) -> Town:
    dossier.lived(town, vault)
    return town


def unpacked(pack: bytes, folder: Path) -> Path:
    for name, data in dossier.opened(pack).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def test_it_holds_every_paper_in_its_place(full: Town, vault: Vault) -> None:
    """On both databases."""
    pack, made = dossier.make(full, vault, "1-1-101")
    assert sorted(dossier.opened(pack)) == sorted(
        [
            "00 目录.pdf",
            "01 对账单.pdf",
            "02 欠费明细表.pdf",
            "02 欠费明细表.xlsx",
            "03 违约金计算表.pdf",
            "03 违约金计算表.xlsx",
            "04 合同/01 服务合同 静园物业服务合同.pdf",
            "04 合同/服务合同要点.pdf",
            "05 通知/D1-000001.pdf",
            "05 通知/N1-000001.pdf",
            "06 送达/D1-000001 签收回执 1.png",
            "06 送达/送达记录.pdf",
            "07 收款/R1-000001.pdf",
            "07 收款/R1-000002 红冲凭证.pdf",
            "07 收款/R1-000002.pdf",
            "07 收款/收款明细.pdf",
            "07 收款/收款明细.xlsx",
            "09 产权/产权情况.pdf",
            "SHA256SUMS",
            "check.py",
            "manifest.json",
            "核对说明.txt",
        ]
    )
    assert made.lacks == []


def test_the_same_facts_give_the_same_bytes(full: Town, vault: Vault) -> None:
    """On both databases: made again, made on another day, and made again as known before something was paid."""
    later = full.on("2099-12-24")  # after the clock by which the entries were made
    first, made = dossier.make(later, vault, "1-1-101")
    with writing(full.session, full.community_id):
        record_pack(full.session, ACTOR, made, "one")
    assert dossier.make(later, vault, "1-1-101")[0] == first
    assert dossier.make(full.on("2099-12-31"), vault, "1-1-101")[0] == first
    full.pay("1-1-101", "100.00", "2026-11-20")
    assert dossier.make(later, vault, "1-1-101")[0] != first
    assert dossier.make(later, vault, "1-1-101", known_at=made.subject.known_at)[0] == first


@on_sqlite
class TestTheCheck:
    def test_agrees_with_a_whole_pack(self, full: Town, vault: Vault, tmp_path: Path) -> None:
        pack, _ = dossier.make(full, vault, "1-1-101")
        folder = unpacked(pack, tmp_path / "pack")
        assert self._run(folder) == (0, "一致：21 个文件全部相符")
        assert set(check(folder).values()) == {"一致"}
        assert self._sha256sum(folder)

    @pytest.mark.parametrize(
        ("file", "state"),
        [("01 对账单.pdf", "不一致"), ("06 送达/D1-000001 签收回执 1.png", "缺少"), ("另一份.pdf", "多出")],
    )
    def test_notices_what_is_wrong(
        self, full: Town, vault: Vault, tmp_path: Path, file: str, state: str
    ) -> None:
        """The control: one bit turned, a file taken away, a file put in; `sha256sum` sees the first two."""
        pack, _ = dossier.make(full, vault, "1-1-101")
        folder = unpacked(pack, tmp_path / "pack")
        if state == "缺少":
            (folder / file).unlink()
        elif state == "多出":
            (folder / file).write_bytes(b"%PDF-")
        else:
            data = bytearray((folder / file).read_bytes())
            data[len(data) // 2] ^= 1
            (folder / file).write_bytes(data)
        assert self._run(folder) == (1, "不一致：1 个文件有问题")
        assert check(folder)[file] == state
        assert self._sha256sum(folder) == (state == "多出")

    def test_every_document_bears_its_hash_in_all_three_lists(self, full: Town, vault: Vault) -> None:
        pack, made = dossier.make(full, vault, "1-1-101")
        files = dossier.opened(pack)
        manifest = json.loads(files["manifest.json"])
        contents = dossier.words("00 目录.pdf", files["00 目录.pdf"])
        for one in manifest["documents"]:
            assert f"{one['sha256']}  {one['name']}\n" in files["SHA256SUMS"].decode()
        for one in made.documents[:-4]:
            assert one.sha256[:32] in contents and one.sha256[32:] in contents, one.name

    def _run(self, folder: Path) -> tuple[int, str]:
        command = [sys.executable, "-I", str(folder / "check.py")]
        ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert ran.stderr == ""
        return ran.returncode, ran.stdout.splitlines()[-1].removeprefix("结论  ")

    def _sha256sum(self, folder: Path) -> bool:
        ran = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, check=False)
        return ran.returncode == 0


@on_sqlite
class TestTheFigures:
    def test_the_arrears_have_the_columns_of_a_claim(self, full: Town, vault: Vault) -> None:
        files = dossier.opened(dossier.make(full, vault, "1-1-101")[0])
        rows = dossier.cells(files["02 欠费明细表.xlsx"])
        head = next(number for number, row in enumerate(rows) if row[0] == "序号")
        expected = (
            "序号 项目 房号 业主 面积（㎡） 费项 单价 计费起 计费止 月数/天数 应收 已收 减免 欠费 应缴日 逾期起 "
            "逾期天数 违约金率 违约金 合计 时效届满日 最近中断日/方式 备注"
        )
        assert rows[head] == expected.split()
        first = rows[head + 1]
        assert first[:7] == [1, "静园", "1-1-101", "张伟", 100, "物业服务费", "4.00元/㎡·月"]
        assert first[9:14] == ["3个月", 1200, 500.19, 0, 699.81]
        assert first[15:20] == [day("2026-04-01"), 237, "1‰", 188.36, 888.17]
        assert first[20:] == ["", "", ""]
        told = full.statement("1-1-101", "2026-11-23")["totals"]
        assert f"{rows[head + 4][19]:.2f}" == told["total"] == "3528.17"
        assert any("两栏留空" in str(row[0]) for row in rows[head + 5 :])

    def test_the_working_adds_up_exactly_and_is_rounded_once(self, full: Town, vault: Vault) -> None:
        """45 days on 1,200.00, then 192 on 699.81: 54.00 + 134.36352 = 188.36352, which is 188.36."""
        files = dossier.opened(dossier.make(full, vault, "1-1-101")[0])
        said = dossier.words("03.pdf", files["03 违约金计算表.pdf"])
        for told in ("134.36352", "188.36352≈188.36", "2026-05-15收款：冲抵本金500.19", "36.5%", "千分之一"):
            assert told in said, told
        rows = dossier.cells(files["03 违约金计算表.xlsx"])
        head = next(number for number, row in enumerate(rows) if row[0] == "序号")
        column = {name: place for place, name in enumerate(rows[head])}
        exact = [row[column["精确金额"]] for row in rows[head + 1 :] if row[column["起"]]]
        assert exact == ["54.00", "134.36352", "175.20", "64.80"]
        results = [row[column["每笔违约金"]] for row in rows[head + 1 :] if row[column["每笔违约金"]] != ""]
        assert results == [188.36, 175.2, 64.8, 428.36]

    def test_a_pause_and_a_cap_are_told(self, full: Town, vault: Vault) -> None:
        full.set_policy(since=day("2026-08-01"), rate_ppm=0)
        full.set_policy(since=day("2026-09-01"), rate_ppm=1000)
        files = dossier.opened(dossier.make(full, vault, "1-1-101")[0])
        said = dossier.words("03.pdf", files["03 违约金计算表.pdf"])
        assert "2026-08-01至2026-08-31不计违约金" in said
        assert "2026-09-01至2026-11-23" in said

    def test_payments_are_told_with_their_shares_and_a_reversal_with_its_reason(
        self, full: Town, vault: Vault
    ) -> None:
        files = dossier.opened(dossier.make(full, vault, "1-1-101")[0])
        said = dossier.words("07.pdf", files["07 收款/收款明细.pdf"])
        assert "张伟之女" in said and "500.19" in said
        assert "已红冲" in said and "入错账" in said
        rows = dossier.cells(files["07 收款/收款明细.xlsx"])
        assert [row[6] for row in rows if isinstance(row[6], int | float)] == [500.19, 33.03]

    def test_text_of_a_cell_is_never_a_formula(self, town: Town, vault: Vault) -> None:
        town.fill_profile()
        town.on("2026-01-01").issue("2026Q1")
        town.pay("1-1-101", "10.00", "2026-05-15", payer='=HYPERLINK("http://evil")', note="+1+1")
        files = dossier.opened(dossier.make(town, vault, "1-1-101")[0])
        rows = dossier.cells(files["07 收款/收款明细.xlsx"])
        assert '=HYPERLINK("http://evil")' in [row[4] for row in rows]


@on_sqlite
class TestAsOfADay:
    def test_what_came_later_is_left_out_and_named(self, full: Town, vault: Vault) -> None:
        pack, made = dossier.make(full, vault, "1-1-101", "2026-10-31")
        files = dossier.opened(pack)
        assert not any("D1-" in name for name in files)
        assert [lack.sentence() for lack in made.lacks] == [
            f"{number} was made after that day: it is not in the pack."
            for number in ("N1-000001", "D1-000001")
        ]
        said = dossier.words("00.pdf", files["00 目录.pdf"])
        assert "D1-000001在账目截至日之后制发，未收入。" in said

    def test_a_slip_signed_later_is_named(self, full: Town, vault: Vault) -> None:
        _, made = dossier.make(full, vault, "1-1-101", "2026-11-02")
        assert ("later_slip", "D1-000001") in [(lack.code, lack.number) for lack in made.lacks]

    def test_no_pack_is_made_of_a_day_to_come(self, full: Town, vault: Vault) -> None:
        with pytest.raises(Refused, match="still to come"):
            dossier.make(full, vault, "1-1-101", "2026-11-24")


@on_sqlite
class TestSlips:
    def test_a_notice_without_one_is_named(self, full: Town, vault: Vault) -> None:
        _, made = dossier.make(full, vault, "1-1-102")
        assert ("no_slip", "D1-000002") in [(lack.code, lack.number) for lack in made.lacks]

    def test_a_correction_is_told_and_the_scan_kept_once(self, full: Town, vault: Vault) -> None:
        notice = full.all(Notice)[1]
        wrong = dossier.sign(full, vault, notice, "2026-11-04", "李某", 90)
        dossier.correct(full, wrong, "李娜之母")
        files = dossier.opened(dossier.make(full, vault, "1-1-102")[0])
        assert [name for name in files if "签收回执" in name] == ["06 送达/D1-000002 签收回执 1.png"]
        said = dossier.words("06.pdf", files["06 送达/送达记录.pdf"])
        assert "李某" in said and "李娜之母" in said and "看错了签名" in said

    def test_one_withdrawn_may_be_somebody_elses(self, full: Town, vault: Vault) -> None:
        """So it is told, but neither shown nor quoted."""
        notice = full.all(Notice)[1]
        strange = dossier.sign(full, vault, notice, "2026-11-04", "王芳本人", 90)
        with writing(full.session, full.community_id):
            withdraw_slip(full.session, ACTOR, strange, "这是王芳家的", "key")
        files = dossier.opened(dossier.make(full, vault, "1-1-102")[0])
        assert not any("签收回执" in name for name in files)
        said = dossier.words("06.pdf", files["06 送达/送达记录.pdf"])
        assert "撤销" in said and "王芳" not in said

    def test_a_scan_filed_for_somebody_else_too_is_pointed_at(self, full: Town, vault: Vault) -> None:
        dossier.sign(full, vault, full.all(Notice)[1], "2026-11-04", "李娜")
        codes = {lack.code for lack in dossier.make(full, vault, "1-1-102")[1].lacks}
        assert "shared_scan" in codes


@on_sqlite
class TestWhose:
    def test_a_former_owners_pack_knows_nothing_of_the_buyer(self, full: Town, vault: Vault) -> None:
        """Nor the buyer's of the seller; each file of each pack is read."""
        full.import_roster(SOLD, sold_on=day("2026-10-01"))
        full.issue("2026Q4")
        full.pay("1-1-101", "44.44", "2026-11-10", debtor="孙强", payer="孙强之母")
        for who, strangers in (("张伟", ("孙强", "钱琳", "44.44")), ("孙强", ("张伟", "500.19"))):
            for asked in ({"who": who}, {"who": "1-1-101", "debtor": who}):
                files = dossier.opened(dossier.make(full, vault, **asked)[0])
                assert any(who in dossier.words(name, data) for name, data in files.items())
                for name, data in files.items():
                    told = dossier.words(name, data)
                    assert [one for one in (*strangers, "李娜", "王芳") if one in told + name] == [], name

    def test_co_owners_are_named_since_they_are_liable(self, full: Town, vault: Vault) -> None:
        files = dossier.opened(dossier.make(full, vault, "王芳")[0])
        assert "赵强共有人（同期）" in dossier.words("09.pdf", files["09 产权/产权情况.pdf"])

    def test_a_unit_means_all_its_debtors(self, full: Town, vault: Vault) -> None:
        full.import_roster(SOLD, sold_on=day("2026-10-01"))
        full.issue("2026Q4")
        pack, made = dossier.make(full, vault, "1-1-101")
        assert made.subject.debtors == ["张伟", "孙强"]
        assert {"01-1 对账单.pdf", "01-2 对账单.pdf"} <= dossier.opened(pack).keys()

    def test_a_name_that_two_share_is_refused_with_their_units(self, full: Town, vault: Vault) -> None:
        full.import_roster("楼 单元 房号 业主 建筑面积 交房日期\n3 1 301 张伟 90 2020-01-01")
        full.issue("2026Q4")
        with pytest.raises(Refused, match="units 1-1-101, 3-1-301: say which unit"):
            dossier.make(full, vault, "张伟")

    @pytest.mark.parametrize("who", ["王五", "9-9-999", "赵强", "张"])
    def test_who_owes_nothing_has_none(self, full: Town, vault: Vault, who: str) -> None:
        with pytest.raises(Missing):
            dossier.make(full, vault, who)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ('合同: 第1*份?"<>|', "合同_ 第1_份_____"),
        ("尾巴. . ", "尾巴"),
        ("a\x00b\u202ec", "a_b_c"),
        ("..", "_"),
        ("长" * 300, "长" * 60),
    ],
)
def test_a_name_is_good_on_every_system(text: str, name: str) -> None:
    assert safe(text) == name


@on_sqlite
class TestNames:
    def test_a_hostile_owner_escapes_no_folder(self, vault: Vault, town: Town) -> None:
        owner = "..\\..\\<b>坏:*"
        roster = f"楼 单元 房号 业主 建筑面积 交房日期\n1 1 ..\\..\\9 {owner} 100 2020-01-01"
        other = found(town.session, town.today, "别园", roster)
        other.fill_profile()
        other.on("2026-01-01").issue("2026Q1")
        pack, made = dossier.make(other, vault, owner)
        for name in dossier.opened(pack):
            assert ".." not in name and not set('\\:*?"<>|') & set(name) and not name.startswith("/"), name
        assert made.subject.debtors == [owner]

    def test_a_character_no_font_has_is_named_in_free_text(self, full: Town, vault: Vault) -> None:
        full.pay("1-1-101", "10.00", "2026-11-10", payer="笑脸\U0001f600")
        files = dossier.opened(dossier.make(full, vault, "1-1-101")[0])
        assert "笑脸〔U+1F600〕" in dossier.words("07.pdf", files["07 收款/收款明细.pdf"])


@on_sqlite
def test_a_profile_with_gaps_is_refused(town: Town, vault: Vault) -> None:
    town.issue("2026Q1")
    with pytest.raises(Refused, match="still lacks"):
        dossier.make(town, vault, "1-1-101")


@on_sqlite
def test_a_file_gone_from_the_vault_is_refused(full: Town, vault: Vault) -> None:
    receipt = full.session.scalars(select(Document).where(Document.about == "payment")).first()
    assert receipt
    vault.path(receipt.sha256).write_bytes(b"changed")
    with pytest.raises(Refused, match="missing or was changed"):
        dossier.make(full, vault, "1-1-101")


@on_sqlite
def test_each_making_is_recorded_with_its_hash(full: Town, vault: Vault) -> None:
    _, made = dossier.make(full, vault, "1-1-101")
    for key in ("one", "one", "two"):
        with writing(full.session, full.community_id):
            record_pack(full.session, "manager", made, key)
    entries = [entry for entry in full.entries() if entry.kind == "pack"]
    assert len(entries) == 2
    assert (entries[0].actor, entries[0].detail["sha256"]) == ("manager", made.sha256)
    assert entries[0].detail["debtors"] == ["张伟"] and entries[0].detail["as_of"] == "2026-11-23"
