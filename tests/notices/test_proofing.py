"""No paper is printed with a gap or with figures that contradict each other."""

from dataclasses import replace
from datetime import date

import pytest

from billing.core.problem import Refused
from notices.content import Paper
from notices.proofing import gaps
from notices.render import render
from tests.notices import papers, waived


@pytest.mark.parametrize("name", waived.EVERY)
def test_the_samples_are_complete(name: str) -> None:
    assert gaps(waived.EVERY[name]) == ()


def test_what_nobody_entered_is_named() -> None:
    paper = papers.demand(1)
    paper = replace(
        paper,
        office=replace(paper.office, bank_account=" "),
        community=replace(paper.community, late_fee_clause="", contract_number=""),
    )
    with pytest.raises(
        Refused, match=r"lacks office.bank_account, community.contract_number, community.late_fee_clause"
    ):
        render(paper)


def test_a_payment_notice_without_late_fee_needs_no_clause() -> None:
    paper = papers.payment_notice(carried=(), segments=())
    paper = replace(paper, community=replace(paper.community, late_fee_clause=""))
    assert render(paper)
    with pytest.raises(Refused, match="late_fee_clause"):
        render(replace(papers.payment_notice(), community=paper.community))


@pytest.mark.parametrize(
    ("paper", "why"),
    [
        (papers.demand(2, segments=()), "does not follow from its working"),
        (papers.demand(2, segments=papers.debt(2)[1][:-1]), "does not follow from its working"),
        (papers.statement(segments=papers.debt(4)[1][1:]), "does not follow from its working"),
        (papers.payment_notice(segments=()), "does not follow from its working"),
        (papers.demand(1, deadline=date(2026, 11, 22)), "deadline is before"),
        (papers.receipt(amount=100_001), "not the amount received"),
    ],
)
def test_figures_that_disagree_are_never_printed(paper: Paper, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        render(paper)


def test_a_segment_cannot_be_more_than_its_product() -> None:
    _, segments = papers.debt(1)
    more = replace(segments[0], micro=segments[0].micro + 1)
    with pytest.raises(ValueError, match="more than principal x days x rate"):
        render(papers.demand(1, segments=(more, segments[1])))
