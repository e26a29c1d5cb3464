"""Proof of delivery: the notice found, the signed slip filed once, kept as it came, and never run as a page."""

import io
from datetime import date

import pikepdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from billing.store.collection import Notice
from billing.store.evidence import Delivery
from billing.store.vault import Vault
from tests.flow.town import Town, found
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, photo, work


@pytest.fixture
def town(app: Flask, session: Session, today: date, people: object, browser_of: Browser) -> Town:
    """A run of three notices, printed."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    collector, dunning = browser_of("collector"), f"/c/{town.community_id}/dunning/"
    collector.post(dunning, data=hidden(at(collector, f"{dunning}preview")))
    work(app, session)
    return town


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return english(browser_of("clerk"))


def scan() -> bytes:
    """A PDF that would run a script where it is opened carelessly."""
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.save(target)
    return target.getvalue()


def notice(town: Town) -> Notice:
    first: Notice = town.all(Notice)[0]
    return first


def notices(town: Town, rest: object = "") -> str:
    return f"/c/{town.community_id}/notices/{rest}"


def upload(
    town: Town, client: FlaskClient, data: bytes, name: str = "回执.jpg", **typed: object
) -> TestResponse:
    fields = hidden(at(client, notices(town, notice(town).id)))
    fields |= {"signer": "张伟", "relation": "本人", "on": "2026-11-23", "device": "前台手机"}
    answer = client.post(
        f"/c/{town.community_id}/slips/{notice(town).number}",
        data={**fields, **typed, "file": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()  # the test client leaves a large body's temporary file open
    return answer


class TestNotices:
    def test_can_be_narrowed(self, town: Town, clerk: FlaskClient) -> None:
        assert "张伟" in at(clerk, notices(town)) and "王芳" in at(clerk, notices(town))
        for query in ("q=1-1-101", "q=张伟"):
            page = at(clerk, notices(town, f"?{query}"))
            assert "张伟" in page and "王芳" not in page
        assert "王芳" not in at(clerk, notices(town, "?stage=1"))
        assert "王芳" not in at(clerk, notices(town, "?signed=yes"))
        assert "王芳" in at(clerk, notices(town, "?signed=no&stage=4"))
        assert "王芳" not in at(clerk, notices(town, "?run=99"))

    def test_a_number_opens_its_notice(self, town: Town, clerk: FlaskClient) -> None:
        number = notice(town).number
        answer = clerk.get(notices(town, f"?q={number.lower()}"), follow_redirects=True)
        assert answer.status_code == 200 and number in answer.text
        assert clerk.get(notices(town, "D9-000001")).status_code == 404

    def test_what_is_no_number_of_ours_is_searched_for(self, town: Town, clerk: FlaskClient) -> None:
        for text in ("D2-1-101", "D9-000001", f"D{town.community_id}-999999"):
            assert "No notice fits" in at(clerk, notices(town, f"?q={text}"))

    def test_shows_what_it_asks_for_and_gives_the_printed_bytes(
        self, app: Flask, town: Town, clerk: FlaskClient
    ) -> None:
        page = at(clerk, notices(town, notice(town).id))
        assert "1,264.80" in page and "64.80" in page and "54" in page
        answer = clerk.get(notices(town, f"{notice(town).id}.pdf"))
        assert answer.data.startswith(b"%PDF") and answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_of_another_community_is_not_found(
        self, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        upload(town, clerk, photo())
        other = found(session, town.today, "别处").community_id
        slip = town.all(Delivery)[0].id
        for rest in (
            f"notices/{notice(town).id}",
            f"notices/{notice(town).id}.pdf",
            f"notices/{notice(town).number}",
            f"slips/{slip}/original",
            f"slips/{slip}/preview.jpg",
        ):
            assert clerk.get(f"/c/{other}/{rest}").status_code == 404, rest


class TestFiling:
    def test_keeps_the_file_with_who_when_and_its_hash(
        self, app: Flask, town: Town, clerk: FlaskClient
    ) -> None:
        data = photo()
        answer = upload(town, clerk, data, signer="张小妹", relation="家属", note="在门口签")
        assert answer.status_code == 303
        slip: Delivery = town.all(Delivery)[0]
        assert (slip.signer, slip.relation, slip.on, slip.received_by) == (
            "张小妹",
            "家属",
            date(2026, 11, 23),
            "clerk",
        )
        assert Vault(app.config["VAULT_DIR"]).get(slip.sha256) == data
        page = at(clerk, notices(town, notice(town).id))
        assert slip.sha256 in page and "张小妹" in page and "前台手机" in page and "在门口签" in page

    def test_the_same_file_again_is_the_same_delivery(self, town: Town, clerk: FlaskClient) -> None:
        data = photo()
        for _ in range(2):
            assert upload(town, clerk, data).status_code == 303
        assert len(town.all(Delivery)) == 1

    def test_is_not_waited_for_any_more(self, town: Town, clerk: FlaskClient) -> None:
        waiting = f"/c/{town.community_id}/slips/"
        assert "张伟" in at(clerk, waiting)
        upload(town, clerk, photo())
        page = at(clerk, waiting)
        assert "张伟" not in page and "王芳" in page
        assert "李娜" not in at(clerk, f"{waiting}?building=2")

    @pytest.mark.parametrize(
        ("data", "typed"),
        [
            (b"", {}),
            (b"<script>alert(1)</script>", {}),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {}),
            (photo((40, 40))[:200], {}),
            (b"%PDF-" + b"0" * (20 * 1024 * 1024), {}),
            (photo((40, 40)), {"signer": ""}),
            (photo((40, 40)), {"relation": "邻居"}),
            (photo((40, 40)), {"on": "2026-11-30"}),
            (photo((40, 40)), {"on": "2026-01-30"}),
            (photo((40, 40)), {"on": ""}),
        ],
        ids=[
            "empty",
            "html",
            "svg",
            "cut off",
            "too large",
            "nobody",
            "neighbour",
            "future",
            "before",
            "no day",
        ],
    )
    def test_what_is_no_proof_is_refused_with_what_was_typed(
        self, town: Town, clerk: FlaskClient, data: bytes, typed: dict[str, str]
    ) -> None:
        answer = upload(town, clerk, data, **{"note": "东门签收", **typed})
        assert answer.status_code == 422 and "东门签收" in answer.text
        assert town.all(Delivery) == []

    def test_the_slips_own_code_leads_to_the_form(self, town: Town, clerk: FlaskClient) -> None:
        answer = clerk.get(f"/s/{notice(town).slip_token}", follow_redirects=True)
        assert (
            answer.status_code == 200 and 'name="file"' in answer.text and notice(town).number in answer.text
        )

    def test_a_cashier_sees_the_proof_and_files_none(
        self, town: Town, clerk: FlaskClient, browser_of: Browser
    ) -> None:
        upload(town, clerk, photo())
        cashier = browser_of("cashier")
        page = at(cashier, notices(town, notice(town).id))
        assert "前台手机" in page and 'name="file"' not in page
        assert cashier.get(f"/c/{town.community_id}/slips/").status_code == 403


class TestHandingBack:
    def test_the_original_is_only_saved_and_runs_nothing(self, town: Town, clerk: FlaskClient) -> None:
        data = scan()
        upload(town, clerk, data, name='签收 "一"\r\nX.html')
        answer = clerk.get(f"/c/{town.community_id}/slips/{town.all(Delivery)[0].id}/original")
        assert answer.data == data
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kind = answer.headers["Content-Disposition"]
        assert kind.startswith("attachment; ") and "filename*=UTF-8''" in kind and kind.endswith(".pdf")
        assert "\n" not in kind

    def test_a_photo_is_shown_small_upright_and_without_its_exif(
        self, app: Flask, town: Town, clerk: FlaskClient
    ) -> None:
        upload(town, clerk, photo((3000, 2000)))
        address = f"/c/{town.community_id}/slips/{town.all(Delivery)[0].id}/preview.jpg"
        answer = clerk.get(address)
        with Image.open(io.BytesIO(answer.data)) as shown:
            assert shown.format == "JPEG" and shown.size == (1067, 1600) and not shown.getexif()
        assert b"Phone of" not in answer.data
        assert clerk.get(address).data == answer.data

    def test_a_pdf_has_no_preview(self, town: Town, clerk: FlaskClient) -> None:
        upload(town, clerk, scan(), name="scan.pdf")
        slip = town.all(Delivery)[0].id
        assert clerk.get(f"/c/{town.community_id}/slips/{slip}/preview.jpg").status_code == 404
        assert f"slips/{slip}/preview.jpg" not in at(clerk, notices(town, notice(town).id))

    def test_a_file_that_was_changed_is_not_passed_off_as_the_original(
        self, app: Flask, town: Town, clerk: FlaskClient
    ) -> None:
        upload(town, clerk, photo())
        slip: Delivery = town.all(Delivery)[0]
        Vault(app.config["VAULT_DIR"]).path(slip.sha256).write_bytes(photo((10, 10)))
        answer = clerk.get(f"/c/{town.community_id}/slips/{slip.id}/original")
        assert answer.status_code == 422 and "backup" in answer.text


class TestCorrecting:
    def correction(self, town: Town, client: FlaskClient, slip: Delivery, **typed: object) -> TestResponse:
        page = f"/c/{town.community_id}/slips/{slip.id}/correction"
        fields = {"signer": "张母", "relation": "家属", "on": "2026-11-23", "reason": "签收人看错"}
        return client.post(page, data={**hidden(at(client, page)), **fields, **typed})

    def test_files_it_as_it_should_have_been(self, town: Town, clerk: FlaskClient) -> None:
        upload(town, clerk, photo())
        (wrong,) = town.all(Delivery)
        assert self.correction(town, clerk, wrong).status_code == 303
        page = at(clerk, notices(town, notice(town).id))
        assert "张母" in page and "as filed anew" in page and "签收人看错" in page
        assert page.count("Correct or withdraw") == 1

    def test_a_withdrawn_slip_is_waited_for_again(self, town: Town, clerk: FlaskClient) -> None:
        upload(town, clerk, photo())
        number = notice(town).number
        assert number in at(clerk, notices(town, "?signed=yes"))
        (wrong,) = town.all(Delivery)
        assert self.correction(town, clerk, wrong, withdraw="yes").status_code == 303
        assert number not in at(clerk, notices(town, "?signed=yes"))
        assert number in at(clerk, f"/c/{town.community_id}/slips/")

    def test_without_a_reason_it_comes_back(self, town: Town, clerk: FlaskClient) -> None:
        upload(town, clerk, photo())
        (wrong,) = town.all(Delivery)
        answer = self.correction(town, clerk, wrong, reason=" ")
        assert answer.status_code == 422 and "张母" in answer.text
        assert len(town.all(Delivery)) == 1

    def test_what_looks_wrong_is_said_on_the_notice(self, town: Town, clerk: FlaskClient) -> None:
        data = photo()
        upload(town, clerk, data, signer="路人")
        assert "check the relation" in at(clerk, notices(town, notice(town).id))
        other = town.all(Notice)[1]
        clerk.post(
            f"/c/{town.community_id}/slips/{other.number}",
            data={
                **hidden(at(clerk, notices(town, other.id))),
                "signer": "李娜",
                "relation": "本人",
                "on": "2026-11-23",
                "file": (io.BytesIO(data), "同一张.jpg"),
            },
            content_type="multipart/form-data",
        )
        assert f"filed for {notice(town).number} too" in at(clerk, notices(town, other.id))
