"""An owner asks for a waiver on his own page, is told what was decided, and keeps his promise or breaks it."""

import io
import re
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from billing.core.waiver_policy import USUAL
from billing.flow.waiver_decision import refuse_waiver
from billing.flow.waiver_policy import set_waiver_policy
from billing.store.base import writing
from billing.store.waivers import WaiverEnd, WaiverPaper, WaiverRequest
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden, photo
from tests.web.neighbours import Neighbours, settle

pytestmark = on_sqlite


@pytest.fixture
def neighbours(app: Flask, session: Session, today: date) -> Neighbours:
    """张伟 owes 1,200.00 a quarter, due on 2026-03-31, 06-30 and 09-30; 333.19 paid on 2026-07-10."""
    neighbours = settle(app, session, today)
    for request in neighbours.town.all(WaiverRequest):  # nobody waits for anything
        with writing(session, neighbours.town.community_id):
            again = session.get_one(WaiverRequest, request.id)
            refuse_waiver(session, "manager", "manager", today, again, "请到前台办理", request.number)
    return neighbours


@pytest.fixture
def zhang(neighbours: Neighbours) -> FlaskClient:
    return english(neighbours.browser("张伟"))


def form_of(neighbours: Neighbours, policy: str = "") -> str:
    owner = neighbours.owners["张伟"]
    return f"/my/units/{owner.unit_id}/waiver-{owner.party_id}?policy={policy}"


