"""Profit: costs by what drives them, never by revenue (P34); nothing is lost on the way to the company's result."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.steps import profit
from audit.steps.profit import findings

UNTIL = pd.Timestamp("2025-12-31")


def base(customers: dict[str, tuple[float, float, int]]):
    """Panel, history and bridge of customers with revenue, cost and orders in 2025."""
    panel = pd.DataFrame(
        [(c, pd.Timestamp("2025-03-01"), r, o, o, 0.0, k) for c, (r, k, o) in customers.items()],
        columns=["customer_id", "period", "revenue", "orders", "purchases", "returned", "cost"],
    )
    history = pd.DataFrame({"customer_id": list(customers), "first_on": pd.Timestamp("2024-01-05"), "is_first_known": True})
    bridge = pd.DataFrame(
        {
            "period": [pd.Timestamp("2025-03-01")],
            "booked": [panel["revenue"].sum() + 7],
            "untraced": [5.0],
            "moved": [2.0],
            "revenue": [panel["revenue"].sum()],
        }
    )
    return panel, history, bridge


def costs(*rows) -> pd.DataFrame:
    return pd.DataFrame([("2025", *row) for row in rows], columns=["period", "pool", "amount", "driver"])


def studied(panel, history, bridge, of, given=None, customers=None, activities=None):
    year = profit.cost_year(of, panel, until=UNTIL)
    caused = profit.drivers(panel, year=year, customers=customers, history=history, behaviour=None, activities=activities, credit=None)
    pools = profit.pools(of, caused, year=year)
    found = profit.customer_profits(panel, pools, caused, given=given, customers=customers, year=year, tax_rate=0.25)
    return year, caused, pools, found, profit.statement(found, pools, panel=panel, bridge=bridge, given=given, year=year, tax_rate=0.25)


def test_each_pool_is_laid_by_its_driver_and_what_was_given_by_name():
    """a: margin 60, 1 of 10 orders of 100, so 10; b: margin 60, 9 of 10, so 90, and 20 given."""
    gave = pd.DataFrame(
        {"customer_id": ["b", "b"], "date": pd.to_datetime(["2025-02-01", "2024-02-01"]), "kind": "x", "cost_to_us": [20.0, 999.0]}
    )
    *_rest, found, ties = studied(
        *base({"a": (100, 40, 1), "b": (100, 40, 9)}), costs(("handling", 100, "orders"), ("fixed", 30, "none")), gave
    )
    by = found.set_index("group")
    assert by.loc["a", ["cost_to_serve", "given", "profit", "net_profit"]].tolist() == [10, 0, 50, 37.5]
    assert by.loc["b", ["cost_to_serve", "given", "profit", "net_profit"]].tolist() == [90, 20, -50, -50]
    assert ties.set_index("line_class")["company"].to_dict() == {
        "sales": 200,
        "cost_of_goods": -80,
        "cost_pools": -130,
        "given": -20,
        "before_tax": -30,
        "tax": 0,
        "net_profit": -30,
    }


money = st.floats(0, 1e7).map(lambda m: round(m, 2))


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(money, money, st.integers(1, 40)), min_size=1),
    st.lists(
        st.tuples(
            st.sampled_from(["p", "q", "r"]), money, st.sampled_from(["orders", "purchases", "customers", "none", "revenue", "visits"])
        ),
        max_size=4,
        unique_by=lambda r: r[0],
    ),
)
def test_p34_customers_and_what_was_not_laid_add_up_to_the_company_to_the_kopeck(customers, pools):
    _year, _caused, table, found, ties = studied(*base(customers), costs(*pools) if pools else None)
    assert (ties["difference"] == 0).all()
    assert (found["cost_to_serve"] + found["acquisition"]).sum() == pytest.approx(
        table.loc[table["unit_cost_number"].notna(), "amount"].sum()
    )


def test_p34_a_pool_by_revenue_or_by_a_driver_nobody_knows_is_not_laid_and_says_why():
    _year, _caused, table, found, _ties = studied(
        *base({"a": (100, 40, 1)}), costs(("x", 10, "revenue"), ("y", 20, "visits"), ("z", 5, "none"))
    )
    assert found["cost_to_serve"].sum() == 0
    assert table.set_index("pool")["laid_class"].to_dict() == {
        "x": "by_revenue",
        "y": "no_driver",
        "z": "company",
    }


def test_p34_customers_of_equal_revenue_differ_by_what_they_cause():
    *_rest, found, _ties = studied(*base({"few": (100, 50, 1), "many": (100, 50, 9)}), costs(("handling", 40, "orders")))
    assert found["profit"].tolist() == [46, 14]


def test_who_loses_by_every_driver_is_told_from_who_loses_by_some():
    """Contacts say that a is dear, orders that b is: 100 of cost, margins 30 and 200."""
    calls = pd.DataFrame({"customer_id": ["a"] * 9 + ["b"], "date": pd.Timestamp("2025-05-01")})
    *_rest, found, _ties = studied(
        *base({"a": (100, 70, 1), "b": (300, 100, 9), "c": (50, 60, 1)}), costs(("care", 100, "orders")), activities=calls
    )
    by = found.set_index("group")
    assert by["loss_class"].to_dict() == {"b": "earns", "a": "by_drivers", "c": "loses"}
    assert by.loc["a", ["low_profit", "high_profit"]].round(2).tolist() == [-60, 20.91]


def test_a_new_customer_that_only_the_cost_of_winning_it_turns_into_a_loss_is_no_loser():
    panel, history, bridge = base({"old": (100, 40, 1), "new": (100, 40, 1)})
    history.loc[history["customer_id"] == "new", "first_on"] = pd.Timestamp("2025-03-01")
    *_rest, found, ties = studied(panel, history, bridge, costs(("handling", 40, "orders"), ("winning", 90, "new customers")))
    by = found.set_index("group")
    assert by.loc["new", ["cost_to_serve", "acquisition", "profit", "loss_class"]].tolist() == [
        20,
        90,
        -50,
        "by_acquisition",
    ]
    assert by.loc["old", ["acquisition", "profit"]].tolist() == [0, 40]
    assert (ties["difference"] == 0).all()


def test_p19_the_whale_curve_peaks_at_135_percent_and_comes_back():
    found = pd.DataFrame({"profit": [500.0, 300, 150, 80, 40, 10, -30, -90, -160], "margin": 0.0})
    curve = profit.whale(found)
    assert round(curve["cumulative_ratio"].max(), 2) == 1.35
    assert curve["cumulative_ratio"].iloc[-1] == pytest.approx(1)


def test_companies_under_common_control_are_one_customer():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "group_id": ["g", "g"]})
    *_rest, found, _ties = studied(*base({"a": (100, 40, 1), "b": (100, 40, 9)}), costs(("handling", 100, "orders")), customers=customers)
    assert found["group"].tolist() == ["g"]
    assert found["profit"].tolist() == [20]


def test_without_pools_there_is_margin_and_without_cost_of_goods_there_is_nothing():
    panel, history, bridge = base({"a": (100, 40, 1), "b": (100, 140, 1)})
    year, _caused, table, found, ties = studied(panel, history, bridge, None)
    said = profit.chapter_findings(
        found,
        table,
        ties,
        profit.selling_cost(None, panel, until=UNTIL),
        None,
        again=profit.again_below_cost(panel, customers=None, year=year),
        year=year,
    )
    assert "What it costs to serve customers is not known" in said[0].message
    assert (said[0].value, said[0].money) == (1, 40)
    panel = panel.drop(columns="cost")
    year, _caused, table, found, ties = studied(panel, history, bridge, costs(("x", 1, "orders")))
    assert year == 0
    [said] = profit.chapter_findings(
        found,
        table,
        ties,
        profit.selling_cost(None, panel, until=UNTIL),
        None,
        again=profit.again_below_cost(panel, customers=None, year=year),
        year=year,
    )
    assert said.why


def below_cost(then: str, now: str) -> pd.DataFrame:
    """A panel of twelve customers: a letter each, `x` below cost in that year, `o` above it."""
    rows = [
        (f"c{i}", pd.Timestamp(year, 5, 1), 100.0, 140.0 if letter == "x" else 60.0, 1, 1)
        for year, letters in ((2024, then), (2025, now))
        for i, letter in enumerate(letters)
        if letter != "-"
    ]
    return pd.DataFrame(rows, columns=["customer_id", "period", "revenue", "cost", "orders", "purchases"])


def test_p23_losing_in_one_year_is_no_habit_unless_the_same_ones_lose_again():
    same = profit.again_below_cost(below_cost("xxxxxxoooooo", "xxxxxxoooooo"), customers=None, year=2025).iloc[0]
    assert same[["before", "again", "others", "others_now", "is_habit"]].tolist() == [6, 6, 6, 0, True]
    lot = profit.again_below_cost(below_cost("xxxxxxooooo-", "xxxoooxxxooo"), customers=None, year=2025).iloc[0]
    assert lot[["before", "again", "others", "others_now", "is_habit"]].tolist() == [6, 3, 5, 3, False]
    assert not profit.again_below_cost(below_cost("oooo", "xxxx"), customers=None, year=2025)["is_habit"].iloc[0], "nobody was before"
    assert profit.again_below_cost(below_cost("xxxx", "xxxx"), customers=None, year=2025)["is_habit"].iloc[0], "everybody is, always"
    assert profit.again_below_cost(below_cost("----", "xxxx"), customers=None, year=2025).empty, "nothing is known of the year before"
    assert profit.again_below_cost(below_cost("xxxx", "xxxx"), customers=None, year=0).empty


@pytest.mark.parametrize(("then", "earning"), [("xxxxxxoooooo", "loses"), ("ooooooxxxxxx", "single_sales"), ("------------", "loses")])
def test_only_who_loses_again_and_again_is_named_as_a_loser_where_serving_costs_are_unknown(then, earning):
    panel = below_cost(then, "xxxxxxoooooo")
    _panel, history, bridge = base({f"c{i}": (100, 60, 1) for i in range(12)})
    year, _caused, table, found, ties = studied(panel, history, bridge, None)
    assert set(found.loc[found["margin"] < 0, "loss_class"]) == {earning}
    young = studied(below_cost("xxxxxx-ooooo", "xxxxxxxooooo"), history, bridge, None)[3].set_index("group")["loss_class"]
    assert (young["c0"], young["c6"]) == ("loses", "single_sales"), "who is below cost for the first time has no habit"
    again = profit.again_below_cost(panel, customers=None, year=year)
    said = profit.chapter_findings(found, table, ties, profit.selling_cost(None, panel, until=UNTIL), None, again=again, year=year)
    title = profit.claim(said, None)[0].message
    assert ("not the same ones every year" in title) == (earning == "single_sales")


def test_costs_of_a_year_that_has_not_ended_are_not_used():
    panel, _history, _bridge = base({"a": (100, 40, 1)})
    assert profit.cost_year(costs(("x", 1, "orders")), panel, until=pd.Timestamp("2025-11-30")) == 0
    assert profit.cost_year(costs(("x", 1, "orders")), panel, until=UNTIL) == 2025


def test_another_driver_moves_money_from_some_customers_to_others():
    calls = pd.DataFrame({"customer_id": ["a"] * 9 + ["b"], "date": pd.Timestamp("2025-05-01")})
    _year, caused, table, found, _ties = studied(
        *base({"a": (100, 70, 1), "b": (300, 100, 9)}), costs(("care", 100, "orders")), activities=calls
    )
    moved = profit.sensitivity(found, table, caused).set_index("instead_class")
    assert moved.loc["contacts", ["moved_money", "losers", "changed"]].tolist() == [80, 1, 1]
    assert moved.loc["purchases", "moved_money"] == 0


def test_serving_cost_of_two_years_is_no_trend():
    panel, _history, _bridge = base({"a": (100, 40, 1)})
    both = pd.concat([panel, panel.assign(period=pd.Timestamp("2024-03-01"))])
    yearly = profit.selling_cost(
        pd.concat([costs(("x", 10, "orders")), costs(("x", 8, "orders")).assign(period="2024")]), both, until=UNTIL
    )
    assert yearly["cost_per_customer"].tolist() == [8, 10]
    [said] = findings._serving(yearly)
    assert "not a trend" in said.why
    assert not np.isnan(said.previous)


def test_without_pools_nothing_is_said_of_profit_tax_or_who_earns():
    *_rest, found, ties = studied(*base({"a": (100, 40, 1), "b": (100, 140, 1)}), None)
    unknown = ["acquisition", "cost_to_serve", "profit", "tax", "net_profit", "net_rate", "low_profit", "high_profit"]
    assert found[unknown].isna().all(axis=None)
    assert found.set_index("group")["loss_class"].to_dict() == {"a": "unknown", "b": "loses"}
    assert ties["line_class"].tolist() == ["sales", "cost_of_goods", "margin"]
    assert profit.losers(found)["group"].tolist() == ["b"]


def test_without_a_rate_nothing_is_said_after_tax():
    panel, history, bridge = base({"a": (100, 40, 1)})
    caused = profit.drivers(panel, year=2025, customers=None, history=history, behaviour=None, activities=None, credit=None)
    pools = profit.pools(costs(("handling", 10, "orders")), caused, year=2025)
    found = profit.customer_profits(panel, pools, caused, given=None, customers=None, year=2025, tax_rate=float("nan"))
    ties = profit.statement(found, pools, panel=panel, bridge=bridge, given=None, year=2025, tax_rate=float("nan"))
    assert found["profit"].item() == 50
    assert np.isnan(found["net_profit"].item())
    assert ties["line_class"].tolist()[-1] == "before_tax"
    [said] = findings._ties(ties, pools)
    assert "before tax" in said.message


def test_goods_sold_at_a_loss_are_told_as_a_loss_and_no_share_of_it_is_drawn():
    panel, history, bridge = base({"a": (100, 90, 1), "b": (100, 160, 1)})
    year, _caused, table, found, ties = studied(panel, history, bridge, None)
    said = {
        one.id: one
        for one in profit.chapter_findings(
            found,
            table,
            ties,
            profit.selling_cost(None, panel, until=UNTIL),
            None,
            again=profit.again_below_cost(panel, customers=None, year=year),
            year=year,
        )
    }
    assert "a loss before anything else is paid" in said["customer_profit"].message
    assert said["customer_profit"].params["profit"] == 50
    assert "whale" not in said
