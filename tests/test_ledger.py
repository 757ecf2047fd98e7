"""Lines -> purchases, history, panel: hand-countable, exact, and the same from every engine."""

import datetime as dt
from decimal import Decimal

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import ledger
from audit.core import registry
from audit.ledger import behaviour, engine, external, purchases, rhythm
from tests.conftest import WINDOWS, as_pandas, ledger_of, lines

WINDOW = {"as_of": "2024-12-31", "observed_from": "2024-01-01"}


def test_p37_orders_of_a_day_are_one_purchase_and_two_orders():
    found = ledger_of(
        [("A", "2024-01-05", 10, "1"), ("A", "2024-01-05", 5, "1"), ("A", "2024-01-05", 7, "2"), ("A", "2024-02-01", 1, "3")],
        "customer_id date amount order_id",
        **WINDOW,
    )
    assert found["purchases"][["revenue", "orders"]].to_numpy().tolist() == [[22.0, 2], [1.0, 1]]
    assert found["history"].loc[0, ["purchases", "revenue"]].tolist() == [2, 23.0]


def test_a_return_is_traced_by_its_order_then_by_product_and_never_is_a_purchase():
    rows = [
        ("A", "2024-01-10", 100, "o1", "p", ""),
        ("A", "2024-02-10", 100, "o2", "p", ""),
        ("A", "2024-03-01", -30, "r1", "p", "o1"),  # names its order
        ("A", "2024-03-02", -20, "r2", "p", ""),  # the latest earlier sale of p: o2
        ("A", "2024-03-03", -5, "r3", "q", ""),  # q was never sold: untraced
        ("B", "2024-03-04", -7, "r4", "p", "o1"),  # another customer's order: untraced
    ]
    found = ledger_of(rows, "customer_id date amount order_id product_id returns_order_id", **WINDOW)
    assert found["purchases"][["revenue", "returned"]].to_numpy().tolist() == [[70.0, -30.0], [80.0, -20.0]]
    assert found["history"]["customer_id"].tolist() == ["A"]
    bridge = found["bridge"].set_index(found["bridge"]["period"].dt.month)
    assert bridge.loc[3, ["booked", "untraced", "moved", "revenue"]].tolist() == [-62.0, -12.0, -50.0, 0.0]
    assert bridge["moved"].sum() == 0


def test_a_return_of_the_same_day_follows_the_sale_and_one_before_it_does_not():
    rows = [("A", "2024-01-10", 100, "p"), ("A", "2024-01-10", -10, "p"), ("A", "2024-01-09", -1, "p")]
    found = ledger_of(rows, "customer_id date amount product_id", **WINDOW)
    assert found["purchases"]["returned"].tolist() == [-10.0]
    assert found["bridge"]["untraced"].tolist() == [-1.0]


def test_zero_amounts_are_purchases_and_flagged():
    found = ledger_of([("A", "2024-01-05", 0), ("A", "2024-02-05", 3)], **WINDOW)
    assert found["purchases"]["is_free"].tolist() == [True, False]


def test_p13_a_first_purchase_in_the_burn_in_is_not_known_to_be_the_first():
    rows = [("old", "2024-01-05", 1), ("new", "2024-07-05", 1)]
    found = ledger_of(rows, **WINDOW, burn_in_months=6)
    assert dict(zip(found["history"]["customer_id"], found["history"]["is_first_known"], strict=True)) == {"old": False, "new": True}


def test_p13_the_master_files_first_deal_decides_where_it_is_known():
    customers = pl.DataFrame({"customer_id": ["old", "new", "none"], "first_deal_on": [dt.date(2019, 1, 1), dt.date(2024, 1, 5), None]})
    rows = [("old", "2024-07-05", 1), ("new", "2024-01-05", 1), ("none", "2024-01-05", 1)]
    found = ledger_of(rows, **WINDOW, burn_in_months=6, customers=customers)["history"].set_index("customer_id")
    assert found["is_first_known"].to_dict() == {"old": False, "new": True, "none": False}


def test_gaps_silence_and_numbered_purchases_of_one_customer():
    found = ledger_of([("A", d, 1) for d in ["2024-01-01", "2024-01-11", "2024-01-31", "2024-12-01"]], **WINDOW)
    row = found["history"].iloc[0]
    assert (row["gaps"], row["gap_days"], row["silence_days"]) == (3, 20.0, 30)
    assert [f"{row[c]:%m-%d}" for c in ["first_on", "second_on", "third_on", "last_on"]] == ["01-01", "01-11", "01-31", "12-01"]
    assert found["silences"].to_numpy().tolist() == [[10, 1, 0], [20, 1, 0], [30, 0, 1], [305, 1, 0]]


