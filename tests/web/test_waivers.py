"""Waivers at the desk: asked for, seen charge by charge, decided by somebody else, and what becomes of the promise."""

import io
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from billing.store.waivers import WaiverDecision, WaiverEnd, WaiverPaper, WaiverPolicyRow, WaiverRequest
from tests.flow.town import Town, found
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, photo

pytestmark = on_sqlite


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    """1-1-101 owes 1,200.00 of 2026Q3, due on 2026-09-30: 54 days late on 2026-11-23, late fee 64.80."""
    town = found(session, today)
    town.fill_profile()
    town.issue("2026Q3")
    return town


@pytest.fixture
def clerk(browser_of: Browser) -> FlaskClient:
    return english(browser_of("clerk"))


@pytest.fixture
def manager(browser_of: Browser) -> FlaskClient:
    return english(browser_of("manager"))


def form_of(town: Town, policy: str, label: str = "1-1-101") -> str:
    unit, debtor = town.unit(label).id, town.charges(label)[0].debtor_id
    return f"/c/{town.community_id}/waivers/units/{unit}/debtors/{debtor}/new?policy={policy}"


def page_of(town: Town, number: str, act: str = "") -> str:
    return f"/c/{town.community_id}/waivers/{number}{act}"


def number_of(town: Town) -> str:
    request: WaiverRequest = town.all(WaiverRequest)[-1]
    return request.number


