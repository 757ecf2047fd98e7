"""Do field representatives work to plan, and what comes of it?"""

import csv
import datetime as dt
import itertools

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from openpyxl import load_workbook

from audit.core import store
from audit.core.settings import read
from audit.ledger import baskets, purchases
from audit.run import field_day
from audit.steps import field
from audit.steps.field import call_list
from audit.steps.field.codes import Came, Copied, Made
from audit.steps.field.route_lengths import length, shorter
from tests.conftest import ROOT

FIVE, SEVEN = dt.time(17), dt.time(19)
DAY = pd.Timestamp("2025-03-12")


def visits(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["visit_id", "customer_id", "manager_id", "planned_on", "done_at"])
    return table.assign(planned_on=pd.to_datetime(table["planned_on"]), done_at=pd.to_datetime(table["done_at"]))


def orders(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["order_id", "customer_id", "entered_at", "way"])
    return table.assign(entered_at=pd.to_datetime(table["entered_at"], format="ISO8601"), manager_id="R1")


AROUND = (("x", "zz", "2025-01-02 18:00", "rep"), ("y", "zz", "2025-12-30 18:00", "rep"))  # the log of orders covers the year


def listed(planned: pd.DataFrame, entered: pd.DataFrame | None, bought: pd.DataFrame | None = None, **more) -> pd.DataFrame:
    given = {
        "since": pd.Timestamp("2025-01-01"),
        "as_of": pd.Timestamp("2025-12-31"),
        "cutoff": FIVE,
        "recovery": SEVEN,
        "country": "RU",
        "points_listed": 2.0,
    }
    return field.field_days(planned, entered, bought, **(given | more))


@pytest.mark.parametrize(
    ("moment", "way", "came"),
    [
        ("2025-03-12 16:59:59", "rep", Came.ORDERED),
        ("2025-03-12 17:00:00", "rep", Came.ORDERED),  # the very minute is in time
        ("2025-03-12 17:00:01", "rep", Came.AFTER),
        ("2025-03-12 17:01:00", "call_centre", Came.RECOVERED),
        ("2025-03-12 19:00:00", "call_centre", Came.RECOVERED),
        ("2025-03-12 19:00:01", "call_centre", Came.AFTER),
        ("2025-03-13 10:00:00", "rep", Came.NOTHING),
        ("2025-03-11 10:00:00", "rep", Came.NOTHING),
    ],
)
def test_an_order_is_in_time_until_the_very_second_of_the_cut_off(moment, way, came):
    found = listed(visits(("v", "a", "R1", DAY, None)), orders(("o", "a", moment, way), *AROUND)).iloc[0]
    assert found["came_class"] == came
    assert found["is_listed"] == (came != Came.ORDERED)
    assert found["points"] == (0.0 if came == Came.ORDERED else 2.0)


def test_days_that_the_log_of_orders_does_not_cover_are_not_judged():
    planned = visits(*((f"v{m}", "a", "R1", f"2025-{m:02d}-12", None) for m in range(1, 13)))
    december = orders(("o", "a", "2025-12-12 10:00", "rep"), ("p", "b", "2025-12-20 18:00", "rep"))
    assert listed(planned, december)["came_class"].tolist() == [Came.ORDERED]
    assert listed(planned, None, None).empty


def test_a_call_before_the_cut_off_is_in_time_and_a_visit_written_twice_is_one():
    planned = visits(("v", "a", "R1", DAY, None), ("w", "a", "R1", DAY, None))
    found = listed(planned, orders(("o", "a", "2025-03-12 10:00", "call_centre"), *AROUND))
    assert found[["came_class", "points"]].to_numpy().tolist() == [[Came.ORDERED, 0.0]]


def test_a_written_cause_takes_the_point_away():
    found = listed(visits(("v", "a", "R1", DAY, None)).assign(cause="closed"), orders(*AROUND)).iloc[0]
    assert (found["is_listed"], found["points"]) == (True, 0.0)


def test_a_device_without_a_place_says_nothing():
    table = visits(("v", "a", "R1", DAY, f"{DAY:%Y-%m-%d} 10:00"), ("w", "a", "R1", DAY, f"{DAY:%Y-%m-%d} 11:00"))
    table = table.assign(latitude=[0.0, 55.1], longitude=[0.0, 37.0], accuracy_m=[5.0, 50_000.0])
    outlets = pd.DataFrame({"customer_id": ["a"], "latitude": [55.0], "longitude": [37.0]})
    made = field.visits_made(table, outlets, since=pd.Timestamp("2025-01-01"), as_of=pd.Timestamp("2025-12-31"), radius_m=200)
    assert made["is_there"].isna().all()
    assert field.visits_made(
        table.drop(columns="done_at"), outlets, since=DAY, as_of=DAY, radius_m=200
    ).empty  # nobody wrote down what was made


