"""What a manager sees of a quarter by e-mail: 王强 pays and is told, a clerk undoes it and he is told; the notice goes
out with its paper; his address fails, the list shows it, and the next notice is left out for that reason."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from billing import bounces
from billing.store.collection import Notice
from tests.flow.town import Town, found
from tests.post.returned import report
from tests.support.databases import on_sqlite
from tests.support.letterbox import Letterbox
from tests.web.conftest import Browser, browser_of, people
from tests.web.desk import at, english, hidden, work
from tests.web.test_dunning import dunning, send
from tests.web.test_mail import send as post

__all__ = ["browser_of", "people"]  # fixtures

ROSTER = """
楼 单元 房号 业主 建筑面积 交房日期   邮箱
1  1   101  王强 100     2020-01-01 wangqiang@example.cn
"""
WANG = "wangqiang@example.cn"


@pytest.fixture
def settings(letterbox: Letterbox) -> dict[str, Any]:
    return {"PROPAGATE_EXCEPTIONS": False, **letterbox.settings()}


@pytest.fixture
def today() -> date:
    """The third day after the quarter's fee was due."""
    return date(2026, 10, 3)


@pytest.fixture
def town(session: Session, today: Any, people: object) -> Town:
    town = found(session, today, roster=ROSTER)
    town.fill_profile()
    town.issue("2026Q3")
    return town


def text(letterbox: Letterbox) -> str:
    """What 王强 read last."""
    assert letterbox.taken[-1].rcpt_tos == [WANG]
    body = letterbox.mails[-1].get_body()
    assert body
    return str(body.get_content())


def dun(app: Flask, town: Town, manager: FlaskClient, day: str) -> str:
    """The page of a run as of that day, its papers made."""
    run = send(town, manager, at(manager, dunning(town, f"preview?as_of={day}")))
    work(app, town.session)
    return run


@on_sqlite
def test_a_quarter_by_mail(
    app: Flask,
    town: Town,
    browser_of: Browser,
    session: Session,
    letterbox: Letterbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cashier, manager, clerk = (english(browser_of(role)) for role in ("cashier", "manager", "clerk"))
    home, unit = f"/c/{town.community_id}", town.unit("1-1-101")

    # 王强 pays 500 at the counter; he is told the sum, the day, the receipt.
    counter = f"{home}/counter/{unit.id}"
    money = {"on": "2026-10-03", "amount": "500", "channel": "cash"}
    receipt = cashier.post(counter, data=hidden(at(cashier, counter)) | money).headers["Location"]
    post(app, session)
    assert "收到物业费用人民币500.00元（现金），收据编号R2-000001" in text(letterbox)

    # Somebody takes it back; he is told that, and why.
    page = f"{receipt}/reversal"
    why = {"reason": "重复入账"}
    assert manager.post(page, data=hidden(at(manager, page)) | why).status_code == 303
    post(app, session)
    assert "R2-000001）已于" in text(letterbox) and "原因：重复入账" in text(letterbox)
    assert "News of a reversed payment" in at(manager, receipt)

    # The notice goes by e-mail with its PDF, the very paper that is printed.
    run = dun(app, town, manager, "2026-10-03")
    manager.post(f"{run}/mail", data=hidden(at(manager, run)))
    post(app, session)
    (notice,) = town.all(Notice)
    (file,) = letterbox.mails[-1].iter_attachments()
    assert file.get_content() == manager.get(f"{home}/notices/{notice.id}.pdf").data
    assert notice.number in text(letterbox)

    # Two hours later it comes back: no such address.
    assert bounces.note(session, report(letterbox.mails[-1])) == "returned"
    assert "Came back: no such address" in at(manager, "/staff/mail/?state=address_returned")
    assert "User unknown" in at(manager, f"{home}/notices/{notice.id}")

    # The next run's notice is not mailed there: the page says why. Once there is a new address, it is.
    monkeypatch.setenv("PERMILLE_TODAY", "2026-10-12")
    run = dun(app, town, manager, "2026-10-12")
    page = at(manager, run)
    assert "mail to every address known was refused or came back" in page and "E-mail this run" not in page
    people_page = f"{home}/units/{unit.id}/people/{notice.debtor_id}"
    told = {"kind": "email", "value": "wang@example.com"}
    assert clerk.post(people_page, data=hidden(at(clerk, people_page)) | told).status_code == 303
    assert "E-mail this run: 1 notice" in at(manager, run)
    manager.post(f"{run}/mail", data=hidden(at(manager, run)))
    post(app, session)
    assert letterbox.taken[-1].rcpt_tos == ["wang@example.com"]
