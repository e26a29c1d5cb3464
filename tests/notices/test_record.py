"""A paper frozen and thawed is the same paper; what is no paper's record is refused."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notices.content import Demand, Paper
from notices.record import KINDS, freeze, kind_of, thaw
from notices.render import render
from tests.notices import papers, reading, waived

RECORDS = Path(__file__).parents[1] / "golden" / "records"


def _papers(kind: type[Paper]) -> st.SearchStrategy[Paper]:
    """Papers of a kind with anything at all in their fields, sensible or not."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: st.from_type(hints[field.name]) for field in fields(kind)})


@pytest.mark.parametrize("kind", KINDS)
def test_thawing_gives_back_what_was_frozen(kind: str) -> None:
    @settings(max_examples=60)
    @given(_papers(KINDS[kind]))
    def check(paper: Paper) -> None:
        record = freeze(paper)
        assert thaw(record) == paper
        assert freeze(thaw(record)) == record
        assert kind_of(thaw(record)) == kind

    check()


@pytest.mark.parametrize("name", waived.EVERY)
def test_a_record_is_canonical(name: str) -> None:
    record = freeze(waived.EVERY[name])
    values = json.loads(record)
    assert record == json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_pictures_stay_out_of_the_record() -> None:
    assert len(freeze(papers.demand(1))) < 4_000


def _changed(**changes: Any) -> str:
    values = json.loads(freeze(papers.receipt()))
    values["paper"] |= changes
    return json.dumps(values)


@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        '{"kind":"demand"}',
        '{"kind":"letter","paper":{}}',
        _changed(amount=1.5),
        _changed(amount="100"),
        _changed(amount=True),
        _changed(received="yesterday"),
        _changed(order="any"),
        _changed(surprise=1),
        _changed(number=None),
        _changed(shares={}),
    ],
)
def test_what_is_no_record_is_refused(record: str) -> None:
    with pytest.raises(ValueError, match="not the record of a paper"):
        thaw(record)


@pytest.mark.parametrize("name", ["demand-firm", "demand-formal", "receipt", "statement"])
def test_a_record_of_the_first_generator_is_still_printed_in_its_own_words(name: str) -> None:
    """A run may be numbered under one generator and its papers made under the next."""
    record = (RECORDS / f"{name}-1.0.json").read_text("utf-8").strip()
    paper = thaw(record)
    assert freeze(paper) == record
    found = reading.joined(render(paper))
    assert "模板2026-11·程序permille-notices1.0" in found
    if isinstance(paper, Demand):
        assert "，其中最早一笔已逾期" in found


def test_a_record_from_before_a_field_was_added_takes_its_default() -> None:
    values = json.loads(freeze(papers.receipt()))
    del values["paper"]["ledger_mark"]
    assert thaw(json.dumps(values)) == papers.receipt(ledger_mark="")
