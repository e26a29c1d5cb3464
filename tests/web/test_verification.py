"""Is this paper genuine? Whoever holds it may ask; nobody learns a name or an amount."""

import io
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.calendar import parse_period
from billing.flow import tries
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.estate import EVER
from billing.flow.evidence import Slip, file_slip
from billing.flow.tariffs import Price, set_tariff
from billing.store.base import writing
from billing.store.collection import Bill, Document, Notice, paper_of
from billing.store.ledger import Payment
from billing.store.vault import Vault
from tests.support.databases import on_sqlite
from tests.web.conftest import Browser
from tests.web.forms import send
from tests.web.neighbours import Neighbours

EN = {"Accept-Language": "en"}


@pytest.fixture
def notice(neighbours: Neighbours) -> Notice:
    party = neighbours.owners["李娜"].party_id
    return neighbours.session.scalars(sa.select(Notice).where(Notice.debtor_id == party)).one()


@pytest.fixture
def payments(neighbours: Neighbours) -> list[Payment]:
    """李娜's: one that counts, one that was taken back."""
    party = neighbours.owners["李娜"].party_id
    query = sa.select(Payment).where(Payment.debtor_id == party).order_by(Payment.id)
    return list(neighbours.session.scalars(query))


def test_a_paper_is_told_without_whose_it_is(
    neighbours: Neighbours, client: FlaskClient, notice: Notice, payments: list[Payment]
) -> None:
    """On both databases."""
    bills = neighbours.session.scalars(sa.select(Bill).where(Bill.debtor_id == notice.debtor_id)).all()
    for token, number in (
        (notice.verify_token, notice.number),
        *((bill.verify_token, bill.number) for bill in bills),
        (payments[0].verify_token, payments[0].receipt),
        (payments[1].verify_token, payments[1].receipt),
    ):
        answer = client.get(f"/v/{token}", headers=EN)
        assert answer.status_code == 200 and number in answer.text and "1-1-1**" in answer.text
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        allowed = {number}
        amounts = {_yuan(notice.total_fen), *(_yuan(bill.total_fen) for bill in bills)}
        secrets = neighbours.owners["李娜"].secrets - allowed | {"1-1-102", *amounts}
        assert {word for word in secrets if word in answer.text} == set()


@on_sqlite
class TestThePage:
    def test_names_the_kept_file(self, client: FlaskClient, notice: Notice, session: Session) -> None:
        query = sa.select(Document.sha256).where(paper_of(Notice), Notice.id == notice.id)
        sha256 = session.scalars(query).one()
        assert sha256 in client.get(f"/v/{notice.verify_token}").text.replace("</span> <span>", "")

    def test_says_that_a_receipt_was_taken_back(self, client: FlaskClient, payments: list[Payment]) -> None:
        good, bad = (client.get(f"/v/{payment.verify_token}", headers=EN).text for payment in payments)
        assert "This paper is genuine" in good and "taken back" not in good
        assert "Genuine, but taken back" in bad and "no longer proves a payment" in bad

    def test_says_when_a_notice_was_signed_for(
        self, app: Flask, client: FlaskClient, notice: Notice, session: Session, today: date
    ) -> None:
        page = f"/v/{notice.verify_token}"
        assert "not yet on file" in client.get(page, headers=EN).text
        with writing(session, notice.community_id):
            slip = Slip(data=_photo(), file_name="slip.png", signer="李娜", relation="本人", on=today)
            file_slip(session, Vault(app.config["VAULT_DIR"]), "clerk", today, notice, slip)
        said = client.get(page, headers=EN).text
        assert f"<dd>{today}</dd>" in said and "李娜" not in said

    def test_of_a_code_that_is_none_is_calm(self, client: FlaskClient, notice: Notice) -> None:
        for address in ("/v/made-up", f"/v/{notice.slip_token}", f"/s/{notice.verify_token}", "/s/x"):
            answer = client.get(address, headers=EN)
            assert answer.status_code == 404 and "No such paper" in answer.text

    def test_explains_itself_without_a_code(self, client: FlaskClient) -> None:
        assert "Scan it" in client.get("/v", headers=EN, follow_redirects=True).text

    def test_says_that_a_payment_notice_was_replaced(
        self, neighbours: Neighbours, client: FlaskClient, notice: Notice, session: Session, today: date
    ) -> None:
        bill = session.scalars(sa.select(Bill).where(Bill.debtor_id == notice.debtor_id)).first()
        assert bill
        page = f"/v/{bill.verify_token}"
        told = client.get(page, headers=EN).text
        assert "Payment notice" in told and "a newer one" not in told and "not yet on file" not in told
        town = neighbours.town
        with writing(session, town.community_id):
            fee = Price("公共能耗费", "fixed", 150_000, 3, EVER)
            set_tariff(session, "clerk", town.community_id, fee)
        town.issue(bill.period)
        with writing(session, town.community_id):
            plan = plan_bills(session, town.community_id, parse_period(bill.period), today)
            assert issue_bills(session, "clerk", town.community_id, plan)
        assert "a newer one" in client.get(page, headers=EN).text

    def test_says_that_what_a_payment_notice_billed_was_corrected(
        self, neighbours: Neighbours, client: FlaskClient, notice: Notice, session: Session
    ) -> None:
        bill = session.scalars(sa.select(Bill).where(Bill.debtor_id == notice.debtor_id)).first()
        assert bill
        page, charges = f"/v/{bill.verify_token}", neighbours.town.charges("1-1-102")
        assert "corrected since" not in client.get(page, headers=EN).text
        neighbours.town.reverse(next(charge for charge in charges if charge.id in bill.charges))
        assert "corrected since" in client.get(page, headers=EN).text


