"""The pack on the office's pages: made by who may, handed out sealed, on record; the contract's papers beside it."""

import hashlib
import io
import zipfile
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core import roles
from billing.store.community_papers import CommunityPaper
from billing.store.ledger import Entry
from billing.store.vault import Vault
from tests.flow import dossier
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser

pytestmark = on_sqlite


@pytest.fixture
def settings() -> dict[str, object]:
    return {"WTF_CSRF_ENABLED": False, "PROPAGATE_EXCEPTIONS": False}


@pytest.fixture
def town(app: Flask, session: Session, today: date) -> Town:
    town = found(session, today)
    dossier.lived(town, Vault(app.config["VAULT_DIR"]))
    return town


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    client = browser_of("manager")
    client.set_cookie("language", "en")
    return client


def address(town: Town, label: str = "1-1-101") -> str:
    charge = town.charges(label)[0]
    return f"/c/{town.community_id}/packs/{charge.unit_id}/{charge.debtor_id}"


def packs(town: Town) -> list[Entry]:
    return [entry for entry in town.entries() if entry.kind == "pack"]


def test_a_pack_is_made_on_the_spot_and_recorded_once(town: Town, manager: FlaskClient) -> None:
    assert manager.get(address(town)).status_code == 200
    form = {"as_of": "2026-11-23", "units": "one", "key": "a key"}
    for _ in range(2):
        answer = manager.post(address(town), data=form, buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "01 对账单.pdf" in archive.namelist()
    (entry,) = packs(town)
    sha256 = hashlib.sha256(answer.data).hexdigest()
    assert (entry.actor, entry.detail["sha256"]) == ("manager", sha256)
    for page in (address(town), f"/c/{town.community_id}/packs/"):
        assert sha256 in manager.get(page).text


def test_looking_makes_none(town: Town, manager: FlaskClient) -> None:
    manager.get(address(town))
    assert packs(town) == []


def test_a_day_to_come_is_refused_beside_the_form(town: Town, manager: FlaskClient) -> None:
    form = {"as_of": "2026-11-24", "units": "one", "key": "a key"}
    answer = manager.post(address(town), data=form)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert packs(town) == []


def test_a_debtor_of_another_unit_has_no_pack_of_this_one(town: Town, manager: FlaskClient) -> None:
    mine, other = town.charges("1-1-101")[0], town.charges("1-1-102")[0]
    strange = f"/c/{town.community_id}/packs/{mine.unit_id}/{other.debtor_id}"
    assert manager.get(strange).status_code == 404
    assert manager.post(strange, data={"as_of": "2026-11-23", "units": "all"}).status_code == 404


@pytest.mark.parametrize("role", roles.STAFF)
def test_the_button_is_for_who_may(town: Town, browser_of: Browser, role: str) -> None:
    unit = town.unit("1-1-101")
    page = browser_of(role).get(f"/c/{town.community_id}/units/{unit.id}").text
    assert (address(town) in page) == (role in ("manager", "legal", "admin"))


def test_a_paper_is_filed_handed_back_and_withdrawn(
    town: Town, manager: FlaskClient, session: Session
) -> None:
    place = f"/c/{town.community_id}/papers/"
    data = dossier.pdf(3)
    form = {"kind": "price", "title": "<b>价格公示", "since": "2026-01-01", "until": ""}
    answer = manager.post(place, data={**form, "file": (io.BytesIO(data), "公示.pdf")})
    assert answer.status_code == 303
    paper = session.scalars(select(CommunityPaper).where(CommunityPaper.kind == "price")).one()
    page = manager.get(place).text
    assert "&lt;b&gt;价格公示" in page and "<b>价格公示" not in page
    original = manager.get(f"{place}{paper.id}/original")
    assert original.data == data and "attachment" in original.headers["Content-Disposition"]
    assert manager.post(f"{place}{paper.id}/withdrawal", data={"reason": "扫错了"}).status_code == 303
    assert "扫错了" in manager.get(place).text


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"until": "2025-01-01"}, {"file": (io.BytesIO(b"no"), "a.pdf")}]
)
def test_what_is_refused_stands_beside_the_form(
    town: Town, manager: FlaskClient, session: Session, wrong: dict[str, object]
) -> None:
    form = {
        "kind": "price",
        "title": "公示",
        "since": "2026-01-01",
        "until": "",
        "file": (io.BytesIO(dossier.pdf()), "公示.pdf"),
    }
    answer = manager.post(f"/c/{town.community_id}/papers/", data=form | wrong)
    assert answer.status_code == 422
    assert session.scalars(select(CommunityPaper).where(CommunityPaper.kind == "price")).all() == []


def test_all_staff_read_the_papers_and_who_may_files_them(town: Town, browser_of: Browser) -> None:
    place = f"/c/{town.community_id}/papers/"
    for role in roles.STAFF:
        page = browser_of(role).get(place)
        assert page.status_code == 200
        assert ('id="file"' in page.text) == (role in ("manager", "admin"))