def test_a_rhythm_is_the_mean_and_variance_of_the_logs_of_the_gaps():
    row = ledger_of([("A", d, 1) for d in ["2024-01-01", "2024-01-11", "2024-01-31", "2024-12-01"]], **WINDOW)["history"].iloc[0]
    logs = np.log([10, 20, 305])
    assert (row["gap_log_mean"], row["gap_log_var"]) == pytest.approx(
        (logs.mean(), logs.var(ddof=1)), abs=0.01
    )  # the clock's February has 28.25 days
    [two] = ledger_of([("B", "2024-01-01", 1), ("B", "2024-01-11", 1)], **WINDOW)["history"]["gap_log_var"]
    assert np.isnan(two), "one gap has no variance"


def test_of_lines_elsewhere_the_first_and_the_last_day_observed_count_and_their_neighbours_do_not():
    days = [dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 1)]
    far = pl.DataFrame({"customer_id": ["A", "A", "A", "A"], "date": days, "amount": [1.0, 2.0, 4.0, 8.0]})
    found = external.lines(far, place="x", as_of=dt.date(2024, 12, 31), observed_from=dt.date(2024, 1, 1))
    assert engine.rows(found.kept)["amount"].cast(pl.Float64).to_list() == [2.0, 4.0]
    assert dict(found.reconciliation.group_by("status").agg(pl.col("rows").sum()).iter_rows()) == {"kept": 2, "excluded": 2}
    assert found.first_on == dt.date(2024, 1, 1)
    whole = external.lines(far, place="x", as_of=dt.date(2024, 12, 31), observed_from=None)
    assert engine.rows(whole.kept)["amount"].cast(pl.Float64).to_list() == [1.0, 2.0, 4.0]


def test_money_is_exact():
    found = ledger.tables(
        lines([("A", "2024-01-01", "0.1")] * 10),
        as_of=dt.date(2024, 12, 31),
        observed_from=dt.date(2024, 1, 1),
        burn_in_months=0,
        **WINDOWS,
    )
    assert engine.rows(found["purchases"])["revenue"].to_list() == [Decimal("1.0000")]


def test_p12_the_season_is_taken_out_only_with_two_full_years():
    rows = [("A", f"{y}-{m:02d}-{d:02d}", 1) for y in (2023, 2024) for m in range(1, 13) for d in ([1, 8, 15, 22] if m < 7 else [1])]
    two = ledger_of(rows, as_of="2024-12-31", observed_from="2023-01-01")
    assert two["season"]["index"].iloc[0] > 3 * two["season"]["index"].iloc[8]
    assert two["history"]["silence_clock_days"].iloc[0] < 15 < two["history"]["silence_days"].iloc[0]
    short = ledger_of(rows, as_of="2024-12-30", observed_from="2023-01-01")
    assert short["season"]["index"].tolist() == [1.0] * 12


def test_the_seasonal_clock_advances_by_a_year_in_a_year_and_never_backwards():
    season = pl.DataFrame({"month": range(1, 13), "index": [0.5] * 6 + [1.5] * 6})
    days = nw.from_native(pl.DataFrame({"day": pl.date_range(dt.date(2023, 1, 1), dt.date(2025, 1, 1), eager=True)}))
    clock = days.select(x=rhythm.clock(nw.col("day"), season))["x"].to_native()
    assert clock.diff().drop_nulls().min() >= 0
    assert clock[365] - clock[0] == pytest.approx(365.25)


LINE = st.tuples(
    st.sampled_from("ABC"), st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31)).map(str), st.integers(-500, 1000), st.sampled_from(["p",
    "q"]), st.sampled_from(["1", "2", ""])
)  # fmt: skip


@given(st.lists(LINE, min_size=1, max_size=40))
@settings(max_examples=40)  # each computes the whole ledger
def test_the_bridge_closes_and_tables_agree_whatever_the_lines(rows):
    table = lines(rows, "customer_id date amount product_id returns_order_id").with_columns(order_id=pl.col("line_id"))
    found = ledger.tables(table, as_of=dt.date(2024, 12, 31), observed_from=dt.date(2023, 1, 1), burn_in_months=0, **WINDOWS)
    found = {name: engine.rows(frame) for name, frame in found.items()}
    bridge = found["bridge"]
    assert (bridge["booked"] - bridge["untraced"] - bridge["moved"] == bridge["revenue"]).all()
    assert bridge["moved"].sum() == 0
    assert bridge["booked"].sum() == table["amount"].sum()
    sums = {found[name]["revenue"].sum() for name in ("purchases", "history", "panel", "bridge")}
    assert len({Decimal(s) for s in sums}) == 1
    assert found["history"]["purchases"].sum() == len(found["purchases"]) == found["panel"]["purchases"].sum()
    assert found["silences"]["ended"].sum() == len(found["purchases"]) - len(found["history"])
    assert found["silences"]["open"].sum() == len(found["history"])