def ask(
    town: Town, client: FlaskClient, policy: str, papers: tuple[bytes, ...] = (), **typed: object
) -> TestResponse:
    """Fill in the form as it stands, with what is typed otherwise."""
    page = form_of(town, policy)
    fields: dict[str, object] = {
        **hidden(at(client, page)),
        "charges": [str(charge.id) for charge in town.charges("1-1-101")],
        "way": "share",
        "percent": "100",
        "reason": "老人住院",
        "papers": [(io.BytesIO(data), "证明.jpg") for data in papers],
        **typed,
    }
    answer = client.post(page, data=fields, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()
    return answer


def decide(town: Town, client: FlaskClient, act: str = "approval", **typed: object) -> TestResponse:
    number = number_of(town)
    fields = hidden(at(client, page_of(town, number)))
    return client.post(page_of(town, number, f"/{act}"), data={**fields, **typed})


def asked_for(town: Town, client: FlaskClient) -> TestResponse:
    return ask(town, client, "non-malicious", pay_by="2026-12-10")


class TestAsking:
    def test_the_form_shows_what_the_policy_leaves_room_for(self, town: Town, clerk: FlaskClient) -> None:
        page = at(clerk, form_of(town, "non-malicious"))
        assert 'name="pay_by"' in page and 'name="principal"' not in page and 'name="first"' not in page
        page = at(clerk, form_of(town, "hardship"))
        assert 'name="principal"' in page and 'name="first"' in page and "困难证明" in page
        assert 'name="pay_by"' not in at(clerk, form_of(town, "office-error"))

    def test_its_effect_is_shown_before_it_is_on_file(self, town: Town, clerk: FlaskClient) -> None:
        """Until 2026-12-10 the late fee would be 1,200.00 x 71 days x 1 per mille = 85.20."""
        answer = ask(town, clerk, "non-malicious", pay_by="2026-12-10", preview="yes")
        assert "85.20" in answer.text and "1,200.00" in answer.text and "1,285.20" in answer.text
        assert town.all(WaiverRequest) == []

    def test_the_same_click_twice_is_one_request(self, town: Town, clerk: FlaskClient) -> None:
        page = form_of(town, "non-malicious")
        fields = {
            **hidden(at(clerk, page)),
            "charges": str(town.charges("1-1-101")[0].id),
            "way": "share",
            "percent": "100",
            "pay_by": "2026-12-10",
            "reason": "出差",
        }
        for _ in range(2):
            assert clerk.post(page, data=fields).status_code == 303
        assert len(town.all(WaiverRequest)) == 1

    @pytest.mark.parametrize(
        ("policy", "typed", "said"),
        [
            ("settlement", {"percent": "60", "pay_by": "2026-12-01"}, "at most 50%"),
            ("non-malicious", {"way": "sum", "late_fee": "999", "pay_by": "2026-12-10"}, "at most 85.20"),
            ("hardship", {"way": "none", "principal": "300", "pay_by": "2026-12-10"}, "at most 240.00"),
            ("non-malicious", {"pay_by": "2027-11-01"}, "say which"),
            ("non-malicious", {"pay_by": "soon"}, "is not a date"),
            ("hardship", {"first": "2026-12-01", "pay_by": "2026-12-10"}, "the first and the last day"),
            ("non-malicious", {"charges": [], "pay_by": "2026-12-10"}, "Choose the charges"),
            ("non-malicious", {"charges": ["987654"], "pay_by": "2026-12-10"}, "owes nothing"),
            ("non-malicious", {"reason": " ", "pay_by": "2026-12-10"}, "Say why"),
        ],
    )
    def test_what_cannot_be_given_is_refused_in_a_sentence(
        self, town: Town, clerk: FlaskClient, policy: str, typed: dict[str, object], said: str
    ) -> None:
        answer = ask(town, clerk, policy, (), **typed)
        assert answer.status_code == 422 and said in answer.text
        assert town.all(WaiverRequest) == []

    def test_a_file_that_is_no_paper_leaves_nothing_on_file(self, town: Town, clerk: FlaskClient) -> None:
        answer = ask(town, clerk, "hardship", (b"<svg onload=alert(1)>",), pay_by="2026-12-10")
        assert answer.status_code == 422 and town.all(WaiverRequest) == []

    def test_another_communitys_unit_is_not_found(
        self, town: Town, clerk: FlaskClient, session: Session
    ) -> None:
        other = found(session, town.today, "别处").community_id
        assert (
            clerk.get(
                form_of(town, "hardship").replace(f"/c/{town.community_id}/", f"/c/{other}/")
            ).status_code
            == 404
        )


class TestDeciding:
    def test_a_promise_kept_in_time_holds(self, town: Town, clerk: FlaskClient, manager: FlaskClient) -> None:
        asked_for(town, clerk)
        assert decide(town, manager, way="share", percent="100", pay_by="2026-12-10").status_code == 303
        page = at(clerk, page_of(town, number_of(town)))
        assert "if the principal is paid by 2026-12-10; otherwise due again" in page
        town.pay("1-1-101", "1200.00", "2026-11-23")
        assert "kept" in at(clerk, page_of(town, number_of(town)))
        unit = at(clerk, f"/c/{town.community_id}/units/{town.unit('1-1-101').id}")
        assert number_of(town) in unit and "late fee waived: 64.80" in unit

    def test_a_clerk_does_not_approve_her_own(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient
    ) -> None:
        asked_for(town, clerk)
        page = at(clerk, page_of(town, number_of(town)))
        assert "You put it on file: somebody else decides on it." in page
        assert "Manager up to 2,000.00" in page and 'id="decide"' not in page
        assert clerk.post(page_of(town, number_of(town), "/approval"), data=hidden(page)).status_code == 403
        asked_for(town, manager)
        answer = decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
        assert answer.status_code == 422 and "was entered by you" in answer.text
        assert town.all(WaiverDecision) == []

    def test_a_manager_does_not_go_above_his_limit(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient, browser_of: Browser
    ) -> None:
        """Limit 10.00; what is asked for is worth 85.20. He may still give what lies within it."""
        admin = english(browser_of("admin"))
        policies = f"/c/{town.community_id}/waiver-policies/new?code=non-malicious"
        fields = hidden(at(admin, policies)) | {
            "code": "non-malicious",
            "name": "非恶意拖欠",
            "kind": "non-malicious",
            "since": "2026-11-23",
            "late_fee_ppm": "100",
            "condition": "principal",
            "pay_days": "30",
            "may_manager": "up",
            "limit_manager": "10.00",
            "may_admin": "any",
            "may_legal": "no",
        }
        said = admin.post(policies, data={**fields, "preview": "yes"})
        assert "Manager up to 10.00" in said.text and town.all(WaiverPolicyRow) == []
        for _ in range(2):
            assert admin.post(policies, data=fields).status_code == 303
        assert len(town.all(WaiverPolicyRow)) == 1
        asked_for(town, clerk)
        assert "more than you may approve" in at(manager, page_of(town, number_of(town)))
        answer = decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
        assert answer.status_code == 422 and "85.20" in answer.text
        assert decide(town, manager, way="sum", late_fee="8", pay_by="2026-12-10").status_code == 303

    def test_no_approval_without_the_papers_it_needs(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient
    ) -> None:
        ask(town, clerk, "hardship", pay_by="2026-12-10")
        answer = decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
        assert answer.status_code == 422 and "asks for papers" in answer.text
        page = page_of(town, number_of(town))
        attached = clerk.post(
            f"{page}/papers",
            data={**hidden(at(clerk, page)), "papers": (io.BytesIO(photo((60, 40))), "低保证.jpg")},
            content_type="multipart/form-data",
        )
        assert attached.status_code == 303
        assert decide(town, manager, way="share", percent="100", pay_by="2026-12-10").status_code == 303

    def test_twice_is_once(self, town: Town, clerk: FlaskClient, manager: FlaskClient) -> None:
        asked_for(town, clerk)
        number = number_of(town)
        fields = hidden(at(manager, page_of(town, number))) | {
            "way": "share",
            "percent": "100",
            "pay_by": "2026-12-10",
        }
        for _ in range(2):
            assert manager.post(page_of(town, number, "/approval"), data=fields).status_code == 303
        assert len(town.all(WaiverDecision)) == 1

    def test_a_refusal_says_why(self, town: Town, clerk: FlaskClient, manager: FlaskClient) -> None:
        asked_for(town, clerk)
        assert decide(town, manager, "refusal", **{"refuse-reason": " "}).status_code == 422
        assert decide(town, manager, "refusal", **{"refuse-reason": "理由不充分"}).status_code == 303
        page = at(clerk, page_of(town, number_of(town)))
        assert "理由不充分" in page and 'id="decide"' not in page
        assert number_of(town) in at(clerk, f"/c/{town.community_id}/waivers/?state=refused")

    def test_an_approved_one_is_ended_by_a_manager_only(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient
    ) -> None:
        asked_for(town, clerk)
        decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
        page = page_of(town, number_of(town))
        fields = {**hidden(at(clerk, page)), "end-key": "k", "end-reason": "材料不实"}
        answer = clerk.post(f"{page}/withdrawal", data=fields)
        assert answer.status_code == 422 and "a manager may end it" in answer.text
        assert decide(town, manager, "withdrawal", **{"end-reason": "材料不实"}).status_code == 303
        assert len(town.all(WaiverEnd)) == 1
        assert "withdrawn on 2026-11-23" in at(
            clerk, f"/c/{town.community_id}/units/{town.unit('1-1-101').id}"
        )


def test_where_nothing_is_owed_there_is_nothing_to_ask_for(town: Town, clerk: FlaskClient) -> None:
    page = form_of(town, "hardship")
    assert "<form" in at(clerk, page).split("<main", 1)[1]
    town.pay("1-1-101", "1264.80", "2026-11-23")
    said = at(clerk, page).split("<main", 1)[1]
    assert "Nothing is owed here: there is nothing to waive." in said and "<form" not in said


def test_a_broken_promise_is_due_again_with_its_figure(
    town: Town, clerk: FlaskClient, manager: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Approved on 2026-11-23 until 2026-12-10; on 2026-12-11 the late fee of 72 days stands again: 86.40."""
    asked_for(town, clerk)
    decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
    unit = f"/c/{town.community_id}/units/{town.unit('1-1-101').id}"
    assert "1,286.40" not in at(clerk, f"{unit}?as_of=2026-12-10")
    monkeypatch.setenv("PERMILLE_TODAY", "2026-12-11")
    later = at(clerk, unit)
    assert "lapsed on 2026-12-11" in later and "1,286.40" in later
    page = at(clerk, page_of(town, number_of(town)))
    assert "Lapsed: what had to be paid by 2026-12-10 did not come." in page and "85.20" in page
    town.on("2026-12-11").note_lapses()
    assert number_of(town) in at(clerk, f"/c/{town.community_id}/waivers/?state=lapsed")


class TestPapers:
    def test_are_only_saved_or_drawn_anew_and_open_to_those_concerned(
        self, app: Flask, town: Town, clerk: FlaskClient, browser_of: Browser, session: Session
    ) -> None:
        data = photo((300, 200))
        ask(town, clerk, "hardship", (data,), pay_by="2026-12-10")
        paper: WaiverPaper = town.all(WaiverPaper)[0]
        address = page_of(town, number_of(town), f"/papers/{paper.sha256}")
        answer = clerk.get(address)
        assert answer.data == data and answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert b"Phone of" not in clerk.get(f"{address}/preview.jpg").data
        cashier = browser_of("cashier")
        assert cashier.get(address).status_code == 403
        assert paper.sha256 not in at(cashier, page_of(town, number_of(town)))
        other = found(session, town.today, "别处").community_id
        assert clerk.get(address.replace(f"/c/{town.community_id}/", f"/c/{other}/")).status_code == 404
        assert clerk.get(page_of(town, number_of(town), f"/papers/{'0' * 64}")).status_code == 404


class TestTheList:
    def test_is_shelved_by_what_became_of_each(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient
    ) -> None:
        shelf = f"/c/{town.community_id}/waivers/?state="
        asked_for(town, clerk)
        assert number_of(town) in at(clerk, f"{shelf}asked")
        assert "1 waits" in at(clerk, f"/c/{town.community_id}/")
        decide(town, manager, way="share", percent="100", pay_by="2026-12-10")
        assert number_of(town) not in at(clerk, f"{shelf}asked")
        assert "2026-12-10" in at(clerk, f"{shelf}waiting")
        assert number_of(town) not in at(clerk, f"{shelf}waiting&kind=hardship")
        assert number_of(town) in at(clerk, f"{shelf}all")

    def test_a_policy_that_is_closed_is_not_asked_under(
        self, town: Town, clerk: FlaskClient, manager: FlaskClient
    ) -> None:
        policies = f"/c/{town.community_id}/waiver-policies/"
        fields = hidden(at(manager, policies)) | {"code": "settlement", "since": "2026-11-23"}
        for _ in range(2):
            assert manager.post(f"{policies}close", data=fields).status_code == 303
        assert "一次性结清" not in at(clerk, form_of(town, ""))
        assert len(town.all(WaiverPolicyRow)) == 1
