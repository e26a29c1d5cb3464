"""The QR codes of a paper are read back from a scan of it."""

from pathlib import Path

import pytest

from billing.core.problem import Refused
from notices import qr
from notices.content import Paper
from notices.render import render
from tests.notices import papers, reading


def test_a_demands_codes_verify_it_and_register_its_slip(tmp_path: Path) -> None:
    paper = papers.demand(1)
    assert set(reading.codes(render(paper), tmp_path)) == {paper.verify_url, paper.slip_url}


def test_a_payment_notices_codes_verify_and_pay(tmp_path: Path) -> None:
    paper = papers.payment_notice()
    assert set(reading.codes(render(paper), tmp_path)) == {paper.verify_url, paper.pay_url}


def test_an_activation_letters_code_is_the_address_without_the_secret(tmp_path: Path) -> None:
    paper = papers.activation()
    assert reading.codes(render(paper), tmp_path) == [paper.url]


@pytest.mark.parametrize("paper", [papers.receipt(), papers.statement()], ids=["receipt", "statement"])
def test_every_other_paper_can_be_verified(paper: Paper, tmp_path: Path) -> None:
    assert reading.codes(render(paper), tmp_path) == [paper.verify_url]


def test_a_code_survives_a_poor_scan(tmp_path: Path) -> None:
    paper = papers.demand(1)
    assert paper.slip_url in reading.codes(render(paper), tmp_path, dots_per_inch=96)


def test_what_no_code_can_hold_is_refused() -> None:
    with pytest.raises(Refused, match="too long for a QR code"):
        qr.modules("x" * 4000)