@on_sqlite
class TestTheAmount:
    def test_is_compared(self, client: FlaskClient, notice: Notice) -> None:
        page = f"/v/{notice.verify_token}"
        right = send(client, page, amount=_yuan(notice.total_fen))
        wrong = send(client, page, amount=_yuan(notice.total_fen + 1))
        assert "alert-success" in right.text and "alert-danger" not in right.text
        assert "alert-danger" in wrong.text and "alert-success" not in wrong.text
        assert _yuan(notice.total_fen) not in wrong.text

    def test_that_is_none_is_said_at_the_field(self, client: FlaskClient, notice: Notice) -> None:
        answer = send(client, f"/v/{notice.verify_token}", amount="about ten")
        assert answer.status_code == 422 and 'id="amount-error"' in answer.text and "about ten" in answer.text

    def test_cannot_be_guessed(self, client: FlaskClient, notice: Notice) -> None:
        """Five guesses an hour and paper, from wherever; the slip's code counts with the paper's own."""
        pages = [f"/v/{notice.verify_token}", f"/s/{notice.slip_token}"] * 3
        statuses = [
            send(client, page, amount=f"{guess}.00").status_code for guess, page in enumerate(pages, 1)
        ]
        assert statuses == [200] * 5 + [429]
        assert send(client, pages[0], amount=_yuan(notice.total_fen)).status_code == 429

    def test_may_be_typed_rightly_as_often_as_one_likes(self, client: FlaskClient, notice: Notice) -> None:
        for _ in range(tries.LIMITS["paper"].most + 2):
            assert (
                send(client, f"/v/{notice.verify_token}", amount=_yuan(notice.total_fen)).status_code == 200
            )


@on_sqlite
class TestTheSlipsCode:
    def test_leads_whoever_files_slips_to_the_notice(self, browser_of: Browser, notice: Notice) -> None:
        for role in ("clerk", "collector"):
            answer = browser_of(role).get(f"/s/{notice.slip_token}")
            assert answer.status_code == 302
            assert answer.headers["Location"] == f"/c/{notice.community_id}/slips/{notice.number}"

    def test_verifies_the_notice_for_everybody_else(self, browser_of: Browser, notice: Notice) -> None:
        for role in (None, "owner", "cashier"):
            answer = browser_of(role).get(f"/s/{notice.slip_token}", headers=EN)
            assert answer.status_code == 200 and notice.number in answer.text


def test_guesses_are_forgotten_after_an_hour(session: Session) -> None:
    limit = tries.LIMITS["paper"]
    subject = (tries.Subject("paper", "notice:1"),)
    with writing(session):
        for _ in range(limit.most):
            tries.count_try(session, now() - limit.within, subject)
        tries.count_try(session, now(), subject)


def _photo() -> bytes:
    file = io.BytesIO()
    Image.new("L", (40, 40), 200).save(file, "PNG")
    return file.getvalue()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