def test_an_order_counts_on_the_day_it_was_entered_and_only_a_representatives():
    made = field.visits_made(
        visits(("v", "a", "R1", "2025-03-10", "2025-03-10 10:00")),
        None,
        since=pd.Timestamp("2025-01-01"),
        as_of=pd.Timestamp("2025-12-31"),
        radius_m=200,
    )
    bought = pd.DataFrame(
        {"customer_id": "a", "order_id": ["o", "p"], "date": pd.to_datetime(["2025-03-11", "2025-03-12"]), "manager_id": "R1"}
    )
    entered = orders(("o", "a", "2025-03-10 10:20", "rep"), ("p", "a", "2025-03-12 10:00", "call_centre"))
    found = field.orders_without_visit(made, bought, entered, since=pd.Timestamp("2025-01-01"))
    assert found[["rep_orders", "without_visit"]].to_numpy().tolist() == [[1, 0]]
    assert field.orders_without_visit(made, bought, entered.drop(columns="way"), since=pd.Timestamp("2025-01-01")).empty
    before = orders(("o", "a", "2025-03-09 10:20", "rep"), ("p", "a", "2025-03-10 23:00", "rep"))
    found = field.orders_without_visit(made, bought, before, since=pd.Timestamp("2025-01-01"))
    assert found["rep_orders"].tolist() == [1], "on the day before the log of visits begins nobody could be seen"


def weekly(outlet: int, who: str, rng: np.random.Generator, *, products: int, quantity: float, rate: float) -> pd.DataFrame:
    """Twenty weekly orders of an outlet, each but the first a copy of the one before with this probability."""
    weeks = range(20)
    return pd.DataFrame(
        {
            "customer_id": f"c{outlet}", "order_id": [f"{outlet}-{i}" for i in weeks], "date": pd.date_range("2025-01-01", periods=20, freq="7D"),
            "revenue": 1.0, "products": products, "quantity": quantity, "manager_id": who,
            "is_followed": [i > 0 for i in weeks], "is_previous": [i > 0 and rng.random() < rate for i in weeks], "is_mean": False,
        }
    )  # fmt: skip


def test_small_orders_are_no_copies_of_large_ones():
    rng = np.random.default_rng(2)
    small = [outlet % 4 == 0 for outlet in range(40)]  # one representative has the small ones
    table = pd.concat(
        weekly(outlet, f"R{outlet % 4}", rng, products=1, quantity=1.0 if is_small else 20.0, rate=0.55 if is_small else 0.13)
        for outlet, is_small in enumerate(small)
    )
    found = field.copies(table, None, since=pd.Timestamp("2024-12-31"), false_share=0.05, confidence=0.95)
    assert not (found["copied_class"] == Copied.MORE).any()


def test_days_on_which_nobody_can_have_driven_so_fast_are_left_out():
    outlets = pd.DataFrame({"customer_id": list("abcd"), "latitude": [55.0, 55.1, 55.2, 60.0], "longitude": 37.0})
    day = visits(*((f"v{i}", c, "R1", DAY, f"{DAY:%Y-%m-%d} {10 + i}:00") for i, c in enumerate("abcd")))
    driven = field.routes(day, outlets, since=pd.Timestamp("2025-01-01"), as_of=pd.Timestamp("2025-12-31"))
    assert driven["is_possible"].tolist() == [False]  # 534 km in an hour
    possible, too_fast = field.days_driven(driven)
    assert (len(possible), too_fast) == (0, 1)


def test_a_holiday_is_not_listed_unless_somebody_ordered():
    planned = visits(("v", "a", "R1", "2025-05-09", None), ("w", "b", "R1", "2025-05-09", None))
    entered = orders(("o", "b", "2025-05-09 18:00", "call_centre"), *AROUND)
    assert listed(planned, entered)["visit_id"].tolist() == ["w"]
    assert listed(planned, entered, country=None)["visit_id"].tolist() == ["v", "w"]


