"""Old arrears into the books: each with its true due date, what was paid on its own day, nothing twice."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.core.problem import Unusable
from billing.flow.arrears import ArrearsPlan, apply_arrears, plan_arrears
from billing.flow.estate import EVER, found_community, policies
from billing.flow.item_names import read_names
from billing.flow.roster import apply_roster, plan_roster
from billing.flow.tariffs import Price, set_tariff
from billing.sheets import read_arrears, read_roster
from billing.store import index, issued
from billing.store.base import writing
from billing.store.estate import FeeItem
from billing.store.ledger import Allocation, Charge, Entry, Payment
from billing.store.standing import accounts
from tests.flow.town import ACTOR, Town, together
from tests.sheets.making import make_csv
from tests.support.databases import on_sqlite

FILE = "欠费台账.csv"
OWED = 12_747_928  # the file's own column 欠费, in fen


def take_in(town: Town, data: bytes, items: dict[str, str] | None = None) -> ArrearsPlan:
    arrears = read_arrears(data, FILE)
    with writing(town.session, town.community_id):
        plan = plan_arrears(town.session, town.community_id, arrears, items)
        apply_arrears(town.session, ACTOR, town.today, town.community_id, plan)
    return plan


@pytest.fixture
def town(session: Session, today: date, samples: Path) -> Town:
    """The sample's community with its roster; nothing owed yet."""
    with writing(session):
        town = Town(session, found_community(session, ACTOR, "样例小区").id, today)
    roster = read_roster((samples / "业主台账.xlsx").read_bytes(), "业主台账.xlsx")
    with writing(session, town.community_id):
        apply_roster(
            session, ACTOR, today, town.community_id, plan_roster(session, town.community_id, roster)
        )
    return town


def test_the_books_owe_what_the_file_says(town: Town, samples: Path) -> None:
    plan = take_in(town, (samples / FILE).read_bytes())
    assert (len(plan.new), plan.unchanged, plan.problems) == (245, 0, [])
    found = accounts(town.session, town.community_id, policies(town.session, town.community_id))
    assert sum(line.open for one in found for line in one.lines(town.today)) == OWED
    assert town.session.scalar(select(func.sum(Charge.open_fen))) == OWED
    assert sum(one.prepayment(town.today) for one in found) == 0
    assert index.differences(town.session) == []
    assert {payment.serial for payment in town.all(Payment)} == {None}
    assert len(town.all(Payment)) == len(town.all(Allocation)) == 61
    assert all(one.carried for one in issued.periods(town.session, town.community_id))


def test_a_part_payment_counts_from_its_own_day(town: Town, samples: Path) -> None:
    take_in(town, (samples / FILE).read_bytes())
    first = next(
        row for row in town.statement("1-1-101", "2024-02-10")["charges"] if row["period"] == "2023Q2"
    )
    before = next(
        row for row in town.statement("1-1-101", "2024-02-09")["charges"] if row["period"] == "2023Q2"
    )
    assert (first["due"], first["paid"], before["paid"]) == ("2023-06-30", "293.40", "0.00")
    assert first["late_fee"] == "132.03"  # 586.80 for the 225 days to the payment's


def test_twice_books_nothing_twice_even_at_once(town: Town, samples: Path) -> None:
    data = (samples / FILE).read_bytes()
    told = together(town, 2, lambda own, _: len(take_in(own, data).new))
    assert sorted(told) == [0, 245], told  # type: ignore[type-var]
    entries = town.latest
    assert take_in(town, data).unchanged == 245
    assert (len(town.all(Charge)), town.latest) == (245, entries)


@on_sqlite
def test_what_came_in_at_the_counter_since_is_no_contradiction(town: Town, samples: Path) -> None:
    data = (samples / FILE).read_bytes()
    take_in(town, data)
    town.pay("1-1-101", "100.00", "2026-11-01")
    again = take_in(town, data)
    assert (again.unchanged, again.problems) == (245, [])


HEAD = "房号 费项 期间 应收 实收 欠费 应缴日 收款日期"


@on_sqlite
def test_a_row_that_says_something_else_now_is_a_problem(town: Town) -> None:
    take_in(town, make_csv(f"{HEAD}\n1-1-101 物业费 2023Q2 586.80 0 586.80 2023-06-30 _"))
    again = take_in(town, make_csv(f"{HEAD}\n1-1-101 物业费 2023Q2 600.00 0 600.00 2023-06-30 _"))
    (problem,) = again.problems
    assert "2023Q2 is booked already with 586.80 charged and 0.00 paid" in problem.sentence()
    assert len(town.all(Charge)) == 1


@on_sqlite
def test_a_unit_the_books_do_not_know_is_a_problem(town: Town) -> None:
    plan = take_in(town, make_csv(f"{HEAD}\n9-9-909 物业费 2023Q2 586.80 0 586.80 2023-06-30 _"))
    (problem,) = plan.problems
    assert (problem.row, problem.value) == (2, "9-9-909")
    assert "import it with the roster first" in problem.sentence()
    assert town.all(Charge) == []


@on_sqlite
def test_a_unit_spelt_in_two_ways_is_one_unit(town: Town) -> None:
    """Where a building has the room once, it is found without its entrance too."""
    rows = "8-1-801 物业费 2023Q2 1 0 1 2023-06-30 _\n8-801 物业费 2023Q2 1 0 1 2023-06-30 _"
    town.import_roster("房号 业主 建筑面积\n8-1-801 周敏 90")
    plan = take_in(town, make_csv(f"{HEAD}\n{rows}"))
    assert (len(plan.new), [problem.row for problem in plan.problems]) == (1, [3])


