"""收缴率, 清欠率 and the combined rate, on figures worked out by hand."""

from billing.core.collection_rate import Rates, rate


def test_the_rates_of_a_year_worked_out_by_hand():
    # Of 1,000,000.00 billed 850,000.00 came in; of 200,000.00 old arrears 50,000.00 were cleared.
    year = Rates(billed=100_000_000, collected=85_000_000, old=20_000_000, cleared=5_000_000)
    assert (year.collection, year.clearing, year.combined) == (850_000, 250_000, 750_000)


def test_a_rate_says_100_percent_only_when_nothing_is_missing():
    assert rate(99_999_999, 100_000_000) == 999_999
    assert rate(100_000_000, 100_000_000) == 1_000_000


def test_without_anything_to_collect_there_is_no_rate():
    assert (Rates().collection, Rates().clearing, Rates().combined) == (None, None, None)


def test_parts_add_up():
    assert Rates(1, 2, 3, 4) + Rates(10, 20, 30, 40) == Rates(11, 22, 33, 44)
