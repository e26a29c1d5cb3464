"""The same values give the same bytes: a reprint years later is proven by one hash."""

import os
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from notices.record import freeze
from notices.render import render
from tests.notices import papers, reading, waived

_PROGRAM = """
import sys
from hashlib import sha256
from notices.record import thaw
from notices.render import render
print(sha256(render(thaw(sys.stdin.read()))).hexdigest())
"""


def _elsewhere(record: str, seed: str, cache: Path | None = None) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed} | ({"PERMILLE_CACHE": str(cache)} if cache else {})
    command = [sys.executable, "-c", _PROGRAM]
    ran = subprocess.run(command, input=record, capture_output=True, text=True, check=True, env=environment)
    return ran.stdout.strip()


@pytest.mark.parametrize("name", waived.EVERY)
def test_twice_is_the_same(name: str) -> None:
    assert render(waived.EVERY[name]) == render(waived.EVERY[name])


def test_another_process_another_seed_another_cache_is_the_same(tmp_path: Path) -> None:
    paper = papers.demand(5, "formal")
    here = sha256(render(paper)).hexdigest()
    assert _elsewhere(freeze(paper), "1") == here
    assert _elsewhere(freeze(paper), "2", tmp_path / "cache") == here


def test_what_was_printed_before_does_not_matter() -> None:
    first = render(papers.demand(2))
    render(papers.named("喆堃垚昇镕"))
    render(papers.statement())
    assert render(papers.demand(2)) == first


def test_any_other_value_gives_other_bytes() -> None:
    assert render(papers.demand(2)) != render(papers.demand(2, ledger_mark="0000-0000"))


@pytest.mark.parametrize("name", waived.EVERY)
def test_the_file_is_sound_and_tells_no_name_outside_its_pages(name: str) -> None:
    pdf = render(waived.EVERY[name])
    with pikepdf.open(BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        about = {str(key): str(value) for key, value in document.docinfo.items()}
    assert waived.EVERY[name].number in about["/Title"]
    assert about["/Author"] == papers.OFFICE.company
    assert all(papers.UNIT.owner not in value for value in about.values())
    assert reading.pages(pdf) >= 1
