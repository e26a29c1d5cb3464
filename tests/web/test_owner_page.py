"""The owner's page says what is owed, why, and what became of each payment."""

import re
from dataclasses import replace
from hashlib import sha256
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from billing.store.collection import Document
from billing.store.people import Party
from tests.support.databases import on_sqlite
from tests.web.neighbours import Neighbours

pytestmark = on_sqlite

EN = {"Accept-Language": "en"}


@pytest.fixture
def zhang(neighbours: Neighbours) -> FlaskClient:
    """张伟: 1,200.00 a quarter, due 2026-03-31, 06-30 and 09-30; 333.19 paid on 2026-07-10."""
    return neighbours.browser("张伟")


@pytest.fixture
def page(neighbours: Neighbours) -> str:
    return f"/my/units/{neighbours.owners['张伟'].unit_id}"


def test_it_opens_at_once_for_an_owner_of_one_unit(zhang: FlaskClient, page: str) -> None:
    answer = zhang.get("/my/")
    assert (answer.status_code, answer.headers["Location"]) == (302, page)


def test_it_says_what_is_overdue_today(zhang: FlaskClient, page: str) -> None:
    """866.81 x 237 + 333.19 x 101 + 1200 x 146 + 1200 x 54 days at 1 per mille: 479.09 with each charge rounded."""
    said = _text(zhang.get(page, headers=EN).text)
    assert "Overdue on 2026-11-23 ¥ 3,745.90" in said
    assert "Overdue principal 3,266.81" in said
    assert "Late fee grows by 3.27 a day 479.09" in said


def test_it_keeps_what_is_not_due_yet_out_of_the_arrears(
    neighbours: Neighbours, zhang: FlaskClient, page: str
) -> None:
    neighbours.town.issue("2026Q4")  # 1,200.00 due on 2026-12-31
    said = _text(zhang.get(page, headers=EN).text)
    assert "Overdue on 2026-11-23 ¥ 3,745.90" in said and "Not due yet 1,200.00" in said
    bill = said.split("Not due yet 物业服务费 2026Q4")[1].split("物业服务费")[0]
    assert "Open principal 1,200.00" in bill and "Overdue" not in bill


def test_it_works_out_the_late_fee_in_the_open(zhang: FlaskClient, page: str) -> None:
    """The part payment of 2026-07-10 lowers the principal from the day after."""
    said = _text(zhang.get(page, headers=EN).text)
    assert "2026-04-01 to 2026-07-10, every day counted 1,200.00 × 101 days × 1‰ = 121.20" in said
    assert "2026-07-11 to 2026-11-23, every day counted 866.81 × 136 days × 1‰ = 117.89" in said
    assert "Late fee until 2026-11-23 239.09" in said
    assert "The contract says: 逾期未交纳的，每日按应交未交部分的千分之一支付违约金。" in said


def test_it_shows_another_day(zhang: FlaskClient, page: str) -> None:
    before = _text(zhang.get(page + "?as_of=2026-06-30", headers=EN).text)
    assert "Overdue on 2026-06-30 ¥ 1,309.20" in before  # 1200 and 91 days of it
    assert "333.19" not in before
    later = _text(zhang.get(page + "?as_of=2026-12-01", headers=EN).text)
    assert "if nothing is paid until then" in later and "¥ 3,772.03" in later
    assert (
        "statement-" not in zhang.get(page + "?as_of=2026-12-01").text
    )  # a paper says nothing of days to come


@pytest.mark.parametrize("wrong", ["2026-02-30", "yesterday", "1999-12-31", "<script>"])
def test_it_answers_a_day_that_is_none_with_today(zhang: FlaskClient, page: str, wrong: str) -> None:
    answer = zhang.get(page, query_string={"as_of": wrong}, headers=EN)
    assert answer.status_code == 422 and 'id="as_of-error"' in answer.text
    assert "Overdue on 2026-11-23" in _text(answer.text) and "<script>" not in answer.text


def test_it_shows_where_each_payment_went(zhang: FlaskClient, page: str) -> None:
    said = _text(zhang.get(page, headers=EN).text)
    assert "2026-07-10 Cash R1-000001 333.19 Paid by 张伟之女 物业服务费 2026Q1 333.19" in said


def test_it_shows_a_payment_that_was_taken_back(zhang: FlaskClient, page: str) -> None:
    said = _text(zhang.get(page, headers=EN).text)
    assert re.search(
        r"2026-07-11 Cash taken back on \d{4}-\d\d-\d\d 33\.03 This payment does not count: 入错账", said
    )


