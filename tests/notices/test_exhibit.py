"""The papers of a pack: tables over pages, sums, cells in lines; no code to verify, and no word that there is one."""

from dataclasses import replace
from pathlib import Path

from notices.content import LateFeeTerms
from notices.exhibit_tables import Exhibit, ExhibitColumn, ExhibitRow, ExhibitTable
from notices.record import freeze, thaw
from notices.render import render
from tests.notices import papers, reading

COLUMNS = (
    ExhibitColumn(title="序号", width=1),
    ExhibitColumn(title="名称", width=6),
    ExhibitColumn(title="金额", width=2, right=True),
)
SOURCE = papers.statement()


def exhibit(rows: int = 3, **changes: object) -> Exhibit:
    told = [
        ExhibitRow(cells=(str(number), f"第{number}项\n细目", "1,200.00")) for number in range(1, rows + 1)
    ]
    total = ExhibitRow(cells=("合计", None, "3,600.00"), sums=True)
    paper = Exhibit(
        number="P1-000012-20261123-02",
        issued=SOURCE.issued,
        office=SOURCE.office,
        community=SOURCE.community,
        unit=SOURCE.unit,
        verify_url="",
        title="欠费明细表",
        as_of=SOURCE.as_of,
        known_at=12,
        tables=(ExhibitTable(heading="", columns=COLUMNS, rows=(*told, total)),),
        notes=("说明文字。",),
    )
    return replace(paper, **changes)  # type: ignore[arg-type]


def test_it_says_what_it_is_about_and_all_its_cells() -> None:
    said = reading.joined(render(exhibit()))
    for told in (
        "欠费明细表",
        "P1-000012-20261123-02",
        SOURCE.unit.owner,
        "第3项",
        "细目",
        "合计",
        "说明文字。",
    ):
        assert told in said, told


def test_it_promises_no_verification(tmp_path: Path) -> None:
    pdf = render(exhibit())
    assert reading.codes(pdf, tmp_path) == []
    assert "扫码" not in reading.joined(pdf) and "SHA256SUMS" in reading.joined(pdf)


def test_with_a_rate_it_quotes_the_terms_and_the_clause() -> None:
    terms = LateFeeTerms(grace_days=5, cap_ppm=300_000)
    said = reading.joined(render(exhibit(rate_ppm=1000, terms=terms)))
    assert "每日1‰" in said and "5日内缴清的不计违约金" in said and "30%" in said
    assert SOURCE.community.late_fee_clause.strip("“”")[:12] in said
    assert "违约金条款原文" not in reading.joined(render(exhibit()))


def test_a_long_table_goes_on_under_its_head() -> None:
    pdf = render(exhibit(rows=120))
    assert reading.pages(pdf) > 2
    assert reading.text(pdf).count("名称") == reading.pages(pdf)


def test_a_table_without_rows_says_so() -> None:
    empty = ExhibitTable(heading="收款", columns=COLUMNS, rows=())
    assert "没有记录。" in reading.joined(render(exhibit(tables=(empty,))))


def test_markup_is_text() -> None:
    row = ExhibitRow(cells=("1", '<img src="/etc/passwd"/>&amp;{{公司}}', ""))
    table = ExhibitTable(heading="", columns=COLUMNS, rows=(row,))
    assert '<imgsrc="/etc/passwd"/>&amp;{{公司}}' in reading.joined(render(exhibit(tables=(table,))))


def test_its_record_makes_the_same_paper() -> None:
    paper = exhibit()
    assert thaw(freeze(paper)) == paper
    assert render(paper) == render(paper)