def ask(
    neighbours: Neighbours, zhang: FlaskClient, policy: str, papers: tuple[bytes, ...] = (), **typed: object
) -> TestResponse:
    fields = hidden(at(zhang, form_of(neighbours, policy)))
    fields |= {"pay_by": "2026-12-20", "reason": "住院两个月"}
    answer = zhang.post(
        form_of(neighbours, policy),
        data={**fields, **typed, "papers": [(io.BytesIO(data), "病历.jpg") for data in papers]},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def requests_of(neighbours: Neighbours) -> list[WaiverRequest]:
    party = neighbours.owners["张伟"].party_id
    return [one for one in neighbours.town.all(WaiverRequest) if one.debtor_id == party][1:]


def test_hardship_asked_with_a_photo_approved_and_paid_in_time(
    neighbours: Neighbours, zhang: FlaskClient, browser_of: Browser, people: object
) -> None:
    """The whole way, from the owner's phone over the manager's desk to the receipt."""
    assert ask(neighbours, zhang, "hardship", (photo((80, 60)),)).status_code == 303
    (asked,) = requests_of(neighbours)
    assert "has not decided yet" in _text(at(zhang, f"/my/waivers/{asked.number}"))

    manager, community = english(browser_of("manager")), f"/c/{neighbours.town.community_id}"
    assert "1 waiver waits for a decision" in _text(at(manager, f"{community}/"))
    page = at(manager, f"{community}/waivers/{asked.number}")
    assert "住院两个月" in page and "preview.jpg" in page and "the debtor himself" in page
    decision = {
        **hidden(page),
        "way": "share",
        "percent": "100",
        "pay_by": "2026-12-20",
        "opinion": "情况属实",
    }
    assert manager.post(f"{community}/waivers/{asked.number}/approval", data=decision).status_code == 303

    told = _text(at(zhang, f"/my/waivers/{asked.number}"))
    assert "Pay by 2026-12-20 ¥ 3,266.81" in told and "情况属实" in told
    balance = _text(at(zhang, f"/my/units/{neighbours.owners['张伟'].unit_id}"))
    assert "Overdue on 2026-11-23 ¥ 3,266.81" in balance and "without it overdue: ¥3,745.90" in balance
    neighbours.town.pay("1-1-101", "3266.81", "2026-11-23", debtor="张伟")
    assert "You paid in time" in _text(at(zhang, f"/my/waivers/{asked.number}"))
    assert "Nothing is overdue." in _text(at(zhang, f"/my/units/{neighbours.owners['张伟'].unit_id}"))


def test_a_broken_promise_is_due_again(
    neighbours: Neighbours, zhang: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On 2026-12-21 3,266.81 of principal bear 28 days more: 479.09 + 91.47 of late fee."""
    ask(neighbours, zhang, "non-malicious")
    (asked,) = requests_of(neighbours)
    neighbours.town.approve(asked)
    monkeypatch.setenv("PERMILLE_TODAY", "2026-12-21")
    assert "2026-12-20 did not come" in _text(at(zhang, f"/my/waivers/{asked.number}"))
    balance = _text(at(zhang, f"/my/units/{neighbours.owners['张伟'].unit_id}"))
    assert "Overdue on 2026-12-21 ¥ 3,837.37" in balance and "lapsed on 2026-12-21" in balance


def test_the_reasons_are_those_open_to_owners(neighbours: Neighbours, zhang: FlaskClient) -> None:
    page = _text(at(zhang, form_of(neighbours)))
    assert "I am in hardship" in page and "The office made an error" not in page
    assert ask(neighbours, zhang, "office-error").status_code == 200  # the reasons again
    town = neighbours.town
    error = next(one for one in USUAL if one.code == "office-error")
    with writing(town.session, town.community_id):
        set_waiver_policy(
            town.session,
            "admin",
            town.community_id,
            type(error)(**{**vars(error), "online": True}),
        )
    assert "The office made an error" in _text(at(zhang, form_of(neighbours)))


def test_the_same_click_twice_is_one_request_and_a_second_waits_its_turn(
    neighbours: Neighbours, zhang: FlaskClient
) -> None:
    fields = hidden(at(zhang, form_of(neighbours, "non-malicious")))
    fields |= {"pay_by": "2026-12-20", "reason": "出差"}
    for _ in range(2):
        assert zhang.post(form_of(neighbours, "non-malicious"), data=fields).status_code == 303
    assert len(requests_of(neighbours)) == 1
    answer = ask(neighbours, zhang, "hardship")
    assert answer.status_code == 422 and "still waits for its decision" in answer.text


def test_he_may_withdraw_it_until_it_is_decided(neighbours: Neighbours, zhang: FlaskClient) -> None:
    ask(neighbours, zhang, "non-malicious")
    (asked,) = requests_of(neighbours)
    page = f"/my/waivers/{asked.number}"
    fields = hidden(at(zhang, page))
    for _ in range(2):
        assert zhang.post(f"{page}/withdrawal", data=fields).status_code == 303
    assert len(neighbours.town.all(WaiverEnd)) == 1
    assert ask(neighbours, zhang, "non-malicious").status_code == 303
    decided = requests_of(neighbours)[-1]
    neighbours.town.approve(decided)
    assert zhang.post(f"/my/waivers/{decided.number}/withdrawal", data=fields).status_code == 422


def test_more_than_five_a_day_are_not_taken(neighbours: Neighbours, zhang: FlaskClient) -> None:
    for _ in range(4):  # one was sent and refused before
        assert ask(neighbours, zhang, "non-malicious").status_code == 303
        page = f"/my/waivers/{requests_of(neighbours)[-1].number}"
        zhang.post(f"{page}/withdrawal", data=hidden(at(zhang, page)))
    answer = ask(neighbours, zhang, "non-malicious")
    assert answer.status_code == 429 and "ask at the office" in answer.text


@pytest.mark.parametrize(
    ("papers", "typed"),
    [
        ((b"<script>alert(1)</script>",), {}),
        ((photo((20, 20)),) * 7, {}),
        ((), {"pay_by": "2027-12-20"}),
        ((), {"pay_by": "soon"}),
        ((), {"reason": ""}),
        ((), {"pause": "y", "first": "2026-12-01"}),
    ],
    ids=["script", "too many", "too late", "no day", "no reason", "half a time"],
)
def test_what_cannot_be_asked_for_is_said_and_nothing_is_sent(
    neighbours: Neighbours, zhang: FlaskClient, papers: tuple[bytes, ...], typed: dict[str, str]
) -> None:
    before = len(neighbours.town.all(WaiverPaper))
    assert ask(neighbours, zhang, "hardship", papers, **typed).status_code == 422
    assert requests_of(neighbours) == [] and len(neighbours.town.all(WaiverPaper)) == before


def test_a_refusal_is_read_with_its_reason(neighbours: Neighbours, zhang: FlaskClient) -> None:
    number = neighbours.owners["张伟"].waiver
    told = _text(at(zhang, f"/my/waivers/{number}"))
    assert "Refused on 2026-11-23. 请到前台办理" in told


def test_what_the_office_asks_for_inside_shows_once_it_is_approved(
    neighbours: Neighbours, zhang: FlaskClient
) -> None:
    """Its reason and its papers stay inside."""
    town = neighbours.town
    asked = town.ask_waiver("1-1-101", "non-malicious", percent=100, pay_by=date(2026, 12, 20))
    assert zhang.get(f"/my/waivers/{asked.number}").status_code == 404
    town.approve(asked)
    told = at(zhang, f"/my/waivers/{asked.number}")
    assert "by the office" in told and "老人住院" not in told and "同意" in told


def _text(page: str) -> str:
    body = page.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
