"""What a profile may hold at most has room on every paper: all of it is printed, and the figures come first."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from billing.core.profile import MOST
from notices.content import Community, Demand, Office, Paper, Receipt, Statement
from notices.render import render
from tests.notices import papers, reading, waived

NAME = "安和市锦绣物业服务有限责任公司新城区分公司"


def longest(values: Office | Community) -> dict[str, Any]:
    """The texts of a profile, each as long as it may be, each to be told from the others."""
    names = [
        field.name for field in fields(values) if field.name in MOST and field.name not in ("seal", "logo")
    ]
    texts = {name: getattr(values, name) for name in names}
    return {
        name: f"{number:02d}{NAME * 50}"[: MOST[name] - 1] + "末"
        for number, (name, text) in enumerate(texts.items())
        if isinstance(text, str)
    }


def filled(paper: Paper) -> tuple[Paper, dict[str, Any]]:
    office, community = longest(paper.office), longest(paper.community)
    url = "https://" + "a" * (MOST["public_url"] - 8)
    told = replace(
        paper,
        office=replace(paper.office, **office),
        community=replace(paper.community, **community),
        unit=replace(paper.unit, owner=f"99{NAME * 5}"[: MOST["developer"]]),
        verify_url=f"{url}/v/7K2M9QXT4R8N7K2M",
    )
    return told, office | community


@pytest.mark.parametrize("paper", waived.EVERY.values(), ids=waived.EVERY)
def test_the_longest_profile_has_room_on_every_paper(paper: Paper) -> None:
    told, texts = filled(paper)
    pdf = render(told, seal=papers.seal_png())
    assert reading.pages(pdf) <= reading.pages(render(paper)) + 1
    printed = reading.joined(pdf)
    assert told.unit.owner in printed and texts["company"] in printed
    if isinstance(paper, Demand):
        assert [name for name, text in texts.items() if text not in printed] == []


@pytest.mark.parametrize("paper", waived.EVERY.values(), ids=waived.EVERY)
def test_what_is_owed_or_paid_still_stands_on_the_first_page(paper: Paper) -> None:
    if isinstance(paper, Demand | Receipt | Statement):
        first = reading.text(render(filled(paper)[0])).partition("\f")[0]
        assert "大写" in first and "人民币" in first


def test_its_codes_are_still_read(tmp_path: Path) -> None:
    told, _ = filled(papers.demand())
    assert told.verify_url in reading.codes(render(told), tmp_path)