def test_a_last_day_that_was_not_seen_to_its_end_is_not_judged():
    planned = visits(("v", "a", "R1", DAY, None))
    morning = orders(("o", "b", "2025-03-12 11:00", "rep"))
    assert listed(planned, morning, as_of=DAY).empty
    evening = orders(("o", "b", "2025-03-12 17:30", "rep"))
    assert listed(planned, evening, as_of=DAY)["came_class"].tolist() == [Came.NOTHING]


def test_hours_are_those_of_the_outlet_s_own_clock():
    entered = orders(("o", "a", "2025-03-12 16:30", "rep"), ("p", "b", "2025-03-12 16:30", "rep"), *AROUND)
    outlets = pd.DataFrame({"customer_id": ["a", "b"], "zone": ["Asia/Yekaterinburg", ""]})
    here = field.at_outlets(entered, outlets, zone="Europe/Moscow")
    assert here["entered_at"].dt.strftime("%H:%M").head(2).tolist() == ["18:30", "16:30"]
    planned = visits(("v", "a", "R1", DAY, None), ("w", "b", "R1", DAY, None))
    assert listed(planned, here)["came_class"].tolist() == [Came.AFTER, Came.ORDERED]


def test_without_hours_only_the_day_of_an_order_is_known():
    bought = pd.DataFrame({"customer_id": ["a"], "order_id": ["o"], "date": [DAY], "revenue": [10.0]})
    planned = visits(("v", "a", "R1", DAY, None), ("w", "b", "R1", DAY, None))
    found = listed(planned, None, bought)
    assert found["came_class"].tolist() == [Came.ORDERED, Came.NOTHING]
    assert found["ordered_at"].isna().all()


def test_the_ledger_of_points_adds_up_to_the_list():
    planned = visits(*((f"v{i}", f"c{i}", "R1" if i < 3 else "R2", DAY, None) for i in range(5)))
    entered = orders(
        ("o0", "c0", "2025-03-12 10:00", "rep"), ("o1", "c1", "2025-03-12 18:00", "call_centre"), ("o3", "c3", "2025-03-12 18:00", "rep")
    )
    money = pd.DataFrame({"order_id": ["o1"], "revenue": [500.0]})
    table = field.field_points(listed(planned, entered), money).set_index("manager_id")
    assert table.loc["R1", ["planned", "ordered", "recovered", "without_order", "recovered_revenue", "points"]].tolist() == [
        3,
        1,
        1,
        1,
        500.0,
        4.0,
    ]
    assert table.loc["R2", ["planned", "ordered", "after_cutoff", "without_order", "points"]].tolist() == [2, 0, 1, 1, 4.0]


def test_visits_are_made_on_their_day_on_another_or_not_and_where_the_device_was():
    table = visits(("v", "a", "R1", "2025-03-12", "2025-03-12 10:00"), ("w", "a", "R1", "2025-03-13", "2025-03-14 10:00"), ("x", "a", "R1", "2025-03-15", None), ("y", "a", "R1", None, "2025-03-16 9:00"))  # fmt: skip
    table = table.assign(latitude=[55.0, 55.01, np.nan, 55.002], longitude=37.0, accuracy_m=[10, 10, np.nan, 50])
    outlets = pd.DataFrame({"customer_id": ["a"], "latitude": [55.0], "longitude": [37.0], "visits_month": [2]})
    made = field.visits_made(table, outlets, since=pd.Timestamp("2025-01-01"), as_of=pd.Timestamp("2025-12-31"), radius_m=200).set_index(
        "visit_id"
    )
    assert made["made_class"].to_dict() == {"v": Made.ON_DAY, "w": Made.OTHER_DAY, "x": Made.NOT_MADE, "y": Made.UNPLANNED}
    assert made["is_there"].fillna(-1).to_dict() == {"v": 1, "w": 0, "x": -1, "y": 1}  # 222 m off, 50 of them the device's own doubt
    by = field.adherence(made.reset_index(), outlets).iloc[0]
    assert by[["planned", "on_day", "not_made", "unplanned", "placed"]].tolist() == [3, 1, 1, 1, 3]
    assert (by["adherence_share"], by["there_share"], by["frequency_ratio"]) == pytest.approx((1 / 3, 2 / 3, 1.5))