def test_money_left_over_is_shown_as_prepaid(neighbours: Neighbours, zhang: FlaskClient, page: str) -> None:
    neighbours.town.pay("1-1-101", "5000.00", "2026-11-23", debtor="张伟")
    said = _text(zhang.get(page, headers=EN).text)
    assert "Nothing is overdue." in said
    assert "Prepaid, kept for your next bill 1,254.10" in said


def test_it_says_how_to_pay_and_whom_to_call(zhang: FlaskClient, page: str) -> None:
    answer = zhang.get(page, headers=EN)
    said = _text(answer.text)
    for words in (
        "示例银行",
        "6222 0000 0000 1000 001",
        "Write with it 静园 1-1-101 张伟",
        "示例市和平路1号",
    ):
        assert words in said
    assert 'href="tel:0990-5550100"' in answer.text


def test_a_former_owner_is_told_whose_time_it_is(neighbours: Neighbours) -> None:
    seller = neighbours.owners["王芳"]
    said = _text(neighbours.browser("王芳").get(f"/my/units/{seller.unit_id}", headers=EN).text)
    assert "You held this unit until 2026-06-30." in said
    assert "2026Q2" in said and "2026Q3" not in said


def test_a_co_owner_is_told_whose_account_it_is(neighbours: Neighbours) -> None:
    debtor = neighbours.owners["李娜"]
    party = neighbours.session.scalars(sa.select(Party).where(Party.name == "赵敏")).one()
    neighbours.owners["赵敏"] = replace(debtor, name="赵敏", party_id=party.id)
    said = _text(neighbours.browser("赵敏").get(f"/my/units/{debtor.unit_id}", headers=EN).text)
    assert "You are a co-owner." in said and "Overdue" not in said


def test_a_notice_is_the_very_paper_that_was_sent(neighbours: Neighbours, zhang: FlaskClient) -> None:
    number = neighbours.owners["张伟"].notice
    answer = zhang.get(f"/my/notices/{number}.pdf")
    assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
    kept = neighbours.session.scalars(sa.select(Document.sha256).where(Document.about == "notice")).all()
    assert sha256(answer.data).hexdigest() in kept


def test_his_payment_notices_are_listed_with_the_papers_handed_out(
    neighbours: Neighbours, zhang: FlaskClient, page: str
) -> None:
    said = _text(zhang.get(page, headers=EN).text)
    for number, period in zip(neighbours.owners["张伟"].bills, ("2026Q2", "2026Q3"), strict=True):
        assert f"Payment notice for {period} {number} of 2026-11-23, to be paid by 2026-12-08" in said
        answer = zhang.get(f"/my/bills/{number}.pdf")
        assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
        kept = neighbours.session.scalars(sa.select(Document.sha256).where(Document.about == "bill")).all()
        assert sha256(answer.data).hexdigest() in kept


def test_a_payment_notice_that_bills_what_was_reversed_says_so(
    neighbours: Neighbours, zhang: FlaskClient, page: str
) -> None:
    assert "corrected since" not in _text(zhang.get(page, headers=EN).text)
    neighbours.town.reverse(neighbours.town.charges("1-1-101")[-1])
    assert _text(zhang.get(page, headers=EN).text).count("what it billed was corrected since") == 1


def test_a_statement_is_refused_for_a_day_to_come(neighbours: Neighbours, zhang: FlaskClient) -> None:
    owner = neighbours.owners["张伟"]
    paper = f"/my/units/{owner.unit_id}/statement-{owner.party_id}.pdf"
    assert zhang.get(paper + "?as_of=2026-11-23").status_code == 200
    assert zhang.get(paper + "?as_of=2026-11-24").status_code == 422
    assert zhang.get(paper + "?as_of=soon").status_code == 422


def test_it_takes_as_many_queries_for_many_charges_as_for_few(
    neighbours: Neighbours, zhang: FlaskClient, page: str
) -> None:
    few = _queries(neighbours, zhang, page)
    for quarter in ("2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"):
        neighbours.town.issue(quarter)
        neighbours.town.pay("1-1-101", "100.00", "2026-11-20", debtor="张伟")
    assert _queries(neighbours, zhang, page) == few <= 20


def _queries(neighbours: Neighbours, browser: FlaskClient, page: str) -> int:
    seen: list[str] = []
    engine = neighbours.session.get_bind()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        assert browser.get(page).status_code == 200
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return sum(statement.startswith("SELECT") for statement in seen)


def _text(page: str) -> str:
    """What a reader reads, in one line."""
    body = page.split("<main", 1)[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
