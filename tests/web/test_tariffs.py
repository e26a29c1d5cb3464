"""Rules are added with their day; nothing that held is ever changed."""

import io

import pytest
from sqlalchemy import select

from billing.core.dunning import TONES
from billing.flow.dunning import issue_run, plan_run
from billing.flow.estate import policies
from billing.flow.tariffs import find_item, ladder
from billing.store.base import writing
from billing.store.estate import PolicyRow, TariffRow, UnitFee
from tests.flow.town import found
from tests.support.databases import on_sqlite
from tests.web.desk import hidden
from tests.web.forms import send

pytestmark = on_sqlite

PRICE = {
    "item": "物业服务费",
    "basis": "area",
    "price_e4": "2.38",
    "cycle_months": "3",
    "since": "2018-07-01",
    "due_days": "45",
    "due_from": "start",
    "rounding": "bill",
}
POLICY = {
    "rate_ppm": "0.5",
    "grace_days": "15",
    "grace_from": "end",
    "cap": "percent",
    "cap_percent": "30",
    "cap_amount": "",
    "order": "by-charge",
    "roll_rest_days": "y",
    "since": "2026-01-01",
}
LADDER = {
    "steps-0-from_days": "3",
    "steps-0-tone": "courteous",
    "steps-0-deadline_days": "10",
    "steps-0-minimum": "50",
    "steps-1-from_days": "30",
    "steps-1-tone": "formal",
    "steps-1-deadline_days": "15",
    "steps-1-minimum": "",
    "steps-2-from_days": "",
    "steps-2-tone": "formal",
    "steps-2-deadline_days": "",
    "steps-2-minimum": "",
    "since": "2026-12-01",
}


def fresh(session):
    """The session, past what it had seen before."""
    session.rollback()
    return session


def number_of(session, community_id, name):
    """The fee item's own number."""
    item = find_item(fresh(session), community_id, name)
    assert item
    return item.id


@pytest.fixture
def rules(community):
    return f"/c/{community.id}/tariffs/"


@pytest.fixture
def manager(browser_of):
    browser = browser_of("manager")
    browser.set_cookie("permille_language", "en")
    return browser


def test_a_price_is_added_and_the_one_before_stays(manager, rules, session):
    assert send(manager, f"{rules}price", **PRICE).status_code == 303
    assert (
        send(manager, f"{rules}price", **PRICE | {"price_e4": "2.60", "since": "2027-01-01"}).status_code
        == 303
    )
    rows = fresh(session).scalars(select(TariffRow).order_by(TariffRow.id)).all()
    assert [(row.price_e4, row.due_from, row.due_days) for row in rows] == [
        (23800, "start", 45),
        (26000, "start", 45),
    ]
    page = manager.get(rules).text
    assert "2.38 yuan per m²" in page and "2.60 yuan per m²" in page
    assert (
        "45 days after the period&#39;s first day" in page or "45 days after the period's first day" in page
    )


def test_the_form_of_a_known_item_begins_with_its_newest_price(manager, rules, session, community):
    send(manager, f"{rules}price", **PRICE)
    number = number_of(session, community.id, "物业服务费")
    page = manager.get(f"{rules}price?item={number}").text
    assert 'value="2.38"' in page and 'value="45"' in page and 'value="2026-11-23"' in page
    assert manager.get(f"{rules}price?item=999").status_code == 404


@pytest.mark.parametrize(
    ("field", "text"),
    [("price_e4", ""), ("price_e4", "about 2"), ("item", ""), ("since", "2026-02-30"), ("due_days", "soon")],
)
def test_a_wrong_field_is_told_at_the_field(manager, rules, session, field, text):
    answer = send(manager, f"{rules}price", **PRICE | {field: text})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert fresh(session).scalars(select(TariffRow)).all() == []


def test_an_item_given_by_unit_leads_on_to_the_units(manager, rules, session, community):
    answer = send(
        manager, f"{rules}price", **PRICE | {"item": "车位服务费", "basis": "given", "price_e4": ""}
    )
    number = number_of(session, community.id, "车位服务费")
    assert answer.headers["Location"] == f"{rules}{number}/units"


