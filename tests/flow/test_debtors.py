"""Each charge names its debtors, and nobody's money pays a debt that is another's alone.

1-1-101 is 张伟's and owes 1,200.00 a quarter; he sells it to 孙丽.
"""

import pytest

from billing.core.problem import Refused
from billing.flow.tenancy import end_tenancy
from billing.flow.transfer import withdraw_transfer
from billing.store.base import writing
from billing.store.ledger import Charge
from billing.store.liability import ChargeDebtor
from tests.flow.sale import UNIT, Books, agree, beside, join, owed, rent, sell
from tests.flow.town import ACTOR, day
from tests.support.databases import on_sqlite


class TestDebtors:
    def test_co_owners_of_the_time_owe_jointly_and_later_ones_do_not(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q2")
        sell(books, "2026-07-01", co_owners="钱琳")
        town.issue("2026Q3")
        assert beside(town) == {"2026Q2": [], "2026Q3": ["钱琳"]}

    @on_sqlite
    def test_a_tenant_who_agreed_to_pay_owes_with_the_owner_for_his_time(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        town.issue("2026Q2")
        rent(books, "何静", "2026-04-01", "2026-10-01")
        town.issue("2026Q3")
        town.issue("2026Q4")
        assert beside(town) == {"2026Q1": [], "2026Q2": ["何静"], "2026Q3": ["何静"], "2026Q4": []}
        assert {row[1] for row in owed(town)} == {"张伟"}  # who stays the first debtor

    @on_sqlite
    def test_a_tenant_who_left_earlier_is_named_no_more(self, books: Books) -> None:
        town, _ = books
        rent(books, "何静", "2026-04-01")
        town.issue("2026Q2")
        town.issue("2026Q3")
        with writing(town.session, town.community_id):
            end_tenancy(town.session, ACTOR, town.unit(UNIT), "何静", day("2026-07-01"))
        assert beside(town) == {"2026Q2": ["何静"], "2026Q3": []}

    @on_sqlite
    def test_a_tenants_money_pays_what_he_owes_with_the_owner(self, books: Books) -> None:
        town, _ = books
        rent(books, "何静", "2026-04-01")
        town.issue("2026Q2")
        taken = town.pay(UNIT, "1200.00", "2026-06-30", debtor="何静")
        assert taken.payment.payer == "何静"
        assert owed(town) == [("2026Q2", "张伟", "1200.00", "0.00")]

    @on_sqlite
    def test_a_tenants_money_never_pays_what_the_owner_owes_alone(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        rent(books, "何静", "2026-04-01")
        town.issue("2026Q2")
        town.pay(UNIT, "1000.00", "2026-06-30", debtor="何静")
        assert [row[3] for row in owed(town)] == ["1200.00", "200.00"]  # though the other is older
        with pytest.raises(Refused, match=r"何静 owes 200\.00 together with 张伟"):
            town.pay(UNIT, "200.01", "2026-06-30", debtor="何静")

    @on_sqlite
    def test_a_statement_of_an_earlier_entry_names_who_was_known_then(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q2")
        before = town.latest
        rent(books, "何静", "2026-04-01")
        (row,) = town.statement(UNIT, "2026-12-31", known_at=before)["charges"]
        assert row["jointly"] == []


class TestOldArrears:
    def test_stay_with_the_seller_and_the_buyers_money_never_pays_them(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        sell(books, "2026-05-16")
        town.issue("2026Q3")
        taken = town.pay(UNIT, "3000.00", "2026-10-05")  # the owner of that day: the buyer
        assert owed(town) == [
            ("2026Q1", "张伟", "1200.00", "1200.00"),
            ("2026Q3", "孙丽", "1200.00", "0.00"),
        ]
        assert taken.prepayment > 0  # rather than pay his debt

    @on_sqlite
    def test_cannot_be_named_by_a_buyer_who_did_not_join_them(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        sell(books, "2026-05-16")
        (old,) = town.charges(UNIT)
        with pytest.raises(Refused, match="money pays his own charges only"):
            town.pay(UNIT, "10.00", "2026-10-05", debtor="孙丽", charges=(old.id,))

    def test_name_the_buyer_too_once_she_joined_in_writing(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        sell(books, "2026-05-16")
        town.issue("2026Q3")
        join(books, "2026-05-15")
        assert beside(town) == {"2026Q1": ["孙丽"], "2026Q3": []}
        old, _ = town.charges(UNIT)
        town.pay(UNIT, "1200.00", "2026-10-05", debtor="孙丽")  # without a word: her own only
        assert [row[3] for row in owed(town)] == ["1200.00", "0.00"]
        town.pay(UNIT, "700.00", "2026-10-06", debtor="孙丽", charges=(old.id,))
        assert [row[3] for row in owed(town)] == ["500.00", "0.00"]
        with pytest.raises(Refused, match="take no more for it"):
            town.pay(UNIT, "9000.00", "2026-10-06", debtor="孙丽", charges=(old.id,))

    @on_sqlite
    def test_that_she_joined_follow_the_charge_when_it_is_corrected(self, books: Books) -> None:
        """A later transfer entered for an earlier day splits the seller's charge; his part still names her."""
        town, _ = books
        agree(town, "days")
        town.issue("2026Q2")
        sell(books, "2026-06-16", keep_charges=True)
        join(books, "2026-06-30")
        with writing(town.session, town.community_id):
            withdraw_transfer(town.session, ACTOR, town.today, town.unit(UNIT), day("2026-06-16"), "日期有误")
        sell(books, "2026-05-16")
        rows = [one for one in town.all(ChargeDebtor) if one.role == "joined"]
        live = {charge.id for charge in town.charges(UNIT) if charge.open_fen}
        assert len([one for one in rows if one.charge_id in live]) == 1

    @on_sqlite
    def test_that_are_settled_cannot_be_joined(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        town.pay(UNIT, "1200.00", "2026-03-31")
        sell(books, "2026-05-16")
        with pytest.raises(Refused, match="owes nothing on unit"):
            join(books, "2026-05-15")
        assert town.all(Charge)
