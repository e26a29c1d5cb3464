"""T-01 and T-10: an owner reaches nobody else's data, by any address; a former owner's time is his own."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from billing.store.people import Party
from billing.store.portal import Own
from billing.web import permission
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.neighbours import HOUSEHOLDS, Neighbours, Owner

PAIRS = list(permutations(HOUSEHOLDS, 2))

#: Page -> the numbers it is asked for by; every other page is one of a receipt.
_NUMBERS: dict[str, Callable[[Owner], tuple[str, ...]]] = {
    "my_papers.notice": lambda owner: (owner.notice,),
    "my_papers.bill": lambda owner: owner.bills,
    "my_waivers.show": lambda owner: (owner.waiver,),
    "my_waivers.paper": lambda owner: (owner.waiver,),
}


def test_own_pages_and_papers_say_nothing_of_anybody_else(neighbours: Neighbours) -> None:
    """On both databases. Seller and buyer open the page of the same unit, and each finds his own time only."""
    for name, owner in neighbours.owners.items():
        browser = neighbours.browser(name)
        others = [other for other in neighbours.owners.values() if other is not owner]
        for address in _addresses(neighbours.app, owner):
            answer = browser.get(address, follow_redirects=True)
            assert answer.status_code == 200, f"{name}: {address}"
            said = _text(answer)
            assert name in said or address.startswith("/my/add"), f"{name}: {address} does not know him"
            assert [_told(answer, other) for other in others] == [set()] * 3, f"{name}: {address}"


@on_sqlite
class TestAnothersIds:
    @pytest.mark.parametrize(("mine", "theirs"), PAIRS)
    def test_are_not_found(self, neighbours: Neighbours, mine: str, theirs: str) -> None:
        """Only the page of a unit that was sold answers both, each with his own part."""
        asker, other = neighbours.owners[mine], neighbours.owners[theirs]
        for address, answer in _asked(neighbours, mine, other):
            assert answer.status_code == 404 or address == f"/my/units/{asker.unit_id}", f"{mine}: {address}"
            assert _told(answer, other) == set(), f"{mine}: {address}"

    def test_would_be_seen_to_leak(self, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
        """The control: without the scope this very walk finds what it looks for."""
        monkeypatch.setattr(Own, "_in", lambda self, column: sa.true())
        other = neighbours.owners["李娜"]
        told = [_told(answer, other) for _, answer in _asked(neighbours, "张伟", other)]
        assert {other.name, *other.receipts, other.notice, *other.bills, other.waiver} <= set().union(*told)

    def test_are_not_found_where_only_one_of_two_is_foreign(self, neighbours: Neighbours) -> None:
        seller, buyer = neighbours.owners["王芳"], neighbours.owners["孙强"]
        statement = f"/my/units/{seller.unit_id}/statement-{{}}.pdf"
        browser = neighbours.browser("王芳")
        assert browser.get(statement.format(seller.party_id)).status_code == 200
        assert browser.get(statement.format(buyer.party_id)).status_code == 404
        strange = neighbours.owners["李娜"].unit_id
        assert browser.get(f"/my/units/{strange}/statement-{seller.party_id}.pdf").status_code == 404

    def test_sound_like_ids_that_do_not_exist(self, neighbours: Neighbours) -> None:
        """Nobody learns which numbers exist."""
        browser, other = neighbours.browser("张伟"), neighbours.owners["李娜"]
        for real, made_up in (
            (f"/my/units/{other.unit_id}", "/my/units/987654"),
            (f"/my/receipts/{other.receipts[0]}.pdf", "/my/receipts/R1-999999.pdf"),
            (f"/my/notices/{other.notice}.pdf", "/my/notices/D1-999999.pdf"),
            (f"/my/bills/{other.bills[0]}.pdf", "/my/bills/N1-999999.pdf"),
            (f"/my/waivers/{other.waiver}", "/my/waivers/W1-999999"),
        ):
            answers = [browser.get(address) for address in (real, made_up)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].text.replace(real, "") == answers[1].text.replace(made_up, "")

    def test_are_for_nobody_who_is_not_an_owner(self, neighbours: Neighbours, browser_of: Browser) -> None:
        for address in _addresses(neighbours.app, neighbours.owners["李娜"]):
            answer = browser_of(None).get(address)
            assert answer.status_code == 303 and answer.headers["Location"].startswith("/my/sign-in"), address
            for role in ("clerk", "admin"):
                assert browser_of(role).get(address).status_code == 403, address

    @pytest.mark.parametrize(
        "number",
        ["R1-1", "R0-000001", "r1-000001", "R1-000001 ", "R1-٠٠٠٠٠١", "D1-000001", "R99999999999-000001"],
    )
    def test_are_not_reached_by_odd_numbers(self, neighbours: Neighbours, number: str) -> None:
        assert neighbours.browser("张伟").get(f"/my/receipts/{number}.pdf").status_code == 404


@on_sqlite
def test_an_account_of_two_owners_shows_both_and_no_third(neighbours: Neighbours) -> None:
    browser = neighbours.browser("张伟", "李娜")
    assert all(label in browser.get("/my/").text for label in ("1-1-101", "1-1-102"))
    for name in ("张伟", "李娜"):
        answer = browser.get(f"/my/units/{neighbours.owners[name].unit_id}")
        assert neighbours.owners[name].receipts[0] in answer.text
        assert _told(answer, neighbours.owners["王芳"]) == set()


@on_sqlite
def test_a_co_owner_sees_the_unit_and_not_the_debtors_account(neighbours: Neighbours) -> None:
    debtor = neighbours.owners["李娜"]
    party = neighbours.session.scalars(sa.select(Party).where(Party.name == "赵敏")).one()
    neighbours.owners["赵敏"] = replace(debtor, name="赵敏", party_id=party.id)
    answers = dict(_asked(neighbours, "赵敏", debtor))
    assert answers.pop(f"/my/units/{debtor.unit_id}").status_code == 200
    assert {answer.status_code for answer in answers.values()} == {404}
    assert not any(_told(answer, debtor) for answer in answers.values())


def _asked(neighbours: Neighbours, mine: str, other: Owner) -> Iterator[tuple[str, TestResponse]]:
    """What one owner gets who asks for every page with another's ids."""
    browser = neighbours.browser(mine)
    for address in _addresses(neighbours.app, other, with_ids=True):
        yield address, browser.get(address)