@pytest.fixture
def parking(manager, session, today):
    """The address of the parking fee's units, in a community of three units."""
    town = found(session, today)
    rules = f"/c/{town.community_id}/tariffs/"
    send(manager, f"{rules}price", **PRICE | {"item": "车位服务费", "basis": "given", "price_e4": ""})
    return f"{rules}{number_of(session, town.community_id, '车位服务费')}", town


def given(session):
    return sorted(fee.given_fen for fee in fresh(session).scalars(select(UnitFee)))


def test_amounts_are_typed_building_by_building(manager, parking, session):
    address, town = parking
    one, other = (f"u{town.unit(label).id}" for label in ("1-1-101", "1-1-102"))
    page = f"{address}/units?building=1"
    assert send(manager, page, **{one: "80", other: "８５．５０"}).status_code == 303
    assert given(session) == [8000, 8550]
    answer = send(manager, page, **{one: "eighty", other: "90"})
    assert answer.status_code == 422 and 'value="eighty"' in answer.text
    assert given(session) == [8000, 8550]
    send(manager, page, **{one: "80", other: ""})
    assert given(session) == [8000], "an emptied field: the unit owes it no more"


def test_a_list_is_entered_whole_or_not_at_all(manager, parking, session):
    address, _ = parking
    page = f"{address}/units"
    answer = send(manager, page, to=f"{address}/list", lines="1-1-101 80\n3-1-101 80")
    assert answer.status_code == 422 and "3-1-101" in answer.text and given(session) == []
    assert send(manager, page, to=f"{address}/list", lines="1-1-101 80\n2-1-201 90").status_code == 303
    file = (io.BytesIO("房号,金额\n1-1-102,70\n".encode("gbk")), "车位.csv")
    assert send(manager, page, to=f"{address}/list", lines="", file=file).status_code == 303
    assert given(session) == [7000, 8000, 9000]
    assert send(manager, page, to=f"{address}/list", lines="").status_code == 422


def test_a_policy_is_added_never_edited(manager, rules, session, community):
    assert send(manager, f"{rules}late-fee", **POLICY).status_code == 303
    held = policies(fresh(session), community.id)
    assert [policy.rate_ppm for policy in held.dated] == [1000, 500]
    newest = held.dated[-1]
    assert (newest.grace_days, newest.grace_from, newest.cap.percent_ppm) == (15, "end", 300_000)
    assert (newest.order, newest.roll_rest_days, newest.cap.fixed_fen) == ("by-charge", True, None)
    assert manager.get(f"{rules}late-fee").text.count("2026-01-01") >= 1


@pytest.fixture
def billed(session, today):
    """Three debtors, 54 days late."""
    town = found(session, today)
    town.issue("2026Q3")
    return town


