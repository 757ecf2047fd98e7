"""Only whole periods are compared (P14)."""

import datetime as dt

from audit.core import periods

RETAIL = {"observed_from": dt.date(2010, 12, 1), "as_of": dt.date(2011, 12, 9)}


def test_p14_partial_first_and_last_periods_are_left_out():
    assert periods.complete(**RETAIL, unit="year").empty
    assert periods.complete(**RETAIL, unit="month")["period"].iloc[[0, -1]].tolist() == ["2010-12", "2011-11"]


def test_a_period_that_ends_on_as_of_is_complete():
    whole = {"observed_from": dt.date(2023, 1, 1), "as_of": dt.date(2024, 12, 31)}
    assert periods.complete(**whole, unit="year")["period"].tolist() == ["2023", "2024"]
    short = whole | {"as_of": dt.date(2024, 12, 30)}
    assert periods.complete(**short, unit="year")["period"].tolist() == ["2023"]


def test_the_unit_becomes_finer_until_two_periods_are_complete():
    assert periods.choose(**RETAIL, unit="year") == "quarter"
    assert periods.choose(observed_from=dt.date(2024, 1, 1), as_of=dt.date(2024, 1, 20), unit="year") == "month"