def _told(answer: TestResponse, owner: Owner) -> set[str]:
    """The secrets of that owner that stand in it."""
    said = _text(answer)
    return {word for word in owner.secrets if word in said}


def _addresses(app: Flask, owner: Owner, with_ids: bool = False) -> Iterator[str]:
    """Every page an owner may GET, asked with this owner's ids; a new kind of argument must be named here."""
    for rule in app.url_map.iter_rules():
        if permission.declared(app, rule.endpoint) != "owner.self" or "GET" not in (rule.methods or ()):
            continue
        if with_ids and not rule.arguments:
            continue
        numbers = _NUMBERS.get(rule.endpoint, lambda owner: owner.receipts)(owner)
        for number in numbers if "number" in rule.arguments else ("",):
            known: dict[str, Any] = {
                "unit_id": owner.unit_id,
                "party_id": owner.party_id,
                "number": number,
                "sha256": owner.waiver_paper,
            }
            with app.test_request_context():
                built = rule.build({name: known[name] for name in rule.arguments})
            assert built
            yield built[1]


def _text(answer: TestResponse) -> str:
    """What a person can read in it, a PDF's words and a photo's name included."""
    if answer.mimetype == "image/jpeg":
        return unquote(answer.headers["Content-Disposition"])
    if answer.mimetype != "application/pdf":
        return str(answer.text)
    read = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
    return str(read.stdout, "utf-8")
