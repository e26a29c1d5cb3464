"""A unit changes hands: each pays for his own time, each charge names its debtors, nobody's money pays another's debt.

1-1-101 is 张伟's and owes 1,200.00 a quarter. He sells it to 孙丽; she has it from 2026-05-16 on.
"""

from datetime import date
from typing import Any

import pytest

from billing.core.problem import Refused, Unusable
from billing.flow.transfer import Deal, enter_transfer, plan_transfer, withdraw_transfer
from billing.store.base import writing
from tests.flow.sale import SCAN, UNIT, Books, agree, owed, sell
from tests.flow.town import ACTOR, day
from tests.support.databases import on_sqlite


class TestAPeriodInWhichItWasSold:
    @pytest.mark.parametrize(
        ("split", "charged"),
        [
            ("first-day", [("2026Q2", "张伟", "1200.00")]),
            ("last-day", [("2026Q2", "孙丽", "1200.00")]),
            # April and 15 of May's 31 days are his: 400.00 + 193.548..., rounded once.
            ("days", [("2026Q2", "孙丽", "606.45"), ("2026Q2", "张伟", "593.55")]),
        ],
    )
    def test_is_split_as_the_community_agreed(
        self, books: Books, split: str, charged: list[tuple[str, str, str]]
    ) -> None:
        town, _ = books
        agree(town, split)
        sell(books, "2026-05-16")
        town.issue("2026Q2")
        assert [row[:3] for row in owed(town)] == charged
        assert town.issue("2026Q2") == 0  # a second plan is empty

    def test_names_the_days_of_each(self, books: Books) -> None:
        town, _ = books
        agree(town, "days")
        sell(books, "2026-05-16")
        town.issue("2026Q2")
        spans = [(charge.period_first, charge.period_last) for charge in town.charges(UNIT)]
        assert spans == [(date(2026, 4, 1), date(2026, 5, 15)), (date(2026, 5, 16), date(2026, 6, 30))]

    @on_sqlite
    def test_is_issued_again_for_the_part_that_was_taken_back(self, books: Books) -> None:
        town, _ = books
        agree(town, "days")
        sell(books, "2026-05-16")
        town.issue("2026Q2")
        before = owed(town)
        town.reverse(town.charges(UNIT)[0])
        assert town.issue("2026Q2") == 1
        assert owed(town) == before

    @on_sqlite
    def test_follows_the_rule_of_its_own_time(self, books: Books) -> None:
        """The rule has a date: a later one leaves earlier periods as they were agreed."""
        town, _ = books
        agree(town, "last-day", date(2026, 4, 1))
        sell(books, "2026-03-10")
        town.issue("2026Q1")
        sell(books, "2026-05-16", to="周敏")
        town.issue("2026Q2")
        assert [row[:2] for row in owed(town)] == [("2026Q1", "张伟"), ("2026Q2", "周敏")]

    @on_sqlite
    def test_of_the_developer_ends_at_the_hand_over(self, books: Books) -> None:
        """Unsold, the developer owes; the buyer from the day on which it was handed over to him (art. 939)."""
        town, vault = books
        agree(town, "days")
        town.import_roster("楼 单元 房号 业主 建筑面积\n5 1 101 空置（开发商） 100")
        unit = town.unit("5-1-101")
        with writing(town.session, town.community_id):
            deal = Deal("吴刚", day("2026-05-16"))
            enter_transfer(town.session, vault, ACTOR, town.today, unit, deal)
        town.issue("2026Q1")
        town.issue("2026Q2")
        rows = town.statement("5-1-101", "2026-12-31")["charges"]
        assert [(row["period"], row["debtor"], row["amount"]) for row in rows] == [
            ("2026Q1", "空置（开发商）", "1200.00"),
            ("2026Q2", "空置（开发商）", "593.55"),
            ("2026Q2", "吴刚", "606.45"),
        ]


