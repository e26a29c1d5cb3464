"""Facts count from their day on: what is entered for later is told, and still lacks today."""

from datetime import date

import pytest

from billing.core.problem import Refused
from billing.flow.estate import EVER
from billing.flow.papers import Letterhead
from billing.flow.profile import OFFICE, facts, missing, profile, require, set_profile
from billing.store.base import writing
from tests.flow.town import CONTRACT, Town, day
from tests.support.databases import on_sqlite

pytestmark = on_sqlite

NEW_YEAR = date(2027, 1, 1)


def tell(town: Town, since: date | None = None, place: int = OFFICE, **values: str) -> list[str]:
    with writing(town.session):
        return set_profile(town.session, "manager", town.today, place, values, since)


def coming(town: Town) -> list[tuple[date, str, str]]:
    told = facts(town.session, OFFICE)
    return [(row.since, row.name, row.value) for row in told.coming(town.today)]


def test_what_begins_later_lacks_today_and_holds_then(town: Town) -> None:
    town.fill_profile()
    tell(town, phone="")
    tell(town, NEW_YEAR, phone="0990-5550200")
    assert missing(town.session, OFFICE, town.today) == ["phone"]
    assert missing(town.session, OFFICE, NEW_YEAR) == []
    with pytest.raises(Refused, match="phone"):
        require(town.session, town.community_id, town.today)
    assert Letterhead(town.session, town.community_id, NEW_YEAR).office.phone == "0990-5550200"


def test_before_the_first_entry_nothing_holds(town: Town) -> None:
    tell(town, company="甲公司")
    assert profile(town.session, OFFICE, day("2026-11-22")) == {}


def test_what_is_coming_is_told_in_the_order_of_its_days(town: Town) -> None:
    tell(town, phone="0990-5550100")
    tell(town, date(2028, 1, 1), phone="0990-5550300")
    tell(town, NEW_YEAR, phone="0990-5550200", contact="王管家")
    assert coming(town) == [
        (NEW_YEAR, "phone", "0990-5550200"),
        (NEW_YEAR, "contact", "王管家"),
        (date(2028, 1, 1), "phone", "0990-5550300"),
    ]


def test_a_mistyped_fact_dated_ahead_is_replaced_or_taken_back(town: Town) -> None:
    tell(town, phone="0990-5550100")
    tell(town, NEW_YEAR, phone="0990-555")
    tell(town, NEW_YEAR, phone="0990-5550200")
    assert coming(town) == [(NEW_YEAR, "phone", "0990-5550200")]
    tell(town, NEW_YEAR, phone="0990-5550100")
    assert coming(town) == []
    history = facts(town.session, OFFICE).history(town.today)
    assert [(row.value, state) for row, state in history] == [
        ("0990-5550100", "coming"),
        ("0990-5550200", "replaced"),
        ("0990-555", "replaced"),
        ("0990-5550100", "holds"),
    ]
    assert {row.actor for row, _ in history} == {"manager"}


def test_a_contract_that_would_end_before_it_begins_is_not_entered(town: Town) -> None:
    place = town.community_id
    tell(town, EVER, place, contract_from=CONTRACT["contract_from"], contract_to="2026-12-31")
    with pytest.raises(Refused, match="2026-12-31"):
        tell(town, NEW_YEAR, place, contract_from="2027-01-01")
    assert tell(town, NEW_YEAR, place, contract_from="2027-01-01", contract_to="2029-12-31")


def test_a_character_that_no_font_has_is_told_at_once(town: Town) -> None:
    with pytest.raises(Refused, match=r"U\+1F600"):
        tell(town, company="安居😀物业", phone="0990-5550100")
    assert profile(town.session, OFFICE, town.today) == {}