@on_sqlite
def test_money_that_waits_pays_an_old_charge_at_once(town: Town) -> None:
    town.pay("1-1-101", "100.00", "2023-07-10")
    take_in(town, make_csv(f"{HEAD}\n1-1-101 物业费 2023Q2 586.80 0 586.80 2023-06-30 _"))
    found = town.statement("1-1-101", "2023-07-10")
    assert (found["totals"]["open"], found["prepayment"]) == ("486.80", "0.00")
    assert index.differences(town.session) == []


class TestItems:
    """物业费 in the file is 物业服务费 in the tariffs: one fee, charged once, whoever imports it however often."""

    pytestmark = on_sqlite
    PICTURE = f"""
    {HEAD}
    1-1-101 物业费 2026Q1 586.80 0 586.80 2026-03-31 _
    1-1-102 物业费 2026Q1 656.01 0 656.01 2026-03-31 _
    """

    @pytest.fixture
    def priced(self, town: Town) -> Town:
        with writing(town.session, town.community_id):
            set_tariff(town.session, ACTOR, town.community_id, Price("物业服务费", "area", 18_500, 3, EVER))
        return town

    def take(self, town: Town, items: dict[str, str], picture: str = PICTURE) -> ArrearsPlan:
        return take_in(town, make_csv(picture), items)

    def test_a_name_is_booked_as_the_item_that_a_person_chose(self, priced: Town) -> None:
        self.take(priced, {"物业费": "物业服务费"})
        assert priced.session.scalars(select(FeeItem.name)).all() == ["物业服务费"]
        entry = priced.session.scalars(select(Entry).where(Entry.kind == "arrears")).one()
        assert entry.detail["items"] == {"物业费": "物业服务费"}

    def test_twice_with_the_same_choice_changes_nothing(self, priced: Town) -> None:
        self.take(priced, {"物业费": "物业服务费"})
        again = self.take(priced, {"物业费": "物业服务费"})
        assert (again.new, again.unchanged, again.problems) == ([], 2, [])
        other = self.take(priced, {"物业费": "物业服务费"}, self.PICTURE.replace("586.80", "600.00"))
        assert "booked already with 586.80" in other.problems[0].sentence()

    def test_a_choice_holds_until_another_is_made(self, priced: Town) -> None:
        self.take(priced, {"物业费": "物业服务费"})
        bare = self.take(priced, {})
        assert (bare.new, bare.unchanged, bare.problems) == ([], 2, [])
        assert len(self.take(priced, {"物业费": "物业费"}).new) == 2
        later = self.take(priced, {}, self.PICTURE.replace("Q1", "Q2"))
        assert {row.item for row, _, _ in later.new} == {"物业费"}

    def test_what_stands_under_its_own_name_is_not_booked_as_another_item(self, priced: Town) -> None:
        self.take(priced, {})
        mapped = self.take(priced, {"物业费": "物业服务费"})
        assert (mapped.new, mapped.unchanged, mapped.problems) == ([], 2, [])

    def test_a_choice_made_for_one_file_books_no_earlier_file_again(self, priced: Town) -> None:
        self.take(priced, {})
        self.take(priced, {"物业费": "物业服务费"}, self.PICTURE.replace("Q1", "Q2"))
        assert self.take(priced, {}).unchanged == 2

    def test_it_is_not_charged_once_more_by_the_tariff(self, priced: Town) -> None:
        self.take(priced, {"物业费": "物业服务费"})
        priced.issue("2026Q1")
        assert len(priced.charges("1-1-101")) == 1

    def test_without_a_choice_names_are_taken_as_they_stand(self, priced: Town) -> None:
        self.take(priced, {})
        assert set(priced.session.scalars(select(FeeItem.name))) == {"物业费", "物业服务费"}

    def test_two_names_of_one_row_of_books_are_told(self, priced: Town) -> None:
        picture = self.PICTURE.replace("1-1-102 物业费", "1-1-101 物业服务费")
        plan = self.take(priced, {"物业费": "物业服务费"}, picture)
        assert (len(plan.new), [problem.row for problem in plan.problems]) == (1, [3])
        assert "already stands in row 2" in plan.problems[0].sentence()

    @pytest.mark.parametrize("items", [{"水费": "物业服务费"}, {"物业费": "物业服务非"}])
    def test_a_choice_of_what_there_is_not_is_refused(self, priced: Town, items: dict[str, str]) -> None:
        with pytest.raises(Unusable):
            self.take(priced, items)

    def test_a_name_within_another_is_a_hint_and_no_choice(self, priced: Town) -> None:
        picture = (
            f"{HEAD}\n1-1-103 物业服务费（商铺） 2026Q1 1 0 1 _ _\n1-1-103 物业服务费滞纳金 2026Q1 1 0 1 _ _"
        )
        names = read_names(priced.session, priced.community_id, read_arrears(make_csv(picture), FILE))
        assert [one.likely for one in names.strange] == ["物业服务费", ""]
        assert all(name == item for name, item in names.meant({}).items())

    def test_only_strange_names_are_asked_about(self, priced: Town) -> None:
        picture = self.PICTURE + "1-1-103 电费 2026Q1 1 0 1 _ _\n1-1-103 物业服务费 2026Q1 1 0 1 _ _"
        names = read_names(priced.session, priced.community_id, read_arrears(make_csv(picture), FILE))
        assert [(one.name, one.rows, one.likely) for one in names.strange] == [
            ("物业费", 2, "物业服务费"),
            ("电费", 1, ""),
        ]
        assert names.meant({}) == {"物业费": "物业服务费", "电费": "电费"}
        assert names.meant({"物业费": "", "电费": "物业服务费"}) == {"物业费": "物业费", "电费": "物业服务费"}