def test_pandas_gives_the_same_purchases_as_polars():
    rows = [("A", "2024-01-10", 100, "p"), ("A", "2024-02-10", 50, "p"), ("B", "2024-02-11", 20, "q"), ("A", "2024-03-01", -30, "p")]
    table = lines(rows, "customer_id date amount product_id").with_columns(
        pl.col("amount").cast(pl.Float64), pl.col("date").cast(pl.Datetime("us"))
    )
    from_polars = purchases.traced(nw.from_native(table).lazy()).collect().sort("line_id").select("line_id", "sold_on").rows()
    from_pandas = purchases.traced(nw.from_native(table.to_pandas()).lazy()).collect().sort("line_id").select("line_id", "sold_on").rows()
    assert from_polars == from_pandas


def test_keys_are_law():
    from audit.core import registry
    from audit.core.tables import schema

    found = ledger_of([("A", "2024-01-05", 1), ("B", "2024-02-05", 2), ("A", "2024-02-07", 3)], **WINDOW)
    for name, frame in found.items():
        schema.require(as_pandas(pl.from_pandas(frame)), registry.tables()[name])


def test_one_customer_with_all_the_lines_is_one_part(monkeypatch):
    monkeypatch.setattr(engine, "PART_LINES", 2)
    found = ledger_of([("A", f"2024-0{m}-05", 10) for m in range(1, 7)], **WINDOW)
    assert found["history"]["purchases"].tolist() == [6]


def test_customers_on_the_border_of_two_parts_are_counted_once(monkeypatch, tmp_path):
    rows = [(f"c{i:03d}", f"2024-{m:02d}-05", 10) for i in range(150) for m in range(1, 13)]
    whole = ledger_of(rows, **WINDOW)["history"]
    monkeypatch.setattr(engine, "PART_LINES", 500)
    split = ledger_of(rows, **WINDOW)["history"]
    assert len(engine.parts(nw.from_native(lines(rows)).lazy())) > 2
    assert split.equals(whole)
    made = ledger_of(rows, **WINDOW, materialise=engine.to_parquet(tmp_path))
    assert made["history"].equals(whole)
    assert (tmp_path / "purchases.parquet").is_file()
    assert not list(tmp_path.glob(".*")), "no part is left behind"


def test_what_came_back_or_was_given_away_sets_no_usual_price():
    names = "customer_id date amount product_id quantity"
    rows = [
        ("A", "2024-01-05", 100, "p", 10.0),
        ("B", "2024-01-06", -500, "p", -10.0),
        ("C", "2024-01-07", 0, "p", 90.0),
        ("D", "2024-01-08", 300, "p", -1.0),
    ]
    found = engine.rows(behaviour.usual_prices(nw.from_native(lines(rows, names)).lazy()))
    assert found.select(pl.col("paid_for", "got").cast(pl.Float64)).rows() == [(100.0, 10.0)]
    assert behaviour.usual_prices(nw.from_native(lines(rows, names).drop("quantity")).lazy()) is None


def test_what_was_launched_in_the_time_seen_is_followed_to_its_first_sale_to_each():
    rows = [
        ("a", "2024-03-01", 10, "new"),
        ("a", "2024-02-01", 10, "new"),
        ("b", "2024-03-05", -10, "new"),
        ("b", "2024-04-01", 5, "old"),
        ("a", "2024-05-01", 1, "none"),
    ]
    goods = pl.DataFrame({"product_id": ["new", "old", "none"], "launched_on": [dt.date(2024, 1, 10), dt.date(2020, 1, 1), None]})
    made = ledger.tables(
        lines(rows, "customer_id date amount product_id"),
        products=goods,
        as_of=dt.date(2024, 12, 31),
        observed_from=dt.date(2024, 1, 1),
        burn_in_months=0,
        **WINDOWS,
    )
    assert as_pandas(made["bought_new"]).astype(str).to_numpy().tolist() == [["a", "new", "2024-01-10", "2024-02-01"]]


def test_cost_of_goods_is_told_by_supplier_where_products_name_one():
    table = lines(
        [("a", "2024-03-01", 10, 6, "p"), ("a", "2024-03-02", 20, 9, "q"), ("a", "2024-03-03", 5, 4, "?")],
        "customer_id date amount cost product_id",
    )
    table = table.with_columns(pl.col("cost").cast(pl.Decimal(18, 4)))
    goods = pl.DataFrame({"product_id": ["p", "q"], "category": ["x", "y"], "supplier": ["S", None]})
    given = {"as_of": dt.date(2024, 12, 31), "observed_from": dt.date(2024, 1, 1), "burn_in_months": 0} | WINDOWS
    found = as_pandas(ledger.tables(table, products=goods, **given)["supplies"])
    assert found[["supplier", "category", "revenue", "cost"]].astype(str).to_numpy().tolist() == [
        ["", "", "5.0", "4.0"],
        ["", "y", "20.0", "9.0"],
        ["S", "x", "10.0", "6.0"],
    ]
    assert "supplies" not in ledger.tables(table, products=goods.drop("supplier"), **given)


def test_every_table_is_sorted_by_its_whole_key():
    """A key that sorting did not know would leave the order of rows to the threads."""
    keys = {column for table in registry.tables().values() if table.origin == "ledger" for column in table.key}
    assert keys <= set(engine.KEYS)