def copied_orders(rows: list[tuple]) -> pd.DataFrame:
    table = pl.DataFrame(rows, schema=["customer_id", "order_id", "date", "product_id", "quantity"], orient="row")
    table = table.with_columns(pl.col("date").str.to_date(), amount=pl.lit("1.0").cast(pl.Decimal(18, 4)), manager_id=pl.lit("R1"))
    found = baskets.baskets(purchases.traced(nw.from_native(table.lazy())), nw.from_native(pl.DataFrame({"customer_id": ["a"]}).lazy()))
    return found.collect().to_native().sort("order_id").to_pandas()


def test_an_order_is_a_copy_when_products_and_quantities_are_those_of_the_last_or_of_the_mean_of_three():
    found = copied_orders(
        [
            ("a", "1", "2025-01-01", "p", 1.0), ("a", "1", "2025-01-01", "q", 4.0),
            ("a", "2", "2025-01-08", "p", 1.0), ("a", "2", "2025-01-08", "q", 4.0),  # the same
            ("a", "3", "2025-01-15", "p", 1.0), ("a", "3", "2025-01-15", "q", 7.0),  # another quantity
            ("a", "4", "2025-01-22", "p", 1.0), ("a", "4", "2025-01-22", "q", 5.0),  # the mean of three
            ("a", "5", "2025-01-29", "p", 1.0),  # a product less
            ("b", "6", "2025-01-29", "p", 1.0),  # nobody visits b
        ]
    ).set_index("order_id")  # fmt: skip
    assert found["is_previous"].to_dict() == {"1": False, "2": True, "3": False, "4": False, "5": False}
    assert found["is_mean"].to_dict() == {"1": False, "2": False, "3": False, "4": True, "5": False}
    assert found["is_followed"].tolist() == [False, True, True, True, True]


def routes_of(seed: int, *, copier: str = "", steady: float = 0.1) -> pd.DataFrame:
    """Orders of 60 outlets of six representatives; some outlets are steady, whoever visits them."""
    rng = np.random.default_rng(seed)
    tables = []
    for outlet in range(60):
        who = f"R{outlet % 6}"
        rate = 0.95 if rng.random() < steady else 0.05
        tables.append(weekly(outlet, who, rng, products=4, quantity=30.0, rate=0.6 if who == copier else rate))
    return pd.concat(tables, ignore_index=True)


def test_steady_outlets_make_no_copier_more_often_than_stated(capsys):
    given = {"since": pd.Timestamp("2024-12-31"), "false_share": 0.05, "confidence": 0.95}
    called = sum((field.copies(routes_of(seed), None, **given)["copied_class"] == Copied.MORE).any() for seed in range(100))
    with capsys.disabled():
        print(f"\n100 bases with steady outlets and no copier: somebody was said to copy in {called}")
    assert called <= 5
    found = field.copies(routes_of(1, copier="R2"), None, **given)
    assert found.loc[found["copied_class"] == Copied.MORE, "manager_id"].tolist() == ["R2"]


def test_two_representatives_are_compared_with_each_other_and_one_with_nobody():
    given = {"since": pd.Timestamp("2024-12-31"), "false_share": 0.05, "confidence": 0.95}
    table = routes_of(1, copier="R2")
    assert set(field.copies(table[table["manager_id"].isin(["R1", "R2"])], None, **given)["manager_id"]) == {"R1", "R2"}
    assert field.copies(table[table["manager_id"] == "R2"], None, **given).empty


def test_the_shortest_of_all_starts_is_the_shortest_way_through_seven_places():
    rng = np.random.default_rng(0)
    for _ in range(10):
        places = rng.random((7, 2))
        between = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        best = min(length(between, list(order)) for order in itertools.permutations(range(7)))
        assert length(between, shorter(between)) == pytest.approx(best)


def test_standing_orders_are_no_copies():
    table = routes_of(1, copier="R2")
    ways = pd.DataFrame({"order_id": table["order_id"], "manager_id": table["manager_id"], "way": "standing"})
    assert field.copies(table, ways, since=pd.Timestamp("2024-12-31"), false_share=0.05, confidence=0.95).empty