class TestPolicyThatReachesBack:
    """Rate 0 from the beginning would wipe every late fee: that is seen before it is entered."""

    WIPE = POLICY | {
        "rate_ppm": "0",
        "cap": "none",
        "cap_percent": "",
        "grace_days": "0",
        "since": "2000-01-01",
    }

    def page(self, town):
        return f"/c/{town.community_id}/tariffs/late-fee"

    def rate(self, town):
        return policies(fresh(town.session), town.community_id).on(town.today).rate_ppm

    def test_is_shown_with_what_it_changes_and_not_entered(self, manager, billed):
        answer = send(manager, self.page(billed), **self.WIPE)
        assert answer.status_code == 200 and self.rate(billed) == 1000
        assert "194.72" in answer.text and "−194.72" in answer.text and "of 3 debtors" in answer.text
        assert answer.text.index("2-1-201") < answer.text.index("1-1-101") < answer.text.index("1-1-102")

    def test_is_entered_by_the_button_under_it_and_only_once(self, manager, billed):
        seen = hidden(send(manager, self.page(billed), **self.WIPE).text)
        for _ in range(2):
            answer = manager.post(self.page(billed), data=seen)
            assert answer.status_code == 303
        assert self.rate(billed) == 0
        assert len(billed.all(PolicyRow)) == 2

    def test_is_looked_at_again_after_the_books_moved(self, manager, billed):
        seen = hidden(send(manager, self.page(billed), **self.WIPE).text)
        billed.pay("1-1-101", "1264.80", "2026-11-23")
        answer = manager.post(self.page(billed), data=seen)
        assert answer.status_code == 409 and "look at it again" in answer.text and self.rate(billed) == 1000
        assert manager.post(self.page(billed), data=hidden(answer.text)).status_code == 303
        assert self.rate(billed) == 0

    def test_can_be_changed_first(self, manager, billed):
        seen = hidden(send(manager, self.page(billed), **self.WIPE | {"grace_days": "77"}).text)
        answer = manager.post(self.page(billed), data=seen | {"again": "yes"})
        assert answer.status_code == 200 and 'value="77"' in answer.text and self.rate(billed) == 1000

    def test_is_not_entered_with_other_terms_than_were_seen(self, manager, billed):
        seen = hidden(send(manager, self.page(billed), **self.WIPE).text)
        answer = manager.post(self.page(billed), data=seen | {"rate_ppm": "0.1"})
        assert answer.status_code == 409 and self.rate(billed) == 1000

    def test_names_notices_that_quoted_other_figures(self, manager, billed):
        billed.fill_profile()
        with writing(billed.session, billed.community_id):
            plan = plan_run(billed.session, billed.community_id, billed.today, billed.today)
            issue_run(billed.session, "clerk", billed.community_id, plan)
        assert "3 notices were sent already" in send(manager, self.page(billed), **self.WIPE).text

    def test_from_a_day_to_come_is_entered_at_once(self, manager, billed):
        assert send(manager, self.page(billed), **self.WIPE | {"since": "2027-01-01"}).status_code == 303
        assert len(billed.all(PolicyRow)) == 2


@pytest.mark.parametrize(
    ("field", "text"),
    [("rate_ppm", "1%"), ("cap_percent", ""), ("grace_days", "-1"), ("since", ""), ("rate_ppm", "")],
)
def test_a_wrong_policy_changes_nothing(manager, rules, session, field, text):
    answer = send(manager, f"{rules}late-fee", **POLICY | {field: text})
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert len(fresh(session).scalars(select(PolicyRow)).all()) == 1


def test_the_orders_are_explained_by_the_same_payment(manager, rules):
    page = manager.get(f"{rules}late-fee").text
    assert "charge 2 gets 400.00" in page and "charge 2 gets 300.00" in page
    assert "charge 2 gets 200.00 and 100.00 of late fee" in page


def test_a_ladder_is_set_from_a_day_on(manager, rules, session, community, today):
    assert send(manager, f"{rules}ladder", **LADDER).status_code == 303
    assert len(ladder(fresh(session), community.id, today)) == 4
    first, second = ladder(fresh(session), community.id, today.replace(month=12))
    assert (first.from_days, first.minimum, second.tone, second.deadline_days) == (3, 5000, "formal", 15)


def test_a_tone_has_one_name_on_every_page(manager, rules, community):
    """And the ladder adds the title of its paper."""
    page = manager.get(f"{rules}ladder").text
    assert page.count("firm reminder · 催缴通知单") == 6  # five rows to choose in, and the ladder so far
    assert "formal demand · 催告函" in page
    home = manager.get(f"/c/{community.id}/debtors/").text
    assert all(name in home for name in TONES.values())


def test_a_ladder_that_goes_down_is_refused_and_stays_typed(manager, rules, session, community, today):
    answer = send(manager, f"{rules}ladder", **LADDER | {"steps-1-from_days": "2"})
    assert answer.status_code == 422 and 'role="alert"' in answer.text and 'value="50"' in answer.text
    assert len(ladder(fresh(session), community.id, today.replace(month=12))) == 4