class TestWhatWasIssuedAlready:
    def test_for_the_buyers_days_moves_to_the_buyer(self, books: Books) -> None:
        town, _ = books
        agree(town, "days")
        for period in ("2026Q1", "2026Q2", "2026Q3"):
            town.issue(period)
        done = sell(books, "2026-05-16")
        assert [row[:3] for row in owed(town)] == [
            ("2026Q1", "张伟", "1200.00"),  # old arrears stay with the seller
            ("2026Q2", "孙丽", "606.45"),
            ("2026Q2", "张伟", "593.55"),
            ("2026Q3", "孙丽", "1200.00"),
        ]
        assert {charge.entry for charge in done.charges} == {done.entry}  # all in one entry

    def test_and_paid_by_the_seller_pays_his_own_debts_and_never_the_buyers(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q1")
        town.issue("2026Q3")
        _, later = town.charges(UNIT)
        town.pay(UNIT, "1200.00", "2026-03-31", charges=(later.id,))
        sell(books, "2026-05-16")
        assert owed(town) == [
            ("2026Q1", "张伟", "1200.00", "0.00"),
            ("2026Q3", "孙丽", "1200.00", "1200.00"),
        ]

    @on_sqlite
    def test_and_paid_stays_his_prepayment_where_he_owes_nothing_else(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q3")
        town.pay(UNIT, "1200.00", "2026-07-01")
        sell(books, "2026-05-16")
        assert town.statement(UNIT, "2026-12-31")["prepayment"] == "1200.00"
        assert owed(town) == [("2026Q3", "孙丽", "1200.00", "1200.00")]
        town.issue("2026Q4")
        assert {row[3] for row in owed(town)} == {"1200.00"}  # nor does it pay her next bill

    @on_sqlite
    def test_is_told_before_it_moves(self, books: Books) -> None:
        town, _ = books
        agree(town, "days")
        town.issue("2026Q2")
        town.pay(UNIT, "300.00", "2026-04-10")
        plan = plan_transfer(town.session, town.unit(UNIT), Deal("孙丽", day("2026-05-16")), town.today)
        (moved,) = plan.moved
        assert (moved.paid, [amount for _, amount in moved.parts]) == (30_000, [59_355, 60_645])
        assert owed(town)[0][1] == "张伟"  # nothing is written

    @on_sqlite
    def test_moves_only_as_it_was_seen(self, books: Books) -> None:
        town, vault = books
        town.issue("2026Q3")
        deal = Deal("孙丽", day("2026-05-16"))
        seen = plan_transfer(town.session, town.unit(UNIT), deal, town.today).digest
        town.pay(UNIT, "5.00", "2026-07-01")
        with pytest.raises(Refused, match="look at it again"), writing(town.session, town.community_id):
            enter_transfer(town.session, vault, ACTOR, town.today, town.unit(UNIT), deal, expected=seen)

    @on_sqlite
    def test_stays_where_the_two_settle_it_themselves(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q3")
        sell(books, "2026-05-16", keep_charges=True)
        town.issue("2026Q4")
        assert [row[:2] for row in owed(town)] == [("2026Q3", "张伟"), ("2026Q4", "孙丽")]

    @on_sqlite
    def test_may_fall_due_later_for_the_buyer_who_saw_no_bill(self, books: Books) -> None:
        town, _ = books
        agree(town, "days")
        town.issue("2026Q2")
        sell(books, "2026-05-16", due=date(2026, 12, 31))
        rows = town.statement(UNIT, "2026-12-31")["charges"]
        assert {row["debtor"]: (row["due"], row["late_fee"]) for row in rows} == {
            "张伟": ("2026-06-30", "109.21"),
            "孙丽": ("2026-12-31", "0.00"),
        }

    @on_sqlite
    def test_out_of_older_books_is_shared_by_days_too(self, books: Books) -> None:
        """What was charged stays what it is in all, whatever the tariff says today."""
        town, _ = books
        agree(town, "days")
        town.issue("2026Q2")
        town.set_policy()
        town.session.commit()
        with writing(town.session, town.community_id):
            town.unit(UNIT).area_e2 = 9_000  # measured anew since
        sell(books, "2026-05-16")
        assert [row[1:3] for row in owed(town)] == [("孙丽", "606.45"), ("张伟", "593.55")]


class TestATransfer:
    def test_entered_twice_is_one(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q3")
        first = sell(books, "2026-05-16", paper=SCAN)
        entries = town.latest
        again = sell(books, "2026-05-16", paper=SCAN)
        assert (again.entry, again.replayed, town.latest) == (first.entry, True, entries)
        assert [one.id for one in again.charges] == [one.id for one in first.charges]

    @on_sqlite
    def test_says_from_whom_to_whom_and_by_which_paper(self, books: Books) -> None:
        town, vault = books
        sell(books, "2026-05-16", co_owners="钱琳", paper=SCAN)
        entry = town.entries()[-1]
        assert (entry.kind, entry.detail["from"], entry.detail["to"]) == (
            "transfer",
            ["张伟"],
            ["孙丽", "钱琳"],
        )
        assert vault.get(entry.detail["paper"]) == SCAN

    @on_sqlite
    @pytest.mark.parametrize(
        ("on", "more", "sentence"),
        [
            ("2026-05-16", {"to": "周敏"}, "孙丽 holds unit 1-1-101 from 2026-05-16 on already"),
            ("2026-02-01", {"to": "周敏"}, "孙丽 holds unit 1-1-101 from 2026-05-16 on already"),
            ("2026-08-01", {"to": "孙丽"}, "another person of the same name"),
            ("2026-08-01", {"to": "  "}, "Write the name"),
            ("2028-01-01", {"to": "周敏"}, "more than 92 days ahead"),
        ],
    )
    def test_that_cannot_be_is_refused(
        self, books: Books, on: str, more: dict[str, Any], sentence: str
    ) -> None:
        town, _ = books
        sell(books, "2026-05-16")
        entries = town.latest
        with pytest.raises(Refused, match=sentence):
            sell(books, on, **more)
        assert town.latest == entries

    @on_sqlite
    def test_to_another_of_the_same_name_is_a_sale_when_told_so(self, books: Books) -> None:
        town, _ = books
        sell(books, "2026-05-16", to="张伟", same_name=True)
        town.issue("2026Q1")
        town.issue("2026Q3")
        debtors = {charge.debtor_id for charge in town.charges(UNIT)}
        assert len(debtors) == 2

    @on_sqlite
    def test_with_a_paper_that_nobody_can_read_is_refused(self, books: Books) -> None:
        with pytest.raises(Unusable):
            sell(books, "2026-05-16", paper=b"not a scan")

    def test_withdrawn_never_was(self, books: Books) -> None:
        town, _ = books
        town.issue("2026Q3")
        sell(books, "2026-05-16")
        with writing(town.session, town.community_id):
            withdraw_transfer(town.session, ACTOR, town.today, town.unit(UNIT), day("2026-05-16"), "录错房号")
        town.issue("2026Q4")
        assert [row[:2] for row in owed(town)] == [("2026Q3", "张伟"), ("2026Q4", "张伟")]
        sell(books, "2026-06-01", to="周敏")
        assert {row[1] for row in owed(town)} == {"周敏"}
