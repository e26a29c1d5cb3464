"""Whatever stands in a name is printed as it stands: no markup, no picture, no address is ever opened."""

from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest

from notices.content import Paper
from notices.render import render
from tests.notices import papers, reading, waived

HOSTILE = [
    "<b>王小明</b>",
    "王<小明",
    "王&小明",
    "王&amp;小明",
    "&#0;",
    "&#x0a;&lt;",
    "<img src='http://127.0.0.1:9/x.png'/>",
    '<img src="file:///etc/passwd" width="10" height="10"/>',
    "<img src='/etc/passwd'>",
    "<font color='red'>红</font>",
    '<font name="Courier">x</font>',
    "<para>",
    "</para></para>",
    "<para><font color=\"[[[getattr(pow,Word('__globals__'))]]]\">",
    "<a href='javascript:alert(1)'>x</a>",
    "<link href='http://example.com'>x</link>",
    "<onDraw name='x' label='y'/>",
    "<seq id='a'/>",
    "<br/><br/>",
    "<!-- -->",
    "<![CDATA[x]]>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "{{业主}}",
    "{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "${7*7}",
    "#{7*7}",
    "%(name)s %s %d %%",
    "{0} {name!r}",
    ") Tj ET Q (",
    "> Tj ET <41",
    "endstream endobj",
    "\\), \\( \\\\",
    "/JS (app.alert(1))",
    "=HYPERLINK(1)",
    "'; DROP TABLE unit; --",
    "../../../etc/passwd",
    "王" * 200,
    "W" * 300,
    "（（（（《《《“",
    "，，，。。。）））",
]


def test_there_are_forty() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_plain_text(name: str) -> None:
    pdf = render(papers.named(name))
    assert "".join(name.split()) in reading.joined(pdf)
    _holds_nothing_active(pdf)


@pytest.mark.parametrize("paper", waived.EVERY.values(), ids=waived.EVERY)
def test_no_field_of_any_paper_is_markup(paper: Paper) -> None:
    name = "<img src='/etc/passwd'/>&<b>{{业主}}"
    marked = replace(
        paper,
        unit=replace(paper.unit, owner=name, address=name, label=name, co_owners=(name,)),
        office=replace(paper.office, company=name, address=name, phone=name, contact=name),
        community=replace(paper.community, name=name, contract_name=name, late_fee_clause=name),
    )
    pdf = render(marked)
    assert "<imgsrc='/etc/passwd'/>&<b>{{业主}}" in reading.joined(pdf)
    _holds_nothing_active(pdf)


def _holds_nothing_active(pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not {"/OpenAction", "/AA", "/AcroForm", "/Names"} & set(document.Root.keys())
        for page in document.pages:
            assert "/Annots" not in page
            assert "/XObject" not in page.obj.Resources


def test_a_name_longer_than_a_page_flows_over_pages() -> None:
    """Nobody is called so; but nothing is cut off, and nothing hangs."""
    pdf = render(papers.named("长" * 5_000))
    assert reading.joined(pdf).count("长") > 5_000
    assert "2026年12月3日前" in reading.joined(pdf)


def test_long_fields_break_nothing() -> None:
    paper = papers.demand(2)
    line = replace(paper.lines[0], item="超长收费项目名称" * 40, period="二〇二五年度第三季度（含补收）" * 3)
    pdf = render(
        replace(
            paper,
            number="CJ-" + "9" * 80,
            lines=(line, *paper.lines[1:]),
            office=replace(paper.office, company="安和市锦绣物业服务有限责任公司" * 4),
            community=replace(paper.community, late_fee_clause=paper.community.late_fee_clause * 40),
        )
    )
    found = reading.joined(pdf)
    assert found.count("超长收费项目名称") >= 40
    assert "CJ-" + "9" * 80 in found


def test_large_amounts_stay_on_one_line() -> None:
    lines, _ = papers.debt(1)
    large = replace(lines[0], amount=9_999_999_999, paid=0, late_fee=0, late_fee_paid=0)
    found = reading.tidy(render(papers.demand(1, lines=(large,), segments=())))
    assert found.count("99,999,999.99") >= 5
