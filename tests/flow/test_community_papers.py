"""A community's own papers: filed once, kept as they came, in a pack only where they were in force, never changed."""

from dataclasses import replace

import pytest

from billing.core.problem import Missing, Refused, Unusable
from billing.flow.community_papers import Wanted, file_paper, find_paper, withdraw_paper
from billing.store.base import writing
from billing.store.community_papers import CommunityPaper, in_force, listed
from billing.store.vault import Vault
from tests.flow import dossier
from tests.flow.town import ACTOR, Town, day
from tests.support.databases import on_sqlite

PAPER = Wanted(
    kind="price", title="价格公示", since=day("2025-01-01"), data=dossier.pdf(), file_name="../公示.pdf"
)


def file(town: Town, vault: Vault, **changes: object) -> CommunityPaper:
    with writing(town.session, town.community_id):
        return file_paper(
            town.session,
            vault,
            ACTOR,
            town.community_id,
            replace(PAPER, **changes),  # type: ignore[arg-type]
        )


def names(town: Town, first: str, last: str) -> list[str]:
    town.session.rollback()
    found = in_force(town.session, town.community_id, day(first), day(last))
    return [row.CommunityPaper.title for row in found]


def test_the_same_file_again_is_the_same_paper(town: Town, vault: Vault) -> None:
    """On both databases."""
    paper = file(town, vault)
    assert file(town, vault).id == paper.id
    assert vault.get(paper.sha256) == PAPER.data and paper.file_name == "公示.pdf"
    assert file(town, vault, since=day("2026-01-01")).id != paper.id
    assert [entry.kind for entry in town.entries()].count("community_paper") == 2


@on_sqlite
def test_only_what_was_in_force_in_the_periods_counts(town: Town, vault: Vault) -> None:
    file(town, vault, title="旧", until=day("2025-12-31"))
    file(town, vault, title="新", since=day("2026-01-01"))
    assert names(town, "2025-10-01", "2025-12-31") == ["旧"]
    assert names(town, "2025-10-01", "2026-01-01") == ["旧", "新"]
    assert names(town, "2026-01-01", "2026-03-31") == ["新"]
    assert names(town, "2024-01-01", "2024-12-31") == []


@on_sqlite
def test_one_withdrawn_stays_to_be_seen_and_may_be_filed_again(town: Town, vault: Vault) -> None:
    paper = file(town, vault)
    for _ in range(2):
        with writing(town.session, town.community_id):
            withdraw_paper(town.session, ACTOR, paper, "扫错了")
    assert names(town, "2026-01-01", "2026-03-31") == []
    row = listed(town.session, town.community_id)[0]
    assert (row.CommunityPaper.id, row.Reversal.reason) == (paper.id, "扫错了")
    assert file(town, vault).id != paper.id
    with pytest.raises(Refused, match="why the paper"), writing(town.session, town.community_id):
        withdraw_paper(town.session, ACTOR, file(town, vault), " ")


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "secret"}, "no kind of paper"),
        ({"title": " "}, "what the paper is called"),
        ({"title": "长" * 81}, "at most 80"),
        ({"title": "a\x00b"}, "printable"),
        ({"until": day("2024-12-31")}, "before it begins"),
    ],
)
def test_what_cannot_be_is_refused(
    town: Town, vault: Vault, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        file(town, vault, **changes)
    assert listed(town.session, town.community_id) == []


@on_sqlite
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 an office file", dossier.pdf()[:200], b"<html>"], ids=len)
def test_what_is_no_scan_cannot_be_used(town: Town, vault: Vault, data: bytes) -> None:
    with pytest.raises(Unusable):
        file(town, vault, data=data)


@on_sqlite
def test_another_communitys_paper_is_not_found(town: Town, vault: Vault) -> None:
    paper = file(town, vault)
    with pytest.raises(Missing):
        find_paper(town.session, town.community_id + 1, paper.id)
