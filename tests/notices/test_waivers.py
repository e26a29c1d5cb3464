"""Waivers on paper: the figures add up, the condition is told, and a form has room for whatever was asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from billing.core.money import capital, grouped
from notices import content
from notices.content import Demand, PaymentNotice, Statement
from notices.record import freeze, thaw
from notices.render import render
from notices.waiver_request import WaiverForm
from tests.notices import papers, reading, waived

LAPSES = "付清期限届满未付清的，本减免自始失效，已减免部分恢复计收"


def _lines(paper: Demand | PaymentNotice | Statement) -> tuple[content.ChargeLine, ...]:
    return paper.late_lines if isinstance(paper, PaymentNotice) else paper.lines


@pytest.mark.parametrize("name", ["demand-waived", "payment-notice-waived", "statement-waived"])
def test_what_is_owed_is_what_was_charged_less_what_was_paid_and_waived(name: str) -> None:
    paper = waived.SAMPLES[name]
    assert isinstance(paper, Demand | PaymentNotice | Statement)
    lines = _lines(paper)
    for line in lines:
        assert line.total == line.open + line.late_fee - line.late_fee_waived - line.late_fee_paid
        assert line.open == line.amount - line.paid - line.waived
    assert sum(line.waived for line in lines) == sum(one.principal for one in paper.waivers) == 5_000
    assert sum(line.late_fee_waived for line in lines) == sum(one.late_fee for one in paper.waivers) == 3_950
    found = reading.tidy(render(paper))
    owed = paper.total if isinstance(paper, PaymentNotice) else content.total(waived.relieved()[0])
    assert f"人民币{capital(owed)}" in found and f"¥{grouped(owed)}" in found
    assert "\n合计 50.00 39.50\n" in found and "≈ 89.00，已收 10.00，减免 39.50 39.50" in found


def test_the_working_shows_the_days_that_bear_nothing() -> None:
    found = reading.tidy(render(waived.statement()))
    before, gap, after = (
        found.index(words)
        for words in (
            "2026-10-01至2026-10-10 10 827.41",
            "2026-10-11至2026-10-30 20 停计（W1-000002）",
            "2026-10-31至2026-11-05 6 827.41",
        )
    )
    assert before < gap < after


def test_a_charge_that_never_bore_anything_still_has_a_working() -> None:
    line = replace(papers.debt(1)[0][0], paid=0, late_fee=0, late_fee_paid=0)
    gap = content.Suspension(line=0, first=line.due + papers.DAY, last=papers.TODAY, number="W1-000002")
    paper = papers.demand(1, lines=(line,), segments=(), suspensions=(gap,))
    assert "54停计（W1-000002）0.00" in reading.joined(render(paper))


def test_a_statement_tells_what_lapsed_and_what_was_withdrawn() -> None:
    found = reading.joined(render(waived.statement()))
    for said in ("已失效自2026-10-01起恢复计收", "已撤销自2026-11-12起恢复计收", "等待付款", LAPSES):
        assert said in found
    without = reading.joined(render(papers.statement()))
    assert "失效" not in without and "停计" not in without


def test_waivers_that_are_not_what_the_charges_say_are_never_printed() -> None:
    with pytest.raises(ValueError, match="are not what the charges were relieved of"):
        render(replace(waived.statement(), waivers=(waived.HALF,)))


@pytest.mark.parametrize("paper", [waived.form(), waived.approved(), waived.refused()])
def test_a_form_adds_up(paper: WaiverForm) -> None:
    owed = sum(line.owed for line in paper.lines)
    off = sum(line.asked for line in paper.lines) if paper.standing == "open" else paper.approved
    found = reading.tidy(render(paper))
    assert paper.left == owed - off
    assert f"人民币{capital(owed - off)}" in found and f"¥{grouped(owed - off)}" in found
    assert found.count(grouped(owed - off)) == 2, "framed, and at the end of the table"
    assert reading.pages(render(paper)) == 1


def test_the_reason_is_ticked_as_on_the_paper_form() -> None:
    found = reading.joined(render(waived.form()))
    assert found.count("✓") == 1
    assert found.count("□") == 6 and "协商" in found


def test_a_decision_is_told_with_who_might_decide_what() -> None:
    found = reading.joined(render(waived.approved()))
    assert "同意减免：违约金的50%" in found and LAPSES in found
    assert "项目经理：单件减免以2,000.00元为限，本件减免78.36元" in found
    assert "住院属实" in found
    refused = reading.joined(render(waived.refused()))
    assert "不予减免。审批意见：同一事由去年已减免。" in refused and "单件减免不限额" in refused
    assert "业主通过业主服务页面提交" in refused


def test_a_form_that_gives_up_more_than_is_owed_is_never_printed() -> None:
    paper = waived.form()
    with pytest.raises(ValueError, match="more is given up than is owed"):
        render(replace(paper, lines=(replace(paper.lines[0], asked=99_999_999),)))
    decided = waived.approved()
    with pytest.raises(ValueError, match="not what was approved"):
        render(replace(decided, lines=decided.lines[:1]))


def test_the_longest_request_is_printed_whole() -> None:
    pdf = render(waived.many())
    found = reading.joined(pdf)
    assert reading.pages(pdf) <= 4
    assert found.count("难") >= 999 and "末" in found
    assert "20.第19页" in found and "SHA-256131313131313" in found
    assert found.count("827.41") >= 36 and "2026年12月" in found


def test_whatever_stands_in_a_request_is_plain_text() -> None:
    name = "<b>王𬱟</b>&{{业主}}<img src='/etc/passwd'/>"
    paper = waived.approved(reason=name, policy=name, handler=name)
    assert paper.decision
    decision = replace(paper.decision, opinion=name, by=name)
    marked = replace(paper, decision=decision, papers=(replace(paper.papers[0], name=name),))
    assert reading.joined(render(marked)).count("".join(name.split())) >= 6


def test_a_form_leads_back_to_the_books(tmp_path: Path) -> None:
    paper = waived.form()
    assert reading.codes(render(paper), tmp_path) == [paper.verify_url]


def test_a_record_without_waivers_says_nothing_of_them() -> None:
    for paper in (papers.demand(), papers.payment_notice(), papers.statement(), papers.receipt()):
        assert "waivers" not in freeze(paper) and "suspensions" not in freeze(paper)
        assert thaw(freeze(paper)) == paper