def test_tsplib_berlin52_is_as_short_as_its_known_optimum():
    # TSPLIB (Reinelt 1991): 52 places in Berlin, the shortest tour is 7542
    text = """565 575 25 185 345 750 945 685 845 655 880 660 25 230 525 1000 580 1175 650 1130 1605 620 1220 580 1465 200 1530 5 845 680 725 370 145 665 415 635
    510 875 560 365 300 465 520 585 480 415 835 625 975 580 1215 245 1320 315 1250 400 660 180 410 250 420 555 575 665 1150 1160 700 580 685 595 685 610 770 610
    795 645 720 635 760 650 475 960 95 260 875 920 700 500 555 815 830 485 1170 65 830 610 605 625 595 360 1340 725 1740 245"""
    place = np.array([float(one) for one in text.split()]).reshape(-1, 2)
    between = np.rint(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    found = shorter(between, is_tour=True)
    assert sorted(found) == list(range(52))
    assert 7542 <= length(between, found, is_tour=True) <= 1.05 * 7542


def test_a_least_assortment_is_held_by_outlets_that_bought_it_lately():
    bought = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "product_id": ["p", "q", "p"],
            "last_on": pd.to_datetime(["2025-12-01", "2025-12-01", "2025-01-01"]),
        }
    )
    wanted = pd.DataFrame({"product_id": ["p", "q"]})
    lately = pd.DataFrame(
        {"customer_id": ["a", "b"], "order_id": ["1", "2"], "date": pd.to_datetime(["2025-12-01", "2025-12-02"]), "manager_id": "R1"}
    )
    whole, products = field.must_have(bought, wanted, lately, as_of=pd.Timestamp("2025-12-31"), within_days=90)
    assert whole[["outlets", "whole", "missing_number"]].to_numpy().tolist() == [[2, 1, 1.0]]
    assert products.set_index("product_id")["held"].to_dict() == {"p": 1, "q": 1}
    for missing in range(3):
        given = [None if i == missing else table for i, table in enumerate([bought, wanted, lately])]
        assert all(table.empty for table in field.must_have(*given, as_of=pd.Timestamp("2025-12-31"), within_days=90))


def test_the_mix_is_set_beside_a_plan_of_categories():
    mix = pd.DataFrame({"customer_id": "a", "category": ["x", "y"], "period": [2025, 2025], "revenue": [30.0, 70.0]})
    plans = pd.DataFrame({"period": ["2025"] * 2, "level": ["category"] * 2, "id": ["x", "y"], "amount": [50.0, 50.0]})
    found = field.mix_against_plan(mix, plans).set_index("category")
    assert found["difference_number"].round(6).to_dict() == {"x": -20.0, "y": 20.0}


def test_what_was_planted_in_the_demo_s_field_is_found_and_nothing_else(demo):
    planted = {row["kind"]: row for row in csv.DictReader((ROOT / "tests" / "demo_work_truths.csv").open(encoding="utf-8"))}
    copied = store.load(demo, "copied_orders")
    assert copied.loc[copied["copied_class"] == Copied.MORE, "manager_id"].tolist() == [planted["copier"]["manager_id"]]
    made = store.load(demo, "visits_made")
    away = made[made["is_there"] == 0]
    assert away.groupby("manager_id").size().to_dict() == {planted["inventor"]["manager_id"]: int(planted["inventor"]["what"])}


def test_the_evening_s_list_is_written_for_the_call_centre(tmp_path):
    book, text = field_day(ROOT / "data" / "demo", dt.date(2025, 12, 12), tmp_path)
    sheet = load_workbook(book).active
    assert [cell.value for cell in sheet[3]][:3] == ["Outlet", "Representative", "Visited at"]
    assert sheet.data_validations.dataValidation
    rows = text.read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 1 + sheet.max_row - 3
    with pytest.raises(call_list.NoVisits, match="no visit was planned for 2027-01-01; visits are there from 2025"):
        field_day(ROOT / "data" / "demo", dt.date(2027, 1, 1), tmp_path)


def test_a_base_without_visits_has_no_list_of_the_evening():
    settings = read(ROOT / "data" / "demo")
    with pytest.raises(call_list.NoVisits, match="no planned visits"):
        call_list.call_list({"lines": pd.DataFrame()}, settings, day=dt.date(2025, 1, 1))


