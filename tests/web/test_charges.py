"""A charge booked in error is taken back from the unit's page, by whoever may, once and with a reason."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from billing.store.ledger import Reversal
from tests.flow.town import Town, found
from tests.web.conftest import Browser
from tests.web.desk import at, english, hidden


@pytest.fixture
def town(session: Session, today: date, people: object) -> Town:
    town = found(session, today)
    town.issue("2026Q3")
    return town


def test_it_is_reversed_and_its_money_stays_prepaid(town: Town, browser_of: Browser) -> None:
    town.pay("1-1-101", "1200.00", "2026-09-30")
    (charge,) = town.charges("1-1-101")
    manager = english(browser_of("manager"))
    unit = f"/c/{town.community_id}/units/{charge.unit_id}"
    page = f"/c/{town.community_id}/charges/{charge.id}/reversal"
    assert page in at(manager, unit)
    shown = at(manager, page)
    assert "1,200.00 was paid on it" in shown
    assert manager.post(page, data={**hidden(shown), "reason": " "}).status_code == 422
    for _ in range(2):
        answer = manager.post(page, data={**hidden(shown), "reason": "面积错误"})
        assert answer.headers["Location"] == unit
    (reversal,) = town.all(Reversal)
    assert (reversal.target, reversal.target_id) == ("charge", charge.id)
    assert town.statement("1-1-101", "2026-11-23")["prepayment"] == "1200.00"
    assert manager.get(page).headers["Location"] == unit
    assert town.issue("2026Q3") == 1


def test_another_communitys_charge_is_not_found(town: Town, session: Session, browser_of: Browser) -> None:
    other = found(session, town.today, "别处", "楼 单元 房号 业主 建筑面积 交房日期\n1 1 1 赵一 9 2020-01-01")
    page = f"/c/{other.community_id}/charges/{town.charges('1-1-101')[0].id}/reversal"
    assert browser_of("manager").get(page).status_code == 404
