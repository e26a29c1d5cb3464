"""One print file of a run: in the order given, whole, and without the same font five hundred times."""

from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from notices.content import Demand
from notices.pictures import reference
from notices.render import merge, render
from tests.notices import papers, reading


def _notice(number: int, charges: int = 1) -> Demand:
    paper = papers.demand(charges)
    unit = replace(
        paper.unit, owner=f"业主{chr(0x5000 + number)}{chr(0x6000 + number)}", label=f"1-1-{number}"
    )
    return replace(paper, number=f"CJ-{number:06d}", unit=unit, verify_url=f"{papers.HOST}/v/{number}")


def test_the_order_is_kept_and_pages_are_counted(tmp_path: Path) -> None:
    target = tmp_path / "run.pdf"
    sizes = [1, 8, 2]
    made = [render(_notice(number, charges)) for number, charges in enumerate(sizes)]
    (tmp_path / "second.pdf").write_bytes(made[1])
    pages = merge([made[0], tmp_path / "second.pdf", made[2]], target)
    assert pages == sum(map(reading.pages, made)) == reading.pages(target.read_bytes())
    found = reading.joined(target.read_bytes())
    places = [found.index(f"编号CJ-{number:06d}") for number in range(3)]
    assert places == sorted(places)
    for number in range(3):
        assert f"{chr(0x5000 + number)}{chr(0x6000 + number)}" in found
    assert list(tmp_path.glob(".merge-*")) == []


def test_what_papers_share_is_kept_once(tmp_path: Path) -> None:
    seal = papers.seal_png()
    office = replace(papers.OFFICE, seal=reference(seal))
    made = [render(replace(_notice(number), office=office), seal=seal) for number in range(140)]
    target = tmp_path / "run.pdf"
    merge(made, target)
    assert target.stat().st_size < sum(map(len, made)) / 5
    with pikepdf.open(target) as document:
        assert document.check_pdf_syntax() == []
        programs = {page.Resources.Font["/R"].objgen for page in document.pages}
        seals = {stream.objgen for page in document.pages for stream in page.get_images().values()}
    assert len(programs) == 1
    assert len(seals) == 1
    found = reading.joined(target.read_bytes())
    assert all(f"业主{chr(0x5000 + number)}{chr(0x6000 + number)}" in found for number in range(140))


def test_units_become_bookmarks(tmp_path: Path) -> None:
    target = tmp_path / "run.pdf"
    merge([render(_notice(1, 8)), render(_notice(2))], target, labels=["1-1-1", "1-1-2"], title="第一批")
    with pikepdf.open(target) as document, document.open_outline() as outline:
        assert [item.title for item in outline.root] == ["1-1-1", "1-1-2"]
        assert str(document.docinfo["/Title"]) == "第一批"


def test_printed_on_both_sides_every_paper_begins_on_a_fresh_sheet(tmp_path: Path) -> None:
    target = tmp_path / "run.pdf"
    lines, segments = papers.debt(2)
    one_page = papers.demand(1, lines=lines[1:], segments=(replace(segments[-1], line=0),))
    assert merge([render(one_page), render(_notice(2))], target, double_sided=True) == 4
    texts = reading.text(target.read_bytes()).split("\f")
    assert not texts[1].strip()
    assert "催缴通知单" in texts[2]


def test_the_same_papers_give_the_same_file(tmp_path: Path) -> None:
    made = [render(_notice(number)) for number in range(3)]
    for name in ("a.pdf", "b.pdf"):
        merge(made, tmp_path / name, labels=["a", "b", "c"])
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


@pytest.mark.parametrize("labels", [[], ["a", "b"]])
def test_nothing_to_merge_or_labels_that_do_not_match_are_refused(tmp_path: Path, labels: list[str]) -> None:
    made = [render(_notice(1))] if labels else []
    with pytest.raises(ValueError, match="one label for every paper"):
        merge(made, tmp_path / "run.pdf", labels=labels)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_paper_leaves_the_old_print_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "run.pdf"
    merge([render(_notice(1))], target)
    before = target.read_bytes()
    with pytest.raises(pikepdf.PdfError):
        merge([render(_notice(2)), b"no pdf"], target)
    assert target.read_bytes() == before