def test_the_list_names_who_has_not_ordered_that_day_those_nobody_visited_first_and_the_largest_usual_order_before():
    settings, day = read(ROOT / "data" / "demo"), dt.date(2025, 12, 12)
    when = pd.Timestamp(day)
    visits = pd.DataFrame(
        {"visit_id": list("12345"), "customer_id": list("abcde"), "manager_id": "M1", "planned_on": when, "done_at": [pd.NaT, when, pd.NaT, pd.NaT, pd.NaT]}
    )  # fmt: skip
    bought = [("a", 1, 3.0), ("a", 1, 4.0), ("a", 2, 1.0), ("b", 2, 99.0), ("c", 2, 9.0), ("c", 2, -9.0), ("d", 2, 5.0), ("a", 12, 500.0)]
    lines = pd.DataFrame(bought, columns=["customer_id", "date", "amount"]).assign(
        date=lambda t: pd.to_datetime("2025-12-" + t["date"].astype(str))
    )
    orders = pd.DataFrame({"customer_id": ["d", "c"], "entered_at": [pd.Timestamp("2025-12-12 23:59"), pd.Timestamp("2025-12-13 00:00")]})
    found = call_list.call_list({"visits": visits, "lines": lines, "orders": orders}, settings, day=day)
    assert found["customer_id"].tolist() == ["c", "a", "e", "b"]
    assert found["usual"].tolist()[:2] == [9.0, 4.0]  # the median of 7 and 1; returns are no orders
    assert found["last_on"].dt.day.tolist()[:2] == [2, 2]
    by_day = call_list.call_list({"visits": visits, "lines": lines}, settings, day=day)
    assert by_day["customer_id"].tolist() == ["c", "d", "e", "b"]  # a has a line of that day


@pytest.mark.parametrize(("language", "between"), [("en", ","), ("ru", ";")])
def test_the_call_centre_s_text_parts_its_columns_as_its_excel_does(language, between, tmp_path, monkeypatch):
    monkeypatch.setenv("LANGUAGE", language)
    empty = pd.DataFrame(columns=list(call_list.COLUMNS))
    given = {"day": dt.date(2025, 12, 12), "cutoff_minutes": 1020, "recovery_minutes": 1140}
    book, text = call_list.write(empty, read(ROOT / "data" / "demo"), tmp_path, **given)
    sheet = load_workbook(book).active
    assert sheet["A4"].value, "under the headings in row 3 it is said that nobody is to be called"
    assert sheet["A3"].value
    assert text.read_text(encoding="utf-8-sig").count(between) == len(call_list.COLUMNS) - 1


def test_goods_written_off_are_those_of_twelve_months_beside_the_sales_of_twelve_months():
    entries = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-12-31", "2025-01-01", "2025-06-01", "2025-12-31"]),
            "amount": [500.0, 10.0, 20.0, 30.0],
            "cause": ["old", "old", None, "old"],
        }
    )
    sales = pd.DataFrame(
        {"customer_id": "a", "period": pd.to_datetime(["2024-12-01", "2025-01-01", "2025-12-01"]), "revenue": [900.0, 400.0, 200.0]}
    )
    given = {"until": pd.Timestamp("2025-12-31"), "as_of": pd.Timestamp("2025-12-31")}
    found = field.written_off(entries, sales, **given)
    assert found.to_numpy().tolist() == [["old", 2, 40.0, 40 / 600], ["", 1, 20.0, 20 / 600]]
    assert field.written_off(None, sales, **given).empty


def test_weeks_lie_apart_by_their_deviation_over_their_mean():
    sunday = pd.Timestamp("2025-12-28")  # the last whole week ends with it; three days of the next are left out
    days = [sunday - pd.Timedelta(days=7 * week + day) for week in range(104) for day in range(8) if day < 7]
    week = [(sunday - day).days // 7 for day in days]
    even = pd.DataFrame(
        {
            "customer_id": "a",
            "order_id": range(len(days)),
            "date": days,
            "revenue": [10.0 if w < 52 else 10.0 + 5.0 * (-1) ** w for w in week],
        }
    )
    late = pd.DataFrame({"customer_id": "a", "order_id": ["late"], "date": [pd.Timestamp("2025-12-30")], "revenue": [1e6]})
    twice = pd.concat([even, even.assign(order_id=lambda t: t["order_id"] + 1000), late])
    found = field.even_weeks(twice, as_of=pd.Timestamp("2025-12-31"))
    assert found["until_on"].tolist() == [sunday, sunday - pd.Timedelta(weeks=52)]
    assert found["orders"].tolist() == [728, 728]
    assert found["week_revenue"].tolist() == [140.0, 140.0]
    assert found["spread_ratio"].tolist() == pytest.approx([0.0, 70 / 140 * (52 / 51) ** 0.5])
    assert field.even_weeks(even.head(300), as_of=pd.Timestamp("2025-12-31")).empty  # so few orders are uneven by themselves
